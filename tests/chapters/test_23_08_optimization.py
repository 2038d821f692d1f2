"""Ways of optimizing: by hand, by scipy and PyTorch, and with what is wrong found."""
import math
from types import SimpleNamespace

import numpy as onp
import pytest
from mxnet import autograd, gluon, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.8')


def test_the_chance_of_a_minimum_of_two_numbers_is_an_integral(page):
    # a, d of variance 2, b of 1; both above 0, and b^2 below a d; a = u^2, d = v^2
    u = (onp.arange(80) + .5) / 20
    density = onp.exp(-u ** 4 / 4) / (4 * math.pi) ** .5 * 2 * u
    inside = onp.vectorize(math.erf)(onp.outer(u, u) / 2 ** .5)
    assert page.MINIMA[1] == .5
    assert density @ inside @ density / 400 == pytest.approx(page.MINIMA[2], abs=1e-5)


def test_from_a_saddle_itself_descent_does_not_go(page):
    path = page.near_a_saddle(lambda g, H: -g / 2, 5, theta=(0., 0))
    assert (path == 0).all()
    # one step of Newton's: y - (y^3 - y) / (3 y^2 - 1) = 2 y^3 / (3 y^2 - 1)
    _, (x, y) = page.near_a_saddle(lambda g, H: -onp.linalg.solve(H, g), 1)
    assert (x, y) == pytest.approx((0, .002 / -.97))


def test_ways_that_end_elsewhere_are_found(page, monkeypatch):
    found = {f'n = {n}': [P] for n, P in page.MINIMA.items()}
    assert [row['holds'] for row in page.claims_of_saddles(found, 1000)] == [True] * 2
    # five deviations of 1000 matrices are 0.025
    found['n = 3'] = [page.MINIMA[3] + .03]
    right = page.near_a_saddle
    monkeypatch.setattr(page, 'near_a_saddle', lambda way: right(way, theta=(1., -.1)))
    assert [row['holds'] for row in page.claims_of_saddles(found, 1000)] == [False] * 2


def test_the_slope_of_a_cliff_is_that_of_differences(page):
    for w in (.9, 1.02):
        (low, _), (high, _) = page.cliff(w - 1e-6), page.cliff(w + 1e-6)
        assert page.cliff(w)[1] == pytest.approx((high - low) / 2e-6, rel=1e-6)


def test_a_gradient_is_clipped_as_that_of_8_5(page):
    g = onp.array([3., -4])
    assert page.clip(g, 1).tolist() == pytest.approx([.6, -.8])
    assert page.clip(g, 6).tolist() == [3, -4]
    param = np.zeros(2)
    param.attach_grad()
    param.grad[:] = np.array(g)
    d2l.grad_clipping(SimpleNamespace(params=[param]), 1)
    assert param.grad.asnumpy() == pytest.approx(page.clip(g, 1), rel=1e-6)


def test_without_clipping_nothing_is_learnt(page, monkeypatch):
    assert page.claims_of_cliffs()['holds']
    monkeypatch.setattr(page, 'clip', lambda g, v: 0 * g)
    assert not page.claims_of_cliffs()['holds']


@pytest.fixture
def bowl():
    """H (3, 3), and where descent begins."""
    A = onp.random.RandomState(0).normal(size=(3, 3))
    return A @ A.T, onp.array([1., -2, 3])


@pytest.mark.parametrize('is_ahead', [False, True])
def test_momentum_is_torchs(page, bowl, torch, is_ahead):
    H, theta = bowl
    path = page.with_momentum(H, theta, .1, .8, 6, is_ahead)
    tensor = torch.tensor(theta, requires_grad=True)
    optimizer = torch.optim.SGD([tensor], lr=.1, momentum=.8, nesterov=is_ahead)
    for _ in range(6):
        optimizer.zero_grad()
        (tensor @ torch.tensor(H) @ tensor / 2).backward()
        optimizer.step()
    # PyTorch keeps where the velocity leads, ours where the descent is
    ahead = path[-1] + .8 * (path[-1] - path[-2]) if is_ahead else path[-1]
    onp.testing.assert_allclose(tensor.detach().numpy(), ahead, rtol=1e-10)


