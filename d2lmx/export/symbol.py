"""Networks as MXNet's own pair of files: symbol (JSON) and parameters."""
import warnings
from pathlib import Path

import numpy as onp
from mxnet import gluon, npx

from ..errors import InputError, Unavailable
from ..files.whole import whole_files

__all__ = ['export_block', 'load_exported', 'flatten']


class ExportDiffers(Unavailable, ValueError):
    """The reloaded file of a network gives other outputs than the network: no file.

    Ours, for 12.1
    """


def flatten(outputs) -> list:
    """The arrays in nested lists and tuples of arrays, in order. Ours, for 5.1"""
    if isinstance(outputs, (list, tuple)):
        return [array for part in outputs for array in flatten(part)]
    return [outputs]


def load_exported(symbol_file, params_file, num_inputs: int = 1, device=None):
    """The exported network as a block: num_inputs arrays in, array or flat list out.

    Ours, for 12.1
    """
    names = ['data'] if num_inputs == 1 else [f'data{i}' for i in range(num_inputs)]
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Cannot decide type')  # none was asked for
        return gluon.SymbolBlock.imports(str(symbol_file), names, str(params_file),
                                         device)


def export_block(net, inputs, prefix, rtol: float = 1e-5, atol: float = 1e-6,
                 other_inputs=()):
    """Write ``PREFIX-symbol.json`` and ``PREFIX-0000.params``; return the two paths.

    The network is hybridized, run on the inputs, written, reloaded and run again, on
    the inputs and on those of further calls in the list other_inputs (of another batch
    size, say). Only where all outputs agree do the files appear under their names;
    otherwise ValueError says by how much they differ, or that the block cannot be
    traced.

    Ours, for 12.1
    """
    if not isinstance(net, gluon.HybridBlock):
        raise InputError('only a HybridBlock can be exported, got '
                         f'{type(net).__name__}: build it from HybridBlocks')
    calls = [call if isinstance(call, (list, tuple)) else (call,)
             for call in (inputs, *other_inputs)]
    net.hybridize()
    expected = [flatten(net(*call)) for call in calls]
    if not net._cached_graph:
        raise InputError(f'{type(net).__name__} was not traced, since it overrides '
                         'forward: write hybrid_forward instead')
    files = symbol_files(prefix)
    with whole_files(*files) as parts:
        net.export(str(parts[0].parent / Path(prefix).name))
        reloaded = load_exported(*parts, num_inputs=len(flatten(calls[0])))
        for call, outputs in zip(calls, expected):
            _check_equal(outputs, flatten(reloaded(*flatten(call))), rtol, atol)
        npx.waitall()
    return files


def symbol_files(prefix) -> tuple:
    """The paths of a network's two files: symbol and parameters."""
    return Path(f'{prefix}-symbol.json'), Path(f'{prefix}-0000.params')


def _check_equal(expected, actual, rtol, atol):
    """ExportDiffers unless the two lists of arrays agree."""
    for i, (a, b) in enumerate(zip(expected, actual)):
        a, b = a.asnumpy(), b.asnumpy()
        if a.shape != b.shape or not onp.allclose(a, b, rtol=rtol, atol=atol):
            raise ExportDiffers(
                f'output {i} of the reloaded network differs: {a.shape} and {b.shape}'
                + (f', largest difference {abs(a - b).max():.3g}'
                   if a.shape == b.shape else ''))
