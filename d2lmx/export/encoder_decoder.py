"""An encoder-decoder as two graphs: the encoder, and one step of the decoder.

The encoder's graph goes from the source to the decoder's first state, the step's from
the last tokens and a state to scores and the next state. A small JSON file beside them
says how they are called. This serves any `EncoderDecoder` of HybridBlocks: what it
needs to know of a network stands in ``decoder.init_state`` and ``decoder.state_axes``.
"""
import json
from pathlib import Path

import numpy as onp
from mxnet import gluon, np

from ..errors import InputError, MissingFile
from ..files.archives import BadData
from ..files.whole import whole_files
from .onnx import export_onnx, load_onnx
from .reading import read_json
from .symbol import export_block, load_exported, symbol_files
from .tracing import flatten

__all__ = ['export_encoder_decoder', 'load_encoder_decoder', 'ExportedDecoder']

KINDS = ('onnx', 'symbol')
MOST_ARRAYS, MOST_AXES = 100, 32  # of a call, and of an array


class Start(gluon.HybridBlock):
    """From the encoder's inputs to the decoder's first state.

    The decoder's ``init_state`` must have no parameters of its own.
    """

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.encoder = net.encoder
        self._init_state = net.decoder.init_state

    def hybrid_forward(self, F, X, *args):
        return self._init_state(self.encoder(X, *args), *args)


def export_encoder_decoder(net, examples, prefix, kind: str = 'onnx') -> list:
    """Write the two graphs of an `EncoderDecoder` and how they are called; the paths.

    The files are ``PREFIX-parts.json`` and, of kind 'onnx', ``PREFIX-encoder.onnx`` and
    ``PREFIX-step.onnx``, or of kind 'symbol', ``PREFIX-encoder-symbol.json`` and so on.
    Each graph is reloaded, and compared with the live network on all examples, the step
    on the first two target tokens of each. Nothing is written where they differ.

    Parameters
    ----------
    net
        An initialized `EncoderDecoder` of HybridBlocks.
    examples
        Inputs of several calls: tuples (enc_X, dec_X, ...), dec_X with two steps at
        least. Axes whose length is not the same in all of them, such as batch and
        source steps, are free in an ONNX file. (An MXNet graph takes any length.)

    Raises
    ------
    ValueError
        As `export_block` and `export_onnx`; also for another kind.

    Ours, for 9.8
    """
    if kind not in KINDS:
        raise InputError(f"kind must be 'onnx' or 'symbol', got {kind!r}")
    start = Start(net)
    starts = [(X, *args) for X, _, *args in examples]
    steps = list(_steps(net, start, examples))
    num_states = len(flatten(steps[0])) - 1
    files = _files(prefix, kind)
    with whole_files(*files) as parts:
        for block, calls, part in ((start, starts, 'encoder'),
                                   (net.decoder, steps, 'step')):
            name = parts[0].parent / f'{Path(prefix).name}-{part}'
            if kind == 'onnx':
                export_onnx(block, calls[0], f'{name}.onnx', other_inputs=calls[1:])
            else:
                export_block(block, calls[0], name, other_inputs=calls[1:])
        how = {'kind': kind, 'encoder_inputs': len(flatten(starts[0])),
               'state_axes': list(net.decoder.state_axes) or [0] * num_states}
        parts[-1].write_text(json.dumps(how, indent=1) + '\n')
    return files


def _files(prefix, kind) -> list:
    """All files of a network; the last says how the others are read."""
    graphs = [f'{prefix}-{part}' for part in ('encoder', 'step')]
    written = ([Path(f'{graph}.onnx') for graph in graphs] if kind == 'onnx' else
               [file for graph in graphs for file in symbol_files(graph)])
    return [*written, _parts_file(prefix)]


def _steps(net, start, examples):
    """The decoder's inputs at the first and the second step of each example."""
    for X, dec_X, *args in examples:
        state = start(X, *args)
        for t in range(2):
            tokens = dec_X[:, t:t + 1]
            yield tokens, state
            _, state = net.decoder(tokens, state)


def _parts_file(prefix):
    return Path(f'{prefix}-parts.json')


class ExportedDecoder:
    """Exported graphs as the searches want them: NumPy arrays in and out.

    Parameters
    ----------
    encoder, step
        Functions of NumPy arrays that return lists of them.
    state_axes
        The axis that counts the examples, of each array of the state.

    Ours, for 9.8
    """

    def __init__(self, encoder, step, state_axes):
        self._encoder, self._step = encoder, step
        self.state_axes = list(state_axes)

    def start(self, *enc_inputs):
        """As `LiveDecoder.start`."""
        return self._encoder(*map(onp.asarray, enc_inputs))

    def step(self, tokens, state):
        """As `LiveDecoder.step`."""
        Y, *state = self._step(onp.reshape(tokens, (-1, 1)).astype('int32'), *state)
        return Y[:, -1], state

    def select(self, state, rows):
        """As `LiveDecoder.select`."""
        return [onp.take(part, rows, axis=axis)
                for part, axis in zip(state, self.state_axes)]


def load_encoder_decoder(prefix) -> ExportedDecoder:
    """What `export_encoder_decoder` wrote with that prefix.

    FileNotFoundError where it did not; ImportError for ONNX without onnxruntime;
    BadData, a ValueError, naming the file that is damaged.

    Ours, for 9.8
    """
    file = _parts_file(prefix)
    if not file.is_file():
        raise MissingFile(f'there is no {file}: export_encoder_decoder(net, '
                          'examples, prefix) writes it, or d2lmx export')
    kind, num_inputs, state_axes = _calling(file)
    load = _load_onnx if kind == 'onnx' else _load_symbol
    encoder, step = (load(f'{prefix}-{part}', count) for part, count in
                     (('encoder', num_inputs), ('step', 1 + len(state_axes))))
    return ExportedDecoder(encoder, step, state_axes)


def _calling(file):
    """(kind, number of the encoder's inputs, axes of the state) that a file says."""
    how = read_json(file)
    how = how if isinstance(how, dict) else {}
    kind, count, axes = (how.get(key) for key in ('kind', 'encoder_inputs',
                                                  'state_axes'))
    if not (kind in KINDS and type(count) is int and 1 <= count <= MOST_ARRAYS
            and isinstance(axes, list) and len(axes) <= MOST_ARRAYS
            and all(type(axis) is int and 0 <= axis < MOST_AXES for axis in axes)):
        raise BadData(f"{file} is damaged: it must hold a kind ('onnx' or 'symbol'), "
                      'encoder_inputs (a number) and state_axes (a list of numbers). '
                      'Export the network again')
    return kind, count, axes


def _load_onnx(prefix, _):
    predict = load_onnx(f'{prefix}.onnx')

    def call(*arrays):
        outputs = predict(*arrays)
        return outputs if isinstance(outputs, list) else [outputs]
    return call


def _load_symbol(prefix, num_inputs):
    try:
        block = load_exported(*symbol_files(prefix), num_inputs)
    except InputError as error:
        raise BadData(f'the files of {prefix} do not fit each other: {error}'
                      ) from error

    def call(*arrays):
        outputs = block(*(np.array(array, dtype=array.dtype) for array in arrays))
        return [Y.asnumpy() for Y in flatten(outputs)]
    return call
