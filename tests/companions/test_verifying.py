"""Pairs and triplets, their losses, and what is made of distances."""
import itertools
import math

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

WHO = onp.array([3, 3, 5, 5, 5, 9])


def points(*shape):
    return onp.random.RandomState(2).normal(size=shape).astype('float32')


def test_distances_are_those_of_numpy():
    A, B = (points(n, 3).astype('float64') for n in (4, 5))
    norms = onp.linalg.norm(A[:, None] - B, axis=2) ** 2
    # differences of squares lose digits where distances are small
    assert d2l.squared_distances(A, B) == pytest.approx(norms, abs=1e-12)


def test_pairs_are_all_of_one_person_and_as_many_others():
    first, second, is_same = d2l.balanced_pairs(WHO)
    pairs = list(zip(first, second))
    assert set(pairs[:4]) == {(0, 1), (2, 3), (2, 4), (3, 4)}
    assert is_same.tolist() == [1] * 4 + [0] * 4
    assert all(WHO[a] != WHO[b] for a, b in pairs[4:])


def test_triplets_have_each_ordered_pair_of_one_person():
    ordered = {(a, b) for a, b in itertools.permutations(range(6), 2)
               if WHO[a] == WHO[b]}
    for anchor, positive, negative in (d2l.random_triplets(WHO),
                                       d2l.semi_hard_triplets(points(6, 2), WHO)):
        assert len(anchor) == len(ordered) and set(zip(anchor, positive)) == ordered
        assert all(WHO[a] != WHO[n] for a, n in zip(anchor, negative))


def test_a_semi_hard_negative_is_the_next_beyond_the_positive():
    # the anchor at 0, its positive at 2; others at 1, 3 and 5
    E, who = onp.array([[0.], [2], [1], [3], [5]]), onp.array([0, 0, 1, 2, 3])
    anchor, positive, negative = d2l.semi_hard_triplets(E, who)
    assert list(zip(anchor, positive, negative))[0] == (0, 1, 3)
    # from 2, at whose sides 1 and 3 are nearer than 0, it is 5
    assert list(zip(anchor, positive, negative))[1] == (1, 0, 4)
    # where nobody is beyond, it is the farthest
    E[4] = 1.5
    E[3] = .5
    assert d2l.semi_hard_triplets(E, who)[2][0] == 4


def test_losses_and_gradients_are_those_of_pytorch(torch):
    arrays = [points(7, 3), *points(14, 3)[7:][None], points(21, 3)[14:]]
    ours = [np.array(a) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    is_same = onp.array([1, 0, 1, 0, 0, 1, 0], 'float32')
    for a in ours:
        a.attach_grad()
    with autograd.record():
        l = d2l.triplet_loss(*ours, margin=.7)
        pairs = d2l.contrastive_loss(*ours[:2], np.array(is_same), margin=2.5)
        (l.sum() + pairs.sum()).backward()

    def square(a, b):
        return ((a - b) ** 2).sum(dim=1)

    triplets = torch.nn.functional.triplet_margin_with_distance_loss(
        *theirs, distance_function=square, margin=.7, reduction='none')
    # the embedding loss is of a distance, d or max(0, margin - d), not of its square
    y = torch.tensor(2 * is_same - 1)
    roots = torch.nn.functional.hinge_embedding_loss(
        square(*theirs[:2]).sqrt(), y, margin=2.5, reduction='none')
    (triplets.sum() + (roots ** 2).sum()).backward()
    onp.testing.assert_allclose(l.asnumpy(), triplets.detach(), rtol=1e-5, atol=1e-6)
    onp.testing.assert_allclose(pairs.asnumpy(), roots.detach() ** 2, rtol=1e-5,
                                atol=1e-6)
    for a, b in zip(ours, theirs):
        onp.testing.assert_allclose(a.grad.asnumpy(), b.grad, rtol=1e-4, atol=1e-5)


def test_what_coincides_has_a_gradient():
    A = np.ones((2, 3))
    A.attach_grad()
    with autograd.record():
        d2l.contrastive_loss(A, np.ones((2, 3)), np.array([0., 1.])).sum().backward()
    assert onp.isfinite(A.grad.asnumpy()).all()


def test_the_curve_by_hand():
    wrongly, rightly, thresholds = d2l.roc([1, 2, 2, 3], [1, 1, 0, 0])
    assert thresholds.tolist() == [-onp.inf, 1, 2, 3]
    assert wrongly.tolist() == [0, 0, .5, 1] and rightly.tolist() == [0, .5, 1, 1]


def test_the_curve_is_that_of_scikit_learn():
    metrics = pytest.importorskip('sklearn.metrics')
    rng = onp.random.RandomState(4)
    distances, is_same = rng.randint(0, 30, 200) / 7, rng.randint(0, 2, 200)
    wrongly, rightly, thresholds = d2l.roc(distances, is_same)
    false, true, scores = metrics.roc_curve(is_same, -distances,
                                            drop_intermediate=False)
    onp.testing.assert_array_equal(thresholds[1:], -scores[1:])
    onp.testing.assert_allclose([wrongly, rightly], [false, true], rtol=1e-12)


@pytest.mark.parametrize('distances, is_same, rate, threshold', [
    ([1, 2, 3, 4], [1, 1, 0, 0], 0, 2), ([1, 2, 3, 4], [0, 0, 1, 1], 1, 2),
    ([1, 2, 3, 4], [1, 0, 1, 0], .5, 2),
    # at 3 a third is wrongly accepted and a third wrongly refused
    ([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 0, 0], 1 / 3, 3)])
def test_errors_are_equal_at_the_threshold(distances, is_same, rate, threshold):
    assert d2l.equal_error(distances, is_same) == (pytest.approx(rate), threshold)


def test_pairs_of_one_kind_are_told():
    with pytest.raises(d2l.InputError, match='pairs of two are needed'):
        d2l.equal_error([1, 2], [1, 1])
    for who in (onp.zeros(3), onp.arange(3)):
        for choose in (d2l.balanced_pairs, d2l.random_triplets):
            with pytest.raises(d2l.InputError, match='someone twice'):
                choose(who)


def test_one_shot_accuracy_is_the_mean_over_all_choices_of_others():
    E = points(5, 3, 2)
    for k in (1, 2, 3, 5):
        right = []
        for person, asked in itertools.product(range(5), (1, 2)):
            rest = [p for p in range(5) if p != person]
            for others in itertools.combinations(rest, k - 1):
                distances = [math.dist(E[person, asked], E[p, 0])
                             for p in (person, *others)]
                right.append(min(distances) == distances[0])
        assert d2l.one_shot_accuracy(E, k) == pytest.approx(onp.mean(right))


def test_more_choices_than_people_are_told():
    with pytest.raises(d2l.InputError, match='1 to 5'):
        d2l.one_shot_accuracy(points(5, 3, 2), 6)
