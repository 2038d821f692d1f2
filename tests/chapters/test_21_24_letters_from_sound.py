"""Letters from sound: what is drawn, what either way teaches, and what is wrong."""
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.24')


def test_words_are_padded_and_have_room_for_their_letters(page):
    X, lens, words = page.draw_words(30)
    assert X.shape == (30, 2 * lens.max(), 101) and set(map(len, words)) <= {3, 4, 5, 6}
    assert min(map(min, words)) >= 1 and max(map(max, words)) <= len(page.LETTERS)
    for row, n, word in zip(X, lens, words):
        assert row[2 * n - 1].any() and not row[2 * n:].any() and n >= len(word)


def test_no_letter_is_doubled_and_all_are_as_likely(page):
    rng = onp.random.RandomState(0)
    words = [page.draw_word(rng) for _ in range(2000)]
    assert {len(word) for word in words} == {3, 4, 5, 6}
    assert all(onp.diff(word).all() for word in words)
    for place in range(3):
        counts = onp.bincount([word[place] for word in words], minlength=10)
        assert counts[0] == 0
        # 5 standard deviations of how many of 2000 one of nine letters is
        assert abs(counts[1:] - 2000 / 9).max() < 5 * (2000 * 8 / 81) ** .5


def test_words_are_padded_with_blanks(page):
    label, label_lens = page.padded([[1, 2, 3], [4] * 6])
    assert label.tolist() == [[1, 2, 3, 0, 0, 0], [4] * 6]
    assert label_lens.tolist() == [3, 6]


def test_equal_shares_are_a_cross_entropy_of_each_step(page):
    Y = onp.random.RandomState(0).normal(size=(2, 6, 4)).astype('float32')
    lens, words = [6, 4], [[1, 2, 3], [3, 1]]
    label, label_lens = page.padded(words)
    l = page.by_equal_shares(np.array(Y), *(np.array(a, dtype='int32') for a in (
        lens, label, label_lens))).asnumpy()
    log_p = Y - onp.log(onp.exp(Y).sum(axis=2, keepdims=True))
    by_hand = [-log_p[0, range(6), [1, 1, 2, 2, 3, 3]].sum(),
               -log_p[1, range(4), [3, 3, 1, 1]].sum()]
    assert l == pytest.approx(by_hand, rel=1e-5)  # float32


def test_padding_changes_no_score_that_counts(page):
    net = page.build_net()
    net.initialize(init.Normal(.3))
    X, _ = page.example_inputs(3)
    lens = np.array([20, 7, 12], dtype='int32')
    Y = net(X, lens).asnumpy()
    longer = np.concatenate([X, np.zeros_like(X)], axis=1)  # as convolutions pad
    other = net(longer, lens).asnumpy()
    assert Y.shape == (3, 20, 10)
    for i, n in enumerate(lens.tolist()):
        # sums of float32 in another order
        onp.testing.assert_allclose(Y[i, :n], other[i, :n], atol=1e-5)


def test_wrong_letters_are_counted_over_all_words(page):
    scores = [onp.eye(10)[[0, 1, 1, 0, 2]], onp.eye(10)[[3, 3, 3]]]
    assert page.error_rate(scores, [[1, 2], [3]]) == 0
    assert page.error_rate(scores, [[1, 2, 2], [3]]) == 1 / 4
    assert page.error_rate(scores, [[2], [4, 3]]) == 2 / 3
    assert page.text_of([0, 1, 9]) == '.as'


@pytest.mark.parametrize('steps', [25, 45, 90])
def test_no_letters_name_lies_over_another(page, steps):
    page.show(onp.random.RandomState(0).normal(size=(steps, 10)), [1, 2])
    figure = d2l.plt.gcf()
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].get_yticklabels()]
    assert len(boxes) == 10 and not any(
        a.overlaps(b) for a, b in zip(boxes, boxes[1:]))


def test_the_smoke_run_spells(smoke_run):
    result = smoke_run('21.24').result
    assert len(result['claims']) == 3 and len(result['spelled']) == 8
    for row in result['spelled']:
        assert len(row['heard']) <= len(row['steps'].replace('.', ''))


@pytest.mark.parametrize('name, value, holds', [
    ('letters wrong, CTC', [.1, .3], [False, True, True]),
    ('letters wrong, CTC', [.1, .7], [False, False, True]),
    ('blanks, CTC', [.6, .4], [True, True, False])])
def test_a_claim_may_fail(page, name, value, holds):
    found = {'letters wrong, CTC': [.1, .1], 'letters wrong, equal shares': [.5, .5],
             'blanks, CTC': [.6, .6]}
    assert all(row['holds'] for row in page.claims(found))
    assert [row['holds'] for row in page.claims({**found, name: value})] == holds
