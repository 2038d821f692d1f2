"""Features that hide a domain, held to PyTorch; regions, held to linear programs."""
import itertools

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


def test_a_reversal_changes_nothing_but_the_gradient():
    X = np.array([[1., -2, 5]])
    X.attach_grad()
    with autograd.record():
        Y = d2l.GradientReversal(3)(X)
        l = (Y ** 2).sum()
    l.backward()
    assert Y.asnumpy().tolist() == X.asnumpy().tolist()
    assert X.grad.asnumpy().tolist() == [[-6, 12, -30]]


def test_without_strength_nothing_comes_back():
    X = np.ones((1, 2))
    X.attach_grad()
    with autograd.record():
        l = d2l.GradientReversal(0)(X).sum()
    l.backward()
    assert X.grad.asnumpy().tolist() == [[0, 0]]


def test_an_adversary_keeps_the_contract():
    d2l.check_hybrid_block(lambda: d2l.DomainAdversary(2),
                           (np.random.normal(size=(2, 3)),))


def test_features_go_up_the_slope_of_who_tells_the_domain(torch):
    net, X = d2l.DomainAdversary(2, 3, 4), onp.random.RandomState(0).normal(size=(5, 2))
    net.initialize()
    net(np.array(X, dtype='float32'))
    net.cast('float64')
    with autograd.record():
        label, domain = net(np.array(X))
        l = (label ** 2).sum() + (domain ** 2).sum()
    l.backward()
    params = {name: torch.tensor(param.data().asnumpy(), requires_grad=True)
              for name, param in net._collect_params_with_prefix().items()}

    def dense(name, X):
        return X @ params[f'{name}.weight'].T + params[f'{name}.bias']

    h = dense('f', torch.tensor(X))
    by_label = (dense('label', h) ** 2).sum()
    by_domain = (dense('domain.2', torch.tanh(dense('domain.1', h))) ** 2).sum()
    for name, param in net._collect_params_with_prefix().items():
        label, domain = (torch.autograd.grad(l, params[name], retain_graph=True,
                                             allow_unused=True)[0]
                         for l in (by_label, by_domain))
        expected = (label - 2 * domain if name.startswith('f.') else
                    domain if label is None else label)
        onp.testing.assert_allclose(param.grad().asnumpy(), expected.numpy(),
                                    rtol=1e-9, atol=1e-13)


def test_three_lines_make_seven_regions():
    # a triangle below x + y = 1; that all three are on the wrong side cannot be
    codes = d2l.regions_of_codes(onp.array([[1., 0], [0, 1], [-1, -1]]),
                                 onp.array([0., 0, 1]))
    assert codes == set(itertools.product((False, True), repeat=3)) - {(False,) * 3}


@pytest.mark.parametrize('n,d', [(4, 1), (5, 2), (5, 3)])
def test_codes_are_those_for_which_a_linear_program_finds_a_point(n, d):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    rng = onp.random.RandomState(n)
    W, b = rng.normal(size=(n, d)), rng.normal(size=n)

    def is_there(code):
        """Whether all borders are at a distance above 0 on these sides."""
        sign = onp.where(code, 1, -1)
        found = optimize.linprog([0] * d + [-1], onp.column_stack(
            [-sign[:, None] * W, onp.ones(n)]), sign * b, bounds=[(None, None)] * d
            + [(None, 1)])
        return -found.fun > 1e-9

    every = itertools.product((False, True), repeat=n)
    assert d2l.regions_of_codes(W, b) == set(filter(is_there, every))


def test_fewer_borders_than_dimensions_are_told():
    with pytest.raises(ValueError, match='3 borders in 3 dimensions at least, got 2'):
        d2l.regions_of_codes(onp.ones((2, 3)), onp.ones(2))


def test_zaslavskys_number_is_that_of_cuts_of_a_line_a_pancake_and_a_cake():
    assert [d2l.zaslavsky(n, 1) for n in range(4)] == [1, 2, 3, 4]
    assert [d2l.zaslavsky(n, 2) for n in range(5)] == [1, 2, 4, 7, 11]
    assert [d2l.zaslavsky(n, 3) for n in range(6)] == [1, 2, 4, 8, 15, 26]
