"""Points of two classes in the plane, and what a network makes of it."""
import numpy as onp
from matplotlib import pyplot as plt
from mxnet import np

from ..runtime.checks import check_whole
from ..viz.finish import finish

__all__ = ['ring', 'flower', 'show_decisions']

CLASSES = ('tab:blue', '.'), ('tab:red', '+')  # colour and marker of 0 and 1
SIDE = 150  # points of a side of the plane that is coloured


def ring(num_examples: int):
    """Points X (n, 2) and classes y (n,): a disc, 0, and a ring around it, 1.

    The disc has radius 1, the ring lies between 1.5 and 2.5; either has half of the
    points, drawn from NumPy's global seed.

    Ours, for 21.1
    """
    check_whole(num_examples=num_examples)
    y = (onp.arange(num_examples) % 2).astype('float32')
    low, high = onp.where(y, 1.5, 0), onp.where(y, 2.5, 1)
    # as many points in each part of equal area
    radius = onp.sqrt(onp.random.uniform(low ** 2, high ** 2))
    return at(radius, onp.random.uniform(0, 2 * onp.pi, num_examples)), y


def flower(num_examples: int, num_petals: int = 6, noise: float = 0.05):
    """Points X (n, 2) and classes y (n,): petals of length 1, alternately 0 and 1.

    num_petals: an even number. noise: the standard deviation of what is added to each
    coordinate. All is drawn from NumPy's global seed.

    Ours, for 21.2
    """
    check_whole(num_examples=num_examples)
    if num_petals < 2 or num_petals % 2:
        raise ValueError(f'num_petals must be even, and 2 at least, got {num_petals}')
    angle = onp.random.uniform(0, 2 * onp.pi, num_examples)
    wave = onp.sin(num_petals / 2 * angle)
    radius = abs(wave) * onp.sqrt(onp.random.uniform(size=num_examples))
    X = at(radius, angle) + onp.random.normal(0, noise, (num_examples, 2))
    return X.astype('float32'), (wave > 0).astype('float32')


def at(radius, angle):
    """Points (n, 2), float32, of polar coordinates."""
    return onp.stack([radius * onp.cos(angle), radius * onp.sin(angle)],
                     axis=1).astype('float32')


def show_decisions(net, X, y, title: str):
    """Draw points of two classes, and where in the plane a network sees which.

    net: X (n, 2) -> scores (n, 1), of class 1 where above 0. Returns the axes.

    Ours, for 21.1
    """
    _, axes = plt.subplots(figsize=(3.5, 3.2))
    x1, x2 = (onp.linspace(x.min() - 0.2, x.max() + 0.2, SIDE) for x in X.T)
    plane = onp.stack(onp.meshgrid(x1, x2), axis=2).reshape(-1, 2)
    scores = net(np.array(plane, dtype='float32')).asnumpy()
    axes.imshow(scores.reshape(SIDE, SIDE) > 0, cmap='bwr', alpha=0.25, vmin=0, vmax=1,
                origin='lower', extent=(x1[0], x1[-1], x2[0], x2[-1]), aspect='auto')
    for label, (color, marker) in enumerate(CLASSES):
        axes.scatter(*X[y == label].T, s=12, c=color, marker=marker, label=f'{label}')
    axes.set_xlabel('x1')
    axes.set_ylabel('x2')
    axes.set_title(title)
    axes.legend(title='class')
    finish(axes.figure)
    return axes
