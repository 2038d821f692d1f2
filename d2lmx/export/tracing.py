"""A network as a graph of its inputs, made without a change to the network.

Gluon's own export wants a hybridized network, and one that cannot be traced no longer
runs then. Here the network is called with symbols, as its parent would call it.
"""
import json
import linecache
import traceback
from contextlib import nullcontext
from pathlib import Path
from textwrap import shorten

import mxnet as mx
from mxnet import gluon, npx
from mxnet.gluon import rnn

from ..errors import InputError
from ..layers.tracing import tracing_for_export
from ..models.unrolling import GraphOfEachLength

__all__ = []

LIBRARIES = Path(mx.__file__).parent, Path(__file__).parent  # not a reader's code


def flatten(outputs) -> list:
    """The arrays in nested lists and tuples of arrays, in order. Ours, for 5.1"""
    if isinstance(outputs, (list, tuple)):
        return [array for part in outputs for array in flatten(part)]
    return [outputs]


def as_call(inputs) -> tuple:
    """The arguments of a call, of which a single one may stand alone."""
    return tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)


def arrays_of(call) -> list:
    """The arrays of a call, in order, without the arguments that are None."""
    return [X for X in flatten(call) if X is not None]


def input_names(count: int) -> list:
    """How Gluon calls the inputs of an exported network."""
    return ['data'] if count == 1 else [f'data{i}' for i in range(count)]


def on_inputs(arrays) -> str:
    """Which inputs: 'on inputs of shapes (2, 3), (2,)'."""
    return f'on inputs of shapes {", ".join(str(X.shape) for X in arrays)}'


def last_line(error) -> str:
    """What an error says in one line; MXNet's begin with a log of many."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__


class Traced:
    """A network's graph; `symbol`, the names of its `inputs`, its `params` by name."""

    def __init__(self, symbol, inputs, params):
        self.symbol, self.inputs, self.params = symbol, inputs, params

    def save(self, symbol_file, params_file) -> None:
        """Write both files, as `HybridBlock.export` does, listing unread inputs too."""
        text, read = self.symbol.tojson(), self.symbol.list_inputs()
        unread = [name for name in self.inputs if name not in read]
        if unread:
            graph = json.loads(text)
            for name in unread:
                graph['arg_nodes'].append(len(graph['nodes']))
                graph['node_row_ptr'].append(graph['node_row_ptr'][-1] + 1)
                graph['nodes'].append({'op': 'null', 'name': name, 'inputs': []})
            text = json.dumps(graph, indent=2)
        symbol_file.write_text(text, encoding='utf-8')
        kinds = {**dict.fromkeys(self.symbol.list_arguments(), 'arg'),
                 **dict.fromkeys(self.symbol.list_auxiliary_states(), 'aux')}
        npx.save(str(params_file), {f'{kinds[name]}:{name}': param._reduce()
                                    for name, param in self.params.items()})


def trace(net, call) -> Traced:
    """The graph of an initialized HybridBlock, whose deferred parameters get shapes.

    InputError where it is none, is not initialized, or cannot be traced.
    """
    if not isinstance(net, gluon.HybridBlock):
        raise InputError('only a HybridBlock can be exported, got '
                         f'{type(net).__name__}: build it from HybridBlocks')
    if type(net).forward not in (gluon.HybridBlock.forward, gluon.SymbolBlock.forward):
        raise InputError(f'{type(net).__name__} was not traced, since it overrides '
                         'forward: write hybrid_forward instead')
    arrays = arrays_of(call)
    names = input_names(len(arrays))
    symbols = iter([mx.sym.var(name).as_np_ndarray() for name in names])
    try:
        with tracing_for_export(), (
                net.traced_for(*call) if isinstance(net, GraphOfEachLength) else
                nullcontext()):
            heads = flatten(net(*_replaced(call, symbols)))
        heads = [head.as_np_ndarray() for head in heads]
    except Exception as error:  # whatever a block does that a symbol cannot
        raise InputError(_refusal(net, error)) from error
    symbol = mx.sym.Group(heads, type(heads[0]))
    known = net.collect_params()
    wanted = [name for name in symbol.list_inputs() if name not in names]
    for name in wanted:
        if name not in known:
            raise InputError(f'{type(net).__name__} cannot be traced: it reads {name!r}'
                             ', which is no parameter of it')
    params = {name: known[name] for name in wanted}
    _finish(net, symbol, params, dict(zip(names, arrays)))
    return Traced(symbol, names, params)


def _replaced(call, symbols):
    """The same nested arguments, with the next symbol for each array."""
    return [_replaced(part, symbols) if isinstance(part, (list, tuple)) else
            part if part is None else next(symbols) for part in call]


def _refusal(net, error) -> str:
    """Which block cannot be traced, at which line, and why."""
    block, line = net, ''
    for frame, number in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if not any(folder in path.parents for folder in LIBRARIES):
            line = shorten(linecache.getline(str(path), number), 60)
        me = frame.f_locals.get('self')
        block = me if isinstance(me, gluon.HybridBlock) else block
    reason = last_line(error)
    if type(error).__name__ not in reason:
        reason = f'{type(error).__name__}: {reason}'
    return (f'{type(block).__name__} cannot be traced'
            + (f', by its line `{line}`' if line else '')
            + f' ({reason}){_about_states(net)}: in hybrid_forward an array may be a '
              'symbol, which has no shape and no values')


def _about_states(net) -> str:
    """Advice, where Gluon's recurrent layers may lack states that can be traced."""
    found = []
    net.apply(lambda block: found.append(type(block)))
    kinds = [kind.__name__ for kind in (rnn.RNN, rnn.GRU, rnn.LSTM) if kind in found]
    return f'; pass the states of {kinds[0]}, or use d2l.{kinds[0]}' if kinds else ''


def _finish(net, symbol, params, arrays):
    """Initialize parameters that wait for a first call; InputError where none can."""
    deferred = [param for param in params.values() if param._data is None]
    for param in deferred:
        if not param._deferred_init:
            raise InputError(f'{type(net).__name__} is not initialized (parameter '
                             f'{param.name}): call net.initialize() first')
    if not deferred:
        return
    used = {name: X.shape for name, X in arrays.items()
            if name in symbol.list_inputs()}
    try:
        shapes, _, aux_shapes = symbol.infer_shape_partial(**used)
        shapes = dict(zip(symbol.list_arguments() + symbol.list_auxiliary_states(),
                          shapes + aux_shapes))
        for param in deferred:
            param.shape = shapes[param.name]
            param._finish_deferred_init()
    except (mx.MXNetError, AssertionError) as error:
        raise InputError(f'{type(net).__name__} cannot be traced '
                         f'{on_inputs(arrays.values())}: {last_line(error)}'
                         f'{_about_states(net)}') from error
