"""Networks, data and evaluators in the form of chapter 16's pages, in our trainings.

They are imperative blocks that ask whether they train, loaders of examples one at a
time, numbers of items in float32, and MXNet's own metric.
"""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

CPU = [mx.cpu()]


def adam(net, lr):
    return gluon.Trainer(net.collect_params(), 'adam',
                         {'learning_rate': lr, 'wd': 1e-5})


def loader(data, batch_size, last_batch='rollover'):
    return gluon.data.DataLoader(data, batch_size, shuffle=False,
                                 last_batch=last_batch, num_workers=0)


def alike(net, other):
    """Give both the same weights, which `net` has drawn; constants are each one's."""
    for a, b in zip(*([param for param in each.collect_params().values()
                       if param.grad_req != 'null'] for each in (net, other))):
        b.set_data(a.data())


@pytest.fixture(scope='module')
def films():
    """The first 12 toy users: ratings to train on and to test on, and the counts."""
    data, _, num_items = d2l.read_data_ml100k()
    data = data[data.user_id <= 12]
    return *d2l.split_data_ml100k(data, 12, num_items, 'seq-aware'), 12, num_items


class Squeezed(nn.Block):
    """16.3's network as printed."""

    def __init__(self, num_factors, num_users, num_items):
        super().__init__()
        self.P = nn.Embedding(input_dim=num_users, output_dim=num_factors)
        self.Q = nn.Embedding(input_dim=num_items, output_dim=num_factors)
        self.user_bias = nn.Embedding(num_users, 1)
        self.item_bias = nn.Embedding(num_items, 1)

    def forward(self, user_id, item_id):
        product = (self.P(user_id) * self.Q(item_id)).sum(axis=1)
        return (product + np.squeeze(self.user_bias(user_id))
                + np.squeeze(self.item_bias(item_id))).flatten()


def running_means(net, test_iter, devices):
    """16.3's evaluator: the mean of what MXNet's RMSE says after each batch."""
    metric, said = mx.metric.RMSE(), []
    for batch in test_iter:
        u, i, r = (gluon.utils.split_and_load(a, devices, even_split=False)
                   for a in batch)
        metric.update(labels=r, preds=[net(a, b) for a, b in zip(u, i)])
        said.append(metric.get()[1])
    return float(np.mean(np.array(said)))


def test_mxnets_metric_says_what_we_call_the_pages_error(section, films, capsys):
    train, test, *counts = films
    batches = [loader(gluon.data.ArrayDataset(*map(np.array, d2l.load_data_ml100k(
        part, *counts)[:3])), *how) for part, *how in ((train, 128), (test, 7, 'keep'))]
    net = Squeezed(3, *counts)
    net.initialize(init.Normal(.3))
    history = d2l.train_recsys_rating(net, *batches, gluon.loss.L2Loss(),
                                      adam(net, .02), 3, CPU, running_means)
    errors = [error for _, error in history.series['test RMSE']]
    assert errors[-1] < errors[0]
    test = d2l.load_array([onp.array(column, dtype) for column, dtype in zip(
        d2l.load_data_ml100k(test, *counts), ('int32', 'int32', 'float32'))], 7, False)
    assert section('16.3').as_the_page(net, test, CPU) == pytest.approx(errors[-1],
                                                                        rel=1e-5)


class Masking(nn.Block):
    """16.4's network as printed, without dropping."""

    def __init__(self, num_hidden, num_users):
        super().__init__()
        self.encoder = nn.Dense(num_hidden, activation='sigmoid', use_bias=True)
        self.decoder = nn.Dense(num_users, use_bias=True)

    def forward(self, input):
        pred = self.decoder(self.encoder(input))
        return pred * np.sign(input) if autograd.is_training() else pred


