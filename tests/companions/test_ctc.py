"""Connectionist temporal classification, held to PyTorch's and to all alignments."""
import itertools

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

CASES = [(7, [7, 7, 7], [[1, 2, 3], [4, 4], [2]]),
         (9, [9, 4, 6], [[1, 2], [3], [4, 4]]),
         (9, [9, 9, 5], [[1, 1, 1, 1], [4, 3, 4, 3], [2, 2, 2]])]


def inputs(steps, lens, words):
    scores = onp.random.RandomState(0).normal(size=(len(words), steps, 5))
    label = onp.array([word + [0] * (4 - len(word)) for word in words], 'int32')
    return (scores.astype('float32'), onp.array(lens, 'int32'), label,
            onp.array(list(map(len, words)), 'int32'))


def loss_and_gradient(scores, *others, compiled=False):
    loss, X = d2l.CTCLoss(), np.array(scores)
    if compiled:
        loss.hybridize(static_alloc=True, static_shape=True)
    X.attach_grad()
    with autograd.record():
        l = loss(X, *(np.array(a, dtype='int32') for a in others))
    l.backward()
    return l.asnumpy(), X.grad.asnumpy()


@pytest.mark.parametrize('compiled', [False, True])
@pytest.mark.parametrize('case', CASES)
def test_losses_and_gradients_are_those_of_pytorch(torch, case, compiled):
    scores, lens, label, label_lens = inputs(*case)
    l, gradient = loss_and_gradient(scores, lens, label, label_lens, compiled=compiled)
    X = torch.tensor(scores, requires_grad=True)
    theirs = torch.nn.CTCLoss(reduction='none')(
        X.log_softmax(2).transpose(0, 1), *(torch.tensor(a) for a in (
            label, lens, label_lens)))
    theirs.sum().backward()
    onp.testing.assert_allclose(l, theirs.detach(), rtol=1e-5)
    onp.testing.assert_allclose(gradient, X.grad, atol=1e-5)
    for row, n in zip(gradient, lens):
        assert not row[n:].any()  # what does not count has no slope


def test_it_sums_over_all_alignments():
    scores, *others = inputs(5, [5], [[2, 2]])
    p = onp.exp(scores[0]) / onp.exp(scores[0]).sum(axis=1, keepdims=True)
    total = sum(p[range(5), path].prod()
                for path in map(list, itertools.product(range(5), repeat=5))
                if d2l.collapsed(path) == [2, 2])
    l, _ = loss_and_gradient(scores, *others)
    assert l == pytest.approx([-onp.log(total)], rel=1e-5)


@pytest.mark.parametrize('classes, spelled', [
    ([0, 1, 1, 0, 1, 2, 2, 0], [1, 1, 2]), ([], []), ([0, 0], []), ([3, 3, 3], [3])])
def test_repeats_become_one_and_blanks_go(classes, spelled):
    assert d2l.collapsed(classes) == spelled


@pytest.mark.parametrize('first, second, distance', [
    ('kitten', 'sitting', 3), ('', 'abc', 3), ('abc', '', 3), ('abc', 'abc', 0),
    ('abc', 'bc', 1), ([1, 2], [2, 1], 2)])
def test_edits_are_counted(first, second, distance):
    assert d2l.edit_distance(first, second) == distance


def test_labels_without_room_teach_nothing():
    # a blank must stand between equal ones; the others are as if they were alone
    case = inputs(5, [2, 5, 2, 3], [[4, 4], [1, 2], [1, 2, 3], [4, 4]])
    for compiled in (False, True):
        l, gradient = loss_and_gradient(*case, compiled=compiled)
        assert (l == 0).tolist() == [True, False, True, False]
        assert not gradient[::2].any() and onp.isfinite(gradient).all()
        for i in (1, 3):
            alone = loss_and_gradient(*(part[i:i + 1] for part in case))
            assert l[i] == pytest.approx(alone[0][0])
            onp.testing.assert_allclose(gradient[i], alone[1][0], atol=1e-6)


def test_one_label_and_none_are_those_of_pytorch(torch):
    scores, lens, label, label_lens = inputs(4, [4, 3], [[3], []])
    for width in (1, 4):
        l, _ = loss_and_gradient(scores, lens, label[:, :width], label_lens)
        theirs = torch.nn.CTCLoss(reduction='none')(
            torch.tensor(scores).log_softmax(2).transpose(0, 1),
            *(torch.tensor(a) for a in (label, lens, label_lens)))
        onp.testing.assert_allclose(l, theirs, rtol=1e-5)


def after_others(n):
    """Leave memory of many sizes behind, full of what no result may hold."""
    for size in 2 ** onp.arange(13):
        np.full((int(size),), [onp.nan, onp.inf, 7, 1e30][n % 4]).wait_to_read()


@pytest.mark.parametrize('compiled', [False, True])
@pytest.mark.parametrize('steps, lens, words', [
    (8, [8, 8, 5, 8], [[], [], [], []]), (8, [8], [[]]), (8, [8, 0], [[1], []]),
    (4, [4, 4, 4], [[1, 1, 1], [1, 1, 1], [2, 2, 2, 2]]), (2, [2], [[1, 1]]),
    (2, [2, 2, 1], [[1, 2, 3], [3], []]), (1, [1, 1], [[2], [1, 2]])])
def test_where_nothing_can_be_placed_it_is_pytorchs(torch, steps, lens, words,
                                                    compiled):
    case = inputs(steps, lens, words)
    X = torch.tensor(case[0], requires_grad=True)
    theirs = torch.nn.CTCLoss(reduction='none', zero_infinity=True)(
        X.log_softmax(2).transpose(0, 1), *(torch.tensor(case[i]) for i in (2, 1, 3)))
    theirs.sum().backward()
    for n in range(12):
        after_others(n)
        l, gradient = loss_and_gradient(*case, compiled=compiled)
        onp.testing.assert_allclose(l, theirs.detach(), rtol=1e-5)
        onp.testing.assert_allclose(gradient, X.grad, atol=1e-5)
