"""A part of the garments, on which much can be tried in little time."""
import numpy as onp
from mxnet import gluon, init

from ..data.arrays import BatchIterator
from ..data.images.fashion_mnist import read_fashion_mnist, to_tensor
from ..errors import InputError
from ..runtime.devices import try_gpu
from ..train.engine import fit
from ..train.steps import classification_step

__all__ = ['sample_garments', 'load_few_garments', 'train_quietly']


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


def train_quietly(net, train_iter, num_epochs: int, lr: float, evaluate=None):
    """Train a classifier by Adam from Xavier's weights; the `History`, not a figure.

    net, batches: as of `classification_step`; evaluate: as of `fit`.

    Ours, for 21.13
    """
    net.initialize(init.Xavier(), ctx=try_gpu(), force_reinit=True)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return fit(classification_step(net, loss, trainer), train_iter, num_epochs,
               evaluate=evaluate)
