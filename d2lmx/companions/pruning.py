"""Networks that are left with less: whole channels removed."""
import json
from typing import NamedTuple

import numpy as onp
from mxnet import gluon, np

from ..errors import InputError
from ..export.tracing import trace

__all__ = ['ChannelPruner']

# operators that make channels, and the attribute that counts them
MAKERS = {'Convolution': 'num_filter', 'FullyConnected': 'num_hidden'}
SUMS = {'elemwise_add', 'broadcast_add', '_npi_add'}
# whose channels are those of their input, one by one
KEEPERS = {'Activation', 'Dropout', 'Flatten', 'Pooling', 'relu', '_npx_relu'}
LEGACY = {'_npi_add': 'broadcast_add', '_npx_relu': 'relu'}  # others have two names


class ChannelPruner:
    """What channels a network has, and smaller networks that have some of them.

    Channels are those of convolutions' maps and the units of dense layers. Where maps
    are added, as by residual blocks, they have the same channels: these stay or go
    together, in all layers that give them. Those of the input and of the output stay.

    Parameters
    ----------
    net
        An initialized HybridBlock of one input and one output: convolutions without
        groups, dense layers, batch normalization, pooling, activations, dropout,
        flattening and sums. InputError names the layer of any other kind, and tells
        of more outputs.
    X
        An input (batch, channels, ...).

    Attributes
    ----------
    sizes
        {name: how many channels}, by the first layer that gives them.

    Ours, for 22.4
    """

    def __init__(self, net, X):
        self._traced = trace(net, (X,))
        self._graph = json.loads(self._traced.symbol.tojson())
        if len(self._graph['heads']) != 1:
            raise InputError(f'{type(net).__name__} has {len(self._graph["heads"])} '
                             'outputs: networks of one are pruned')
        shapes = {name: param.shape for name, param in self._traced.params.items()}
        self._groups = groups_of(self._graph, shapes, X.shape[1])
        self.sizes = {name: group.size for name, group in self._groups.items()}

    def strongest(self, share: float, of=None) -> dict:
        """{name: numbers of the channels that stay}, in order: those of most weight.

        The weight of a channel is the sum of its filters' absolute numbers. Of each
        kind of channels that share stays, in (0, 1], rounded, and one at least; the
        share is that of the `sizes` given as `of`, those of an earlier, larger network.
        InputError for another share, and for sizes that lack a name.
        """
        if not 0 < share <= 1:
            raise InputError('the share of channels that stay must be in (0, 1], got '
                             f'{share!r}')
        sizes, kept = self.sizes if of is None else of, {}
        missing = [name for name in self.sizes if name not in sizes]
        if missing:
            raise InputError(f'sizes of {", ".join(missing)} are needed, got those of '
                             + (', '.join(sizes) or 'none'))
        for name, group in self._groups.items():
            weight = sum(abs(self._value(maker)).reshape(group.size, -1).sum(axis=1)
                         for maker in group.makers)
            count = max(1, round(share * sizes[name]))
            kept[name] = onp.sort(onp.argsort(-weight, kind='stable')[:count])
        return kept

    def zero_others(self, kept: dict) -> None:
        """Make the weights of all other channels 0, in the network itself.

        Those that give a channel, and those that read it: the outputs are then what
        they would be without it.
        """
        for name, axis, places in self._places(kept):
            param = self._traced.params[name]
            if param.grad_req != 'null':  # else a statistic, which nothing reads then
                value, rest = self._value(name), onp.zeros(param.shape, 'float32')
                part = (slice(None),) * axis + (places,)
                rest[part] = value[part]
                param.set_data(np.array(rest))

    def smaller(self, kept: dict):
        """A new network without the other channels, with the weights that are left.

        A graph as a block, on the devices of the network that it comes from; it trains,
        is exported and is pruned like any other. Its outputs are those of the network
        after `zero_others`. InputError for channels that there are not, that are told
        twice or by anything but their numbers.
        """
        params = self._traced.params
        values = {name: self._value(name) for name in params}
        for name, axis, places in self._places(kept):
            values[name] = values[name].take(places, axis)
        return GraphOfLayers(self._graph, params, values)

    def _value(self, name):
        """A parameter as a NumPy array, the mean of those of its devices."""
        return self._traced.params[name]._reduce().asnumpy()

    def _places(self, kept):
        """(parameter, axis, numbers on it that stay) of all channels that are told."""
        for name, channels in kept.items():
            group = self._groups.get(name)
            channels = onp.asarray(channels)
            if not (group and channels.size and channels.ndim == 1
                    and channels.dtype.kind in 'iu'
                    and len(onp.unique(channels)) == channels.size
                    and 0 <= channels.min() <= channels.max() < group.size):
                raise InputError(
                    f'no different numbers of channels of {name!r}: '
                    f'{channels.tolist()}; there are '
                    + ', '.join(f'{n} of {name!r}' for name, n in self.sizes.items()))
            for param, axis in group.axes:
                # a map that was flattened has several numbers a channel, side by side
                each = self._traced.params[param].shape[axis] // group.size
                yield param, axis, (channels[:, None] * each + onp.arange(each)).ravel()


