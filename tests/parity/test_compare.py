"""Equal networks pass; wrong ports are caught, the layer where they part is named."""
import re

import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.pages import sections
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import compare_port
from d2lmx.parity.torch_side import find_twin

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')
# one section a port: 13.1 and 13.13 have one network, and share its port
INDEX = list({find_twin(section.twin): section for section in sections.sections()
              if find_twin(section.twin)}.values())


def sequential(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def lenet_port(padding=2, activation=torch.nn.Sigmoid, pool=torch.nn.AvgPool2d):
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 5, padding=padding), torch.nn.Sigmoid(), pool(2),
        torch.nn.Conv2d(6, 16, 5), activation(), torch.nn.AvgPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(400, 120), torch.nn.Sigmoid(),
        torch.nn.Linear(120, 84), torch.nn.Sigmoid(), torch.nn.Linear(84, 10))


@pytest.fixture(scope='module')
def lenet():
    return find_network('lenet')


def compared(network, port, **options):
    return compare_port(network.build_net, network.example_inputs, port,
                        **{'lr': network.lr, **options})


def port_for(build_net, full, small):
    """A port that takes pictures of the page's size, for smaller ones; without values.

    Its first dense layer gets as many inputs as are left of them.
    """
    with torch.device('meta'):  # shapes alone
        port = build_net()
        assert port(torch.empty(full)).shape == (2, 10)
        first = next(i for i, layer in enumerate(port)
                     if isinstance(layer, torch.nn.Linear))
        port[first] = torch.nn.Linear(port[:first](torch.empty(small)).shape[1],
                                      port[first].out_features)
    return port.to_empty(device='cpu')


@pytest.mark.parametrize('section', INDEX, ids=lambda s: s.slug)
def test_section_agrees_with_its_twin(section, small_inputs):
    network = find_network(section.number)
    build_port, inputs = find_twin(network.twin), small_inputs(section)
    if section.number in ('7.1', '7.2'):
        port = port_for(build_port, *(of(2)[0].shape for of in (
            network.example_inputs, inputs)))
    else:
        port = build_port()
    # `d2lmx compare --all` takes all ten steps of the deep networks, of whole pictures
    deep = int(section.number.split('.')[0]) >= 7
    record = compare_port(network.build_net, inputs, port, lr=network.lr,
                          steps=1 if deep else 10, batch_size=2 if deep else 4)
    assert record['passed'], record['checks']
    assert {weight['port'] for weight in record['parameters'].values()} <= set(
        find_twin(network.twin)().state_dict())
    assert record['checks']['gradients of the parameters']['tolerance'] == 1e-4


@pytest.mark.parametrize('wrong,ours,theirs,how', [
    (dict(padding=0), 'Conv2D 0', 'Conv2d 0', r'\(4, 6, 28, 28\) and \(4, 6, 24, 24\)'),
    (dict(activation=torch.nn.Tanh), 'Activation 2.act', 'Tanh 4', 'relative'),
    (dict(pool=torch.nn.MaxPool2d), 'AvgPool2D 1', 'MaxPool2d 2', 'relative')],
    ids=['padding', 'activation', 'pooling'])
def test_wrong_port_is_caught_and_the_layer_named(lenet, wrong, ours, theirs, how):
    record = compared(lenet, lenet_port(**wrong))
    assert not record['passed']
    parting = record['parting']
    assert (parting['ours'], parting['theirs']) == (ours, theirs)
    assert re.search(how, parting['text'])
    assert parting['relative'] > 1e-3 and parting['mode'] == 'prediction'


def test_port_without_modules_for_activations_parts_between_two_layers():
    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = torch.nn.Linear(3, 5), torch.nn.Linear(5, 4)

        def forward(self, X):
            return self.out(torch.tanh(self.hidden(X)))

    record = compare_port(
        lambda: sequential(nn.Dense(5, activation='relu'), nn.Dense(4)),
        lambda batch_size=2: (np.random.normal(size=(batch_size, 3)),), Port())
    assert record['parting']['ours'] == 'Dense 1'
    assert record['parting']['theirs'] == 'Linear out'
    assert 'stand Activation 0.act here, no layer there' in record['parting']['text']


def test_network_of_a_single_layer_parts_there_or_behind_it():
    class Port(torch.nn.Linear):
        def forward(self, X):
            return super().forward(X + shift) * scale

    for shift, scale in ((1, 1), (0, 2)):
        record = compare_port(
            lambda: nn.Dense(4), lambda n=2: (np.random.normal(size=(n, 3)),),
            Port(3, 4))
        assert record['parting']['ours'] == 'Dense (whole)'
        assert record['parting']['theirs'] == 'Port (whole)'


