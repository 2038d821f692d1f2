import numpy as onp
import pytest
from matplotlib import pyplot as plt


@pytest.fixture
def probability(section):
    return section('2.6')


def test_seed_0_throws_the_dice_printed_in_the_book(probability):
    # MXNet starts from seed 0 where nobody sets one, as in the book's notebook
    throws = probability.throw_die(1000)
    assert throws['counts of 1 throw'] == [0, 0, 0, 1, 0, 0]
    assert throws['counts of 10 throws'] == [1, 1, 5, 1, 1, 1]
    onp.testing.assert_allclose(throws['shares in 1000 throws'],
                                [0.162, 0.149, 0.178, 0.170, 0.166, 0.175], rtol=1e-6)


def test_estimates_are_shares_of_all_throws_so_far(probability):
    estimates = probability.law_of_large_numbers(num_groups=7, group_size=5).asnumpy()
    assert estimates.shape == (7, 6)
    counts = estimates * 5 * onp.arange(1, 8).reshape(7, 1)
    onp.testing.assert_allclose(counts, counts.round(), atol=1e-4)  # float32
    per_group = onp.diff(counts.round(), axis=0, prepend=0)
    assert (per_group >= 0).all() and (per_group.sum(axis=1) == 5).all()


def test_estimates_approach_one_sixth(probability):
    estimates = probability.law_of_large_numbers(500, 10).asnumpy()
    # five standard deviations of a share of 5000 throws
    assert onp.abs(estimates[-1] - 1 / 6).max() < 5 * (5 / 36 / 5000) ** 0.5
    spread = onp.abs(estimates - 1 / 6).max(axis=1)
    assert spread[-1] < spread[0] / 4


def test_figure_shows_six_faces_and_the_true_probability(probability):
    probability.run(num_groups=20)
    *faces, truth = plt.gca().lines
    assert [line.get_label() for line in faces] == [f'P(die={i})' for i in range(1, 7)]
    assert all(len(line.get_ydata()) == 20 for line in faces)
    assert truth.get_ydata()[0] == pytest.approx(1 / 6)


def test_hiv_probabilities_are_those_printed_in_the_book(probability):
    results = probability.hiv_tests()
    # relative: float32; the book rounds what it divides to four places
    assert results['P(D1=1)'] == pytest.approx(0.011485, rel=1e-6)
    assert results['P(H=1 | D1=1)'] == pytest.approx(0.1306, abs=5e-5)
    assert results['P(D1=1, D2=1 | H)'] == pytest.approx([0.0003, 0.98], rel=1e-6)
    assert results['P(D1=1, D2=1)'] == pytest.approx(0.00176955, rel=1e-6)
    assert results['P(H=1 | D1=1, D2=1)'] == pytest.approx(0.8307, abs=5e-5)


def test_tests_independent_given_the_infection_are_not_independent(probability):
    results = probability.hiv_tests()
    # 0.011485 times P(D2=1) = 0.03 * 0.9985 + 0.98 * 0.0015 = 0.031425
    assert results['P(D1=1) P(D2=1)'] == pytest.approx(0.011485 * 0.031425, rel=1e-6)
    assert results['P(D1=1, D2=1)'] > 4 * results['P(D1=1) P(D2=1)']
