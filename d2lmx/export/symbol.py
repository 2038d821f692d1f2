"""Networks as MXNet's own pair of files: symbol (JSON) and parameters."""
import re
import warnings
from pathlib import Path

import mxnet as mx
import numpy as onp
from mxnet import MXNetError, autograd, gluon, npx

from ..errors import InputError, Unavailable
from ..files.archives import BadData
from ..files.whole import whole_files
from .parameters import read_arrays
from .reading import read_symbol
from .tracing import (arrays_of, as_call, flatten, input_names, last_line, on_inputs,
                      trace)

__all__ = ['export_block', 'load_exported', 'flatten']


class ExportDiffers(Unavailable, ValueError):
    """The reloaded file of a network gives other outputs than the network: no file.

    Ours, for 12.1
    """


def load_exported(symbol_file, params_file, num_inputs: int = 1, device=None):
    """The exported network as a block: num_inputs arrays in, array or flat list out.

    The symbol file is read before it is loaded: operators that no exported network has
    are refused. device: the current one, if None. ValueError for another num_inputs
    than the file has; BadData, a ValueError too, where a file is damaged, and
    FileNotFoundError where it is missing.

    Ours, for 12.1
    """
    symbol, graph = read_symbol(symbol_file)
    values = {name.partition(':')[2]: value
              for name, value in read_arrays(params_file).items()}
    listed = {node['name'] for node in graph['nodes'] if node['op'] == 'null'}
    names = names_of_inputs(symbol_file, listed - set(values), num_inputs)
    as_arrays = ((lambda symbol: symbol.as_np_ndarray()) if npx.is_np_array() else
                 (lambda symbol: symbol))
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Cannot decide type')  # none was asked for
        block = gluon.SymbolBlock(as_arrays(symbol),
                                  [as_arrays(mx.sym.var(name)) for name in names])
    try:
        for name, param in block.collect_params().items():
            param._load_init(values[name], device, cast_dtype=True,
                             dtype_source='saved')
    except (AssertionError, MXNetError) as error:
        raise BadData(f'{params_file} does not fit {symbol_file}: {error}') from error
    return block


def names_of_inputs(symbol_file, listed, num_inputs) -> list:
    """The names of the inputs of a file, which lists them among its variables.

    Files that MXNet wrote lack those that nothing reads.
    """
    strange = sorted(name for name in listed if not re.fullmatch(r'data\d*', name))
    if strange:
        raise BadData(f'{symbol_file} needs {strange[0]!r}, which the parameter file '
                      'has not: both must come from one export')
    names = input_names(num_inputs)
    are_all = listed == set(input_names(len(listed)))
    if not listed <= set(names) or are_all and num_inputs != len(listed):
        count = max(int(name[len('data'):] or 0) for name in listed) + 1
        raise InputError(f'the network of {symbol_file} takes {count} inputs '
                         f'({", ".join(sorted(listed))}), not {num_inputs}: say '
                         f'num_inputs={count}')
    return names


def export_block(net, inputs, prefix, rtol: float = 1e-5, atol: float = 1e-6,
                 other_inputs=()):
    """Write ``PREFIX-symbol.json`` and ``PREFIX-0000.params``; return the two paths.

    The network is traced, written, reloaded and run on the inputs, and on those of
    further calls in the list other_inputs (of another batch size, say), all in
    prediction mode and on the inputs' device. It stays as it is, hybridized or not.
    Only where all outputs agree do the files appear under their names.

    ValueError that the block cannot be traced, which and why; that the network does not
    run on these inputs, or makes NaN of them; or by how much the outputs differ.

    Ours, for 12.1
    """
    calls = [as_call(call) for call in (inputs, *other_inputs)]
    traced = trace(net, calls[0])
    expected = [run(net, call) for call in calls]
    files = symbol_files(prefix)
    with whole_files(*files) as parts:
        traced.save(*parts)
        device = arrays_of(calls[0])[0].ctx
        try:
            reloaded = load_exported(*parts, num_inputs=len(traced.inputs),
                                     device=device)
        except BadData as error:  # its cause names the layer, without our own files
            raise InputError('the network cannot be exported: '
                             f'{last_line(error.__cause__ or error)}') from error
        for call, outputs in zip(calls, expected):
            actual = run(reloaded, arrays_of(call))
            _check_equal(outputs, actual, rtol, atol)
    return files


def run(net, call) -> list:
    """A network's outputs in prediction mode, NumPy arrays; InputError without any."""
    where = on_inputs(arrays_of(call))
    try:
        with autograd.pause(train_mode=False):
            outputs = [Y.asnumpy() for Y in flatten(net(*call))]
    except Exception as error:  # MXNet's errors share no narrower class
        raise InputError(
            f'the network does not run {where}: {last_line(error)}. Where the batch is '
            'not the first axis of every input, pass other_inputs, a list of inputs of '
            'other batch sizes') from error
    for i, Y in enumerate(outputs):
        if Y.dtype.kind == 'f' and onp.isnan(Y).any():
            raise InputError(f'output {i} of the network itself is NaN {where}: give '
                             'inputs that it takes, or train it anew')
    return outputs


def symbol_files(prefix) -> tuple:
    """The paths of a network's two files: symbol and parameters."""
    return Path(f'{prefix}-symbol.json'), Path(f'{prefix}-0000.params')


def _check_equal(expected, actual, rtol, atol):
    """ExportDiffers unless the two lists of arrays agree."""
    check_count(expected, actual, 'the reloaded network')
    for i, (a, b) in enumerate(zip(expected, actual)):
        if a.shape != b.shape or not onp.allclose(a, b, rtol=rtol, atol=atol):
            raise ExportDiffers(
                f'output {i} of the reloaded network differs: {a.shape} and {b.shape}'
                + (f', largest difference {largest_difference(a, b):.3g}'
                   if a.shape == b.shape else ''))


def check_count(expected, actual, what) -> None:
    """ExportDiffers unless what is exported has as many outputs as the network."""
    if len(expected) != len(actual):
        raise ExportDiffers(f'{what} has {len(actual)} outputs, the network '
                            f'{len(expected)}; nothing is written')


def largest_difference(a, b) -> float:
    """Of two arrays of one shape, of any type."""
    return abs(a.astype(float) - b.astype(float)).max()