class Group(NamedTuple):
    """Channels that stay or go together."""

    size: int
    makers: list  # parameters, whose filters give them
    axes: list    # (parameter, axis) of all parameters that have them


class Channels:
    """Which channels, by a label, an output or an axis of a parameter has.

    A place is the number of a node, or a pair (parameter, axis).
    """

    def __init__(self):
        self.label, self.sizes = {}, []

    def new(self, size):
        """A label for so many channels."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def put(self, place, label):
        """A place has these channels: if it had others, those are the same."""
        before = self.label.setdefault(place, label)
        for other in [other for other, its in self.label.items() if its == before]:
            self.label[other] = label


def groups_of(graph: dict, shapes: dict, num_inputs: int) -> dict:
    """{name: `Group`} of a traced graph, but those of its input and of its output."""
    nodes, channels, makers = graph['nodes'], Channels(), []
    fixed = [place[0] for place in graph['heads']]
    for i, node in enumerate(nodes):
        if node['op'] == 'null':
            if node['name'] not in shapes:
                channels.put(i, channels.new(num_inputs))
                fixed.append(i)
            continue
        sources = [place[0] for place in node['inputs']]
        check_layer(node, sources, channels)
        params = [nodes[j]['name'] for j in sources if nodes[j]['name'] in shapes]
        there = channels.label[sources[0]]
        if node['op'] in MAKERS:
            channels.put((params[0], 1), there)
            there = channels.new(shapes[params[0]][0])
            makers.append(params[0])
        if node['op'] in SUMS:
            channels.put(sources[1], there)
        for name in params:
            channels.put((name, 0), there)
        channels.put(i, there)
    fixed, groups = {channels.label[i] for i in fixed}, {}
    for maker in dict.fromkeys(makers):
        label = channels.label[maker, 0]
        if label not in fixed:
            groups.setdefault(label, []).append(maker)
    return {first.removesuffix('_weight'): Group(
                channels.sizes[label], [first, *others],
                [place for place, its in channels.label.items()
                 if its == label and isinstance(place, tuple)])
            for label, (first, *others) in groups.items()}


def check_layer(node, sources, channels) -> None:
    """InputError unless it is known what a layer does to each channel."""
    op, attrs = node['op'], node.get('attrs', {})
    data = sources[:2] if op in SUMS else sources[:1]
    sizes = {channels.sizes[channels.label[i]] for i in data if i in channels.label}
    if (op not in MAKERS and op not in SUMS and op not in KEEPERS and op != 'BatchNorm'
            or attrs.get('num_group', '1') != '1' or attrs.get('flatten') == 'False'
            or op == 'BatchNorm' and attrs.get('axis', '1') != '1'
            or not attrs.get('layout', 'NC').startswith(('NC', 'None'))
            or len(sizes) != 1 or any(i not in channels.label for i in data)):
        raise InputError(
            f'channels of layer {node["name"]!r} ({op}) cannot be removed: networks '
            'of convolutions without groups, dense layers that flatten, batch '
            'normalization, pooling, activations, dropout and sums are pruned')


class GraphOfLayers(gluon.HybridBlock):
    """A traced graph of the layers above, with other weights in them.

    graph: its JSON; params: the `Parameter` of each name that it comes from; values:
    NumPy arrays in their places, by whose sizes layers go.

    X (batch, channels, ...) -> what the graph gives
    """

    def __init__(self, graph, params, values):
        super().__init__(prefix='')
        self._head, self._nodes = graph['heads'][0][0], []
        for node in graph['nodes']:
            op, sources = node['op'], [place[0] for place in node['inputs']]
            attrs = {name: value for name, value in node.get('attrs', {}).items()
                     if not name.startswith('__')}
            if op in MAKERS:
                weight = graph['nodes'][sources[1]]['name']
                attrs[MAKERS[op]] = len(values[weight])
            self._nodes.append((LEGACY.get(op, op), node['name'], sources, attrs))
        for name, like in params.items():
            param = self.params.get(name, shape=values[name].shape, init=like.init,
                                    grad_req=like.grad_req, lr_mult=like.lr_mult,
                                    wd_mult=like.wd_mult)
            param._load_init(np.array(values[name]), like.list_ctx())
            setattr(self, name, param)

    def hybrid_forward(self, F, X, **params):
        outputs = []
        for op, name, sources, attrs in self._nodes:
            if op == 'null':
                outputs.append(params.get(name, X).as_nd_ndarray())
            else:
                inputs = [outputs[i] for i in sources]
                outputs.append(getattr(F, op)(*inputs, name=name, **attrs))
        return outputs[self._head].as_np_ndarray()
