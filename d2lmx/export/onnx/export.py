"""From a live network to an ONNX file that gives the same numbers, or to an error.

The graph is written here, operator by operator, rather than by MXNet's own mx2onnx:
that one knows no np operators, freezes the batch in every reshape, and imports under
today's onnx only after patching it.
"""
import tempfile
from pathlib import Path

import mxnet as mx
import numpy as onp
from mxnet import np

from ...errors import InputError, MissingPackage
from ...files.whole import whole_file
from ..symbol import ExportDiffers, export_block, flatten
from .graph import Body, names_read
from .traced import convert

__all__ = ['export_onnx', 'load_onnx']

OPSET, IR_VERSION = 18, 8  # read by every onnxruntime from 1.14 on


def export_onnx(net, inputs, path, rtol: float = 1e-5, atol: float = 1e-5,
                other_inputs=None) -> Path:
    """Write a HybridBlock as an ONNX file that gives the same numbers; return its path.

    The network is hybridized. The file runs in onnxruntime on any batch size, in
    prediction mode: batch normalization by the running statistics, no dropout. Its
    inputs are called ``data``, or ``data0``, ``data1``, ... in the order of the call,
    its outputs ``output``, or ``output0``, ``output1``, ... in the network's order.

    Parameters
    ----------
    net
        An initialized HybridBlock.
    inputs
        The array, or tuple of arrays (and lists of them), of one call.
    path
        The file to write; its folder is made.
    rtol, atol
        Largest difference allowed between the network's outputs and the file's, on
        `inputs` and on each of `other_inputs`.
    other_inputs
        List of further calls' inputs. Axes that differ from one call to another are
        dynamic in the file, all others fixed. None means batches of one and of three
        along the first axis of every input; pass them where a batch lies elsewhere
        (as in recurrent states), or for sequences of any length.

    Raises
    ------
    ValueError
        Where an operator has no converter (it is named), the file is no valid ONNX, or
        its outputs differ. Nothing is left behind then.
    ImportError
        Without onnx and onnxruntime: ``pip install onnx onnxruntime``.

    Ours, for 12.1
    """
    for name in ('onnx', 'onnxruntime'):
        _guest(name)  # before any work
    with tempfile.TemporaryDirectory() as folder, whole_file(path) as written:
        files = export_block(net, inputs, Path(folder, 'traced'), rtol, atol)
        calls = [_as_tuple(inputs), *_other_calls(inputs, other_inputs)]
        outputs = [_run(net, call) for call in calls]
        calls = [[X.asnumpy() for X in flatten(call)] for call in calls]
        names = _numbered('data', len(calls[0]))
        graph, heads = convert(*files, dict(zip(names, calls[0])))
        _write(graph, heads, names, calls, outputs, written)
        _check(written, calls, outputs, rtol, atol)
    return Path(path)


def load_onnx(path):
    """``predict(*arrays)`` for an ONNX file: NumPy arrays in, an array or a list out.

    ImportError without onnxruntime.

    Ours, for 12.1
    """
    session = _guest('onnxruntime').InferenceSession(
        str(path), providers=['CPUExecutionProvider'])
    names = [value.name for value in session.get_inputs()]

    def predict(*arrays):
        if len(arrays) != len(names):
            raise InputError(f'{path} takes {len(names)} arrays ({", ".join(names)}), '
                             f'got {len(arrays)}')
        outputs = session.run(None, dict(zip(names, arrays)))
        return outputs[0] if len(outputs) == 1 else outputs
    return predict


def _guest(name):
    """onnx or onnxruntime, which a plain installation lacks."""
    try:
        if name == 'onnx':
            import onnx.checker
            import onnx.helper
            import onnx.numpy_helper
            return onnx
        import onnxruntime
        return onnxruntime
    except ImportError as error:
        raise MissingPackage(f'{name} cannot be imported ({error}); run: '
                             'pip install onnx onnxruntime') from error


def _as_tuple(inputs):
    return tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)


def _other_calls(inputs, other_inputs):
    """The calls beside the first: as given, or batches of one and of three."""
    if other_inputs is not None:
        return [_as_tuple(call) for call in other_inputs]
    return [_rebatched(_as_tuple(inputs), size) for size in (1, 3)]


def _rebatched(inputs, size):
    """The same inputs with `size` examples, the given ones over and over."""
    if isinstance(inputs, (list, tuple)):
        return type(inputs)(_rebatched(X, size) for X in inputs)
    rows = onp.arange(size) % len(inputs)
    return np.array(inputs.asnumpy()[rows], dtype=inputs.dtype, ctx=inputs.ctx)


