"""From a live network to an ONNX file that gives the same numbers, or to an error.

The graph is written here, operator by operator, rather than by MXNet's own mx2onnx:
that one knows no np operators, freezes the batch in every reshape, and imports under
today's onnx only after patching it.
"""
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as onp
from mxnet import np

from ...errors import InputError, MissingFile, MissingPackage
from ...files.archives import BadData
from ...files.whole import whole_file
from ...processor import threads
from ..symbol import (ExportDiffers, check_count, export_block, largest_difference,
                      run)
from ..tracing import arrays_of, as_call, input_names, last_line, on_inputs
from .graph import Body, names_read
from .traced import convert

__all__ = ['export_onnx', 'load_onnx']

OPSET, IR_VERSION = 18, 8  # read by every onnxruntime from 1.14 on
HARD = (0, .5, -.5, 1, 1.5, -1, -1.5, 2.5, -2.5)  # what converters may get wrong


def export_onnx(net, inputs, path, rtol: float = 1e-5, atol: float = 1e-5,
                other_inputs=None) -> Path:
    """Write a HybridBlock as an ONNX file that gives the same numbers; return its path.

    The network stays as it is. The file runs in onnxruntime on any batch size, in
    prediction mode: batch normalization by the running statistics, no dropout. It gives
    the network's numbers, negative and large ones, halves and ties included. The two
    may differ on NaN and infinities, where whole numbers or sums overflow, and where
    the mean that a layer normalization takes away is a thousand times the spread or
    more, as onnxruntime then keeps fewer digits. Inputs are called ``data``, or
    ``data0``, ``data1``, ... in the order of the call, outputs ``output``, or
    ``output0``, ``output1``, ... in the network's order.

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
        `inputs` and on each of `other_inputs`, and on such inputs with zeros, halves
        and ties for numbers. The last digits of an output's largest number may differ.
    other_inputs
        List of further calls' inputs. Axes that differ from one call to another are
        dynamic in the file, all others fixed. None means batches of one and of three
        along the first axis of every input; pass them where a batch lies elsewhere
        (as in recurrent states), or for sequences of any length.

    Raises
    ------
    ValueError
        Where the block cannot be traced, an operator has no converter (it is named),
        the file is no valid ONNX, or its outputs differ. Nothing is left behind then.
    ImportError
        Without onnx and onnxruntime: ``pip install onnx onnxruntime``.

    Ours, for 12.1
    """
    for name in ('onnx', 'onnxruntime'):
        _guest(name)  # before any work
    with tempfile.TemporaryDirectory() as folder, whole_file(path) as written:
        files = export_block(net, inputs, Path(folder, 'traced'), rtol, atol)
        calls = [as_call(inputs), *_other_calls(inputs, other_inputs)]
        outputs = [run(net, call) for call in calls]
        hard = list(_hard_calls(net, calls))
        calls = [_as_numpy(call) for call in calls]
        names = input_names(len(calls[0]))
        graph, heads = convert(*files, dict(zip(names, calls[0])))
        _write(graph, heads, names, calls, outputs, written)
        _check(written, [*zip(calls, outputs), *hard], rtol, atol)
    return Path(path)


def load_onnx(path):
    """``predict(*arrays)`` for an ONNX file: NumPy arrays in, an array or a list out.

    onnxruntime gets as many threads as MXNet's operators have; its own choice is one
    for each core of the machine, whatever this process was given.

    ImportError without onnxruntime, FileNotFoundError without the file; ValueError for
    one that is damaged, and from ``predict`` for arrays that the network does not take.

    Ours, for 12.1
    """
    onnxruntime = _guest('onnxruntime')
    if not Path(path).is_file():
        raise MissingFile(f'there is no ONNX file {path}: export_onnx writes one')
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, _ = threads()
    try:
        session = onnxruntime.InferenceSession(str(path), options,
                                               providers=['CPUExecutionProvider'])
    except Exception as error:  # onnxruntime's share no narrower class
        raise BadData(f'{path} is no ONNX file that runs here, or it is damaged: '
                      f'{last_line(error)}') from error
    names = [value.name for value in session.get_inputs()]

    def predict(*arrays):
        if len(arrays) != len(names):
            raise InputError(f'{path} takes {len(names)} arrays ({", ".join(names)}), '
                             f'got {len(arrays)}')
        arrays = [onp.asarray(array) for array in arrays]
        try:
            outputs = session.run(None, dict(zip(names, arrays)))
        except Exception as error:
            raise InputError(
                f'{path} does not run {on_inputs(arrays)} and types '
                f'{", ".join(str(X.dtype) for X in arrays)}: {last_line(error)}'
            ) from error
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