def test_gluons_nag_is_nesterovs(page, bowl):
    H, theta = bowl
    path = page.with_momentum(H, theta, .1, .8, 6, is_ahead=True)
    param = gluon.Parameter('theta', shape=3)
    param.initialize()
    param.set_data(np.array(theta))
    trainer = gluon.Trainer([param], 'nag', {'learning_rate': .1, 'momentum': .8})
    for _ in range(6):
        with autograd.record():
            l = np.dot(np.dot(param.data(), np.array(H, 'float32')), param.data()) / 2
        l.backward()
        trainer.step(1)
    onp.testing.assert_allclose(param.data().asnumpy(), path[-1] + .8 * (
        path[-1] - path[-2]), rtol=1e-4, atol=1e-5)


def test_the_slowest_factor_is_that_of_a_long_descent(page):
    for alpha, is_ahead in ((0, False), (.3, True)):
        path = page.with_momentum(onp.diag([1., 5]), onp.ones(2), .2, alpha, 200,
                                  is_ahead)
        lengths = onp.linalg.norm(path, axis=1)
        factor = page.slowest_factor([1, 5], .2, alpha, is_ahead)
        assert (lengths[-1] / lengths[100]) ** .01 == pytest.approx(factor, rel=1e-2)


def test_momentum_that_does_not_help_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_momentum(100))
    right = page.with_momentum
    monkeypatch.setattr(page, 'with_momentum', lambda H, theta, epsilon, alpha, *rest:
                        right(H, theta, epsilon, 0, *rest))
    assert [row['holds'] for row in page.claims_of_momentum(100)] == [True, False]


@pytest.mark.parametrize('name', ['BFGS', 'LBFGS'])
def test_a_way_that_learns_no_curvature_is_found(page, monkeypatch, name):
    class Steepest(getattr(d2l, name)):
        def __call__(self, theta, g):
            super().__call__(theta, g)
            return -g

    assert [row['holds'] for row in page.claims_of_quadratics(100)] == [True, True]
    monkeypatch.setattr(d2l, name, Steepest)
    assert [row['holds'] for row in page.claims_of_quadratics(100)] == [False, False]


def test_a_false_hessian_is_found(page, monkeypatch):
    monkeypatch.setattr(d2l, 'rosenbrock_hessian', lambda theta: onp.eye(len(theta)))
    assert not page.claims_of_curvature(n=3, most_steps=100)[0]['holds']


def test_variances_are_sums_over_all_pairs_of_steps(page):
    a, T = .7, 4
    variances = page.exact_variances(.3, T)
    last = .09 / (1 - a * a)
    assert variances['last'] == pytest.approx(last)
    assert variances['average'] == pytest.approx(
        last * sum(a ** abs(i - j) for i in range(T) for j in range(T)) / T ** 2)


def test_noise_that_is_not_as_expected_is_found(page):
    exact = page.exact_variances(.1, 200)
    found = {name: [value] for name, value in exact.items()}
    assert [row['holds'] for row in page.claims_of_averages(found, 5000)] == [True] * 2
    found['average'] = [1.2 * exact['average']]  # five deviations are 0.1
    assert not page.claims_of_averages(found, 5000)[0]['holds']


def test_who_sees_enough_learns_the_sum_of_the_right_numbers(page):
    row = page.measure_lessons(5, d=3, others=2, num_examples=2000)
    assert len(row) == 6 and max(row.values()) < .1  # by chance a half


def test_lessons_that_do_not_help_are_told(page):
    found = {f'{name}, {order}': [error] for name, errors in (
        ('perceptrons', (.3, .2, .1)), ('logistic regression', (.1, .2, .3)))
        for order, error in zip(('easy first', 'by chance', 'hard first'), errors)}
    assert [row['holds'] for row in page.claims_of_lessons(found)] == [False, True]


def test_the_smoke_run_holds_what_is_exact(smoke_run):
    smoke = smoke_run('23.8')
    rows = smoke.result['claims']
    assert len(rows) == 13
    assert [row['holds'] for row in rows[:11]] == [True] * 11
    saddle, cliff, momentum, valley = (figure.axes[0] for figure in smoke.figures)
    assert saddle.get_legend().get_texts()[1].get_text() == "Newton's method"
    assert abs(saddle.lines[1].get_ydata()[-1]) < 1e-9
    w, losses = cliff.lines[1].get_data()
    assert len(cliff.lines) == 2 and losses == pytest.approx((w ** 50 - .5) ** 2 / 2)
    assert len(momentum.lines) == 3 and len(valley.lines) == 5
    assert all(line.get_ydata()[0] == 9 for line in valley.lines)  # at 0, nine numbers
    assert math.isclose(saddle.lines[0].get_ydata()[0], .1)
