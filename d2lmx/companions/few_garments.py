"""Small trainings on garments, whose figures are of many of them and not of each."""
from mxnet import gluon, init

from ..data.arrays import BatchIterator
from ..data.images.fashion_mnist import read_fashion_mnist, to_tensor
from ..runtime.devices import try_gpu
from ..train.engine import fit
from ..train.steps import classification_step

__all__ = ['load_few_garments', 'train_quietly']


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
