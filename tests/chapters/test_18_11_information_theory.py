import math

import mxnet
import numpy as onp
import pytest
from mxnet import np


@pytest.fixture
def page(section):
    return section('18.11')


def test_numbers_are_those_printed(smoke_run):
    result = smoke_run('18.11').result
    assert result['self-information of 1 in 64'] == 6
    assert result['entropy'] == pytest.approx(1.6854753, rel=1e-6)
    assert result['conditional entropy']["the page's"] == pytest.approx(.8635472,
                                                                        rel=1e-6)
    assert result['mutual information']["the page's"] == pytest.approx(.7194603,
                                                                       rel=1e-6)
    # MXNet starts from seed 0 where nobody sets one, as in the book's notebook
    assert list(result['sums over sorted samples'].values()) == pytest.approx(
        [8470.638, 8664.998, 13536.835], rel=1e-5)
    assert result['bits of cards'] == pytest.approx(
        {'a heart': 2, 'the three of spades': math.log2(52), 'a whole deck': 225.581},
        abs=1e-4)


def test_what_is_impossible_tells_nothing(page):
    assert float(page.entropy(np.array([.5, .5, 0]))) == 1
    assert float(page.joint_entropy(np.array([[.25, .75], [0, 0]]))) == pytest.approx(
        .25 * 2 + .75 * math.log2(4 / 3))
    assert page.kl_divergence(np.array([1, 0]), np.array([.25, .75])) == 2


def test_entropies_add_up(page):
    p_xy = np.array([[.1, .5], [.1, .3]])
    p_x, p_y = p_xy.sum(1, keepdims=True), p_xy.sum(0, keepdims=True)
    H = {name: float(page.entropy(p)) for name, p in (('x', p_x), ('y', p_y))}
    joint = float(page.joint_entropy(p_xy))
    given = float(page.conditional_entropy(p_xy, p_x))
    mutual = float(page.mutual_information(p_xy, p_x, p_y))
    # float32
    assert joint == pytest.approx(H['x'] + given, abs=1e-6)
    assert mutual == pytest.approx(H['y'] - given, abs=1e-6)
    assert mutual == pytest.approx(page.kl_divergence(p_xy, p_x * p_y), abs=1e-6)


@pytest.mark.parametrize('p_xy, bits', [
    ([[.125, .375], [.125, .375]], 0), ([[.5, 0], [0, .5]], 1)])
def test_what_variables_tell_of_each_other(page, p_xy, bits):
    p_xy = np.array(p_xy)
    assert float(page.mutual_information(
        p_xy, p_xy.sum(1, keepdims=True), p_xy.sum(0, keepdims=True))) == bits


def test_divergences_of_densities_are_those_of_the_formula(page):
    def bits(mean, std, mean_q, std_q):
        return (math.log(std_q / std) + (std ** 2 + (mean - mean_q) ** 2)
                / (2 * std_q ** 2) - .5) / math.log(2)

    found = page.divergences()
    expected = [bits(0, 1, -1, 1), bits(0, 1, 1, 1), bits(1, 1, 0, 1),
                bits(0, 1, 0, 2), bits(0, 2, 0, 1)]
    # float32; beyond 10 is 6e-7 of N(0, 4), with up to 40 bits
    assert list(found.values()) == pytest.approx(expected, abs=1e-4)


def test_divergences_are_scipys(page):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    p, q = onp.random.RandomState(0).dirichlet(onp.ones(7), size=2)
    assert page.kl_divergence(np.array(p), np.array(q)) == pytest.approx(
        stats.entropy(p, q, base=2), rel=1e-5)
    assert float(page.entropy(np.array(p))) == pytest.approx(
        stats.entropy(p, base=2), rel=1e-5)


def test_cross_entropy_is_mxnets_negative_log_likelihood(page):
    preds, labels = np.array([[.3, .6, .1], [.2, .3, .5]]), np.array([0, 2])
    metric = mxnet.metric.NegativeLogLikelihood()
    metric.update(labels.as_nd_ndarray(), preds.as_nd_ndarray())
    ours = float(page.cross_entropy(preds, labels))
    assert ours == pytest.approx(metric.get()[1], rel=1e-6)
    assert ours == pytest.approx(-(math.log(.3) + math.log(.5)) / 2, rel=1e-6)
