"""Ratings and orders of MovieLens' films, by Adam."""
import numpy as onp
from mxnet import autograd, gluon, init, np

from ...data.arrays import BatchIterator
from ...data.images.fashion_mnist import get_dataloader_workers
from ...data.tables.feedback import RankingBatches, as_matrix
from ...data.tables.movielens import (load_data_ml100k, read_data_ml100k,
                                      split_data_ml100k)
from ...layers.losses import BPRLoss
from ...pages import sections
from ...train.engine import fit
from ...train.joint import Measure
from ...train.ranking import ranking_loss, rating_loss
from ...train.steps import measured_step


class Recommending:
    """What the four tasks have in common; an epoch is a training's, without a test.

    A subclass has `load`, which makes ``batches``; ``dataset``, the page's; ``sizes``,
    of which networks are built; ``loss``; `losses`, of a batch; and `port_loss`.
    """

    unit = 'examples'
    legend = ("the page's way: DataLoader with workers, an example at a time, "
              'imperative, the loss read at each batch, default waiting of threads')

    def __init__(self, network, options):
        self.network, self.options = network, options
        self.module = sections.load(network.section)
        data, *self.counts = read_data_ml100k()
        self.load(data)

    def count(self) -> int:
        """Examples of an epoch: ratings, or AutoRec's items."""
        return len(self.batches.arrays[0])

    def losses(self, net, batch):
        """Of the network's outputs for all but the last array of a batch."""
        return self.loss(net(*batch[:-1]), batch[-1])

    our_loss = staticmethod(rating_loss)

    def start(self, network):
        """A network of the page's weights, and its trainer."""
        net = network.build_net(*self.sizes)
        net.initialize(init.Normal(0.01))
        return net, gluon.Trainer(net.collect_params(), 'adam', {
            'learning_rate': self.network.lr, 'wd': self.options['wd']})

    def ours(self, options):
        net, trainer = self.start(self.network)
        net.hybridize(**options)
        step = measured_step(net, Measure(['train loss'], self.our_loss, net,
                                          self.loss), trainer)
        return lambda: fit(step, self.batches, 1)

    def page(self):
        loader = gluon.data.DataLoader(self.dataset, self.network.batch_size,
                                       shuffle=True,
                                       num_workers=get_dataloader_workers())
        net, trainer = self.start(self.network.as_printed())

        def epoch():
            total = 0.0
            for batch in loader:
                batch = batch if isinstance(batch, list) else [batch, batch]
                with autograd.record():
                    l = self.losses(net, batch)
                l.backward()
                total += float(l.sum())
                trainer.step(len(batch[0]))
            return total / self.count()

        return epoch

    def torch(self, build_port, num_threads):
        """The loss is summed without waiting for each batch, as ours is."""
        import torch
        torch.set_num_threads(num_threads)
        net = build_port(*self.sizes)
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr,
                                     weight_decay=self.options['wd'])

        def epoch():
            net.train()
            total = 0.0
            for batch in self.batches:
                tensors = {id(array): torch.from_numpy(array.asnumpy())
                           for array in batch}
                batch = [tensors[id(array)] for array in batch]
                optimizer.zero_grad()
                l = self.port_loss(net, batch)
                l.backward()
                optimizer.step()
                total += l.detach() * len(batch[0])
            return float(total) / self.count()

        return epoch


class Ratings(Recommending):
    """The task of 16.3."""

    def load(self, data):
        train, _ = split_data_ml100k(data, *self.counts, 'seq-aware')
        *columns, _ = load_data_ml100k(train, *self.counts)
        arrays = [onp.array(column, dtype) for column, dtype in
                  zip(columns, ('int32', 'int32', 'float32'))]
        self.batches = BatchIterator(arrays, self.network.batch_size, shuffle=True)
        self.dataset = gluon.data.ArrayDataset(*map(np.array, columns))
        self.sizes = self.options['num_factors'], *self.counts
        self.loss = gluon.loss.L2Loss()

    @staticmethod
    def port_loss(net, batch):
        return ((net(*batch[:-1]) - batch[-1]) ** 2).mean() / 2


class Same(BatchIterator):
    """Batches of one array, which is what is read and what is to be learnt."""

    def __iter__(self):
        for X in super().__iter__():
            yield X, X


class Rows(Recommending):
    """The task of 16.4."""

    def load(self, data):
        train, _ = split_data_ml100k(data, *self.counts)
        *_, rows = load_data_ml100k(train, *self.counts)
        self.batches = Same([rows], self.network.batch_size, shuffle=True)
        self.dataset = rows
        self.sizes = self.options['num_hidden'], self.counts[0], self.options['dropout']
        self.loss = self.module.RatedL2Loss()

    def losses(self, net, batch):
        """As the page reckons them, which masks what is not rated."""
        X, y = batch
        return gluon.loss.L2Loss()(net(X) * np.sign(y), y)

    @staticmethod
    def port_loss(net, batch):
        X, y = batch
        return ((net(X) * y.sign() - y) ** 2).mean() / 2


class Orders(Recommending):
    """The task of 16.6."""

    loss = BPRLoss()

    def load(self, data):
        train, _ = split_data_ml100k(data, *self.counts, 'seq-aware')
        users, items, _, taken = load_data_ml100k(train, *self.counts, 'implicit')
        self.sizes = self.options['num_factors'], *self.counts
        self.dataset, arrays = self.examples(users, items, taken)
        self.batches = RankingBatches(arrays, as_matrix(taken, *self.counts),
                                      self.network.batch_size)

    def examples(self, users, items, taken):
        """The page's dataset, and the arrays it is of."""
        return (self.module.PRDataset(users, items, taken, self.counts[1]),
                [onp.array(users, 'int32'), onp.array(items, 'int32')])

    def losses(self, net, batch):
        *features, positive, negative = batch
        return self.loss(net(*features, positive), net(*features, negative))

    our_loss = staticmethod(ranking_loss)

    @staticmethod
    def port_loss(net, batch):
        from torch.nn.functional import softplus
        *features, positive, negative = batch
        return softplus(net(*features, negative) - net(*features, positive)).mean()


class Sequences(Orders):
    """The task of 16.7."""

    def examples(self, users, items, taken):
        L = self.options['L']
        self.sizes = *self.sizes, L
        data = self.module.SeqDataset(users, items, L, *self.counts, taken)
        return data, [data.seq_users, data.seq_items, data.seq_tgt]
