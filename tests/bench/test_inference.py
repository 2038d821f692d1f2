"""The epochs of 15.5: all ways train on the same pairs, to the same losses."""
from dataclasses import replace

import numpy as onp
import pytest
from mxnet.gluon import nn

from d2lmx.bench.tasks import inference
from d2lmx.context import running
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import same_weights
from d2lmx.parity.torch_side import find_twin

# of what an epoch tells
LOSS = {'ours': lambda history: history['train loss'], 'page': float,
        'torch': lambda told: told[0]}


@pytest.fixture
def small_task(monkeypatch):
    """``small_task(network)``: a task of two batches of five pairs."""
    monkeypatch.setattr(inference, 'MOST', 2)
    monkeypatch.setattr(inference, 'get_dataloader_workers', lambda: 0)

    def make(network):
        with running(data='toy'):
            return inference.Inference(replace(network, batch_size=5),
                                       {'num_steps': 14})

    return make


@pytest.mark.torch
@pytest.mark.filterwarnings('ignore:.*already initialized')
def test_all_ways_train_alike(small_task, monkeypatch, torch):
    monkeypatch.setattr(nn, 'Dropout', lambda rate: nn.HybridLambda(lambda F, X: X))
    network, found = find_network('15.5'), {}
    for way, arguments in [('ours', [{}]), ('page', []), ('torch', [1])]:
        vocab = small_task(network).vocab
        port = find_twin(network.twin)(vocab)
        for module in port.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0
        net, _ = same_weights(lambda: network.build_net(vocab), network.example_inputs,
                              port, 0)
        timed = small_task(replace(network, build_net=lambda vocab: net))
        assert timed.count() == 10
        if way == 'torch':
            arguments = [lambda vocab: port, *arguments]
        epoch = getattr(timed, way)(*arguments)
        onp.random.seed(0)  # of the order of pairs
        told = [epoch() for _ in range(3)]
        found[way] = list(map(LOSS[way], told))
    assert found['ours'][-1] < found['ours'][0]
    for way in ('page', 'torch'):  # float32 sums in another order, under Adam
        assert found[way] == pytest.approx(found['ours'], rel=1e-3)