def test_function_after_the_last_layer_parts_at_the_outputs():
    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 4)

        def forward(self, X):
            return torch.softmax(self.layer(X), dim=1)

    record = compare_port(lambda: sequential(nn.Dense(4)),
                          lambda n=2: (np.random.normal(size=(n, 3)),), Port())
    assert record['parting']['ours'] == record['parting']['theirs'] == 'the outputs'


def bn_net():
    return sequential(nn.Conv2D(3, kernel_size=2), nn.BatchNorm(),
                      nn.Activation('relu'), nn.Dense(4))


def bn_port(momentum=0.1, eps=1e-5):
    return torch.nn.Sequential(
        torch.nn.Conv2d(2, 3, 2), torch.nn.BatchNorm2d(3, momentum=momentum, eps=eps),
        torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(3 * 4 * 5, 4))


def bn_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 2, 5, 6)),)


def test_batch_norm_agrees_in_training_and_in_its_statistics():
    record = compare_port(bn_net, bn_inputs, bn_port(), lr=0.1)
    assert record['passed'], record['checks']
    assert record['checks']['running statistics after 10 steps']['relative'] < 1e-5
    assert 'variance' in record['conventions']
    # ahead of batch normalization a bias has gradient 0: measured by its layer's weight
    assert record['parameters']['0.bias']['gradient']['relative'] < 1e-4


def test_other_momentum_shows_in_the_running_statistics_alone():
    record = compare_port(bn_net, bn_inputs, bn_port(momentum=0.2), lr=0.1)
    failed = {what for what, check in record['checks'].items() if not check['passed']}
    assert failed == {'running statistics after 10 steps'}
    assert record['parting'] is None


def test_other_epsilon_parts_at_the_normalization():
    record = compare_port(bn_net, bn_inputs, bn_port(eps=1e-2), lr=0.1)
    assert record['parting']['ours'] == 'BatchNorm 1'


def test_training_that_multiplies_rounding_is_judged_in_float64():
    # lr 3 on batches of 2: each step throws the weights about
    build = lambda: sequential(nn.Dense(50), nn.BatchNorm(), nn.Activation('sigmoid'),
                               nn.Dense(50), nn.BatchNorm(), nn.Activation('sigmoid'),
                               nn.Dense(10))
    port = torch.nn.Sequential(
        torch.nn.Linear(20, 50), torch.nn.BatchNorm1d(50), torch.nn.Sigmoid(),
        torch.nn.Linear(50, 50), torch.nn.BatchNorm1d(50), torch.nn.Sigmoid(),
        torch.nn.Linear(50, 10))
    record = compare_port(
        build, lambda batch_size=2: (np.random.normal(size=(batch_size, 20)),), port,
        lr=3, batch_size=2)
    check = record['checks']['parameters after 10 steps']
    assert check['relative'] > check['tolerance']
    # chaos multiplies float64's rounding, too, which begins 9 digits further down
    assert check['float64']['relative'] < check['tolerance'] / 10 and record['passed']


def test_frozen_parameter_is_found_by_its_gradient(lenet):
    port = lenet_port()
    port[3].weight.requires_grad_(False)
    record = compared(lenet, port)
    assert record['checks']['gradients of the parameters']['at'] == '2.weight'
    assert not record['passed'] and record['parting'] is None


def test_port_that_cannot_be_trained_is_told():
    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 4)

        def forward(self, X):
            return self.layer(X).detach()

    record = compare_port(lambda: sequential(nn.Dense(4)),
                          lambda n=2: (np.random.normal(size=(n, 3)),), Port())
    assert 'cannot be trained' in record['error'] and not record['passed']


def test_residual_block_of_the_library_agrees():
    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = torch.nn.Conv2d(2, 3, 3, padding=1, stride=2)
            self.bn1 = torch.nn.BatchNorm2d(3)
            self.conv2 = torch.nn.Conv2d(3, 3, 3, padding=1)
            self.bn2 = torch.nn.BatchNorm2d(3)
            self.shortcut = torch.nn.Conv2d(2, 3, 1, stride=2)
            self.out = torch.nn.Linear(3 * 4 * 3, 4)

        def forward(self, X):
            Y = torch.relu(self.bn1(self.conv1(X)))
            Y = torch.relu(self.bn2(self.conv2(Y)) + self.shortcut(X))
            return self.out(Y.flatten(1))

    record = compare_port(
        lambda: sequential(d2l.Residual(3, use_1x1conv=True, strides=2), nn.Dense(4)),
        lambda n=2: (np.random.normal(size=(n, 2, 7, 6)),), Port(), lr=0.05)
    assert record['passed'], record['checks']
