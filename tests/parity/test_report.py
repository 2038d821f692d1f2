"""The report of a comparison, and `compare` for a reader's own networks."""
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.parity.report import failure, rows_of
from d2lmx.parity.settings import rates_of

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


def sequential(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def numbers(*shape):
    return np.random.normal(size=shape)


def two(*between, ours=()):
    """A perceptron in both libraries, with layers between."""
    net = sequential(nn.Dense(5), nn.Activation('relu'), *ours, nn.Dense(4))
    return net, torch.nn.Sequential(torch.nn.Linear(3, 5), *between,
                                    torch.nn.Linear(5, 4))


def told(report):
    return [row['what'] for row in report.record['settings'] if not row['passed']]


def test_both_networks_stay_as_they_are():
    net, port = two(torch.nn.ReLU())
    net.initialize()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 1})
    X = numbers(6, 3)
    with autograd.record():
        l = net(X).sum()
    l.backward()
    trainer.step(6)
    ours, theirs = net(X).asnumpy(), port(torch.ones(2, 3)).detach()
    report = d2l.compare(net, port, X)
    assert report.passed and 'the two networks agree' in str(report).splitlines()
    onp.testing.assert_array_equal(net(X).asnumpy(), ours)
    assert torch.equal(port(torch.ones(2, 3)), theirs) and port.training
    with autograd.record():
        l = net(X).sum()
    l.backward()
    trainer.step(6)  # the trainer is still the network's
    assert abs(net(X).asnumpy() - ours).max() > 0
    assert report.record['batch_size'] == 6


def test_what_a_backward_pass_left_in_the_port_is_no_hindrance():
    class Port(torch.nn.Linear):
        def forward(self, X):
            self.attention_weights = super().forward(X)
            return self.attention_weights

    port = Port(3, 4)
    port(torch.ones(2, 3))
    assert d2l.compare(nn.Dense(4), port, numbers(4, 3), steps=1).passed


def test_a_port_wrong_for_another_batch_size_is_caught():
    class Port(torch.nn.Linear):
        def forward(self, X):
            return super().forward(X) * (2 if len(X) == 1 else 1)

    report = d2l.compare(nn.Dense(4), Port(3, 4), numbers(6, 3))
    failed = [what for what, check in report.record['checks'].items()
              if not check['passed']]
    assert not report.passed
    assert failed == ['predictions, batch of 1',
                      "predictions, batch of 1, the port's weights copied back"]
    assert report.record['parting']['theirs'] == 'Port (whole)'


def test_losses_of_ones_own():
    net, port = two(torch.nn.ReLU())
    X, y = numbers(6, 3), np.random.randint(0, 2, size=(6, 4)).astype('float32')
    ours, theirs = gluon.loss.SigmoidBCELoss(), torch.nn.BCEWithLogitsLoss()
    assert d2l.compare(net, port, X, y, (ours, theirs), steps=2).passed
    report = d2l.compare(net, port, X, y, (ours, torch.nn.MSELoss()), steps=2)
    assert not report.record['checks']['gradients of the parameters']['passed']


@pytest.mark.parametrize('arguments,reason', [
    (lambda net, port, X: (port, net, X), 'net must be a mxnet Block, got Sequential'),
    (lambda net, port, X: (net, lambda X: X, X), 'port must be a torch Module'),
    (lambda net, port, X: (net, port, X.asnumpy()), 'arrays of mxnet.np, got ndarray'),
    (lambda net, port, X: (net, port, (X, X[:2])), 'give a function of the batch size'),
    (lambda net, port, X: (net, port, X, None, (1, 2)), 'must be a pair.*needs y'),
    (lambda net, port, X: (net, port, X, X[:2]), 'y must have 4 labels'),
    (lambda net, port, X: (net, port, (X, X)), 'net fails on these inputs with ')])
def test_an_argument_of_another_kind_is_told(arguments, reason):
    with pytest.raises(d2l.InputError, match=reason):
        d2l.compare(*arguments(*two(torch.nn.ReLU()), numbers(4, 3)))


# ---- what layers say of themselves


@pytest.mark.parametrize('rate,passed', [(0.5, True), (0.2, False)])
def test_rates_of_dropout_are_compared(rate, passed):
    net, port = two(torch.nn.ReLU(), torch.nn.Dropout(rate), ours=[nn.Dropout(0.5)])
    report = d2l.compare(net, port, numbers(4, 3), steps=1)
    assert report.passed == passed and told(report) == ([] if passed else ['dropout'])
    if not passed:
        assert 'dropout: 0.5 in the Gluon network, 0.2 in the port' in str(report)


def test_dropout_that_one_side_lacks_is_told():
    net, port = two(torch.nn.ReLU(), ours=[nn.Dropout(0.5)])
    report = d2l.compare(net, port, numbers(4, 3), steps=1)
    assert told(report) == ['dropout'] and 'none in the port' in str(report)


