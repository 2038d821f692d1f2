"""Networks as ONNX files, which need no MXNet to run."""
from .export import export_onnx, load_onnx
from .int8 import quantize_onnx

__all__ = ['export_onnx', 'load_onnx', 'quantize_onnx']
