import math

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.12')


def test_a_tree_of_two_words_is_a_softmax_of_two(page):
    h, U = onp.array([.5, -1, 2]), onp.array([[1., .3, -.2]])
    nodes, turns = d2l.huffman_tree([2, 1])
    score = float(U[0] @ h)
    log_p = d2l.tree_log_probabilities(*(np.array(a, dtype='float64') for a in (h, U)),
                                       nodes, np.array(turns, dtype='float64'))
    p = page.softmax(onp.array([score, 0]))
    assert sorted(onp.exp(log_p.asnumpy())) == pytest.approx(sorted(p), rel=1e-12)


def test_a_false_gradient_of_a_path_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_trees(20, 3))
    right = d2l.huffman_tree

    def wrong(counts):  # the last turn of each path is forgotten
        nodes, turns = right(counts)
        for row in turns:
            row[onp.flatnonzero(row)[-1]] = 0
        return nodes, turns

    monkeypatch.setattr(d2l, 'huffman_tree', wrong)
    assert not any(row['holds'] for row in page.claims_of_trees(20, 3))


def test_what_two_samples_expect_by_hand(page):
    a, q = onp.log([1., 3.]), onp.array([.5, .5])
    # the same word twice in half of all draws, else weights 2 and 6 of 8
    assert page.expected_slope(a, q, 1).tolist() == pytest.approx([.5, .5])
    assert page.expected_slope(a, q, 2).tolist() == pytest.approx(
        [.25 + .5 * .25, .25 + .5 * .75])


def test_samples_come_to_what_they_expect(page):
    rng = onp.random.RandomState(0)
    a, q, n, draws = rng.normal(size=4), onp.array([.1, .2, .3, .4]), 3, 40000
    x = rng.choice(4, size=(draws, n), p=q)
    w = (onp.exp(a) / q)[x]
    w /= w.sum(axis=1, keepdims=True)
    each = onp.stack([(w * (x == i)).sum(axis=1) for i in range(4)], axis=1)
    # five standard errors
    assert (abs(each.mean(axis=0) - page.expected_slope(a, q, n))
            < 5 * each.std(axis=0) / draws ** .5).all()


def test_contrast_is_that_of_torch(page, torch):
    rng = onp.random.RandomState(1)
    s, k = rng.normal(size=5), 7
    p_d, q = page.softmax(rng.normal(size=5)), page.softmax(rng.normal(size=5))
    scores = torch.tensor(s, requires_grad=True)
    odds = scores - torch.log(torch.tensor(k * q))
    l = -(torch.tensor(p_d) * torch.nn.functional.logsigmoid(odds)
          + torch.tensor(k * q) * torch.nn.functional.logsigmoid(-odds)).sum()
    l.backward()
    ours, = page.slopes(lambda s: page.contrast(s, *(np.array(a, dtype='float64')
                                                     for a in (p_d, q)), k), s)
    onp.testing.assert_allclose(ours, scores.grad.numpy(), rtol=1e-10)


def test_a_contrast_with_other_noise_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_contrast(10))
    right = page.contrast
    monkeypatch.setattr(page, 'contrast', lambda s, p_d, q, k: right(s, p_d, q, 2 * k)
                        + right(s, p_d, q, k) * .1)
    assert not page.claims_of_contrast(10)[1]['holds']


def test_the_loss_of_a_transcription_by_hand_and_by_torch(page, torch):
    rng = onp.random.RandomState(2)
    values = rng.normal(size=(3, 33))
    y = onp.array([[1, 4, 0, 0], [3, 9, 0, 7], [2, 5, 5, 0]], 'float64')
    Y = np.array(values, dtype='float64')
    Y.attach_grad()
    with autograd.record():
        l = page.TranscriptionLoss()(Y, np.array(y, dtype='float64'))
    l.backward()
    tensor = torch.tensor(values, requires_grad=True)
    lengths = torch.log_softmax(tensor[:, :3], 1)
    digits = torch.log_softmax(tensor[:, 3:].view(3, 3, 10), 2)
    theirs = -torch.stack([
        lengths[0, 0] + digits[0, 0, 4],
        lengths[1, 2] + digits[1, 0, 9] + digits[1, 1, 0] + digits[1, 2, 7],
        lengths[2, 1] + digits[2, 0, 5] + digits[2, 1, 5]])
    theirs.sum().backward()
    onp.testing.assert_allclose(l.asnumpy(), theirs.detach().numpy(), rtol=1e-10)
    onp.testing.assert_allclose(Y.grad.asnumpy(), tensor.grad.numpy(), rtol=1e-9,
                                atol=1e-12)


def test_a_compiled_loss_is_the_same(page):
    Y, y = np.random.normal(size=(4, 33)), np.array(d2l.digit_pictures(4)[1])
    loss = page.TranscriptionLoss()
    before = loss(Y, y).asnumpy()
    loss.hybridize(static_alloc=True, static_shape=True)
    onp.testing.assert_allclose(loss(Y, y).asnumpy(), before, rtol=1e-6)


def test_the_best_answer_is_that_of_the_enumeration(page):
    Y = np.random.normal(0, 2, size=(40, 33))
    answers, log_p = page.transcribe(Y)
    each = page.all_log_probabilities(Y)
    assert each.shape == (40, 10 + 100 + 1000)
    # four logarithms, which oneDNN gives within 3e-6 each
    onp.testing.assert_allclose(onp.exp(each).sum(axis=1), 1, rtol=1.2e-5)
    assert [page.ANSWERS[i] for i in each.argmax(axis=1)] == answers
    onp.testing.assert_allclose(log_p, each.max(axis=1), rtol=1e-5)
    assert {len(answer) for answer in answers} == {1, 2, 3}


def test_scores_are_where_they_are_said_to_be(page):
    Y = onp.zeros((1, 33), 'float32')
    Y[0, [1, 3 + 8, 13 + 6]] = 50  # two digits, 8 and 6
    assert page.transcribe(np.array(Y))[0] == [(8, 6)]
    lengths, digits = page.log_factors(mx.nd, np.array(Y))
    # oneDNN's log_softmax errs by 3e-6
    assert float(lengths[0, 1]) == pytest.approx(0, abs=5e-6)
    assert float(digits[0, 2, 3]) == pytest.approx(-math.log(10), abs=5e-6)


def test_claims_of_digits_are_decided_by_what_was_read(page):
    found = {'right': [.92, .95], 'right, the surer half': [.98, .99],
             'right length': [1, 1], 'sum over all answers': [1e-7, 1e-7],
             'other answer by enumeration': [0, 0]}
    assert [row['holds'] for row in page.claims_of_digits(found)] == [True, True]
    found.update({'right': [.92, .85], 'other answer by enumeration': [0, 1]})
    assert [row['holds'] for row in page.claims_of_digits(found)] == [False, False]


def test_more_words_than_there_are_cannot_be_kept(page):
    with pytest.raises(d2l.InputError, match='half of the .* words at most'):
        page.claims_of_ngrams(10 ** 6)


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.12')
    rows = smoke.result['claims']
    assert len(rows) == 10 and smoke.num_fits == 1
    assert [row['holds'] for row in rows[:1] + rows[2:9]] == [True] * 8
    perplexity, samples, *read = (figure.axes[0] for figure in smoke.figures)
    assert perplexity.lines[0].get_xdata().tolist() == [1, 2, 3]
    off = samples.lines[0].get_ydata()
    assert (onp.diff(off) < 0).all() and len(off) == 6
    assert len(smoke.figures[2].axes) == 8