def test_an_activation_that_clips_what_no_number_reached_is_told():
    net, port = two(torch.nn.ReLU6())
    report = d2l.compare(net, port, numbers(4, 3), steps=1)
    assert told(report) == ['activation'] and 'ReLU6() in the port' in str(report)
    assert all(check['passed'] for check in report.record['checks'].values())


def test_activations_that_are_functions_are_not_compared_and_that_is_told():
    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(3, 5), torch.nn.Linear(5, 4)

        def forward(self, X):
            return self.b(torch.relu(self.a(X)))

    report = d2l.compare(two()[0], Port(), numbers(4, 3), steps=1)
    assert report.passed
    assert 'NOT COMPARED: activations beyond the values' in str(report)


def test_epsilon_and_momentum_of_normalizations_are_compared():
    net = sequential(nn.Dense(5), nn.BatchNorm(momentum=0.8), nn.LayerNorm())
    for eps, momentum, wrong in ((1e-5, 0.2, []), (2e-5, 0.2, ['epsilon of 1']),
                                 (1e-5, 0.1, ['momentum of 1'])):
        port = torch.nn.Sequential(
            torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5, eps=eps, momentum=momentum),
            torch.nn.LayerNorm(5))
        report = d2l.compare(net, port, numbers(6, 3), steps=1)
        assert told(report) == wrong and report.passed == (not wrong)


def test_recurrent_layers_drop_between_layers_alone():
    for num_layers in (1, 3):
        port = torch.nn.GRU(3, 4, num_layers, dropout=.5 * (num_layers > 1))
        port.dropout = .5  # PyTorch warns of it where there is one layer
        for layer in (port, rnn.GRU(4, num_layers, dropout=.5)):
            assert rates_of([layer]) == [.5] * (num_layers - 1)


@pytest.mark.parametrize('ours,theirs', [
    (lambda: nn.BatchNorm(scale=False, center=False),
     lambda: torch.nn.BatchNorm2d(4, affine=False)),
    (lambda: nn.LayerNorm(scale=False, center=False),
     lambda: torch.nn.LayerNorm(5, elementwise_affine=False))], ids=['batch', 'layer'])
def test_normalizations_without_parameters_are_paired(ours, theirs):
    net = sequential(nn.Conv2D(4, kernel_size=2), ours(), nn.Dense(3))
    port = torch.nn.Sequential(torch.nn.Conv2d(2, 4, 2), theirs(), torch.nn.Flatten(),
                               torch.nn.Linear(4 * 4 * 5, 3))
    report = d2l.compare(net, port, numbers(4, 2, 5, 6), steps=2)
    assert report.passed, str(report)


# ---- what cannot be compared


def test_networks_without_parameters_are_compared():
    report = d2l.compare(nn.Activation('tanh'), torch.nn.Tanh(), numbers(4, 3))
    assert report.passed and 'gradients of the inputs' in report.record['checks']
    assert not d2l.compare(nn.Activation('tanh'), torch.nn.Sigmoid(),
                           numbers(4, 3)).passed


def test_outputs_of_ones_own_that_are_not_finite_are_the_reason():
    report = d2l.compare(nn.HybridLambda(lambda F, X: F.np.log(X)), torch.nn.Tanh(),
                         np.array([[-1.0], [2.0]]))
    assert not report.passed and "Gluon network's own outputs are not finite" in (
        str(report))


def test_training_that_diverges_is_the_reason():
    net, port = two(torch.nn.ReLU())
    report = d2l.compare(net, port, numbers(4, 3), lr=1e38)
    assert not report.passed
    assert ("at lr 1e+38 the Gluon network's own parameters are not finite"
            in str(report))


def test_a_port_that_fails_and_parts_is_told_both():
    record = {'parting': {'mode': 'prediction', 'text': 'they part at Dense 1'},
              'error': 'the port returns 1 arrays, Gluon 2', 'settings': [],
              'passed': False}
    assert failure(record) == ['in prediction mode they part at Dense 1',
                               'FAILED: the port returns 1 arrays, Gluon 2']


def test_training_repeated_in_float64_is_told_in_a_row_of_its_own():
    float32 = {'absolute': 2e-3, 'relative': 4e-3, 'at': '0.weight', 'tolerance': 1e-3,
               'passed': True}
    float64 = {**float32, 'relative': 5e-9}
    rows = rows_of('parameters after 10 steps', {**float32, 'float64': float64})
    assert [row['relative'] for row in rows] == ['4.0e-03', '5.0e-09']
    assert [row[''] for row in rows] == ['', '']  # float64 decides
    rows = rows_of('outputs', {**float32, 'passed': False})
    assert rows[0][''] == 'EXCEEDED at 0.weight'
