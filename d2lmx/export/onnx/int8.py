"""ONNX files whose weights and products have 8 bits, by onnxruntime's quantization."""
import tempfile
from pathlib import Path

from ...files.whole import whole_file
from ..tracing import arrays_of, as_call, input_names
from .export import load_onnx

__all__ = ['quantize_onnx']


def quantize_onnx(source, path, inputs) -> Path:
    """Write an ONNX file's network once more, in 8 bits; return its path.

    Convolutions, products and what stands between them work on whole numbers, weights
    on 7 bits, so that sums are right on processors without VNNI too. Batch
    normalization becomes part of the convolution before it. The numbers differ from the
    float32 network's: measure how much it matters.

    Parameters
    ----------
    source, path
        A file of `export_onnx`, and the file to write; its folder is made.
    inputs
        The array, or tuple of arrays, of one call with a few hundred examples, which
        tell the range of every layer's numbers.

    Raises
    ------
    ValueError
        For inputs that the network does not take, and for a damaged file.
    ImportError
        Without onnx and onnxruntime: ``pip install onnx onnxruntime``.
    FileNotFoundError
        Without the file.

    Ours, for 22.4
    """
    arrays = [X.asnumpy() for X in arrays_of(as_call(inputs))]
    load_onnx(source)(*arrays)  # complains of inputs that do not fit
    from onnxruntime.quantization import QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process
    with tempfile.TemporaryDirectory() as folder, whole_file(path) as written:
        prepared = str(Path(folder, 'prepared.onnx'))
        quant_pre_process(str(source), prepared, skip_symbolic_shape=True)
        feed = dict(zip(input_names(len(arrays)), arrays))
        quantize_static(prepared, str(written), _reader(feed),
                        activation_type=QuantType.QUInt8,
                        weight_type=QuantType.QInt8, per_channel=True,
                        reduce_range=True)  # of weights where each channel has a scale
    return Path(path)


def _reader(feed):
    """What gives onnxruntime the one call of {name: array}."""
    from onnxruntime.quantization import CalibrationDataReader

    class Once(CalibrationDataReader):
        feeds = iter([feed])

        def get_next(self):
            return next(self.feeds, None)

    return Once()
