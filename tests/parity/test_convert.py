"""Weights cross from PyTorch to Gluon and back, and what does not fit is named."""
import os

import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.parity.convert import load_weights, to_gluon, to_port_file

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


def build_net():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, kernel_size=2), nn.BatchNorm(), nn.Dense(4))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 2, 4, 5)),)


def build_port():
    return torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2), torch.nn.BatchNorm2d(3),
                               torch.nn.Flatten(), torch.nn.Linear(3 * 3 * 4, 4))


@pytest.fixture
def state():
    """A state_dict of random numbers."""
    return {name: torch.rand(tensor.shape) if tensor.is_floating_point() else tensor
            for name, tensor in build_port().state_dict().items()}


def test_gluon_predicts_as_the_port_with_the_converted_weights(state, tmp_path):
    torch.save(state, tmp_path / 'a.pt')
    assert to_gluon(build_net, example_inputs, build_port, tmp_path / 'a.pt',
                    tmp_path / 'a.params') == 8
    net, port, (X,) = build_net(), build_port(), example_inputs()
    d2l.load_parameters(net, tmp_path / 'a.params')
    port.load_state_dict(state)
    onp.testing.assert_allclose(
        net(X).asnumpy(), port.eval()(torch.from_numpy(X.asnumpy())).detach().numpy(),
        rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('suffix', ['.pt', '.npz'])
def test_there_and_back_is_bit_exact(state, tmp_path, suffix):
    first, params, last = (tmp_path / name
                           for name in ('a.pt', 'a.params', f'b{suffix}'))
    torch.save(state, first)
    to_gluon(build_net, example_inputs, build_port, first, params)
    assert len(state) == to_port_file(build_net, example_inputs, build_port, params,
                                      last)
    back = (onp.load(last) if suffix == '.npz'
            else torch.load(last, weights_only=True))
    assert set(back) == set(state)
    for name, tensor in state.items():
        onp.testing.assert_array_equal(onp.asarray(back[name]), tensor.numpy())
    again = tmp_path / 'c.params'
    to_gluon(build_net, example_inputs, build_port, last, again)
    assert again.read_bytes() == params.read_bytes()
    assert sorted(os.listdir(tmp_path)) == sorted(['a.pt', 'a.params', last.name,
                                                   'c.params'])


def change(state, name, value):
    changed = dict(state)
    del changed[name]
    return {**changed, **value}


@pytest.mark.parametrize('name,value,message', [
    ('1.bias', {}, "has no '1.bias', which the network needs in shape \\(3,\\)"),
    ('0.bias', {'0.bias': torch.ones(5)}, "'0.bias' has shape \\(5,\\) in .*needs"),
    ('3.weight', {'3.weight': torch.ones(36, 4)},
     "'3.weight' has shape \\(36, 4\\) in .*needs \\(4, 36\\)"),
    ('0.bias', {'0.bias': torch.ones(3), '7.extra': torch.ones(2)},
     "has '7.extra' of shape \\(2,\\), which the network has not"),
    ('0.bias', {'0.bias': torch.ones(3, dtype=torch.int64)},
     "'0.bias' holds int64 in .*, but the network needs floating point numbers")],
    ids=['missing', 'shape', 'transposed', 'left over', 'integers'])
def test_first_parameter_that_does_not_fit_is_named(state, tmp_path, name, value,
                                                    message):
    torch.save(change(state, name, value), tmp_path / 'a.pt')
    with pytest.raises(ValueError, match=message):
        to_gluon(build_net, example_inputs, build_port, tmp_path / 'a.pt',
                 tmp_path / 'a.params')
    assert os.listdir(tmp_path) == ['a.pt']


def test_foreign_names_are_measured_by_the_ports_and_shown_as_they_are(tmp_path):
    torch.save({'0.weight': torch.ones(3, 2, 2, 2), '0.bias': torch.ones(3),
                'norm.weight': torch.ones(3)}, tmp_path / 'a.pt')
    with pytest.raises(ValueError) as caught:
        to_gluon(build_net, example_inputs, build_port, tmp_path / 'a.pt',
                 tmp_path / 'a.params')
    assert "has no '1.weight'" in str(caught.value)  # Gluon's name is '1.gamma'
    assert str(caught.value).endswith('it has: 0.weight, 0.bias, norm.weight')


def test_a_lazy_port_gives_its_names_and_shapes(state, tmp_path):
    torch.save(state, tmp_path / 'a.pt')
    assert to_gluon(build_net, example_inputs, lambda: torch.nn.Sequential(
        torch.nn.LazyConv2d(3, 2), torch.nn.LazyBatchNorm2d(), torch.nn.Flatten(),
        torch.nn.LazyLinear(4)), tmp_path / 'a.pt', tmp_path / 'a.params') == 8


def test_count_of_batches_may_be_missing(state, tmp_path):
    torch.save(change(state, '1.num_batches_tracked', {}), tmp_path / 'a.pt')
    to_gluon(build_net, example_inputs, build_port, tmp_path / 'a.pt',
             tmp_path / 'a.params')
    assert (tmp_path / 'a.params').is_file()


def test_params_of_another_network_are_refused(tmp_path):
    other = nn.HybridSequential()
    other.add(nn.Dense(2, in_units=3))
    other.initialize()
    other.save_parameters(str(tmp_path / 'a.params'))
    with pytest.raises(ValueError, match='has no parameter'):
        to_port_file(build_net, example_inputs, build_port, tmp_path / 'a.params',
                     tmp_path / 'a.pt')
    assert os.listdir(tmp_path) == ['a.params']


def test_gluons_own_names_are_known_without_a_port():
    net = build_net()
    net.initialize()
    net(*example_inputs())
    weights = {name: onp.full(param.shape, 0.5, 'float32')
               for name, param in net._collect_params_with_prefix().items()}
    for port in (None, build_port()):
        load_weights(net, weights, port)
        assert net[1].gamma.data().tolist() == [0.5] * 3
