"""Weights from a PyTorch file into a Gluon .params file, and back."""
import mxnet as mx
import numpy as onp
from mxnet import init, np

from ..errors import InputError
from ..export.parameters import load_parameters
from ..files.whole import whole_file
from .files import read_weights, write_weights
from .structure import copy_to_gluon, copy_to_port, pair_layers

__all__ = ['to_gluon', 'to_port_file', 'load_weights']


def to_gluon(build_net, example_inputs, build_port, source, target) -> int:
    """Write the weights in a PyTorch file as a Gluon .params file; returns how many.

    Parameters
    ----------
    build_net, example_inputs
        The section's functions.
    build_port
        ``build_port() -> torch.nn.Module``, whose state_dict has the file's names,
        unless those are Gluon's structural ones.
    source
        .pt, .safetensors or .npz file.
    target
        Read it by ``d2l.load_parameters(net, target)``. It appears whole or not at all.

    ValueError names the first parameter that does not fit.

    Ours, for 5.5
    """
    net = known_shapes(build_net, example_inputs)
    load_weights(net, read_weights(source), build_port, source)
    with whole_file(target) as part:
        net.save_parameters(str(part))
    return len(net._collect_params_with_prefix())


def to_port_file(build_net, example_inputs, build_port, source, target) -> int:
    """Write a Gluon .params file under the port's names; returns how many arrays.

    source: what ``net.save_parameters`` wrote. target: .pt, .safetensors or .npz.

    Ours, for 5.5
    """
    net, port = known_shapes(build_net, example_inputs), build_port()
    load_parameters(net, source)
    copy_to_port(pair_layers(net, port))
    state = {name: tensor.numpy() for name, tensor in port.state_dict().items()}
    write_weights(state, target)
    return len(state)


def known_shapes(build_net, example_inputs):
    """The network, initialized, with every shape inferred."""
    net = build_net()
    net.initialize(init.Zero(), ctx=mx.cpu())
    net(*example_inputs(2))
    return net


def load_weights(net, weights: dict, build_port=None, source='the file') -> None:
    """Set the parameters of an initialized Gluon network from {name: NumPy array}.

    The names are Gluon's structural ones or those in the state_dict of
    ``build_port()``, whichever more of them are. ValueError names the first that
    does not fit.

    Ours, for 5.5
    """
    params = net._collect_params_with_prefix()
    if build_port is not None:
        port = build_port()
        if len(weights.keys() & port.state_dict()) > len(weights.keys() & params):
            load_port_weights(port, weights, source)
            copy_to_gluon(pair_layers(net, port))
            return
    check_fit({name: param.shape for name, param in params.items()}, weights, source)
    for name, param in params.items():
        param.set_data(np.array(weights[name]))


def load_port_weights(port, weights: dict, source) -> None:
    """Load {name: NumPy array} into a PyTorch module; ValueError where one misfits."""
    import torch
    state = port.state_dict()
    # a count of batches that neither side predicts with: older files lack it
    counters = {name: onp.array(0) for name in state
                if name.endswith('num_batches_tracked')}
    weights = {**counters, **weights}
    check_fit({name: tuple(tensor.shape) for name, tensor in state.items()}, weights,
              source)
    port.load_state_dict({name: torch.tensor(weights[name]) for name in state})


def check_fit(shapes: dict, weights: dict, source) -> None:
    """ValueError that names the first parameter missing, misshapen, or left over."""
    for name, shape in shapes.items():
        if name not in weights:
            raise InputError(f'{source} has no {name!r}, which the network needs in '
                             f'shape {shape}; it has: {listing(weights)}')
        if weights[name].shape != shape:
            raise InputError(f'{name!r} has shape {weights[name].shape} in {source}, '
                             f'but the network needs {shape}')
    for name, value in weights.items():
        if name not in shapes:
            raise InputError(f'{source} has {name!r} of shape {value.shape}, which the '
                             f'network has not; it has: {listing(shapes)}')


def listing(names, most=8) -> str:
    """The first few names."""
    names = list(names)
    return ', '.join(names[:most]) + (', ...' if len(names) > most else '')
