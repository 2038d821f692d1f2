"""Vectors of the Penn Treebank's words: skip-gram with noise words, by Adam."""
from mxnet import autograd, gluon

from ...data.images.fashion_mnist import get_dataloader_workers
from ...data.text.ptb import read_ptb, subsample
from ...data.text.word2vec import (batchify, get_centers_and_contexts, get_negatives,
                                   load_data_ptb)
from ...layers.losses import MaskedSigmoidBCELoss
from ...metrics import Accumulator
from ...pages import sections
from ...train.engine import fit
from ...train.steps import measured_step


class Words:
    """The task of 14.4; a token is a centre, as on the page."""

    unit = 'tokens'
    legend = ("the page's way: examples in lists, put together by a DataLoader's "
              "workers, the page's functions, imperative, the loss read at each batch, "
              'default waiting of threads')

    def __init__(self, network, options):
        self.network, self.batch_size = network, network.batch_size
        self.sizes = options['max_window_size'], options['num_noise_words']
        self.embed_size, self.most = options['embed_size'], None
        self.train_iter, self.vocab = load_data_ptb(self.batch_size, *self.sizes)

    def count(self) -> int:
        """Centres of an epoch."""
        return len(self.train_iter.arrays[0])

    def shorten(self, num_batches: int) -> None:
        """Train on so many batches of centres at most."""
        self.most = num_batches * self.batch_size
        self.train_iter.arrays = [array[:self.most]
                                  for array in self.train_iter.arrays]

    def start(self):
        """A network of fresh weights, and Adam."""
        net = self.network.build_net(len(self.vocab), self.embed_size)
        net.initialize()
        return net, gluon.Trainer(net.collect_params(), 'adam',
                                  {'learning_rate': self.network.lr})

    def ours(self, options):
        net, trainer = self.start()
        net.hybridize(**options)
        loss = MaskedSigmoidBCELoss()
        loss.hybridize(**options)

        def measure(center, context_negative, mask, label):
            l = loss(net(center, context_negative), label, mask)
            return l, {'train loss': (l.sum(), l.size)}

        step = measured_step(net, measure, trainer)
        return lambda: fit(step, self.train_iter, 1)

    def page(self):
        net, trainer = self.start()
        loss = gluon.loss.SigmoidBCELoss()
        skip_gram = sections.load(self.network.section).skip_gram
        loader = gluon.data.DataLoader(
            self.lists(), self.batch_size, shuffle=True, batchify_fn=batchify,
            num_workers=get_dataloader_workers())

        def epoch():
            metric = Accumulator(2)
            for center, context_negative, mask, label in loader:
                with autograd.record():
                    pred = skip_gram(center, context_negative, net[0], net[1])
                    l = (loss(pred.reshape(label.shape), label, mask)
                         * mask.shape[1] / mask.sum(axis=1))
                l.backward()
                trainer.step(self.batch_size)
                metric.add(l.sum(), l.size)
            return metric[0] / metric[1]

        return epoch

    def lists(self):
        """The page's examples, in lists made by loops."""
        max_window_size, num_noise_words = self.sizes
        subsampled, counter = subsample(read_ptb(), self.vocab)
        centers, contexts = get_centers_and_contexts(
            [self.vocab[line] for line in subsampled], max_window_size)
        negatives = get_negatives(contexts, self.vocab, counter, num_noise_words)
        return gluon.data.ArrayDataset(*(part[:self.most] for part in (
            centers, contexts, negatives)))

    def torch(self, build_port, num_threads):
        import torch
        torch.set_num_threads(num_threads)
        net = build_port(len(self.vocab), self.embed_size)
        loss = torch.nn.functional.binary_cross_entropy_with_logits
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            l_sum, count = 0.0, 0
            for rows, in self.train_iter.rows():
                center, context_negative, mask, label = map(
                    torch.from_numpy, self.train_iter.batch(rows))
                optimizer.zero_grad()
                pred = net(center, context_negative).reshape(label.shape)
                ls = (loss(pred, label, weight=mask, reduction='none').sum(1)
                      / mask.sum(1))
                ls.sum().backward()
                optimizer.step()
                l_sum += ls.sum().detach()
                count += len(ls)
            return float(l_sum) / count

        return epoch