@pytest.mark.slow
def test_a_network_that_masks_while_it_trains_learns_as_ours(section, films, capsys):
    page, (train, test, *counts) = section('16.4'), films
    known, tested = (d2l.load_data_ml100k(part, *counts)[3] for part in (train, test))
    nets = [Masking(6, 12), page.AutoRec(6, 12, dropout=0)]
    for net in nets:
        net.initialize(init.Normal(.1))
        net(known[:2])
    alike(*nets)

    def evaluator(network, inter_matrix, test_data, devices):
        rows = [network(shard).asnumpy() for X in inter_matrix for shard in
                gluon.utils.split_and_load(X, devices, even_split=False)]
        recons = np.array([row for part in rows for row in part])
        return float(np.sqrt(np.sum(np.square(
            test_data - np.sign(test_data) * recons)) / np.sum(np.sign(test_data))))

    ways = [(gluon.loss.L2Loss(), evaluator), (page.RatedL2Loss(), page.evaluator)]
    histories = [d2l.train_recsys_rating(
        net, loader(known, 60), loader(known, 48, 'keep'), l, adam(net, .02), 4, CPU,
        measure, inter_mat=tested) for net, (l, measure) in zip(nets, ways)]
    for name in ('train loss', 'test RMSE'):
        theirs, ours = ([y for _, y in history.series[name]] for history in histories)
        # float32 sums in another order, under Adam
        onp.testing.assert_allclose(theirs, ours, rtol=1e-3)
    assert ours[-1] < ours[0]


class Pooled(nn.Block):
    """16.7's network as printed, without dropping."""

    def __init__(self, num_factors, num_users, num_items, L, d=16, d_prime=4):
        super().__init__()
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.conv_v = nn.Conv2D(d_prime, (L, 1), in_channels=1)
        self.conv_h, self.max_pool = nn.Sequential(), nn.Sequential()
        for h in range(1, L + 1):
            self.conv_h.add(nn.Conv2D(d, (h, num_factors), in_channels=1))
            self.max_pool.add(nn.MaxPool1D(L - h + 1))
        self.fc = nn.Dense(num_factors, activation='relu',
                           in_units=d_prime * num_factors + d * L)
        self.Q_prime = nn.Embedding(num_items, num_factors * 2)
        self.b = nn.Embedding(num_items, 1)

    def forward(self, user_id, seq, item_id):
        item_embs = np.expand_dims(self.Q(seq), 1)
        out = self.conv_v(item_embs)
        outs = [out.reshape(out.shape[0], -1)]
        for conv, pool in zip(self.conv_h, self.max_pool):
            conv_out = np.squeeze(np.maximum(conv(item_embs), 0), axis=3)
            outs.append(np.squeeze(pool(conv_out), axis=2))
        z = self.fc(np.concatenate(outs, axis=1))
        x = np.concatenate([z, self.P(user_id)], axis=1)
        return (x * np.squeeze(self.Q_prime(item_id))).sum(1) \
            + np.squeeze(self.b(item_id))


class Examples(gluon.data.Dataset):
    """Windows and items as the page's dataset has them: in float32, one at a time."""

    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        user, seq, target, negative = self.data[i]
        return user, *(np.array(a, dtype='float32') for a in (seq, target)), negative


def test_the_pages_sequences_are_trained_on_and_ranked_as_ours(section, films, capsys):
    page, (train, test, *counts) = section('16.7'), films
    users, items, _, taken = d2l.load_data_ml100k(train, *counts, 'implicit')
    last = d2l.load_data_ml100k(test, *counts, 'implicit')[3]
    data = page.SeqDataset(users, items, 3, *counts, taken)
    seq = np.array(data.test_seq, dtype='float32')
    net = Pooled(4, *counts, 3)
    net.initialize(init.Normal(.1))
    history = d2l.train_ranking(
        net, loader(Examples(data), 64), last, d2l.BPRLoss(), adam(net, .02), seq,
        *counts, 2, CPU, d2l.evaluate_ranking, taken)
    losses = [y for _, y in history.series['train loss']]
    assert losses[1] < losses[0] < onp.log(2)
    ours = page.Caser(4, *counts, 3)
    ours.initialize()
    alike(net, ours)
    assert d2l.evaluate_ranking(ours, last, data.test_seq, taken, *counts, CPU) == (
        history['test hit rate'], pytest.approx(history['test AUC'], abs=1e-4))
