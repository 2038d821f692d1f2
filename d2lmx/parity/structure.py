"""Which layer of a Gluon network is which layer of its PyTorch port.

In both trees the layers that own parameters are collected in the order in which they
were defined; then the first Dense belongs to the first Linear, the second convolution
to the second, and so on, each kind by itself. So it does not matter whether a block
names its convolutions before its normalizations or in turn. What does not fit in kind
or shape is an error; what fits and yet is wired otherwise shows in a comparison.

A layer of the reader's own goes by the names of its parameters, or, where the port has
other names, by their shapes in order.
"""
from collections import defaultdict, deque
from dataclasses import dataclass

import mxnet as mx
import numpy as onp
from mxnet import init, np

from ..errors import Unavailable
from .layers import STATISTICS, Layer, gluon_layers, joined, listing, port_layers

__all__ = ['StructureError', 'known_shapes', 'pair_layers', 'weights_of',
           'copy_to_port', 'copy_to_gluon']


class StructureError(Unavailable, ValueError):
    """A layer of one network has no counterpart of its kind and shape in the other.

    Ours, for 5.2
    """


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
    roles: dict  # {role of ours: role of theirs}

    @property
    def weights(self) -> list:
        """All that the two layers have in common, a `Weight` each."""
        return [Weight(self.ours.name, role, joined(self.ours.name, attribute),
                       joined(self.theirs.name, name),
                       self.ours.block._reg_params[attribute], self.theirs.block, name)
                for role, attribute, name in (
                    (role, self.ours.roles[role], self.theirs.roles[other])
                    for role, other in self.roles.items())]

    @property
    def by_order(self) -> bool:
        """Whether names differ, so that order and shape decided."""
        return any(role != other for role, other in self.roles.items())


def weights_of(pairs) -> list:
    """Every `Weight` of all pairs, in order.

    Ours, for 5.2
    """
    return [weight for pair in pairs for weight in pair.weights]


def known_shapes(build_net, example_inputs):
    """A network of zeros on the CPU, with every shape inferred.

    Ours, for 5.3
    """
    net = build_net()
    net.initialize(init.Zero(), ctx=mx.cpu(), force_reinit=True)
    net(*example_inputs(2))
    return net


def pair_layers(net, port) -> list:
    """The layers of an initialized Gluon network, each with its counterpart.

    net: gluon.Block whose shapes are all known; port: torch.nn.Module, likewise.
    StructureError names the first layer that finds none, or one of another shape.
    What is constant, as scales of 1 are, needs no counterpart.

    Ours, for 5.2
    """
    ours, theirs = gluon_layers(net), port_layers(port)
    kinds, waiting = {layer.kind for layer in ours}, defaultdict(deque)
    for layer in theirs:
        waiting[layer.kind].append(layer)
    pairs = []
    for layer in ours:
        strangers = (other for other in theirs if layer.is_own and other.is_own
                     and other.kind not in kinds and other in waiting[other.kind]
                     and match(layer, other) is not None)
        partner = next(iter(waiting[layer.kind]), None) or next(strangers, None)
        if partner is not None:
            waiting[partner.kind].remove(partner)
            pairs.append(paired(layer, partner))
        elif not layer.is_optional:
            raise StructureError(lonely(layer, theirs))
    taken = {id(pair.theirs) for pair in pairs}
    for layer in theirs:
        if id(layer) not in taken and not layer.is_optional:
            raise StructureError(
                f"the port's layer {layer} has no counterpart in the Gluon network, "
                f'whose layers are {listing(ours)}')
    return pairs


def lonely(layer, theirs) -> str:
    """That a layer of the Gluon network finds no counterpart, and what would be one."""
    count = sum(other.kind == layer.kind for other in theirs)
    kind = (f'the port has {count} of the kind {layer.kind}' if not layer.is_own else
            'in the port no module that is left owns parameters of these names, or of '
            'these shapes in this order')
    return (f'the Gluon layer {layer} has no counterpart: {kind}, its layers are '
            f'{listing(theirs)}')


def paired(layer, partner):
    """The `Pair`; StructureError unless the two own the same in the same shapes."""
    roles = match(layer, partner)
    if roles is None:
        raise StructureError(f'the Gluon layer {layer} and the port\'s layer '
                             f'{partner}, which stands in its place, do not fit: '
                             'they must own the same parameters in the same shapes')
    return Pair(layer, partner, roles)


def match(layer, partner):
    """{role of a layer: role of its partner} by name, else by order; None: no fit."""
    ours, theirs = ({role: shape for role, shape in one.shapes.items()
                     if role not in one.fixed or role in other.shapes}
                    for one, other in ((layer, partner), (partner, layer)))
    if layer.kind == 'BatchNorm':  # from scratch it may have (1, channels, 1, 1)
        ours, theirs = ({role: tuple(n for n in shape if n != 1)
                         for role, shape in shapes.items()}
                        for shapes in (ours, theirs))
    if ours == theirs:
        return {role: role for role in ours}
    if layer.is_own and partner.is_own and [*ours.values()] == [*theirs.values()]:
        return dict(zip(ours, theirs))
    return None


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