def _run(net, call):
    """The network's outputs as NumPy arrays; ValueError where it takes no such call."""
    try:
        return [Y.asnumpy() for Y in flatten(net(*call))]
    except mx.MXNetError as error:
        raise InputError(
            f'the network does not run {_where(flatten(call))}: where the batch is not '
            'the first axis of every input, pass other_inputs (a list of inputs of '
            f'other batch sizes). MXNet says: {str(error).strip()}') from error


def _where(call):
    return f'on inputs of shapes {", ".join(str(X.shape) for X in call)}'


def _write(graph, heads, names, calls, outputs, path):
    """An ONNX file whose axes are free where they differ between the calls."""
    onnx = _guest('onnx')
    helper, to_type = onnx.helper, onnx.helper.np_dtype_to_tensor_dtype
    batches = [call[0].shape[0] for call in calls]

    def declared(name, arrays):
        axes = [sizes[0] if len(set(sizes)) == 1 else
                'batch' if list(sizes) == batches else None
                for sizes in zip(*(array.shape for array in arrays))]
        return helper.make_tensor_value_info(name, to_type(arrays[0].dtype), axes)

    results = _numbered('output', len(heads))
    nodes = graph.pruned(heads) + [('Identity', [head], [result], {})
                                   for head, result in zip(heads, results)]
    used = {name for node in nodes for name in names_read(node)}
    model = helper.make_model(
        helper.make_graph(
            [_node(onnx, *node) for node in nodes],
            path.stem, list(map(declared, names, zip(*calls))),
            list(map(declared, results, zip(*outputs))),
            [onnx.numpy_helper.from_array(value, name)
             for name, value in graph.constants.items() if name in used]),
        opset_imports=[helper.make_opsetid('', OPSET)], ir_version=IR_VERSION,
        producer_name='d2lmx')
    onnx.save(model, str(path))


def _node(onnx, operator, inputs, outputs, attrs):
    """A node of an ONNX file."""
    def value(attr):
        if isinstance(attr, onp.dtype):
            return onnx.helper.np_dtype_to_tensor_dtype(attr)
        return _body(onnx, outputs[0], attr) if isinstance(attr, Body) else attr

    return onnx.helper.make_node(operator, inputs, outputs, outputs[0],
                                 **{key: value(attr) for key, attr in attrs.items()})


def _body(onnx, name, body):
    """The body of a loop, in an ONNX file."""
    helper = onnx.helper
    ends = [[helper.make_tensor_value_info(
                 name, helper.np_dtype_to_tensor_dtype(onp.dtype(dtype)), None)
             for name, dtype in pairs] for pairs in (body.inputs, body.outputs)]
    return helper.make_graph([_node(onnx, *node) for node in body.nodes],
                             f'{name}_body', *ends)


def _check(path, calls, outputs, rtol, atol):
    """ExportDiffers unless the file is valid and gives the network's outputs."""
    try:
        _guest('onnx').checker.check_model(str(path), full_check=True)
        predict = load_onnx(path)
        results = [predict(*call) for call in calls]
    except Exception as error:  # onnx and onnxruntime share no narrower class
        raise ExportDiffers('the ONNX file written for this network does not run: '
                            f'{str(error).strip()}') from error
    for call, expected, actual in zip(calls, outputs, results):
        _check_equal(expected, actual if isinstance(actual, list) else [actual],
                     _where(call), rtol, atol)


def _check_equal(expected, actual, where, rtol, atol):
    for i, (a, b) in enumerate(zip(expected, actual)):
        if a.shape != b.shape or a.dtype != b.dtype:
            raise ExportDiffers(f'output {i} of the ONNX file is {b.dtype} {b.shape}, '
                                f"the network's {a.dtype} {a.shape}, {where}; nothing "
                                'is written')
        if not onp.allclose(a, b, rtol=rtol, atol=atol):
            difference = abs(a.astype(float) - b.astype(float)).max()
            raise ExportDiffers(f'output {i} of the ONNX file differs from the '
                                f"network's by up to {difference:.3g} {where}, more "
                                f'than rtol={rtol:g} and atol={atol:g} allow; nothing '
                                'is written')


def _numbered(stem, count):
    """`stem`, or where there are several, `stem` with a number after it."""
    return [stem] if count == 1 else [f'{stem}{i}' for i in range(count)]
