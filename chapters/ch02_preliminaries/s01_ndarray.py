"""Data manipulation (数据操作)

Source: chapter_preliminaries/ndarray
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict()


def getting_started():
    """Arrays made from a range, from constants, at random and from lists."""
    x = np.arange(12)
    X = x.reshape(3, 4)
    return {'x': x.tolist(), 'x.shape': x.shape, 'x.size': x.size, 'X': X.tolist(),
            'np.zeros((2, 3, 4))': np.zeros((2, 3, 4)).tolist(),
            'np.ones((2, 3, 4))': np.ones((2, 3, 4)).tolist(),
            'np.random.normal(0, 1, size=(3, 4))':
                np.random.normal(0, 1, size=(3, 4)).tolist(),
            'from lists': np.array([[2, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]]).tolist()}


def elementwise_operations():
    """Operators that act on each element, or on each pair of elements."""
    x = np.array([1, 2, 4, 8])
    y = np.array([2, 2, 2, 2])
    return {'x + y': (x + y).tolist(), 'x - y': (x - y).tolist(),
            'x * y': (x * y).tolist(), 'x / y': (x / y).tolist(),
            'x ** y': (x ** y).tolist(), 'np.exp(x)': np.exp(x).tolist()}


def two_matrices():
    """X and Y of the rest of the section, both (3, 4)."""
    X = np.arange(12).reshape(3, 4)
    Y = np.array([[2, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
    return X, Y


def operations_on_matrices():
    """Matrices joined along either axis, compared, and summed."""
    X, Y = two_matrices()
    return {'joined along axis 0': np.concatenate([X, Y], axis=0).tolist(),
            'joined along axis 1': np.concatenate([X, Y], axis=1).tolist(),
            'X == Y': (X == Y).tolist(), 'X.sum()': X.sum().item()}


def broadcasting():
    """A column (3, 1) plus a row (1, 2) is a matrix (3, 2)."""
    a = np.arange(3).reshape(3, 1)
    b = np.arange(2).reshape(1, 2)
    return {'a': a.tolist(), 'b': b.tolist(), 'a + b': (a + b).tolist()}


def indexing_and_slicing():
    """Rows read by their index, elements and rows written to."""
    X, _ = two_matrices()
    results = {'X[-1]': X[-1].tolist(), 'X[1:3]': X[1:3].tolist()}
    X[1, 2] = 9
    results['X after X[1, 2] = 9'] = X.tolist()
    X[0:2, :] = 12
    results['X after X[0:2, :] = 12'] = X.tolist()
    return results


def saving_memory():
    """Whether the name still stands for the same object after each kind of update."""
    X, Y = two_matrices()
    before = id(Y)
    Y = Y + X
    results = {'same Y after Y = Y + X': id(Y) == before}
    Z = np.zeros_like(Y)
    before = id(Z)
    Z[:] = X + Y
    results['same Z after Z[:] = X + Y'] = id(Z) == before
    before = id(X)
    X += Y
    results['same X after X += Y'] = id(X) == before
    return results


def conversion():
    """To NumPy and back, and from an array of one element to Python's numbers."""
    X, _ = two_matrices()
    A = X.asnumpy()
    B = np.array(A)
    a = np.array([3.5])
    return {'type(A)': f'{type(A).__module__}.{type(A).__name__}',
            'type(B)': f'{type(B).__module__}.{type(B).__name__}',
            'a': a.tolist(), 'a.item()': a.item(), 'float(a)': float(a),
            'int(a)': int(a)}


def run() -> dict:
    return {'getting started': getting_started(),
            'elementwise operations': elementwise_operations(),
            'operations on matrices': operations_on_matrices(),
            'broadcasting': broadcasting(),
            'indexing and slicing': indexing_and_slicing(),
            'saving memory': saving_memory(),
            'conversion to other Python objects': conversion()}


if __name__ == '__main__':
    d2l.main(run)
