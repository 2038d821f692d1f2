"""Networks as ONNX files, which need no MXNet to run."""
from .export import export_onnx, load_onnx

__all__ = ['export_onnx', 'load_onnx']
