import math

import numpy as onp
import pytest
from mxnet import np


@pytest.fixture
def page(section):
    return section('23.11')


def test_coverage_and_accuracy_are_those_of_the_densities(page):
    x = onp.linspace(-12, 14, 260001)
    p = onp.exp(-(x - page.MU) ** 2 / 2) / math.sqrt(2 * math.pi)  # of the class +1
    for a in (0, .5, 2):
        covered = p[abs(x) >= a].sum() * 1e-4
        right = p[x >= a].sum() * 1e-4
        assert page.coverage_of(a) == pytest.approx((covered, right / covered),
                                                    abs=1e-4)


def test_a_threshold_has_its_coverage(page):
    assert page.threshold_for(1) == pytest.approx(0, abs=1e-12)
    for share in (.01, .3, .9):
        assert page.coverage_of(page.threshold_for(share))[0] == pytest.approx(share)


def test_a_coverage_curve_by_hand(page):
    coverage, accuracy = page.coverage_curve(onp.array([.9, .2, .5, .7]),
                                             onp.array([1, 0, 1, 0]))
    assert coverage.tolist() == [.25, .5, .75, 1]
    assert accuracy.tolist() == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2])


def test_answers_of_another_distribution_are_found(page, monkeypatch):
    found, _ = page.measure_coverage(20000)
    assert page.claims_of_coverage(found)[0]['holds']
    monkeypatch.setattr(page, 'coverage_of', lambda a, right=page.coverage_of: (
        right(a)[0], right(a)[1] - .02))
    found, _ = page.measure_coverage(20000)
    assert not page.claims_of_coverage(found)[0]['holds']


def test_descent_by_hand(page, monkeypatch):
    monkeypatch.setattr(page, 'CURVATURES', onp.array([1., 4]))
    # w = (1 - .5, 1 - 2) after one step, (.25, 1) after two
    assert page.left_by_descent(onp.array([.5]), 1).tolist() == [.125 + 2]
    assert page.left_by_descent(onp.array([.5]), 2).tolist() == [.03125 + 2]


def test_exact_distances_are_integrals(page):
    u = (onp.arange(2000) + .5) / 2000
    grid = abs(u[:, None] - (onp.arange(3) + .5) / 3).min(axis=1).mean()
    d = u[:, None]  # the chance that all of nine are further away than d
    covered = onp.minimum(u + d, 1) - onp.maximum(u - d, 0)
    chance = ((1 - covered) ** 9).mean()
    assert page.exact_distances() == pytest.approx((grid, chance), rel=1e-3)


def test_claims_are_decided_by_what_was_found(page):
    names = ['largest class', 'five neighbours', 'network']
    losses = {f'{kind} loss, {width}': [base + slope * i] for kind, base, slope in (
        ('train', 2, -.5), ('valid', 2.1, -.4)) for i, width in enumerate(page.WIDTHS)}
    for errors, holds in (([.9, .3, .2], True), ([.9, .3, .31], False)):
        rows = page.claims_of_models({**dict(zip(names, [[e] for e in errors])),
                                      **losses})
        assert [row['holds'] for row in rows] == [holds, True]
    losses['train loss, 128'] = [3.]
    assert not page.claims_of_models({**{n: [.1] for n in names}, **losses})[1]['holds']
    found = {'': [0, 0], **{fault: [1, 1] for fault in page.FAULTS}}
    assert [row['holds'] for row in page.claims_of_faults(found)] == [True, True]
    found.update({'': [0, 1], 'labels shuffled': [1, 0]})
    assert [row['holds'] for row in page.claims_of_faults(found)] == [False, False]


def test_the_net_is_a_perceptron(page):
    net = page.build_net(5)
    net.initialize()
    X, = page.example_inputs(3)
    assert net(X).shape == (3, 10)
    H = X.reshape(3, -1).asnumpy()
    for i, layer in enumerate(net):
        H = H @ layer.weight.data().asnumpy().T + layer.bias.data().asnumpy()
        H = onp.maximum(H, 0) if i == 0 else H
    onp.testing.assert_allclose(net(X).asnumpy(), H, rtol=1e-4, atol=1e-6)


def test_faults_are_planted_where_they_are_said_to_be(page):
    X = onp.random.uniform(size=(12, 1, 28, 28)).astype('float32')
    data = X, onp.arange(12) % 9
    step, batches = page.training_with('labels shuffled', data)
    seen = [(X, y) for X, y in batches]
    assert len(seen) == 3
    labels = onp.concatenate([y.asnumpy() for _, y in seen])
    assert sorted(labels.tolist()) == sorted(data[1].tolist())
    (net, trainer) = page.training_with('a rate times 1000', data)[0].trains
    assert trainer.learning_rate == pytest.approx(100)
    net, trainer = page.training_with('a layer without updates', data)[0].trains
    assert len(trainer._params) == 2 and len(net.collect_params().keys()) == 4
    net, _ = page.training_with('softmax in the network', data)[0].trains
    onp.testing.assert_allclose(net(np.array(data[0])).asnumpy().sum(axis=1), 1,
                                rtol=1e-5)


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.11')
    rows = smoke.result['claims']
    assert len(rows) == 7 and smoke.num_fits == 3
    assert rows[0]['holds'] and rows[3]['holds'] and rows[4]['holds']
    named = rows[6]['measured']
    assert all(values == [1] for values in named.values())
    rates, coverage, checks = (figure.axes[0] for figure in smoke.figures)
    measured, exact = (line.get_ydata() for line in coverage.lines)
    assert abs(measured[50:] - exact[50:]).max() < .05
    assert len(checks.get_yticks()) == 7
