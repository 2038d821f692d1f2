"""The epochs of 16.9 and 16.10: all ways train on the same lines, to the same losses.
"""
from dataclasses import replace

import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.bench.tasks import clicks
from d2lmx.context import running
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import same_weights
from d2lmx.parity.torch_side import find_twin


@pytest.fixture
def small_task(monkeypatch):
    """``small_task(network)``: a task of 512 lines in batches of 256."""
    read = clicks.read_clicks

    def few(path, num_feat):
        labels, columns = read(path, num_feat)
        return labels[:512], [column[:512] for column in columns]

    monkeypatch.setattr(clicks, 'read_clicks', few)
    monkeypatch.setattr(clicks, 'get_dataloader_workers', lambda: 0)
    monkeypatch.setattr(clicks.init, 'Xavier', lambda: None)  # weights stay

    def make(network):
        with running(data='toy'):
            task = clicks.Clicks(replace(network, batch_size=256), {})
        task.train_iter.arrays = [a[:512] for a in task.train_iter.arrays]
        return task

    return make


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.filterwarnings('ignore:.*already initialized')
@pytest.mark.parametrize('token', ['16.9', '16.10'])
def test_all_ways_train_alike(token, small_task, monkeypatch, torch):
    monkeypatch.setattr(nn, 'Dropout', lambda rate: nn.HybridLambda(lambda F, X: X))
    for name in ('xavier_uniform_', 'zeros_'):
        monkeypatch.setattr(torch.nn.init, name, lambda weight: None)
    network, found = find_network(token), {}
    dims = small_task(network).train_data.field_dims

    def inputs(batch_size=2):
        return (np.array(onp.tile(onp.cumsum(dims) - 1, (batch_size, 1)),
                             dtype='int32'),)

    for way in ('ours', 'torch', 'page', 'two sigmoids'):
        port = find_twin(network.twin)(dims)
        for module in port.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0
        net, _ = same_weights(lambda: network.build_net(dims), inputs, port, 0)
        timed = small_task(replace(network, build_net=lambda field_dims: net))
        assert timed.count() == 512
        if way == 'two sigmoids':
            trainer = gluon.Trainer(net.collect_params(), 'adam',
                                    {'learning_rate': network.lr})
            step = d2l.click_step(net, trainer, sigmoids=2)

            def epoch():
                return d2l.fit(step, timed.train_iter, 1)['train loss']
        else:
            arguments = {'ours': [{}], 'torch': [lambda dims: port, 1], 'page': []}
            epoch = getattr(timed, way)(*arguments[way])
        onp.random.seed(0)  # of the order of lines
        found[way] = [epoch() for _ in range(2)]
        if way == 'ours':  # few lines, which are soon known by heart
            later = [epoch() for _ in range(8)]
            assert later[-1] < .5 * found[way][0]
    # float32 sums in another order, under Adam
    assert found['torch'] == pytest.approx(found['ours'], rel=1e-3)
    # the page's loader shuffles by a draw of its own: the first batch alone is alike
    assert found['page'] == pytest.approx(found['two sigmoids'], rel=1e-2)
