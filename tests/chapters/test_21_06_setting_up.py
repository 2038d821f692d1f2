import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.6')


def test_descent_goes_down_as_its_curvatures_say(page):
    # columns of lengths that make the curvatures 4 and 1; the rate is 1 / 4 of theirs
    X = onp.array([[2 * 2 ** .5, 0], [0, 2 ** .5]])
    y = X @ [1., 1.]
    left = page.descend(X, y, 1, max_steps=6)
    # the first direction is done in a step, of the second 3/4 of the error remain
    expected = [(4 + 1) / 2] + [.5 * .75 ** (2 * t) for t in range(1, 7)]
    onp.testing.assert_allclose(left, expected, rtol=1e-9)


def test_descent_ends_where_a_hundredth_is_left(page):
    X = onp.eye(3)
    left = page.descend(X, onp.ones(3), .5, max_steps=100)
    # half of the error remains after each step, a fourth of the loss: 4 ^ 4 > 100
    onp.testing.assert_allclose(onp.array(left) / left[0], .25 ** onp.arange(5))


def test_the_best_rate_of_all_is_taken(page):
    curves = page.compare_inputs(max_steps=300)
    table = d2l.read_airfoil().astype('float64')
    normal = (table - table.mean(axis=0)) / table.std(axis=0)
    all_curves = [page.descend(page.with_ones(normal[:, :-1]), normal[:, -1], factor,
                               300) for factor in page.FACTORS]
    assert len(curves['normalized']) == min(map(len, all_curves))
    assert len(curves['as they are']) == 301  # not done


@pytest.mark.parametrize('name', ['small', 'Xavier', 'He', 'large'])
def test_relus_keep_half_of_a_magnitude(page, name):
    magnitude = page.MAGNITUDES[name]
    net = page.build_net(10, 400, magnitude)
    net.initialize()
    net(np.zeros((1, 784)))
    weight = net[1].weight.data().asnumpy()
    # 160,000 draws: a standard error of the variance of 0.35 %
    assert weight.var() * 400 == pytest.approx(magnitude, rel=.02)
    (X, y), = d2l.sample_garments(64)
    outputs, _ = page.sizes_by_layer(net, X, y)
    # by layer the mean square is halved and times the magnitude; by chance of 400
    # units, over nine layers, within a factor of 2
    assert (outputs[-1] / outputs[0]) ** 2 == pytest.approx(
        (magnitude / 2) ** 9, rel=1) and outputs[-1] > outputs[0] * (
        (magnitude / 2) ** 4.5) / 2


def test_sizes_are_pytorchs(page, torch):
    from d2lmx.parity.twins.ch21.s06_setting_up import build_net
    net, port = page.build_net(4, 16), build_net(4, 16)
    net.initialize()
    (X, y), = d2l.sample_garments(20)
    net(np.array(X))
    linear = [layer for layer in port if isinstance(layer, torch.nn.Linear)]
    with torch.no_grad():
        for ours, theirs in zip(net, linear):
            theirs.weight[:] = torch.tensor(ours.weight.data().asnumpy())
            theirs.bias[:] = torch.tensor(ours.bias.data().asnumpy())
    outputs, grads = page.sizes_by_layer(net, X, y)
    H, found = torch.tensor(X), []
    for layer in port:
        H = layer(H)
        if isinstance(layer, torch.nn.ReLU):
            H.retain_grad()
            found.append(H)
    torch.nn.functional.cross_entropy(H, torch.tensor(y).long()).backward()
    assert outputs == pytest.approx([float(H.std(unbiased=False)) for H in found],
                                    rel=1e-4)
    assert grads == pytest.approx([float(H.grad.norm()) for H in found], rel=1e-4)


def test_gradients_by_hand_are_pytorchs(page, torch):
    rng = onp.random.RandomState(0)
    X, y = rng.normal(size=(7, 2)), rng.randint(0, 2, 7).astype(float)
    params = [rng.normal(size=size) for size in ((2, 5), 5, (5, 1), 1)]
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    W1, b1, W2, b2 = tensors
    s = torch.tanh(torch.tensor(X) @ W1 + b1) @ W2 + b2
    l = torch.nn.functional.binary_cross_entropy_with_logits(s[:, 0], torch.tensor(y))
    l.backward()
    assert page.loss_by_hand(params, X, y) == pytest.approx(float(l), rel=1e-12)
    for ours, theirs in zip(page.gradients_by_hand(params, X, y), tensors):
        onp.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-9)


def test_each_fault_is_another_and_is_found(page):
    found = page.check_by_differences()
    assert found['right'] < 1e-7
    assert min(found[fault] for fault in page.FAULTS) > 1e-4
    rng = onp.random.RandomState(0)
    params = [rng.normal(size=size) for size in ((2, 5), 5, (5, 1), 1)]
    grads = [onp.concatenate([onp.ravel(part) for part in page.gradients_by_hand(
        params, rng.normal(size=(7, 2)), onp.ones(7), fault)])
        for fault in ('', *page.FAULTS)]
    assert len({grad.tobytes() for grad in grads}) == 6


def measured(page, **changed):
    return {**{f'{what}, {name}': [size] for what in ('outputs', 'gradients')
               for name, size in (('small', 1e-9), ('Xavier', 1e-5), ('He', 1.),
                                  ('large', 1e9))},
            'acc, small': [.1], 'acc, Xavier': [.1], 'acc, He': [.6],
            'acc, large': [.1], 'right': [1e-9], 'dropout left on': [.5],
            **{fault: [.1] for fault in page.FAULTS}, **changed}


def test_a_claim_holds_or_not_by_what_was_measured(page):
    curves = {'as they are': [1.] * 101, 'normalized': [1.] * 10 + [.01]}
    rows = page.claims(curves, measured(page))
    assert [row['holds'] for row in rows] == [True] * 7
    assert rows[0]['measured'] == {'as they are': 'more than 100, not reached',
                                   'normalized': 10}
    for number, changed in (
            (1, {'outputs, small': [1e-3]}), (2, {'gradients, large': [10.]}),
            (3, {'gradients, He': [1., 200.]}), (4, {'acc, Xavier': [.5]}),
            (5, {'right': [1e-3]}), (5, {'a wrong sign': [1e-6]}),
            (6, {'dropout left on': [1e-9]})):
        holds = [row['holds'] for row in page.claims(curves, measured(page, **changed))]
        assert holds == [i != number for i in range(7)]
    curves['normalized'] = [1.] * 101
    assert not page.claims(curves, measured(page))[0]['holds']