def _as_numpy(call):
    return [X.asnumpy() for X in arrays_of(call)]


def _other_calls(inputs, other_inputs):
    """The calls beside the first: as given, or batches of one and of three."""
    if other_inputs is not None:
        return [as_call(call) for call in other_inputs]
    return [_rebatched(as_call(inputs), size) for size in (1, 3)]


def _rebatched(inputs, size):
    """The same inputs with `size` examples, the given ones over and over."""
    if isinstance(inputs, (list, tuple)):
        return type(inputs)(_rebatched(X, size) for X in inputs)
    if inputs is None:
        return None
    if inputs.ndim == 0:
        raise InputError('an input is a number without axes, which has no batch: pass '
                         'other_inputs, a list of inputs of other batch sizes')
    rows = onp.arange(size) % len(inputs)
    return np.array(inputs.asnumpy()[rows], dtype=inputs.dtype, ctx=inputs.ctx)


def _hard_calls(net, calls):
    """(inputs, outputs) of the same calls with zeros, halves and ties for numbers.

    They stay within the range of each array, for a network need not take others.
    Random numbers, which most examples are, meet none of them.
    """
    for call in calls:
        hard = _hardened(call)
        with suppress(InputError):
            yield _as_numpy(hard), run(net, hard)


def _hardened(X):
    if isinstance(X, (list, tuple)):
        return type(X)(map(_hardened, X))
    if X is None or X.dtype == bool or X.size == 0:
        return X
    values = X.asnumpy()
    numbers = onp.repeat(HARD, 2)
    numbers = numbers[(numbers >= values.min()) & (numbers <= values.max())]
    if X.dtype.kind in 'iu' or numbers.size == 0:
        numbers = onp.array([values.min(), values.min(), values.max()])
    return np.array(onp.resize(numbers, X.shape), dtype=X.dtype, ctx=X.ctx)


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

    results = ['output'] if len(heads) == 1 else [f'output{i}'
                                                  for i in range(len(heads))]
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


def _check(path, examples, rtol, atol):
    """ExportDiffers unless the file is valid and gives the network's outputs."""
    try:
        _guest('onnx').checker.check_model(str(path), full_check=True)
        predict = load_onnx(path)
        results = [predict(*call) for call, _ in examples]
    except Exception as error:  # onnx and onnxruntime share no narrower class
        raise ExportDiffers('the ONNX file written for this network does not run: '
                            f'{str(error).strip()}') from error
    for (call, expected), actual in zip(examples, results):
        _check_equal(expected, actual if isinstance(actual, list) else [actual],
                     on_inputs(call), rtol, atol)


def _check_equal(expected, actual, where, rtol, atol):
    check_count(expected, actual, 'the ONNX file')
    for i, (a, b) in enumerate(zip(expected, actual)):
        if a.shape != b.shape or a.dtype != b.dtype:
            raise ExportDiffers(f'output {i} of the ONNX file is {b.dtype} {b.shape}, '
                                f"the network's {a.dtype} {a.shape}, {where}; nothing "
                                'is written')
        if not onp.allclose(a, b, rtol=rtol, atol=max(atol, _last_digits(a))):
            difference = largest_difference(a, b)
            raise ExportDiffers(f'output {i} of the ONNX file differs from the '
                                f"network's by up to {difference:.3g} {where}, more "
                                f'than rtol={rtol:g} and atol={atol:g} allow; nothing '
                                'is written')


def _last_digits(array):
    """What the largest finite numbers of an output cannot tell apart, twice.

    A corner of a box is a sum of pixels in their hundreds, and may come to nearly 0.
    """
    if array.dtype.kind != 'f' or not onp.isfinite(array).any():
        return 0
    return 2 * onp.finfo(array.dtype).eps * abs(array[onp.isfinite(array)]).max()
