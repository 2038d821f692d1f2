"""Linear algebra (线性代数)

Source: chapter_preliminaries/linear-algebra
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict()


def scalars():
    """Arithmetic with arrays of no axis."""
    x = np.array(3.0)
    y = np.array(2.0)
    return {'x + y': (x + y).item(), 'x * y': (x * y).item(),
            'x / y': (x / y).item(), 'x ** y': (x ** y).item()}


def vectors():
    """An array of one axis: its elements, its length and its shape."""
    x = np.arange(4)
    return {'x': x.tolist(), 'x[3]': x[3].item(), 'len(x)': len(x), 'x.shape': x.shape}


def matrices():
    """An array of two axes, its transpose, and a symmetric matrix."""
    A = np.arange(20).reshape(5, 4)
    B = np.array([[1, 2, 3], [2, 0, 4], [3, 4, 5]])
    return {'A': A.tolist(), 'A.T': A.T.tolist(), 'B': B.tolist(),
            'B == B.T': (B == B.T).tolist()}


def tensors():
    """An array of three axes, with a number added and multiplied."""
    X = np.arange(24).reshape(2, 3, 4)
    a = 2
    return {'X': X.tolist(), 'a + X': (a + X).tolist(), '(a * X).shape': (a * X).shape}


def elementwise_arithmetic():
    """Sum and Hadamard product of two matrices (5, 4)."""
    A = np.arange(20).reshape(5, 4)
    B = A.copy()
    return {'A + B': (A + B).tolist(), 'A * B': (A * B).tolist()}


def reduction():
    """Sums and means over all elements, or along one axis, which then is gone."""
    x = np.arange(4)
    A = np.arange(20).reshape(5, 4)
    A_sum_axis0, A_sum_axis1 = A.sum(axis=0), A.sum(axis=1)
    return {'x.sum()': x.sum().item(), 'A.shape': A.shape, 'A.sum()': A.sum().item(),
            'A_sum_axis0': A_sum_axis0.tolist(), 'A_sum_axis0.shape': A_sum_axis0.shape,
            'A_sum_axis1': A_sum_axis1.tolist(), 'A_sum_axis1.shape': A_sum_axis1.shape,
            'A.sum(axis=[0, 1])': A.sum(axis=[0, 1]).item(),
            'A.mean()': A.mean().item(), 'A.sum() / A.size': (A.sum() / A.size).item(),
            'A.mean(axis=0)': A.mean(axis=0).tolist(),
            'A.sum(axis=0) / A.shape[0]': (A.sum(axis=0) / A.shape[0]).tolist()}


def sum_without_reduction():
    """A summed axis kept with length 1, to divide by; a running sum."""
    A = np.arange(20).reshape(5, 4)
    sum_A = A.sum(axis=1, keepdims=True)  # (5, 1)
    return {'sum_A': sum_A.tolist(), 'A / sum_A': (A / sum_A).tolist(),
            'A.cumsum(axis=0)': A.cumsum(axis=0).tolist()}


def products():
    """Dot product, matrix-vector product and matrix-matrix product."""
    x, y = np.arange(4), np.ones(4)
    A, B = np.arange(20).reshape(5, 4), np.ones((4, 3))
    return {'x': x.tolist(), 'y': y.tolist(), 'np.dot(x, y)': np.dot(x, y).item(),
            'np.sum(x * y)': np.sum(x * y).item(),
            'A.shape': A.shape, 'x.shape': x.shape, 'B.shape': B.shape,
            'np.dot(A, x)': np.dot(A, x).tolist(),
            'np.dot(A, B)': np.dot(A, B).tolist()}


def norms():
    """How big a vector or a matrix is."""
    u = np.array([3, -4])
    return {'L2 norm of u': np.linalg.norm(u).item(),
            'L1 norm of u': np.abs(u).sum().item(),
            'Frobenius norm of ones (4, 9)': np.linalg.norm(np.ones((4, 9))).item()}


def run() -> dict:
    return {'scalars': scalars(), 'vectors': vectors(), 'matrices': matrices(),
            'tensors': tensors(), 'elementwise arithmetic': elementwise_arithmetic(),
            'reduction': reduction(), 'sum without reduction': sum_without_reduction(),
            'products': products(), 'norms': norms()}


if __name__ == '__main__':
    d2l.main(run)
