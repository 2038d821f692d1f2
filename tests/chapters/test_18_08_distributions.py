import math
from statistics import NormalDist

import numpy as onp
import pytest
from matplotlib import pyplot as plt

NAMES = ('Bernoulli', 'discrete uniform', 'continuous uniform', 'binomial', 'Poisson',
         'Gaussian')


def cumulative(smoke):
    """{name: (x, y)} of the c.d.f.s that a run has drawn, in their order."""
    lines = [axes.lines[0] for figure in smoke.figures for axes in figure.axes
             if axes.get_ylabel() == 'c.d.f.']
    assert len(lines) == len(NAMES)
    return {name: line.get_data() for name, line in zip(NAMES, lines)}


def test_values_are_those_of_tables(smoke_run):
    result = smoke_run('18.8').result
    assert result['Bernoulli']['F'] == pytest.approx({'-0.5': 0, '0': .7, '0.5': .7,
                                                      '1': 1})
    assert result['discrete uniform']['F'] == pytest.approx(
        {'0.5': 0, '1': .2, '3.5': .6, '5': 1})
    assert result['continuous uniform']['F'] == pytest.approx({'0.5': 0, '1.5': .25,
                                                               '3': 1})
    assert result['binomial']['F'] == pytest.approx(
        {'-1': 0, '0': .1074, '2.5': .6778, '10': 1}, abs=5e-5)
    assert result['Poisson']['F'] == pytest.approx(
        {'0': .0067, '5.5': .6160, '10.5': .9863}, abs=5e-5)
    assert result['Gaussian']['F'] == pytest.approx(
        {'-1.96': .025, '0': .5, '1.96': .975}, abs=5e-5)


def test_cumulative_functions_are_scipys(smoke_run):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    theirs = (stats.bernoulli(.3), stats.randint(1, 6), stats.uniform(1, 2),
              stats.binom(10, .2), stats.poisson(5), stats.norm(0, 1))
    result = smoke_run('18.8').result
    for (name, (x, y)), distribution in zip(cumulative(smoke_run('18.8')).items(),
                                            theirs):
        # a grid of hundredths is not quite at the steps of discrete variables
        clear = (abs(x - x.round()) > .005) & (x < 19)
        onp.testing.assert_allclose(y[clear], distribution.cdf(x[clear]), atol=1e-9,
                                    err_msg=name)
        assert (result[name]['mean'], result[name]['variance']) == pytest.approx(
            distribution.stats())


def test_cumulative_functions_rise_from_0_to_1(smoke_run):
    for name, (x, y) in cumulative(smoke_run('18.8')).items():
        # of N(0, 1) a part of 0.00135 is beyond 3, of Poisson(5) 3e-7 beyond 19
        rest = .0015 if name == 'Gaussian' else 1e-6
        assert 0 <= y[0] <= rest and 1 - rest <= y[-1] <= 1 + 1e-9
        assert (onp.diff(y) >= -1e-12).all()


def test_each_figure_says_of_which_distribution_it_is(smoke_run):
    titles = [axes.get_title() for figure in smoke_run('18.8').figures
              for axes in figure.axes]
    assert [title for title in titles if not title.startswith('n = ')] == [
        name for name in NAMES for _ in range(2)]


def test_samples_are_of_their_distributions(smoke_run):
    for name in NAMES:
        found = smoke_run('18.8').result[name]
        error = (found['variance'] / 100) ** .5
        assert found['mean of 100'] == pytest.approx(found['mean'], abs=5 * error)


def test_every_value_of_the_discrete_uniform_is_drawn(section, monkeypatch):
    page = section('18.8')
    monkeypatch.setattr(page, 'draw', lambda *figures: None)
    onp.random.seed(0)
    drawn = {value for _ in range(6) for value in page.discrete_uniform()['sample']}
    assert drawn == {1, 2, 3, 4, 5}  # 60 draws: one is missing once in 1e5


@pytest.mark.parametrize('n, k', [(0, 0), (5, 2), (10, 10), (1000, 300)])
def test_binomial_coefficients_are_exact(section, n, k):
    assert section('18.8').binom(n, k) == math.comb(n, k)


def test_binomials_come_to_the_normal_as_berry_and_esseen_say(section):
    distance = section('18.8').central_limit()
    sizes = [int(name.split()[-1]) for name in distance]
    for n, d in zip(sizes, distance.values()):
        # 0.4748 E|X - p|^3 / sigma^3 / sqrt(n), which for p = 0.2 is 1.7
        assert d <= .4748 * 1.7 / n ** .5
    assert sorted(distance.values(), reverse=True) == list(distance.values())
    assert [axes.get_title() for axes in plt.gcf().axes] == list(distance)


def test_the_gaussian_is_an_exponential_family(section):
    page = section('18.8')
    for x, mu, sigma in ((2, 1, 2), (-.5, 0, 1), (3, 3, .5)):
        assert page.exponential_family(x, mu, sigma) == pytest.approx(
            NormalDist(mu, sigma).pdf(x))
