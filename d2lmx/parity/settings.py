"""What layers say of themselves, where outputs and gradients may show no difference.

The rates of dropout, epsilon and momentum of normalizations, and activations that clip
what random numbers do not reach.
"""
import contextlib

import numpy as onp
from mxnet import autograd, gluon, np

from .calling import call_port
from .differences import difference
from .layers import NORMS

__all__ = ['called_layers', 'compare_settings', 'rates_of']

TOLERANCE = 1e-5                                     # relative
SMALL, WIDE = onp.linspace(-1, 1, 21), onp.linspace(-20, 20, 81)
MIXING = ('Softmax', 'Softmax2d', 'LogSoftmax', 'Softmin', 'GLU', 'MultiheadAttention')


def called_layers(net, port, inputs):
    """The layers of both networks in the order in which they are called, a list each.

    Both predict once; the Gluon network must not be hybridized.

    Ours, for 4.6
    """
    ours, theirs = [], []
    blocks = []
    net.apply(blocks.append)
    with contextlib.ExitStack() as stack, autograd.predict_mode():
        for layers, all_layers in ((ours, blocks), (theirs, port.modules())):
            for layer in all_layers:
                hook = layer.register_forward_hook(
                    lambda layer, *_, layers=layers: layers.append(layer))
                stack.callback(hook.detach if layers is ours else hook.remove)
        net(*inputs)
        call_port(port.eval(), inputs)
    return ours, theirs


def compare_settings(pairs, layers, dropped, is_random: bool):
    """What the layers say of themselves on both sides.

    Parameters
    ----------
    layers
        What `called_layers` gave.
    dropped
        Rates of dropout of both sides, as `rates_of` gave them when they were on.
    is_random
        Whether more than the port's layers is random in training, as by F.dropout.

    Returns
    -------
    tuple
        [{'what', 'ours', 'theirs', 'passed'}] and a list of sentences that say what
        could not be compared.

    Ours, for 4.6
    """
    found, missing = [], []
    for pair in pairs:
        if pair.ours.kind in NORMS:
            compare_norms(pair, found, missing)
    compare_rates(*dropped, is_random, found, missing)
    compare_activations(*layers, found, missing)
    return found, missing


def compare_norms(pair, found, missing) -> None:
    """Epsilon, and where statistics are kept, the share of the new one."""
    here, there = norm_settings(pair.ours.block), norm_settings(pair.theirs.block)
    for what in sorted(here.keys() | there.keys()):
        place = f'{what} of {pair.ours.name or "the network"}'
        if what in here and what in there:
            found.append(row(place, here[what], there[what], onp.isclose(
                here[what], there[what], rtol=TOLERANCE, atol=0)))
        else:
            missing.append(f'{place}: one side does not say it')


def norm_settings(layer) -> dict:
    """{'epsilon': ..., 'momentum': PyTorch's}, what a normalization has of them."""
    said = getattr(layer, '_kwargs', None) or {'eps': getattr(layer, 'eps', None)}
    momentum = (round(1 - said['momentum'], 9) if 'momentum' in said
                else getattr(layer, 'momentum', None)
                if getattr(layer, 'track_running_stats', False) else None)
    values = {'epsilon': said.get('eps'), 'momentum': momentum}
    return {what: float(value) for what, value in values.items()
            if isinstance(value, (int, float))}


def compare_rates(here, there, is_random, found, missing) -> None:
    """Rates of dropout: call by call, or where one side calls more often, which ones.
    """
    alike = (here == there if len(here) == len(there) else set(here) == set(there))
    if is_random and not alike:
        missing.append('dropout: rates inside functions cannot be read; the Gluon '
                       f'network drops with {listed(here)}')
    elif here or there:
        found.append(row('dropout', listed(here), listed(there), alike))


def rates_of(layers) -> list:
    """The rates of dropout of layers in the order in which they are called.

    Ours, for 4.6
    """
    return [float(rate) for layer in layers for rate in rates(layer) if rate]


def rates(layer) -> list:
    """With which a layer of either library drops, once for each time."""
    from torch import nn
    from torch.nn.modules.dropout import _DropoutNd
    if isinstance(layer, gluon.rnn.rnn_layer._RNNLayer):
        return [layer._dropout] * (layer._num_layers - 1)
    if isinstance(layer, nn.RNNBase):
        return [layer.dropout] * (layer.num_layers - 1)
    if isinstance(layer, nn.MultiheadAttention):
        return [layer.dropout]
    return ([layer._rate] if isinstance(layer, gluon.nn.Dropout) else
            [layer.p] if isinstance(layer, _DropoutNd) else [])


def listed(values) -> str:
    """'0.1, 0.5', in their order, of many the different ones; or 'none'."""
    if len(values) > 6:
        values = sorted(set(values))
    return ', '.join(f'{value:g}' for value in values) or 'none'


def compare_activations(ours, theirs, found, missing) -> None:
    """Activations, in order: those that agree on [-1, 1] must agree on [-20, 20].

    Others show in the outputs, or belong to different calls.
    """
    here = [layer for layer in ours if is_gluon_activation(layer)]
    there = [layer for layer in theirs if is_port_activation(layer)]
    if len(here) != len(there):
        missing.append(f'activations beyond the values that they met: {len(here)} are '
                       f'layers in the Gluon network, {len(there)} in the port')
        return
    for pair in {(id(a), id(b)): (a, b) for a, b in zip(here, there)}.values():
        values = {reach: difference(*applied(*pair, X))['relative'] <= TOLERANCE
                  for reach, X in (('small', SMALL), ('wide', WIDE))}
        if values['small']:
            found.append(row('activation', *(str(layer) for layer in pair),
                             values['wide']))


def applied(block, module, X):
    """What an activation of either library gives for numbers, as NumPy arrays."""
    import torch
    X = X.astype('float32')
    with torch.no_grad():
        return block(np.array(X)).asnumpy(), module(torch.from_numpy(X.copy())).numpy()


def is_gluon_activation(layer) -> bool:
    """Whether it changes each number by itself, without parameters."""
    kinds = tuple(getattr(gluon.nn, name) for name in gluon.nn.activations.__all__)
    return ((isinstance(layer, kinds) or type(layer).__name__.lower() == 'relu6')
            and not layer._reg_params)


def is_port_activation(layer) -> bool:
    """The same of a module."""
    return (type(layer).__module__ == 'torch.nn.modules.activation'
            and type(layer).__name__ not in MIXING and not layer._parameters)


def row(what, ours, theirs, passed) -> dict:
    """What was compared, how it is on both sides, and whether that is the same."""
    return {'what': what, 'ours': ours, 'theirs': theirs, 'passed': bool(passed)}
