"""Whole training epochs, data loading included, in the book's way, ours and PyTorch's.

Each way has a process of its own, as each has its own way of waiting for threads.
"""
import multiprocessing

from mxnet import autograd, gluon, init, np
from mxnet.gluon.data.vision import transforms

from . import compat, sections
from .bench_sequences import LanguageModel, Translation
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
TORCH_LEGEND = 'PyTorch eager, fed by the same loader, default waiting of threads'
MOST_ROUNDS = 3  # of epochs of images, which take long
A_TURN = 0.5     # seconds: a training does not stop to wake up after each epoch


def measure_epochs(token: str, network, rounds: int, watch):
    """Time epochs of a section's network on the section's data.

    Returns ({('training epoch', way): seconds of each}, the task that was timed, how
    many of its units an epoch has).
    """
    task = task_of(token)  # here, so that missing data is known at once
    ways = [BOOK, *HYBRIDIZE]
    if has_torch() and find_twin(network.name):
        ways.append(TORCH)
    makers = {way: (make_epoch, token, way, hub.policy_kind()) for way in ways}
    rounds = min(rounds, MOST_ROUNDS) if isinstance(task, Images) else rounds
    times, _ = seconds_in_turn(
        makers, rounds, warm_up=1, watch=watch, a_turn=A_TURN,
        environments={BOOK: compat.UNTOUCHED, TORCH: compat.UNTOUCHED})
    return {(EPOCH, way): times[way, EPOCH] for way in ways}, task, task.count()


def make_epoch(token, way, policy) -> dict:
    """{'training epoch': function}, which trains a network in one of the ways."""
    # the book's DataLoader forks its workers; a spawned process would spawn them
    multiprocessing.set_start_method('fork', force=True)
    with hub.policy(policy):
        task = task_of(token)
        if way == BOOK:
            epoch = task.book()
        elif way == TORCH:
            epoch = task.torch(find_twin(task.network.name), compat.threads()[0])
        else:
            epoch = task.ours(HYBRIDIZE[way])
    return {EPOCH: epoch}


def kind_of(token):
    """The class of what a section trains; ValueError where none here serves it."""
    section = sections.find(token.partition(':')[0])
    kinds = [kind for name, kind in TASKS.items() if name in section.data]
    if not kinds:
        raise ValueError(f'section {token} has no epochs to time: --epochs is for '
                         f'sections whose data are {", ".join(TASKS)}')
    return kinds[0]


def task_of(token):
    """What a section trains, ready to be timed."""
    module = sections.load(sections.find(token.partition(':')[0]))
    options = {name: default for name, (_, default)
               in hyperparameters(module.run).items()}
    return kind_of(token)(find_network(token), options)


class Images:
    """Classes of Fashion-MNIST, by SGD."""

    unit = 'examples'
    legend = ("the book's way: DataLoader with workers and a transform an image, "
              'imperative, float() each batch, default waiting of threads')

    def __init__(self, network, options):
        self.network, self.resize = network, options.get('resize')
        self.images, self.labels = read_fashion_mnist(is_train=True)

    def count(self) -> int:
        """Examples of an epoch."""
        return len(self.labels)

    def train_iter(self):
        """This library's loader."""
        return load_data_fashion_mnist(self.network.batch_size, self.resize)[0]

    def start(self):
        """A network with Xavier weights, its loss, and SGD as the sections take it."""
        net = self.network.build_net()
        net.initialize(init.Xavier())
        trainer = gluon.Trainer(net.collect_params(), 'sgd',
                                {'learning_rate': self.network.lr})
        return net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer

    def ours(self, hybridize):
        """A function that trains for one epoch as this library's sections do."""
        net, loss, trainer = self.start()
        net.hybridize(**hybridize)
        loss.hybridize(**HYBRIDIZE['static'])  # as train_ch6 does, however net runs
        step, train_iter = classification_step(net, loss, trainer), self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def torch(self, build_port, num_threads):
        """The same of the port."""
        return torch_epoch(build_port, self.train_iter().rows, self.network.lr,
                           num_threads)

    def book(self):
        """The same in the manner of the book's pages."""
        images = np.array(self.images[..., None], dtype='uint8')  # (n, 28, 28, 1)
        steps = [transforms.Resize(self.resize)] if self.resize else []
        transform = transforms.Compose([*steps, transforms.ToTensor()])
        loader = gluon.data.DataLoader(
            gluon.data.ArrayDataset(images, self.labels).transform_first(transform),
            self.network.batch_size, shuffle=True, num_workers=get_dataloader_workers())
        net, loss, trainer = self.start()

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


TASKS = {'fashion_mnist_train_images': Images, 'time_machine': LanguageModel,
         'fra-eng': Translation}
