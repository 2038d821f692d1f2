"""Autoencoders, each held to what it has to find; their parts: tests/companions/."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.14')


def test_what_is_left_out_of_two_components_is_scikit_learns(page):
    decomposition = pytest.importorskip('sklearn.decomposition')
    X = onp.random.normal(size=(40, 5)) * [3, 2, 1, .5, .1] @ page.turned(5)
    X = X - X.mean(axis=0)
    pca = decomposition.PCA().fit(X)
    vectors, left = page.principal(X, 2)
    assert d2l.largest_angle(vectors, pca.components_[:2].T) < 1e-10
    assert left == pytest.approx(pca.explained_variance_[2:].sum() * 39 / 40)


def test_descent_on_a_linear_code_comes_to_the_principal_components(page):
    row = page.measure_linear(250)
    assert row['angle'] < 1e-4
    assert row['error'] == pytest.approx(row['variance left out'], rel=1e-6)
    assert page.measure_linear(1)['angle'] > .1


def test_bars_are_all_rows_and_all_columns(page, monkeypatch):
    monkeypatch.setattr(page, 'SIDE', 2)
    half = onp.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]]) / 2 ** .5
    assert page.bars() == pytest.approx(half)
    order = [2, 0, 3, 1]
    rows, cosines = page.nearest(half[order])
    assert rows.tolist() == [1, 3, 0, 2] and cosines == pytest.approx(onp.ones(4))


def test_a_search_from_where_it_ends_takes_no_step(page):
    D, X = page.bars(), page.pictures(20)
    exact = d2l.search_codes(X, D, onp.zeros((20, 10)), page.SPARSITY, 0, 3000)
    least = page.code_loss(X, D, exact)
    assert len(page.losses_of_search(X, D, exact, least)) == 1
    losses = page.losses_of_search(X, D, onp.zeros((20, 10)), least)
    assert losses[0] == pytest.approx((X ** 2).sum(axis=1).mean())
    assert losses[-2] > 1.01 * least >= losses[-1] >= least


def test_noise_of_a_batch_is_drawn_each_time(page):
    X = np.zeros((2000, 2))
    first, second = (page.denoising_losses(lambda X: X, .5)(X).asnumpy()
                     for _ in range(2))
    assert (first != second).mean() > .99
    # of two squares of deviation 1/2 each; five standard errors
    assert first.mean() == pytest.approx(.5, abs=.06)


def test_tangents_of_a_circle_are_at_a_right_angle_to_it(page):
    plane = page.turned(6)[:2]
    x, tangent = page.circle(50, plane, noise=0)
    assert (x ** 2).sum(axis=1) == pytest.approx(4 * onp.ones(50))
    assert (tangent ** 2).sum(axis=1) == pytest.approx(onp.ones(50))
    assert abs((x * tangent).sum(axis=1)).max() < 1e-12
    assert abs(tangent - tangent @ plane.T @ plane).max() < 1e-12


GOOD = {'angle': [0.], 'error': [2.], 'variance left out': [2.], 'loss': [1.],
        'cosine, no penalty': [.5], 'cosine, sparse': [.99],
        'cosine, predictive': [.99], 'slope left': [0.], 'steps from 0': [40],
        'steps from f(x)': [3], 'missed, without noise': [1.],
        'missed, denoising': [.01], 'least': [.995], 'from the slope': [0.],
        'along, without': [.4], 'along, contractive': [.9], 'from differences': [0.]}


@pytest.mark.parametrize('wrong', [
    {}, {'angle': [.01]}, {'cosine, sparse': [.9]}, {'cosine, predictive': [.4]},
    {'steps from f(x)': [41]}, {'from the slope': [.1]}, {'missed, denoising': [.2]},
    {'least': [.9]}, {'from differences': [.01]}, {'along, contractive': [.3]}])
def test_each_claim_can_fail_alone(page, wrong):
    holds = [row['holds'] for row in page.claims_of({**GOOD, **wrong})]
    places = ['angle', 'cosine, sparse', 'cosine, predictive', 'steps from f(x)',
              'from the slope', 'missed, denoising', 'least', 'from differences',
              'along, contractive']
    assert holds == [name not in wrong for name in places]


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.14')
    rows = smoke.result['claims']
    assert len(rows) == 9 and smoke.num_fits == 7
    assert rows[4]['holds'] and rows[7]['holds']
    fields = smoke.figures[-1].axes
    assert [ax.get_title() for ax in fields] == ['E[x | x~] - x~', 'g(f(x~)) - x~']
