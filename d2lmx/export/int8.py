"""A trained convolutional network with MXNet's INT8 operators, which oneDNN runs.

MXNet 1.9.1 quantizes graphs of its legacy operators alone: the trace is first spelt in
those, where each np operator in it has such a twin.

Without VNNI a processor adds two products of unsigned and signed bytes in 16 bits. They
hold 2 x 127 x 127, but not 2 x 255 x 127: a sum is then off by up to a half. A file may
run on another processor than it was made on, so unsigned bytes keep to 7 bits in all.
"""
import ctypes
import json
import os
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import mxnet as mx
import numpy as onp
from mxnet import MXNetError, gluon, npx
from mxnet.contrib import quantization

from ..errors import InputError
from ..files.whole import whole_files
from ..runtime.threads import legacy_arrays
from .symbol import ExportDiffers, export_block, load_exported, symbol_files
from .tracing import last_line

__all__ = ['export_int8', 'load_int8']

CALIBRATION_BATCH = 32
DENSE = '_sg_mkldnn_fully_connected'
TWINS = {  # np operator: legacy operator and attributes, from the np one's attributes
    '_npi_add': lambda attrs: ('elemwise_add', {}),
    '_npx_relu': lambda attrs: ('Activation', {'act_type': 'relu'}),
    '_npi_concatenate': lambda attrs: ('Concat', {'dim': attrs['axis'],
                                                  'num_args': attrs['num_args']}),
}
UNDERSTOOD = {'null', 'Convolution', 'FullyConnected', 'Pooling', 'Activation',
              'BatchNorm', 'Dropout', 'Flatten', 'elemwise_add', *TWINS}


def export_int8(net, X, prefix, calibration, other_inputs=()):
    """Write ``PREFIX-symbol.json`` and ``PREFIX-0000.params`` with INT8 operators.

    Convolutions compute in 8 bits, and dense layers where none has negative inputs,
    with a scale for each channel of the weights; ranges of activations are those that
    `calibration` meets. Sums are right on processors with VNNI and without. The files
    are reloaded before they appear: their outputs on X, and on each array of
    other_inputs, must be the quantized network's. How far those are from the float32
    network's is for a test set to say. Returns the two paths.

    net: an initialized, trained HybridBlock of one input. X (batch, channels, h, w).
    calibration (n, channels, h, w): real examples, at least one and better some
    hundreds, as an array of MXNet or NumPy. ValueError for others, and where MXNet
    cannot quantize the network; nothing is left behind then.

    Ours, for 12.1
    """
    files, calibration = symbol_files(prefix), _examples(calibration, X)
    with tempfile.TemporaryDirectory() as folder, whole_files(*files) as parts:
        traced = export_block(net, X, Path(folder, 'traced'))
        try:
            quantized = _quantize(traced, calibration)
            expected = [quantized(call) for call in (X, *other_inputs)]
            with _legacy_arrays():
                quantized.block.export(str(parts[0].parent / Path(prefix).name))
        except MXNetError as error:
            raise InputError('MXNet cannot quantize this network: '
                             f'{last_line(error)}') from error
        _check_quantized(parts[0])
        _check_reloaded(load_int8(*parts), (X, *other_inputs), expected)
    return files


def load_int8(symbol_file, params_file):
    """``predict(X)``, arrays in and out, for what `export_int8` wrote.

    It computes on the CPU, which MXNet's INT8 operators are for, wherever X is.

    Without d2lmx, in a process that never calls ``npx.set_np()``,
    ``gluon.SymbolBlock.imports`` reads the files too.

    Ours, for 12.1
    """
    with _legacy_arrays():
        return _Legacy(load_exported(symbol_file, params_file))


class _Legacy:
    """A block of legacy arrays as a function of np arrays."""

    def __init__(self, block):
        self.block = block
        block.hybridize(static_alloc=True, static_shape=True)

    def __call__(self, X):
        with _legacy_arrays():
            Y = self.block(X.as_in_ctx(mx.cpu()).as_nd_ndarray())
            return Y.as_np_ndarray()


@contextmanager
def _legacy_arrays():
    """MXNet's legacy semantics and the CPU: quantized networks work there alone."""
    with legacy_arrays(), mx.cpu():
        yield


