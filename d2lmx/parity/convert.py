"""Weights from a PyTorch file into a Gluon .params file, and back."""
import numpy as onp
from mxnet import np

from ..errors import InputError
from ..export.legacy import load_legacy_parameters
from ..export.parameters import load_parameters
from ..files.whole import whole_file
from .calling import ready_port
from .files import read_weights, write_weights
from .structure import copy_to_gluon, copy_to_port, known_shapes, pair_layers

__all__ = ['to_gluon', 'to_port_file', 'legacy_to_gluon', 'load_weights']


def to_gluon(build_net, example_inputs, build_port, source, target) -> int:
    """Write the weights in a PyTorch file as a Gluon .params file; returns how many.

    Parameters
    ----------
    build_net, example_inputs
        The section's functions.
    build_port
        ``build_port() -> torch.nn.Module``, whose state_dict has the file's names,
        unless those are Gluon's structural ones. It may have lazy layers.
    source
        .pt, .safetensors or .npz file.
    target
        Read it by ``d2l.load_parameters(net, target)``. It appears whole or not at all.

    ValueError names the first parameter that does not fit.

    Ours, for 5.5
    """
    weights = read_weights(source)
    net = known_shapes(build_net, example_inputs)
    port = ready_port(build_port(), example_inputs(2))
    load_weights(net, weights, port, source)
    with whole_file(target) as part:
        net.save_parameters(str(part))
    return len(net._collect_params_with_prefix())


def to_port_file(build_net, example_inputs, build_port, source, target) -> int:
    """Write a Gluon .params file under the port's names; returns how many arrays.

    source: what ``net.save_parameters`` wrote. target: .pt, .safetensors or .npz.

    Ours, for 5.5
    """
    net = known_shapes(build_net, example_inputs)
    port = ready_port(build_port(), example_inputs(2))
    load_parameters(net, source)
    copy_to_port(pair_layers(net, port))
    state = {name: tensor.numpy() for name, tensor in port.state_dict().items()}
    write_weights(state, target)
    return len(state)


def legacy_to_gluon(build_net, example_inputs, source, target) -> int:
    """Write parameters of the first edition's era as those of a network of today.

    source: a .params file, with whichever names `load_legacy_parameters` knows; its
    errors. target: read it by ``d2l.load_parameters(net, target)``. Returns how many.

    Ours, for 5.5
    """
    net = known_shapes(build_net, example_inputs)
    count = load_legacy_parameters(net, source)
    with whole_file(target) as part:
        net.save_parameters(str(part))
    return count


def load_weights(net, weights: dict, port=None, source='the file') -> None:
    """Set the parameters of an initialized Gluon network from {name: NumPy array}.

    The names are those of the port's state_dict, or Gluon's structural ones, where
    there is no port or more of them are. ValueError names the first that does not fit
    in name, shape or kind of numbers.

    Ours, for 5.5
    """
    params = net._collect_params_with_prefix()
    if port is not None and (len(weights.keys() & port.state_dict())
                             >= len(weights.keys() & params)):
        load_port_weights(port, weights, source)
        copy_to_gluon(pair_layers(net, port))
        return
    check_fit(params, weights, source)
    for name, param in params.items():
        param.set_data(np.array(weights[name]))


def load_port_weights(port, weights: dict, source) -> None:
    """Load {name: NumPy array} into a PyTorch module; ValueError where one misfits."""
    import torch
    # a count of batches that neither side predicts with: older files lack it
    state = {name: tensor for name, tensor in port.state_dict().items()
             if name in weights or not name.endswith('num_batches_tracked')}
    check_fit(state, weights, source)
    port.load_state_dict({name: torch.tensor(weights[name]) for name in state},
                         strict=False)


def check_fit(wanted: dict, weights: dict, source) -> None:
    """ValueError that names the first parameter missing, misshapen, or left over."""
    for name, param in wanted.items():
        shape = tuple(param.shape)
        if name not in weights:
            raise InputError(f'{source} has no {name!r}, which the network needs in '
                             f'shape {shape}; it has: {listing(weights)}')
        value = weights[name]
        if value.shape != shape:
            raise InputError(f'{name!r} has shape {value.shape} in {source}, but the '
                             f'network needs {shape}')
        if value.dtype.kind != 'f' and 'float' in str(param.dtype):
            raise InputError(f'{name!r} holds {value.dtype} in {source}, but the '
                             'network needs floating point numbers')
    for name, value in weights.items():
        if name not in wanted:
            raise InputError(f'{source} has {name!r} of shape {value.shape}, which the '
                             f'network has not; it has: {listing(wanted)}')


def listing(names, most=8) -> str:
    """The first few names."""
    names = list(names)
    return ', '.join(names[:most]) + (', ...' if len(names) > most else '')
