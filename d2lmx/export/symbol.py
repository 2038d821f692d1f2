"""Networks as MXNet's own pair of files: symbol (JSON) and parameters."""
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as onp
from mxnet import gluon, npx

__all__ = ['export_block', 'load_exported', 'flatten']


def flatten(outputs) -> list:
    """The arrays in nested lists and tuples of arrays, in order. Book: 5.1"""
    if isinstance(outputs, (list, tuple)):
        return [array for part in outputs for array in flatten(part)]
    return [outputs]


def load_exported(symbol_file, params_file, num_inputs: int = 1, device=None):
    """The exported network as a block: num_inputs arrays in, array or flat list out.

    Book: 12.1 (sec_hybridize)
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

    Book: 12.1 (sec_hybridize)
    """
    if not isinstance(net, gluon.HybridBlock):
        raise ValueError('only a HybridBlock can be exported, got '
                         f'{type(net).__name__}: build it from HybridBlocks')
    calls = [call if isinstance(call, (list, tuple)) else (call,)
             for call in (inputs, *other_inputs)]
    prefix = Path(prefix)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    net.hybridize()
    expected = [flatten(net(*call)) for call in calls]
    if not net._cached_graph:
        raise ValueError(f'{type(net).__name__} was not traced, since it overrides '
                         'forward: write hybrid_forward instead')
    with tempfile.TemporaryDirectory(dir=prefix.parent, prefix='.export-') as folder:
        written = Path(folder) / prefix.name
        net.export(str(written))
        files = [Path(f'{written}-symbol.json'), Path(f'{written}-0000.params')]
        reloaded = load_exported(*files, num_inputs=len(flatten(calls[0])))
        for call, outputs in zip(calls, expected):
            _check_equal(outputs, flatten(reloaded(*flatten(call))), rtol, atol)
        npx.waitall()
        return tuple(Path(shutil.move(str(f), str(prefix.parent / f.name)))
                     for f in files)


def _check_equal(expected, actual, rtol, atol):
    """ValueError unless the two lists of arrays agree."""
    for i, (a, b) in enumerate(zip(expected, actual)):
        a, b = a.asnumpy(), b.asnumpy()
        if a.shape != b.shape or not onp.allclose(a, b, rtol=rtol, atol=atol):
            raise ValueError(
                f'output {i} of the reloaded network differs: {a.shape} and {b.shape}'
                + (f', largest difference {abs(a - b).max():.3g}'
                   if a.shape == b.shape else ''))