@contextmanager
def _without_native_log():
    """Nothing on the process's stderr: MXNet logs each layer that it leaves alone."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, 'wb') as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _examples(calibration, X):
    """The calibration as a NumPy array, float32; ValueError unless it is like X."""
    if isinstance(calibration, mx.nd.NDArray):
        calibration = calibration.asnumpy()
    calibration = onp.asarray(calibration, 'float32')
    if len(calibration) == 0 or calibration.shape[1:] != X.shape[1:]:
        raise InputError('calibration takes at least one example of shape '
                         f'{X.shape[1:]}, as X has, got shape {calibration.shape}')
    if not onp.isfinite(calibration).all():
        raise InputError('calibration has values that are not finite')
    return calibration


class _Ranges:
    """Collects the least and greatest value of each array that a network computes.

    Those without negative values become unsigned bytes: with twice their range they
    take the lower half of 0 to 255. Where a convolution takes signed ones, oneDNN
    itself keeps its sums from overflowing.
    """

    def __init__(self):
        self._met = {}

    def collect(self, name, handle):
        """Called by MXNet's executor, with a name as bytes."""
        array = mx.nd.NDArray(ctypes.cast(handle, mx.base.NDArrayHandle), False)
        low, high = array.min().asscalar(), array.max().asscalar()
        lowest, highest = self._met.get(name, (low, high))
        self._met[name] = min(low, lowest), max(high, highest)

    @property
    def min_max_dict(self) -> dict:
        """{name: (min, max)}, by the name under which MXNet looks for it."""
        return {name.decode(): (low, high if low < 0 else 2 * high)
                for name, (low, high) in self._met.items()}


def _quantize(traced, calibration):
    """The traced network, quantized, as a function of np arrays."""
    graph = _in_legacy_operators(json.loads(traced[0].read_text(encoding='utf-8')))
    values = {name.partition(':')[2]: value.as_nd_ndarray()
              for name, value in npx.load(str(traced[1])).items()}
    with _legacy_arrays(), _without_native_log(), warnings.catch_warnings():
        warnings.simplefilter('ignore')  # that the types of inputs are unknown
        block = gluon.SymbolBlock(mx.sym.load_json(json.dumps(graph)),
                                  [mx.sym.var('data')])
        for name, param in block.collect_params().items():
            param._load_init(values[name], mx.cpu())
        quantized = _quantize_but(block, calibration, [])
        if _some_dense_layer_takes_signed_bytes(quantized):
            quantized = _quantize_but(block, calibration, [DENSE])
        return _Legacy(quantized)


def _quantize_but(block, calibration, operators):
    """MXNet's quantized form of a block, but for some operators."""
    examples = mx.io.NDArrayIter(  # the last batch is filled from the first
        calibration, batch_size=min(CALIBRATION_BATCH, len(calibration)))
    return quantization.quantize_net_v2(
        block, quantized_dtype='auto', quantize_mode='smart', ctx=mx.cpu(),
        quantize_granularity='channel-wise', calib_mode='customize',
        LayerOutputCollector=_Ranges(), calib_data=examples,
        exclude_operators=operators)


def _some_dense_layer_takes_signed_bytes(block) -> bool:
    """Whether one does: oneDNN makes these unsigned, of 8 bits, and its sums overflow.
    """
    graph = block._cached_graph[1].get_internals()
    types = dict(zip(graph.list_outputs(), graph.infer_type(data='float32')[1]))
    return any(layer.name.startswith(f'quantized_{DENSE[1:]}')
               and types[layer.get_children().list_outputs()[0]] is onp.int8
               for layer in graph)


def _in_legacy_operators(graph: dict) -> dict:
    """A traced graph in the spelling of legacy operators; ValueError without one."""
    if len(graph['heads']) != 1:
        raise InputError(f'this network has {len(graph["heads"])} outputs: INT8 is for '
                         'networks of one')
    for node in graph['nodes']:
        if node['op'] not in UNDERSTOOD:
            raise InputError(f'MXNet cannot quantize operator {node["op"]!r} (layer '
                             f'{node["name"]!r}): INT8 is for networks of '
                             'convolutions, dense layers, pooling, batch norm and ReLU')
        if node['op'] in TWINS:
            node['op'], node['attrs'] = TWINS[node['op']](node.get('attrs', {}))
    if not any(node['op'] == 'Convolution' for node in graph['nodes']):
        raise InputError('MXNet quantizes convolutional networks, and this one has no '
                         'convolution')
    del graph['attrs']['is_np_shape']
    return graph


def _check_reloaded(predict, calls, expected):
    """An error unless it gives the outputs expected, and again when called again."""
    for X, outputs in zip(calls, expected):
        for _ in range(2):  # the second time in the memory that the first has used
            try:
                difference = abs(predict(X).asnumpy() - outputs.asnumpy()).max()
            except MXNetError as error:  # as where nothing but 1 x 1 pixel is left
                raise InputError('MXNet cannot run the INT8 network on inputs of shape '
                                 f'{X.shape}: {last_line(error)}; '
                                 'try larger ones; nothing is written') from error
            if not difference <= 1e-5:  # the same sums of whole numbers
                raise ExportDiffers('the reloaded INT8 network differs by up to '
                                    f'{difference:.3g} on inputs of shape {X.shape}; '
                                    'nothing is written')


def _check_quantized(symbol_file):
    """ValueError unless some operator of the written network works in 8 bits."""
    graph = json.loads(symbol_file.read_text(encoding='utf-8'))
    operators = onp.unique([node['op'] for node in graph['nodes']])
    if not any('quantize' in operator for operator in operators):
        raise InputError('MXNet quantized no layer of this network; nothing is written')
