"""The epochs of chapter 16: all ways train on the same examples, to the same losses."""
from dataclasses import replace

import numpy as onp
import pytest
from mxnet.gluon import nn

from d2lmx.bench.epochs import task_of
from d2lmx.bench.tasks import recommending
from d2lmx.context import running
from d2lmx.data.arrays import BatchIterator
from d2lmx.data.tables.feedback import RankingBatches
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import same_weights
from d2lmx.parity.torch_side import find_twin

LOSS = {'ours': lambda history: history['train loss'], 'page': float, 'torch': float}


class Fixed(RankingBatches):
    """Batches in which the item not taken is always the same."""

    def rows(self):
        self.arrays[-1] = onp.full(len(self.arrays[0]), 3, 'int32')
        yield from BatchIterator.rows(self)


class FixedExamples:
    """The page's examples with that item."""

    def __init__(self, dataset):
        self.dataset = dataset

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, i):
        return (*self.dataset[i][:-1], 3)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize('token', ['16.3', '16.4', '16.6', '16.7'])
def test_all_ways_train_alike(token, monkeypatch, torch):
    monkeypatch.setattr(nn, 'Dropout', lambda rate: nn.HybridLambda(lambda F, X: X))
    monkeypatch.setattr(recommending, 'get_dataloader_workers', lambda: 0)
    monkeypatch.setattr(recommending, 'RankingBatches', Fixed)
    monkeypatch.setattr(
        recommending, 'read_data_ml100k', lambda read=recommending.read_data_ml100k: (
            lambda data, *counts: (data[data.user_id <= 20], *counts))(*read()))
    network, found = replace(find_network(token), batch_size=250), {}
    onp.random.seed(1)  # of AutoRec's split
    with running(data='toy'):
        timed = task_of(network)
    if hasattr(timed.dataset, 'cand'):
        timed.dataset = FixedExamples(timed.dataset)
    for way, arguments in [('ours', [{}]), ('page', []), ('torch', [1])]:
        port = find_twin(network.twin)(*timed.sizes)
        for module in port.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0
        example = network.example_inputs
        if token == '16.4':
            def example(batch_size=2):
                return network.example_inputs(batch_size, timed.counts[0])
        net, _ = same_weights(lambda: network.build_net(*timed.sizes), example, port, 0)
        timed.network = replace(network, build_net=lambda *sizes: net)
        if way == 'torch':
            arguments = [lambda *sizes: port, *arguments]
        monkeypatch.setattr(net, 'initialize', lambda *args: None)
        epoch = getattr(timed, way)(*arguments)
        onp.random.seed(0)  # of the order of examples
        found[way] = [LOSS[way](epoch()) for _ in range(2)]
    assert found['ours'][1] < found['ours'][0]
    for way in ('page', 'torch'):  # float32 sums in another order; Adam, which divides
        # by gradients near 0, lets a difference grow from epoch to epoch
        assert found[way][0] == pytest.approx(found['ours'][0], rel=1e-3)
        assert found[way][1] == pytest.approx(found['ours'][1], rel=1e-2)
