"""Layers find their counterparts by kind and order; weights cross over bit by bit."""
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.parity.layers import role_of
from d2lmx.parity.structure import (StructureError, copy_to_gluon, copy_to_port,
                                    pair_layers)

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


def initialized(net, *inputs):
    net.initialize(init.Normal(1))
    net(*inputs)
    return net


def sequential(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


@pytest.fixture
def conv_net():
    return initialized(sequential(nn.Conv2D(3, kernel_size=(1, 2)), nn.BatchNorm(),
                                  nn.Dense(5, activation='relu'), nn.Dense(4)),
                       np.ones((2, 1, 3, 4)))


def conv_port(channels=3, hidden=5):
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, channels, (1, 2)), torch.nn.BatchNorm2d(channels),
        torch.nn.Flatten(), torch.nn.Linear(channels * 9, hidden), torch.nn.ReLU(),
        torch.nn.Linear(hidden, 4))


def names(pairs):
    return {w.name: w.port_name for pair in pairs for w in pair.weights}


def test_names_of_the_two_libraries_are_matched(conv_net):
    assert names(pair_layers(conv_net, conv_port())) == {
        '0.weight': '0.weight', '0.bias': '0.bias', '1.gamma': '1.weight',
        '1.beta': '1.bias', '1.running_mean': '1.running_mean',
        '1.running_var': '1.running_var', '2.weight': '3.weight', '2.bias': '3.bias',
        '3.weight': '5.weight', '3.bias': '5.bias'}


def test_copies_are_exact_in_both_directions(conv_net):
    port = conv_port()
    with torch.no_grad():
        for tensor in [*port.parameters(), port[1].running_mean, port[1].running_var]:
            tensor.copy_(torch.randn(tensor.shape))
    expected = {name: tensor.clone() for name, tensor in port.state_dict().items()}
    pairs = pair_layers(conv_net, port)
    copy_to_gluon(pairs)
    params = conv_net._collect_params_with_prefix()
    for name, port_name in names(pairs).items():
        onp.testing.assert_array_equal(params[name].data().asnumpy(),
                                       expected[port_name].numpy())
    other = conv_port()
    copy_to_port(pair_layers(conv_net, other))
    for name, tensor in other.state_dict().items():
        assert torch.equal(tensor, expected[name])


def test_order_of_definition_within_a_block_does_not_matter():
    residual = initialized(d2l.Residual(3, use_1x1conv=True), np.ones((1, 2, 4, 4)))

    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Conv2d(2, 3, 3, padding=1)
            self.first_norm = torch.nn.BatchNorm2d(3)
            self.second = torch.nn.Conv2d(3, 3, 3, padding=1)
            self.second_norm = torch.nn.BatchNorm2d(3)
            self.shortcut = torch.nn.Conv2d(2, 3, 1)

    matched = names(pair_layers(residual, Port()))
    assert matched['conv2.weight'] == 'second.weight'
    assert matched['conv3.weight'] == 'shortcut.weight'
    assert matched['bn1.running_var'] == 'first_norm.running_var'


@pytest.mark.parametrize('bidirectional', [False, True])
@pytest.mark.parametrize('kind', ['GRU', 'LSTM'])
def test_recurrent_layers_give_equal_outputs_with_copied_weights(kind, bidirectional):
    X = np.random.normal(size=(5, 2, 3))  # (steps, batch, inputs)
    options = dict(num_layers=2, bidirectional=bidirectional)
    net = initialized(getattr(rnn, kind)(4, **options), X)
    port = getattr(torch.nn, kind)(3, 4, **options)
    copy_to_port(pair_layers(net, port))
    Y, _ = port(torch.from_numpy(X.asnumpy()))
    onp.testing.assert_allclose(net(X).asnumpy(), Y.detach().numpy(), rtol=1e-5,
                                atol=1e-6)


def test_recurrent_roles_are_torchs_names():
    assert role_of('l0_i2h_weight') == 'weight_ih_l0'
    assert role_of('r1_h2h_bias') == 'bias_hh_l1_reverse'


def test_batch_norm_from_scratch_pairs_with_torchs_and_with_the_books_own():
    class BatchNorm(nn.HybridBlock):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            for name in ('gamma', 'beta', 'moving_mean', 'moving_var'):
                setattr(self, name, self.params.get(name, shape=(1, 3, 1, 1)))

    class Book(torch.nn.Module):  # keeps its moving averages as plain attributes
        def __init__(self):
            super().__init__()
            self.gamma = torch.nn.Parameter(torch.ones(1, 3, 1, 1))
            self.beta = torch.nn.Parameter(torch.zeros(1, 3, 1, 1))
            self.moving_mean = torch.zeros(1, 3, 1, 1)
            self.moving_var = torch.ones(1, 3, 1, 1)

    net = BatchNorm()
    net.initialize(init.Normal(1))
    for port, mean in ((torch.nn.BatchNorm2d(3), 'running_mean'),
                       (Book(), 'moving_mean')):
        copy_to_port(pair_layers(net, port))
        onp.testing.assert_array_equal(net.moving_mean.data().asnumpy().ravel(),
                                       getattr(port, mean).numpy().ravel())


def test_tied_layers_pair_once():
    first = nn.Dense(4, in_units=4)
    net = initialized(sequential(first, nn.Dense(4, in_units=4, params=first.params),
                                 nn.Dense(2)), np.ones((1, 4)))
    shared = torch.nn.Linear(4, 4)
    port = torch.nn.Sequential(shared, shared, torch.nn.Linear(4, 2))
    assert names(pair_layers(net, port)) == {
        '0.weight': '0.weight', '0.bias': '0.bias', '2.weight': '2.weight',
        '2.bias': '2.bias'}


@pytest.mark.parametrize('port,message', [
    (lambda: conv_port(hidden=6), r'Dense 2 \[weight \(5, 27\).*Linear 3 \[weight \(6'),
    (lambda: conv_port()[:5], 'Dense 3 .*no counterpart: the port has 1 of the kind'),
    (lambda: torch.nn.Sequential(*conv_port(), torch.nn.Linear(4, 4)),
     "port's layer Linear 6 .*no counterpart"),
    (lambda: torch.nn.Sequential(torch.nn.Linear(3, 3)), 'Conv2D 0 .*no counterpart')],
    ids=['shape', 'missing', 'left over', 'kind'])
def test_first_layer_that_does_not_fit_is_named(conv_net, port, message):
    with pytest.raises(StructureError, match=message):
        pair_layers(conv_net, port())


def test_layer_with_bias_does_not_fit_one_without():
    net = initialized(sequential(nn.Dense(3, use_bias=False)), np.ones((1, 2)))
    with pytest.raises(StructureError, match=r'Dense 0 \[weight \(3, 2\)\].*bias \(3'):
        pair_layers(net, torch.nn.Sequential(torch.nn.Linear(2, 3)))
