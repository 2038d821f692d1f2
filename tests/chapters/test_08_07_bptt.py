import numpy as onp
import pytest


@pytest.fixture
def page(section):
    return section('8.7')


def gates_of(page):
    return {'full': page.full_gates(8), 'truncated': page.truncated_gates(8, 3),
            'randomized': page.randomized_gates(8, 0.6)}


@pytest.mark.parametrize('kind', ['full', 'truncated', 'randomized'])
def test_gradients_by_hand_are_those_of_autograd(page, kind):
    problem = page.make_problem(8, scale=0.9)
    assert page.agreement(problem, gates_of(page)[kind]) < 1e-5


def test_full_gradient_is_that_of_finite_differences(page):
    xs, ys, params = page.make_problem(5, scale=0.9)
    gradients, dL_dh = page.by_hand(xs, ys, params, page.full_gates(5))

    def loss(W_hx, W_hh, W_qh):
        h, L = onp.zeros(4), 0
        for x, y in zip(xs.asnumpy().astype(float), ys.asnumpy().astype(float)):
            h = W_hx @ x + W_hh @ h
            L += ((W_qh @ h - y) ** 2).sum() / 2 / 5
        return L

    values = [param.asnumpy().astype(float) for param in params]
    for k, gradient in enumerate(gradients):
        for place in onp.ndindex(gradient.shape):
            step = onp.zeros_like(values[k])
            step[place] = 1e-5
            up, down = ([v + sign * step if i == k else v for i, v in enumerate(values)]
                        for sign in (1, -1))
            slope = (loss(*up) - loss(*down)) / 2e-5
            assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-7)
    assert dL_dh.shape == (5, 4)


def test_truncation_stops_gradients_at_the_border(page):
    problem = page.make_problem(6, scale=1.0)
    _, dL_dh = page.by_hand(*problem, page.truncated_gates(6, 3))
    xs, ys, params = problem
    # the last step of the first part feels its own output alone
    W_hx, W_hh, W_qh = (param.asnumpy().astype(float) for param in params)
    h = onp.zeros(4)
    for x in xs.asnumpy()[:3].astype(float):
        h = W_hx @ x + W_hh @ h
    own = W_qh.T @ (W_qh @ h - ys.asnumpy()[2]) / 6
    onp.testing.assert_allclose(dL_dh[2], own, rtol=1e-6)


def test_randomized_gates_are_one_on_average(page):
    gates = page.randomized_gates(100000, keep=0.25)
    assert set(onp.unique(gates)) == {0, 4}
    assert gates.mean() == pytest.approx(1, abs=0.03)  # standard error 0.0055


def test_strategies_compare_as_the_book_says(page):
    result = page.run(num_draws=1000)['distance from the full gradient']
    truncated = list(result['truncated'].values())
    assert truncated[-1] == 0 and truncated[0] > truncated[-2] > 0
    # unbiased, yet a single draw is far away
    assert result['randomized, mean of 1000 draws'] < 0.3
    assert result['randomized, a single draw'] > truncated[0]


def test_gradients_vanish_and_explode_with_the_scale(page):
    norms = page.show_vanishing_and_exploding(40, scales=(0.5, 1.5))
    small, large = norms['scale 0.5'], norms['scale 1.5']
    assert large['first step'] > 1e3 * large['last step']
    assert small['first step'] < 10 * small['last step']


def test_keep_outside_its_range_is_refused(page):
    with pytest.raises(ValueError, match='keep is a chance'):
        page.run(keep=0.0)
