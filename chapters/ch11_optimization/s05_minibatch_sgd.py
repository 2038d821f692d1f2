"""Minibatch stochastic gradient descent (小批量随机梯度下降)

Source: chapter_optimization/minibatch-sgd
"""
from mxnet import np, npx

import d2lmx as d2l

DATA = ('airfoil',)
SMOKE = dict(n=16, num_epochs=1)
# 0.254 in every build of the first; 0.242 to 0.254 of the others
PRINTED = [({}, {'loss/gd': (.254, .2535, .2545), 'loss/sgd': (.244, .2415, .2545),
                 'loss/batch size=100': (.249, .2415, .2545),
                 'loss/batch size=10': (.246, .2415, .2545),
                 'loss/concise, batch size=10': (.248, .2415, .2545)})]


def by_element(A, B, C):
    """A = BC, a product of a row and a column at a time."""
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[i, j] = np.dot(B[i, :], C[:, j])


def by_column(A, B, C):
    for j in range(A.shape[1]):
        A[:, j] = np.dot(B, C[:, j])


def whole(A, B, C):
    A[:] = np.dot(B, C)


def by_block(A, B, C):
    """A = BC, a quarter of the columns at a time."""
    size = max(1, A.shape[1] // 4)
    for j in range(0, A.shape[1], size):
        A[:, j:j + size] = np.dot(B, C[:, j:j + size])


def vectorization_and_caches(n):
    """Gigaflops of multiplying matrices of n x n in four ways, and all results equal.

    Prints and returns them.
    """
    B, C = np.random.normal(0, 1, (n, n)), np.random.normal(0, 1, (n, n))
    expected = np.dot(B, C).asnumpy()
    speeds = {}
    for multiply in (by_element, by_column, whole, by_block):
        A = np.zeros((n, n))
        npx.waitall()
        timer = d2l.Timer()
        multiply(A, B, C)
        npx.waitall()
        # book: counts 2 gigaflop, which is 60 times what its 256 x 256 matrices take
        speeds[multiply.__name__] = 2 * n ** 3 / 1e9 / timer.stop()
        if not abs(A.asnumpy() - expected).max() <= 1e-3 * n:  # NaN is not, either
            raise ArithmeticError(f'{multiply.__name__} gives another product')
    print('Gigaflops: ' + ', '.join(f'{name} {speed:.3f}'
                                    for name, speed in speeds.items()))
    return speeds


def sgd(params, states, hyperparams):
    for p in params:
        p[:] -= hyperparams['lr'] * p.grad


def train_sgd(lr, batch_size, num_epochs=2):
    """(seconds, losses) of one training from scratch."""
    data_iter, feature_dim = d2l.get_data_ch11(batch_size)
    curve = d2l.train_ch11(sgd, None, {'lr': lr}, data_iter, feature_dim, num_epochs)
    d2l.plt.title(f'batch size {batch_size}')
    return curve


def compare_speeds(results):
    """Draw the losses over seconds."""
    seconds, losses = zip(*results.values())
    d2l.plot(list(seconds), list(losses), 'time (sec)', 'loss', legend=list(results),
             xscale='log')


def run(*, n: int = 256, num_epochs: int = 2, num_epochs_gd: int = 10) -> dict:
    speeds = vectorization_and_caches(n)
    results = {'gd': train_sgd(1, 1500, num_epochs_gd),
               'sgd': train_sgd(0.005, 1, num_epochs),
               'batch size=100': train_sgd(0.4, 100, num_epochs),
               'batch size=10': train_sgd(0.05, 10, num_epochs)}
    compare_speeds(results)
    data_iter, _ = d2l.get_data_ch11(10)
    results['concise, batch size=10'] = d2l.train_concise_ch11(
        'sgd', {'learning_rate': 0.05}, data_iter, num_epochs)
    d2l.plt.title('concise, batch size 10')
    return {'loss': {name: losses[-1] for name, (_, losses) in results.items()},
            'series': {name: losses for name, (_, losses) in results.items()},
            'timing': {'gigaflops': speeds,
                       'seconds': {name: times
                                   for name, (times, _) in results.items()}}}


if __name__ == '__main__':
    d2l.main(run)
