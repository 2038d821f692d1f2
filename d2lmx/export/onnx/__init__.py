"""Networks as ONNX files, which need no MXNet to run."""
from .export import *
