"""A part of the garments, on which much can be tried in little time."""
from functools import partial

import numpy as onp
from mxnet import gluon, init, np

from ..data.arrays import BatchIterator
from ..data.images.fashion_mnist import read_fashion_mnist, to_tensor
from ..errors import InputError
from ..runtime.devices import try_gpu
from ..runtime.timing import time_in_turn
from ..train.engine import fit
from ..train.steps import classification_step

__all__ = ['sample_garments', 'load_few_garments', 'garment_scenes', 'train_quietly',
           'train_further', 'time_steps']

SIDE = 28    # of a garment's picture
PIECE = 8    # and of the pieces of others that lie around
NUM_PIECES = 4


def sample_garments(*counts: int) -> list:
    """Sets of so many garments each, of Fashion-MNIST's training part, as NumPy arrays.

    Each is a pair: X (count, 1, 28, 28), float32 in [0, 1], and y (count,), int32 from
    0 to 9. No garment is in two of them. Which they are comes from NumPy's global seed.
    InputError where there are not so many.

    Ours, for 21.1
    """
    images, labels = read_fashion_mnist(is_train=True)
    if sum(counts) > len(labels):
        raise InputError(f'{sum(counts)} garments are asked for, and the training part '
                         f'has {len(labels)}')
    chosen = onp.random.permutation(len(labels))[:sum(counts)]
    return [(to_tensor(images[part], None), labels[part])
            for part in onp.split(chosen, onp.cumsum(counts)[:-1])]


def load_few_garments(batch_size: int, num_train: int, num_test: int, channels=1):
    """Batches as of `load_data_fashion_mnist`, of the first garments of either part.

    channels: 3 repeats the grey picture, for networks of colour.

    Ours, for 21.13
    """
    def transform(images):
        return to_tensor(images, None).repeat(channels, axis=1)

    return tuple(
        BatchIterator([part[:count] for part in read_fashion_mnist(is_train)],
                      batch_size, shuffle=is_train, transform=transform)
        for is_train, count in ((True, num_train), (False, num_test)))


def garment_scenes(garments, count: int, num_garments: int = 1, size: int = 64):
    """Pictures in which garments lie somewhere, with pieces of others around.

    X (count, 1, size, size), float32 in [0, 1]; the classes (count, num_garments),
    int32; and the squares in which they lie (count, num_garments, 4), x1, y1, x2, y2 in
    pixels. All is drawn by NumPy's global seed.

    Parameters
    ----------
    garments
        X (n, 1, 28, 28) and y (n,), as of `sample_garments`.
    num_garments
        1, or 2 of different classes, in two halves of the picture; else InputError.
    size
        Pixels of a side, 56 at least, else InputError.

    Ours, for 22.8
    """
    if num_garments not in (1, 2) or size < 2 * SIDE:
        raise InputError(f'a scene has 1 or 2 garments and sides of {2 * SIDE} pixels '
                         f'at least, got {num_garments} and {size}')
    X, y = garments
    scenes = onp.zeros((count, 1, size, size), 'float32')
    labels = onp.empty((count, num_garments), 'int32')
    boxes = onp.empty((count, num_garments, 4), 'int32')
    for i, (scene,) in enumerate(scenes):
        chosen = onp.random.randint(len(y), size=NUM_PIECES + 1)
        for k in chosen[1:]:
            row, column, top, left = onp.random.randint(
                [size - PIECE + 1] * 2 + [SIDE - PIECE + 1] * 2)
            scene[row:row + PIECE, column:column + PIECE] = X[
                k, 0, top:top + PIECE, left:left + PIECE]
        if num_garments == 2:
            chosen[1] = onp.random.choice(onp.flatnonzero(y != y[chosen[0]]))
        places = corners(num_garments, size)
        for k, j, (row, column) in zip(range(num_garments), chosen, places):
            square = scene[row:row + SIDE, column:column + SIDE]
            onp.maximum(square, X[j, 0], out=square)
            labels[i, k], boxes[i, k] = y[j], (column, row, column + SIDE, row + SIDE)
    return scenes, labels, boxes


def corners(count, size):
    """Rows and columns where one garment, or two beside or above each other, begin."""
    places = onp.random.randint(size - SIDE + 1, size=(2, 2))
    if count == 2:
        axis, half = onp.random.randint(2), size // 2
        places[:, axis] = onp.random.permutation(
            onp.random.randint(half - SIDE + 1, size=2) + [0, half])
    return places[:count]


def train_quietly(net, train_iter, num_epochs: int, lr: float, evaluate=None):
    """Train a classifier by Adam from Xavier's weights; the `History`, not a figure.

    net, batches: as of `classification_step`; evaluate: as of `fit`.

    Ours, for 21.13
    """
    net.initialize(init.Xavier(), ctx=try_gpu(), force_reinit=True)
    return train_further(net, train_iter, num_epochs, lr, evaluate)


def train_further(net, train_iter, num_epochs: int, lr: float, evaluate=None):
    """`train_quietly`, from the weights that there are.

    Ours, for 21.12
    """
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return fit(classification_step(net, loss, trainer), train_iter, num_epochs,
               evaluate=evaluate)


def time_steps(nets: dict, X, lr: float, num_rounds: int) -> dict:
    """{name: median milliseconds of a training step by Adam} of networks, in turn.

    nets: {name: initialized network}, which are trained on; X: a batch of their inputs,
    whose labels are 0 to 9 in turn.

    Ours, for 22.1
    """
    y, functions = np.arange(len(X), dtype='int32') % 10, {}
    for name, net in nets.items():
        trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
        functions[name] = partial(classification_step(
            net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer), X, y)
    return {name: 1000 * float(onp.median(seconds)) for name, seconds
            in time_in_turn(functions, num_rounds).items()}
