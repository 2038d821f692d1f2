"""Classes of pictures, or of their pixels, and Fashion-MNIST's among them, by SGD."""
from dataclasses import replace

import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon.data.vision import transforms

from ...data.images.fashion_mnist import (get_dataloader_workers,
                                          load_data_fashion_mnist,
                                          read_fashion_mnist)
from ...metrics import Accumulator, accuracy
from ...train.engine import fit
from ...train.step import STATIC
from ...train.steps import classification_step
from ...viz.summaries import multiply_adds

MOST_WORK = 2 ** 34  # pairs of products and sums, of an epoch's predictions


def some(values, count: int):
    """`count` of the values, or all where there are fewer, from all parts of them.

    Of an array a copy: NumPy gathers from one with gaps in five times the time.
    """
    chosen = values[::max(1, len(values) // count)][:count]
    return chosen.copy() if isinstance(values, onp.ndarray) else chosen


def affordable(network, *inputs):
    """The network with batches of as many pictures as `MOST_WORK` allows, at least 1.

    Returns it, and how many such batches it allows, at least 1. inputs: a picture;
    without, the network's example.
    """
    work = multiply_adds(network.build_net(), *(inputs or network.example_inputs(1)))
    most = max(1, MOST_WORK // work)
    batch_size = min(network.batch_size, most)
    return replace(network, batch_size=batch_size), most // batch_size


def page_epoch(net, loss, update, loader):
    """An epoch as the pages train it, which gives the mean loss.

    It reads each batch's loss and accuracy. update: called with a batch's size.
    """
    def epoch():
        metric = Accumulator(3)
        for X, y in loader:
            with autograd.record():
                y_hat = net(X)
                l = loss(y_hat, y)
            l.backward()
            update(len(y))
            metric.add(float(l.sum()), accuracy(y_hat, y), len(y))
        return metric[0] / metric[2]

    return epoch


class Classification:
    """What is common to tasks that tell classes apart.

    A subclass has `train_iter`, and what the page reads: `page_iter`.
    """

    unit = 'examples'
    optimizer, wd = 'sgd', 0.0

    def __init__(self, network, options):
        self.network = network

    def train_iter(self):
        """This library's loader."""
        raise NotImplementedError

    def page_iter(self):
        """The page's loader."""
        raise NotImplementedError

    def start(self, network):
        """A network with Xavier weights, its loss, and the section's optimizer."""
        net = network.build_net()
        net.initialize(init.Xavier())
        trainer = gluon.Trainer(net.collect_params(), self.optimizer,
                                {'learning_rate': network.lr, 'wd': self.wd})
        return net, gluon.loss.SoftmaxCrossEntropyLoss(axis=1), trainer

    def step(self, net, loss, trainer):
        """The section's step."""
        return classification_step(net, loss, trainer)

    def ours(self, options):
        net, loss, trainer = self.start(self.network)
        net.hybridize(**options)
        step, train_iter = self.step(net, loss, trainer), self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def page(self):
        loader = self.page_iter()
        net, loss, trainer = self.start(self.network.as_printed())
        return page_epoch(net, loss, trainer.step, loader)

    def torch(self, build_port, num_threads):
        """Loss and accuracy are summed without waiting for each batch, as ours are."""
        import torch
        torch.set_num_threads(num_threads)
        net, train_iter = build_port(), self.train_iter()
        loss = torch.nn.CrossEntropyLoss()
        optimizers = {'sgd': torch.optim.SGD, 'adam': torch.optim.Adam}
        optimizer = optimizers[self.optimizer](
            net.parameters(), lr=self.network.lr, weight_decay=self.wd)

        def epoch():
            net.train()
            l_sum, correct, count, labels = 0.0, 0, 0, 0
            for X, y in train_iter:
                *Xs, y = (torch.from_numpy(array.asnumpy()) for array in (
                    *(X if isinstance(X, list) else [X]), y))
                y = y.long()
                optimizer.zero_grad()
                y_hat = net(*Xs)
                l = loss(y_hat, y)
                l.backward()
                optimizer.step()
                l_sum += l.detach() * len(y)
                correct += (y_hat.argmax(axis=1) == y).sum()
                count, labels = count + len(y), labels + y.numel()
            return float(l_sum) / count, float(correct) / labels

        return epoch


class Images(Classification):
    """The task of sections whose data is Fashion-MNIST.

    Of large networks a few batches stand for an epoch, or one of fewer pictures: as
    many as `MOST_WORK` allows.
    """

    legend = ("the page's way: DataLoader with workers and a transform an image, "
              'imperative, float() each batch, default waiting of threads')
    counts_work = True

    def __init__(self, network, options):
        network, num_batches = self.affordable(network)
        super().__init__(network, options)
        self.resize = options.get('resize')
        self.images, self.labels = read_fashion_mnist(is_train=True)
        self.shorten(num_batches)

    affordable = staticmethod(affordable)

    def shorten(self, num_batches: int) -> None:
        """Train on so many batches at most, from all parts of the data."""
        self.images, self.labels = (some(array, num_batches * self.network.batch_size)
                                    for array in (self.images, self.labels))

    def count(self) -> int:
        """Examples of an epoch."""
        return len(self.labels)

    def train_iter(self):
        train_iter, _ = load_data_fashion_mnist(self.network.batch_size, self.resize)
        train_iter.arrays = [self.images, self.labels]
        return train_iter

    def step(self, net, loss, trainer):
        loss.hybridize(**STATIC)  # as train_ch6 does, however net runs
        return super().step(net, loss, trainer)

    def page_iter(self):
        images = np.array(self.images[..., None], dtype='uint8')  # (n, 28, 28, 1)
        steps = [transforms.Resize(self.resize)] if self.resize else []
        transform = transforms.Compose([*steps, transforms.ToTensor()])
        return gluon.data.DataLoader(
            gluon.data.ArrayDataset(images, self.labels).transform_first(transform),
            self.network.batch_size, shuffle=True, num_workers=get_dataloader_workers())

    def torch(self, build_port, num_threads):
        import torch

        def build():
            net = build_port()
            for layer in net.modules():
                if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
                    torch.nn.init.xavier_uniform_(layer.weight)
                    torch.nn.init.zeros_(layer.bias)
            return net

        return super().torch(build, num_threads)

    def torch_by_hand(self, params, net, loss, num_threads):
        """As `train_ch3` of PyTorch's page, loss and accuracy read at each batch."""
        import torch

        from ...parity.twins.scratch import sgd
        torch.set_num_threads(num_threads)
        train_iter = self.train_iter()

        def epoch():
            metric = Accumulator(3)
            for X, y in train_iter:
                X, y = (torch.from_numpy(array.asnumpy()) for array in (X, y))
                y_hat = net(X)
                l = loss(y_hat, y.long())
                l.sum().backward()
                sgd(params, self.network.lr, len(y))
                correct = (y_hat.argmax(axis=1) == y).sum()
                metric.add(float(l.sum()), float(correct), len(y))
            return metric[0] / metric[2], metric[1] / metric[2]

        return epoch
