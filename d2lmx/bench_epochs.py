"""Whole training epochs, data loading included, in the book's way, ours and PyTorch's.

Each way has a process of its own, as each has its own way of waiting for threads.
"""
import multiprocessing

from mxnet import autograd, gluon, init, np
from mxnet.gluon.data.vision import transforms

from . import compat, sections
from .data import hub
from .data.fashion_mnist import (get_dataloader_workers, load_data_fashion_mnist,
                                 read_fashion_mnist)
from .metrics import Accumulator, accuracy
from .networks import find_network
from .options import hyperparameters
from .parity.speed import HYBRIDIZE
from .parity.torch_side import find_twin, has_torch, torch_epoch
from .runtime.workers import seconds_in_turn
from .train.engine import fit
from .train.steps import classification_step

EPOCH, BOOK, TORCH = 'training epoch', 'book', 'torch eager'
LEGEND = {
    BOOK: "the book's way: DataLoader with workers and a transform an image, "
          'imperative, float() each batch, default waiting of threads',
    TORCH: 'PyTorch eager, fed by the same loader, default waiting of threads',
}


def measure_epochs(token: str, network, rounds: int, watch):
    """Seconds of epochs on Fashion-MNIST, and how many examples one has.

    Returns ({('training epoch', way): seconds of each}, {}, examples).
    """
    # here, so that missing data is known at once
    examples = len(read_fashion_mnist(is_train=True)[1])
    ways = [BOOK, *HYBRIDIZE]
    if has_torch() and find_twin(network.name):
        ways.append(TORCH)
    makers = {way: (make_epoch, token, way, hub.policy_kind()) for way in ways}
    times, _ = seconds_in_turn(
        makers, rounds, warm_up=1, watch=watch,
        environments={BOOK: compat.UNTOUCHED, TORCH: compat.UNTOUCHED})
    return {(EPOCH, way): times[way, EPOCH] for way in ways}, {}, examples


def make_epoch(token, way, policy) -> dict:
    """{'training epoch': function}, which trains a network in one of the ways."""
    # the book's DataLoader forks its workers; a spawned process would spawn them
    multiprocessing.set_start_method('fork', force=True)
    network = find_network(token)
    module = sections.load(sections.find(token.partition(':')[0]))
    resize = hyperparameters(module.run).get('resize', (int, None))[1]
    with hub.policy(policy):
        if way == BOOK:
            return {EPOCH: book_epoch(network, resize)}
        train_iter, _ = load_data_fashion_mnist(network.batch_size, resize)
    if way == TORCH:
        return {EPOCH: torch_epoch(find_twin(network.name), train_iter.rows,
                                   network.lr, compat.threads()[0])}
    return {EPOCH: our_epoch(network, train_iter, HYBRIDIZE[way])}


def our_epoch(network, train_iter, hybridize):
    """A function that trains for one epoch as this library's sections do."""
    net, step = start(network)
    net.hybridize(**hybridize)
    return lambda: fit(step, train_iter, 1)


def start(network):
    """A network with Xavier weights, and its step of SGD as the sections take it."""
    net = network.build_net()
    net.initialize(init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': network.lr})
    return net, classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)


def book_epoch(network, resize):
    """A function that trains for one epoch in the manner of the book's pages."""
    images, labels = read_fashion_mnist(is_train=True)
    images = np.array(images[..., None], dtype='uint8')  # (n, 28, 28, 1)
    dataset = gluon.data.ArrayDataset(images, labels)
    steps = [transforms.Resize(resize)] if resize else []
    loader = gluon.data.DataLoader(
        dataset.transform_first(transforms.Compose([*steps, transforms.ToTensor()])),
        network.batch_size, shuffle=True, num_workers=get_dataloader_workers())
    net = network.build_net()
    net.initialize(init.Xavier())
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': network.lr})

    def epoch():
        metric = Accumulator(3)
        for X, y in loader:
            with autograd.record():
                y_hat = net(X)
                l = loss(y_hat, y)
            l.backward()
            trainer.step(X.shape[0])
            metric.add(float(l.sum()), accuracy(y_hat, y), y.size)

    return epoch
