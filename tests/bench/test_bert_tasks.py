"""What is timed of BERT: the page's loop and PyTorch's train as the sections do."""
from dataclasses import replace

import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.bench.epochs import kind_of
from d2lmx.context import running
from d2lmx.pages.networks import find_network
from d2lmx.parity.structure import copy_to_port, pair_layers
from d2lmx.parity.torch_side import find_twin


def calm(net):
    """The same network without dropout, which draws by chance."""
    for child in net._children.values():
        calm(child)
    if isinstance(net, nn.Dropout):
        net._rate = 0
    return net


def small_task(token, monkeypatch):
    """A task of one batch of four short pairs, and the port: equal weights."""
    network = find_network(token)
    monkeypatch.setattr(kind_of(network), 'num_batches', 1)
    network = replace(network, batch_size=4)
    d2l.set_seed(0)
    with running(data='toy'):
        timed = kind_of(network)(network, dict(max_len=32))
    net = calm(network.build_net(len(timed.vocab)))
    net.initialize(init.Xavier())
    arrays = timed.train_iter.arrays if token == '14.10' else timed.arrays
    places = (0, 1, 2, 3) if token == '14.10' else (0, 1, 2)
    net(*(np.array(arrays[i], dtype=arrays[i].dtype) for i in places))
    port = find_twin(network.twin)(len(timed.vocab))
    for module in port.modules():
        if type(module).__name__ == 'Dropout':
            module.p = 0
    copy_to_port(pair_layers(net, port))
    timed.network = replace(network, build_net=lambda vocab_size: net, lr=3e-5)
    return timed, lambda vocab_size: port


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.filterwarnings('ignore:.*already initialized')
@pytest.mark.parametrize('token', ['14.10', '15.7'])
def test_all_ways_train_alike(token, torch, monkeypatch):
    found = {}
    for way, arguments in [('ours', [{}]), ('page', []), ('torch', [1])]:
        timed, build_port = small_task(token, monkeypatch)
        if way == 'torch':
            arguments = [build_port, *arguments]
        epoch = getattr(timed, way)(*arguments)
        found[way] = [epoch() for _ in range(3)]
        assert timed.count() == 4
    names = ['mlm loss', 'nsp loss'] if token == '14.10' else ['train loss']
    ours = [[history[name] for name in names] for history in found['ours']]
    assert ours[2][0] < ours[0][0]  # it learns its four pairs
    for way in ('page', 'torch'):
        for mine, theirs in zip(ours, found[way]):
            theirs = list(theirs) if isinstance(theirs, tuple) else [theirs]
            # float32 sums in another order, which Adam's first updates enlarge
            assert theirs == pytest.approx(mine, rel=1e-2), way
