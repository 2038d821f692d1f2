"""The book's framework-neutral spellings, so that a pasted cell runs.

Nothing else in the library uses them. Book: 2.1 (sec_ndarray)
"""
from matplotlib import pyplot as plt
from mxnet import np

__all__ = ['plt', 'abs', 'arange', 'argmax', 'astype', 'concat', 'cos', 'cosh', 'exp',
           'eye', 'float32', 'int32', 'linspace', 'log', 'matmul', 'meshgrid', 'normal',
           'numpy', 'ones', 'rand', 'reduce_sum', 'reshape', 'sin', 'sinh', 'size',
           'stack', 'tanh', 'tensor', 'transpose', 'zeros']

abs, cos, cosh, sin, sinh = np.abs, np.cos, np.cosh, np.sin, np.sinh
exp, log, tanh = np.exp, np.log, np.tanh
arange, eye, linspace, meshgrid = np.arange, np.eye, np.linspace, np.meshgrid
ones, zeros, tensor = np.ones, np.zeros, np.array
concat, stack, matmul = np.concatenate, np.stack, np.dot
normal, rand = np.random.normal, np.random.rand
float32, int32 = np.float32, np.int32


def argmax(x, *args, **kwargs):
    """``x.argmax(...)``. Book: throughout, in its cells"""
    return x.argmax(*args, **kwargs)


def astype(x, *args, **kwargs):
    """``x.astype(...)``. Book: throughout, in its cells"""
    return x.astype(*args, **kwargs)


def numpy(x):
    """The NumPy array with x's values. Book: throughout, in its cells"""
    return x.asnumpy()


def reduce_sum(x, *args, **kwargs):
    """``x.sum(...)``. Book: throughout, in its cells"""
    return x.sum(*args, **kwargs)


def reshape(x, *args, **kwargs):
    """``x.reshape(...)``. Book: throughout, in its cells"""
    return x.reshape(*args, **kwargs)


def size(x) -> int:
    """How many elements x has. Book: throughout, in its cells"""
    return x.size


def transpose(x):
    """x with its axes reversed. Book: throughout, in its cells"""
    return x.T
