"""Which layer of a Gluon network is which layer of its PyTorch port.

In both trees the layers that own parameters are collected in the order in which they
were defined; then the first Dense belongs to the first Linear, the second convolution
to the second, and so on, each kind by itself. So it does not matter whether a block
names its convolutions before its normalizations or in turn. What does not fit in kind
or shape is an error; what fits and yet is wired otherwise shows in a comparison.
"""
import re
from collections import defaultdict, deque
from dataclasses import dataclass

import numpy as onp
from mxnet import np

from ..errors import Unavailable

__all__ = ['StructureError', 'pair_layers', 'copy_to_port', 'copy_to_gluon']

KINDS = {word: kind for kind, words in {
    'Dense': 'Dense Linear', 'Conv': 'Conv1D Conv2D Conv3D Conv1d Conv2d Conv3d',
    'ConvTranspose': 'Conv1DTranspose Conv2DTranspose Conv3DTranspose '
                     'ConvTranspose1d ConvTranspose2d ConvTranspose3d',
    'BatchNorm': 'BatchNorm BatchNorm1d BatchNorm2d BatchNorm3d',
    'LayerNorm': 'LayerNorm', 'Embedding': 'Embedding',
    'RNN': 'RNN', 'GRU': 'GRU', 'LSTM': 'LSTM'}.items() for word in words.split()}
ROLES = {'gamma': 'weight', 'beta': 'bias',
         'moving_mean': 'running_mean', 'moving_var': 'running_var'}
STATISTICS = ('running_mean', 'running_var')


class StructureError(Unavailable, ValueError):
    """A layer of one network has no counterpart of its kind and shape in the other.

    Ours, for 5.2
    """


@dataclass(frozen=True)
class Layer:
    """A layer that owns parameters, in either library."""

    name: str      # structural, such as '0.conv1'; '' for the network itself
    kind: str      # a value of KINDS, or the roles of a layer of the reader's own
    block: object  # gluon.Block or torch.nn.Module
    roles: dict    # {role: attribute of the block}; roles are torch's words
    shapes: dict   # {role: shape}

    def __str__(self):
        shapes = ', '.join(f'{role} {shape}' for role, shape in self.shapes.items())
        return f'{type(self.block).__name__} {self.name or "(whole)"} [{shapes}]'


@dataclass(frozen=True)
class Weight:
    """One parameter, or running statistic, in both networks."""

    layer: str       # structural name of the Gluon layer
    role: str
    name: str        # Gluon's structural name of the parameter
    port_name: str   # its name in the port's state_dict
    param: object    # gluon.Parameter
    module: object   # the port's layer
    attribute: str   # under which that layer has it

    @property
    def is_statistic(self) -> bool:
        """Whether training changes it without a gradient."""
        return self.role in STATISTICS

    @property
    def tensor(self):
        """The port's tensor."""
        return getattr(self.module, self.attribute)

    def ours(self):
        """Its value in the Gluon network, as a NumPy array."""
        return self.param.data(self.param.list_ctx()[0]).asnumpy()

    def theirs(self):
        """Its value in the port, as a NumPy array in the Gluon parameter's shape."""
        return self.tensor.detach().cpu().numpy().reshape(self.param.shape)


@dataclass(frozen=True)
class Pair:
    """A layer of the Gluon network and its counterpart."""

    ours: Layer
    theirs: Layer

    @property
    def weights(self) -> list:
        """All that the two layers have in common, a `Weight` each."""
        return [Weight(self.ours.name, role, joined(self.ours.name, attribute),
                       joined(self.theirs.name, self.theirs.roles[role]),
                       self.ours.block._reg_params[attribute], self.theirs.block,
                       self.theirs.roles[role])
                for role, attribute in self.ours.roles.items()]


def weights_of(pairs) -> list:
    """Every `Weight` of all pairs, in order."""
    return [weight for pair in pairs for weight in pair.weights]


def joined(prefix: str, name: str) -> str:
    """'prefix.name', or the name alone where there is no prefix."""
    return f'{prefix}.{name}' if prefix else name


def pair_layers(net, port) -> list:
    """The layers of an initialized Gluon network, each with its counterpart.

    net: gluon.Block whose shapes are all known; port: torch.nn.Module.
    StructureError names the first layer that finds none, or one of another shape.

    Ours, for 5.2
    """
    ours, theirs = gluon_layers(net), port_layers(port)
    waiting = defaultdict(deque)
    for layer in theirs:
        waiting[layer.kind].append(layer)
    pairs = []
    for layer in ours:
        if not waiting[layer.kind]:
            count = sum(other.kind == layer.kind for other in theirs)
            raise StructureError(
                f'the Gluon layer {layer} has no counterpart: the port has {count} of '
                f'the kind {layer.kind}, its layers are {listing(theirs)}')
        pairs.append(Pair(layer, waiting[layer.kind].popleft()))
        check(pairs[-1])
    taken = {id(pair.theirs) for pair in pairs}
    for layer in theirs:
        if id(layer) not in taken:
            raise StructureError(
                f"the port's layer {layer} has no counterpart in the Gluon network, "
                f'whose layers are {listing(ours)}')
    return pairs


