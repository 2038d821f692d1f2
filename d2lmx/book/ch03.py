"""Training and prediction as chapter 3 spells them."""
from ..data.images.fashion_mnist import get_fashion_mnist_labels
from ..runtime.devices import split_batch
from ..train.engine import fit
from ..train.evaluate import evaluate_accuracy
from ..train.steps import classification_step
from ..viz.animator import Animator
from ..viz.images import show_images

__all__ = ['animate', 'train_epoch_ch3', 'train_ch3', 'predict_ch3']

TRAIN_LEGEND = ['train loss', 'train acc', 'test acc']


def animate(animator):
    """A `fit` watcher that adds each new value of the series in the animator's legend.

    Ours, for 3.6
    """
    def watch(history):
        newest = {name: pairs[-1] for name, pairs in history.series.items()}
        x = max(pair[0] for pair in newest.values())
        points = [newest.get(name, (None, None)) for name in animator.legend]
        animator.add(x, [value if at == x else None for at, value in points])

    return watch


def train_epoch_ch3(net, train_iter, loss, updater):
    """Train for one epoch; returns (mean training loss, training accuracy).

    net: a block or a function of X; updater: a Trainer or a function of the batch size.

    Book: 3.6 (sec_softmax_scratch)
    """
    history = fit(classification_step(net, loss, updater), train_iter, 1)
    return history['train loss'], history['train acc']


def train_ch3(net, train_iter, test_iter, loss, num_epochs, updater, trains=None):
    """Train with a test after each epoch and an Animator; returns the `History`.

    net: X (batch, ...) -> scores (batch, classes), a block or a function. Batches: X, y
    (batch,). updater: a Trainer, or a function of the batch size.

    trains: the parameters, where net and updater are functions, which do not say them;
    only checkpoints need it, as in `Step`.

    Book: 3.6 (sec_softmax_scratch)
    """
    animator = Animator(xlabel='epoch', ylabel='loss, accuracy', xlim=[1, num_epochs],
                        ylim=[0.3, 0.9], legend=TRAIN_LEGEND)
    # book: asserts the final loss and accuracies; a short run is no error, so we return
    step = classification_step(net, loss, updater)
    step.trains = step.trains if trains is None else trains
    return fit(step, train_iter, num_epochs,
               evaluate=lambda: {'test acc': evaluate_accuracy(net, test_iter)},
               watch=animate(animator))


def predict_ch3(net, test_iter, n=6):
    """Draw the first n test images under their true and predicted labels.

    net: X (batch, 1, h, w) -> scores (batch, 10); batches of test_iter: X, y (batch,).

    Book: 3.6 (sec_softmax_scratch)
    """
    (X,), (y,) = split_batch(*next(iter(test_iter)), devices=None)
    trues = get_fashion_mnist_labels(y)
    preds = get_fashion_mnist_labels(net(X).argmax(axis=1))
    titles = [true + '\n' + pred for true, pred in zip(trues, preds)]
    images = X[:n].reshape(-1, *X.shape[-2:])
    show_images(images, 1, n, titles=titles[:n])
