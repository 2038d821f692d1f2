"""What the layers of a network make of a picture."""
import math

import mxnet as mx
from matplotlib import pyplot as plt

from ..errors import InputError
from .finish import finish
from .summaries import CHAINS

__all__ = ['feature_maps', 'block_outputs', 'show_activations']

MOST_ROWS = 24  # of a figure's layers
CHANNELS = 8    # of a layer, which are shown


def feature_maps(net, X) -> list:
    """[name, maps (channels, h, w)] of each layer that makes maps of a picture.

    NumPy's. Chains are opened layer by layer, as in `summary`; so is a block of another
    kind whose own output is no map. Maps of a single number are left out. InputError
    where there are none.

    Parameters
    ----------
    net
        Initialized; it is left imperative, as a compiled one calls no layer.
    X
        (1, channels, h, w)

    Ours, for 21.14
    """
    found = layer_maps(net, X)
    if not found:
        raise InputError(f'{type(net).__name__} makes no maps of a picture')
    return found


def layer_maps(net, X) -> list:
    """What `feature_maps` gives, or [] where no layer makes maps."""
    outputs = _outputs(net, X)
    return [[type(block).__name__, outputs[block][0].asnumpy()]
            for block in _layers(net, outputs)]


def block_outputs(net, X, kind) -> list:
    """The output for inputs X of each block of a class, NumPy's, in order of calls.

    net: initialized, and left imperative, as of `feature_maps`. InputError where it has
    no such block.

    Ours, for 22.7
    """
    found = [Y.asnumpy() for block, Y in _outputs(net, X).items()
             if isinstance(block, kind)]
    if not found:
        raise InputError(f'{type(net).__name__} has no {kind.__name__}')
    return found


def _outputs(net, X):
    """{block: what it gave}, of a network and all blocks in it, in order of calls."""
    outputs, hooks = {}, []

    def watch(block):
        hooks.append(block.register_forward_hook(
            lambda block, inputs, Y: outputs.__setitem__(block, Y)))

    net.hybridize(False)
    net.apply(watch)
    try:
        net(X)
    finally:
        for hook in hooks:
            hook.detach()
    return outputs


def _layers(block, outputs):
    """The layers with maps, in the order of a block's children."""
    if not isinstance(block, CHAINS) and _is_map(outputs.get(block)):
        return [block]
    return [layer for child in block._children.values()
            for layer in _layers(child, outputs)]


def _is_map(Y) -> bool:
    return isinstance(Y, mx.nd.NDArray) and Y.ndim == 4 and min(Y.shape[2:]) > 1


def show_activations(maps, picture=None):
    """Draw `feature_maps`, a layer a row with its first channels; gives the axes.

    At most 24 rows, evenly chosen, and 8 channels of each. picture (h, w) or (h, w, 3),
    where it is given, stands above.

    Ours, for 21.14
    """
    step = math.ceil(len(maps) / MOST_ROWS)
    rows = ([['picture', picture[None]]] if picture is not None else []) + maps[::step]
    width = max(min(CHANNELS, len(channels)) for _, channels in rows)
    _, axes = plt.subplots(len(rows), width, squeeze=False,
                           figsize=(0.9 * width, 1.05 * len(rows)))
    for row_axes, (name, channels) in zip(axes, rows):
        for ax in row_axes:
            ax.set_axis_off()
        for ax, channel in zip(row_axes, channels):
            ax.imshow(channel)
        shape = ' x '.join(map(str, (picture if name == 'picture' else channels).shape))
        row_axes[0].set_title(f'{name} {shape}', fontsize='x-small', loc='left')
    finish(axes[0, 0].figure)
    return axes