def check(pair) -> None:
    """StructureError unless two layers own the same parameters in the same shapes."""
    ours, theirs = dict(pair.ours.shapes), dict(pair.theirs.shapes)
    if pair.ours.kind == 'BatchNorm':  # from scratch it may have (1, channels, 1, 1)
        ours, theirs = ({role: tuple(n for n in shape if n != 1)
                         for role, shape in shapes.items()}
                        for shapes in (ours, theirs))
    if ours != theirs:
        raise StructureError(f'the Gluon layer {pair.ours} and the port\'s layer '
                             f'{pair.theirs}, which stands in its place, do not fit: '
                             'they must own the same parameters in the same shapes')


def listing(layers) -> str:
    """The layers' kinds and names, in short."""
    return ', '.join(f'{type(layer.block).__name__} {layer.name or "(whole)"}'
                     for layer in layers) or 'none with parameters'


def gluon_layers(net) -> list:
    """The layers of a Gluon network that own parameters, in the order of definition."""
    return unshared((name, block, block._reg_params)
                    for name, block in walk(net, ''))


def walk(block, name):
    """(structural name, block) of a block and all its descendants."""
    yield name, block
    for key, child in block._children.items():
        yield from walk(child, joined(name, key))


def port_layers(port) -> list:
    """The layers of a PyTorch module that own parameters, in the order of definition.

    Tensors that are plain attributes count too: that is how the book's batch
    normalization from scratch keeps its moving averages.
    """
    import torch

    def own(module):
        tensors = {**module._parameters, **module._buffers,
                   **{name: value for name, value in vars(module).items()
                      if isinstance(value, torch.Tensor)}}
        return {name: tensor for name, tensor in tensors.items()
                if tensor is not None and name != 'num_batches_tracked'}

    return unshared((name, module, own(module))
                    for name, module in port.named_modules())


def unshared(layers) -> list:
    """A `Layer` for each (name, block, own parameters) that brings a new parameter.

    Layers that only share what an earlier one owns, as tied ones do, are left out.
    """
    found, seen = [], set()
    for name, block, params in layers:
        if any(id(param) not in seen for param in params.values()):
            shapes = {role_of(key): tuple(param.shape) for key, param in params.items()}
            found.append(Layer(name, kind_of(block, shapes), block,
                               {role_of(key): key for key in params}, shapes))
        seen.update(id(param) for param in params.values())
    return found


def role_of(attribute: str) -> str:
    """PyTorch's word for a parameter's part: weight, running_mean, weight_ih_l0, ..."""
    recurrent = re.fullmatch(r'([lr])(\d+)_([ih])2h_(weight|bias)', attribute)
    if recurrent:
        side, depth, source, word = recurrent.groups()
        return f'{word}_{source}h_l{depth}' + ('_reverse' if side == 'r' else '')
    return ROLES.get(attribute, attribute)


def kind_of(block, shapes: dict) -> str:
    """One word for a layer's kind; a layer of the reader's own goes by what it owns."""
    for cls in type(block).__mro__:
        if cls.__module__.split('.')[0] in ('mxnet', 'torch') and cls.__name__ in KINDS:
            return KINDS[cls.__name__]
    if set(STATISTICS) <= set(shapes):
        return 'BatchNorm'
    if set(shapes) <= {'weight', 'bias'} and 'weight' in shapes:
        num_axes = len(shapes['weight'])
        return 'LayerNorm' if num_axes == 1 else 'Dense' if num_axes == 2 else 'Conv'
    return ' + '.join(sorted(shapes))


def copy_to_port(pairs) -> None:
    """Copy every parameter and statistic of the Gluon network into its port.

    Ours, for 5.2
    """
    import torch
    with torch.no_grad():
        for weight in weights_of(pairs):
            value = torch.from_numpy(onp.array(weight.ours()))
            weight.tensor.copy_(value.reshape(weight.tensor.shape))


def copy_to_gluon(pairs) -> None:
    """Copy every parameter and statistic of the port into the Gluon network.

    Ours, for 5.2
    """
    for weight in weights_of(pairs):
        value = weight.theirs()
        weight.param.set_data(np.array(value, dtype=value.dtype))
