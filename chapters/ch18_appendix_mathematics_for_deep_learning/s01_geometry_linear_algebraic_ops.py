"""Geometry and linear algebraic operations (几何与线性代数运算)

Source: chapter_appendix-mathematics-for-deep-learning/geometry-linear-algebraic-ops
"""
from mxnet import np

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict()
THRESHOLD = -1500000  # the page's, found by eye on pixels of 0 to 255

# printed, then what other orders of summation may give; the accuracy is of the early
# release that Gluon downloads, and of the files above it is 0.7905
PRINTED = [({}, {'angle of (0, 1, 2) and (2, 3, 4)': (0.41899, 0.41898, 0.419),
                 'determinant of ((1, -1), (2, 3))': (5, 4.99999, 5.00001),
                 "accuracy/the page's": (0.801, 0.79, 0.802)})]


def angle(v, w):
    """The angle between two vectors (n,), in radians, 0 to pi."""
    return np.arccos(v.dot(w) / (np.linalg.norm(v) * np.linalg.norm(w)))


def averages():
    """The mean t-shirt and the mean trousers of the training set; draws both."""
    images, labels = d2l.read_fashion_mnist(is_train=True)
    ave_0, ave_1 = (images[labels == label].mean(axis=0) for label in (0, 1))
    for ax in d2l.show_images([ave_0, ave_1], 1, 2, ['average t-shirt',
                                                     'average trousers']):
        ax.images[0].set_cmap('Greys')
    return np.array(ave_0, dtype='float64'), np.array(ave_1, dtype='float64')


def hyperplanes(ave_0, ave_1):
    """Accuracy of three hyperplanes w x = b that part t-shirts from trousers."""
    images, labels = d2l.read_fashion_mnist(is_train=False)
    X_test = np.array(images[labels < 2].reshape(-1, 784), dtype='float64')
    y_test = np.array(labels[labels < 2], dtype='float64')

    def accuracy(w, b):
        predictions = X_test.dot(w.flatten()) > b
        return float((predictions.astype(y_test.dtype) == y_test).mean())

    w = ave_1 - ave_0
    halfway = float((w * (ave_0 + ave_1)).sum()) / 2
    # book: its w is transposed, so that the garments it is compared with lie on a side
    return {"the page's": accuracy(w.T, THRESHOLD),
            'upright': accuracy(w, THRESHOLD),
            'upright, halfway between the averages': accuracy(w, halfway)}


def invertibility():
    """A matrix times its inverse; the area that a matrix makes of the unit square."""
    M = np.array([[1, 2], [1, 4]])
    M_inv = np.array([[2, -1], [-0.5, 0.5]])
    A = np.array([[1, -1], [2, 3]])
    return {'M_inv M': M_inv.dot(M).tolist(),
            'determinant of ((1, -1), (2, 3))': float(np.linalg.det(A))}


def tensors():
    """Sums over shared indices, as Einstein writes them."""
    B = np.array([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]])
    A, v = np.array([[1, 2], [3, 4]]), np.array([1, 2])
    return {'shapes of A, B and v': [list(a.shape) for a in (A, B, v)],
            'ij, j -> i': np.einsum('ij, j -> i', A, v).tolist(),
            'A v': A.dot(v).tolist(),
            'ijk, il, j -> kl': np.einsum('ijk, il, j -> kl', B, A, v).tolist()}


def run() -> dict:
    theta = angle(np.array([0, 1, 2]), np.array([2, 3, 4]))
    return {'angle of (0, 1, 2) and (2, 3, 4)': float(theta),
            'accuracy': hyperplanes(*averages()), **invertibility(), **tensors()}


if __name__ == '__main__':
    d2l.main(run)
