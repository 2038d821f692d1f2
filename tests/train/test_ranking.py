"""All users ranked at once, against the page's way: a user, and an item, at a time."""
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l

CANDIDATES = {0: [1, 4], 1: [0, 2, 3], 2: [6], 3: [5, 1]}
LAST = {0: [3], 1: [6, 1], 2: [6], 3: [0, 0]}  # user 2's is among those taken


class Product(nn.HybridBlock):
    """Scores (batch,) of users, the mean of their last items, and items."""

    def __init__(self, num_users, num_items):
        super().__init__()
        self.P, self.Q = nn.Embedding(num_users, 3), nn.Embedding(num_items, 3)

    def hybrid_forward(self, F, user, *others):
        *seq, item = others
        x = self.P(user)
        if seq:
            x = x + F.np.mean(self.Q(seq[0]), axis=1)
        return F.np.sum(x * self.Q(item), axis=1)


class Whole(Product):
    """The same, which can score all items itself."""

    def score_all(self, user, *seq):
        x = self.P(user)
        if seq:
            x = x + self.Q(seq[0]).mean(axis=1)
        return np.dot(x, self.Q.weight.data(user.ctx).T)


def by_loop(net, test_input, seq, candidates, num_users, num_items, k):
    """Hit rate and AUC as chapter 16 has them: sorted lists of a user's scores."""
    hits, aucs = [], []
    for user in range(num_users):
        pairs = []
        for item in range(num_items):
            if item not in candidates[user]:
                row = [np.array([user], dtype='int32')]
                if seq is not None:
                    row.append(np.array(seq[user:user + 1], dtype='int32'))
                pairs.append((item, float(net(*row, np.array([item], dtype='int32')))))
        pairs.sort(key=lambda pair: pair[1], reverse=True)
        hit, auc = d2l.hit_and_auc([item for item, _ in pairs], test_input[user], k)
        hits.append(hit)
        aucs.append(auc)
    return hits, aucs


@pytest.mark.parametrize('kind', [Product, Whole])
@pytest.mark.parametrize('seq', [None, onp.array([[1, 4], [2, 3], [6, 6], [5, 1]])])
@pytest.mark.parametrize('num_items', [7, 4])  # all, or as many as users
def test_all_users_at_once_equal_one_at_a_time(kind, seq, num_items):
    d2l.set_seed(1)
    net = kind(4, 7)
    net.initialize(init.Normal(1))
    scores = d2l.score_items(net, 4, num_items, seq)
    assert scores.shape == (4, num_items)
    seen, last = (d2l.as_matrix(items, 4, num_items) for items in (CANDIDATES, LAST))
    for k in (1, 2, 7):
        hits, aucs = d2l.hits_and_aucs(scores, seen, last, k)
        wanted = by_loop(net, LAST, seq, CANDIDATES, 4, num_items, k)
        assert hits.tolist() == wanted[0]
        onp.testing.assert_allclose(aucs, wanted[1], rtol=1e-12)
    found = d2l.evaluate_ranking(net, LAST, seq, CANDIDATES, 4, num_items, None)
    wanted = by_loop(net, LAST, seq, CANDIDATES, 4, num_items, 50)
    onp.testing.assert_allclose(found, onp.mean(wanted, axis=1), rtol=1e-12)


def test_users_are_divided_among_batches_and_devices(monkeypatch):
    import mxnet as mx
    from d2lmx.train import ranking
    net = Product(5, 7)
    net.initialize(init.Normal(1), ctx=[mx.cpu(0), mx.cpu(1)])
    whole = d2l.score_items(net, 5, 7, devices=[mx.cpu(0)])
    monkeypatch.setattr(ranking, 'MOST_PAIRS', 15)  # two users at once, then one
    for devices in (None, [mx.cpu(1)]):
        assert (d2l.score_items(net, 5, 7, devices=devices) == whole).all()


def test_hits_and_areas_by_hand():
    scores = onp.array([[.1, .9, .5, .3], [.2, .2, .2, .2], [4, 3, 2, 1]])
    seen = onp.array([[0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1]], bool)
    right = onp.array([[0, 0, 0, 1], [0, 1, 0, 1], [1, 0, 0, 0]], bool)
    hits, aucs = d2l.hits_and_aucs(scores, seen, right, 2)
    # second of three; second and fourth of equal scores; the only one
    assert hits.tolist() == [1, 1, 1]
    onp.testing.assert_allclose(aucs, [1 / 2, 2 / 3, 0])


def test_scores_that_are_no_numbers_have_no_rank():
    scores = onp.array([[onp.nan] * 3, [0, 1, onp.nan], [-onp.inf, 2, 1], [3, 2, 1]])
    seen = onp.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]], bool)
    right = onp.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]], bool)
    hits, aucs = d2l.hits_and_aucs(scores, seen, right, 1)
    # an infinity is the worst of what is not seen: not behind what is
    onp.testing.assert_equal([hits, aucs], [[onp.nan, onp.nan, 0, 1]] * 2)


def test_an_order_of_chance_has_an_area_of_a_half():
    rng = onp.random.RandomState(0)
    right = onp.eye(21, dtype=bool)[rng.randint(21, size=4000)]
    _, aucs = d2l.hits_and_aucs(rng.uniform(size=(4000, 21)), right & False, right, 5)
    assert abs(aucs.mean() - .5) < 4 * .303 / 4000 ** .5  # the error of the mean


def test_hit_and_auc_are_the_pages():
    assert d2l.hit_and_auc([4, 2, 7, 1, 0], [7], 3) == (1, .5)
    assert d2l.hit_and_auc([4, 2, 7, 1, 0], [7], 2) == (0, .5)
    assert d2l.hit_and_auc([4, 2, 7, 1, 0], [4, 2, 2], 3) == (2, 1)
    assert d2l.hit_and_auc([4, 2, 7, 1, 0], [9], 3) == (0, 0)
