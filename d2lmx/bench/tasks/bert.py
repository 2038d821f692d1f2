"""BERT: its pretraining on two tasks, and telling the relation of two sentences."""
import numpy as onp
from mxnet import autograd, gluon, init, np

from ...book.ch14 import _get_batch_loss_bert, bert_step
from ...book.ch15 import split_batch_multi_inputs
from ...data.text.bert_batches import SequenceBatches
from ...data.text.segments import SPECIAL_TOKENS
from ...data.text.snli import read_snli
from ...data.text.vocab import Vocab
from ...data.text.wiki import load_data_wiki
from ...files import hub
from ...metrics import Accumulator
from ...pages import sections
from ...train.counting import fit_steps
from ...train.engine import fit
from ...train.steps import classification_step

FEW = 'a few batches stand for an epoch'


def start(network, vocab):
    """A network with Xavier weights for words of the vocabulary, its loss and Adam."""
    net = network.build_net(len(vocab))
    net.initialize(init.Xavier())
    return net, gluon.loss.SoftmaxCrossEntropyLoss(), gluon.Trainer(
        net.collect_params(), 'adam', {'learning_rate': network.lr})


class Pretraining:
    """The task of 14.10."""

    unit, num_batches = 'examples', 1
    legend = ("the page's way: a DataLoader without workers, imperative, every loss "
              f'waited for, default waiting of threads; {FEW}')

    def __init__(self, network, options):
        self.network = network
        self.train_iter, self.vocab = load_data_wiki(network.batch_size,
                                                     options['max_len'])
        most = self.num_batches * network.batch_size
        self.train_iter.arrays = [array[:most] for array in self.train_iter.arrays]

    def count(self) -> int:
        """Pairs of what stands for an epoch."""
        return len(self.train_iter.arrays[0])

    def ours(self, options):
        net, loss, trainer = start(self.network, self.vocab)
        net.hybridize(**options)
        step = bert_step(net, loss, len(self.vocab), trainer)
        return lambda: fit_steps(step, self.train_iter, len(self.train_iter))

    def page(self):
        net, loss, trainer = start(self.network, self.vocab)
        dataset = gluon.data.ArrayDataset(*self.train_iter.arrays)
        loader = gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True)

        def epoch():
            metric = Accumulator(3)
            for batch in loader:
                with autograd.record():
                    mlm_ls, nsp_ls, ls = _get_batch_loss_bert(
                        net, loss, len(self.vocab), *([array] for array in batch))
                ls[0].backward()
                trainer.step(1)
                metric.add(float(mlm_ls[0]), float(nsp_ls[0]), 1)
            return metric[0] / metric[2], metric[1] / metric[2]

        return epoch

    def torch(self, build_port, num_threads):
        import torch

        from ...parity.twins.ch14.s10_bert_pretraining import losses
        torch.set_num_threads(num_threads)
        net = build_port(len(self.vocab))
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            sums = torch.zeros(2)
            for count, rows in enumerate(self.train_iter.rows(), start=1):
                batch = [torch.from_numpy(array) for array in rows]
                for i in (0, 1, 3, 5, 6):
                    batch[i] = batch[i].long()
                optimizer.zero_grad()
                mlm_l, nsp_l = losses(net, *batch)
                (mlm_l + nsp_l).backward()
                optimizer.step()
                sums += torch.stack([mlm_l, nsp_l]).detach()
            return tuple((sums / count).tolist())

        return epoch


class Entailment:
    """The task of 15.7: all ways train the same small BERT, from Xavier weights."""

    unit, num_batches = 'examples', 1
    legend = ("the page's way: all pairs padded to max_len, a DataLoader without "
              'workers, imperative, float() of loss and accuracy of each batch, '
              f'default waiting of threads; {FEW}')

    def __init__(self, network, options):
        self.network, module = network, sections.load(network.section)
        most = self.num_batches * network.batch_size
        premises, hypotheses, labels = (
            part[:most] for part in read_snli(hub.download_extract('SNLI'), True))
        words = [text.lower().split() for text in premises + hypotheses]
        self.vocab = Vocab(words, reserved_tokens=SPECIAL_TOKENS)
        self.arrays = module.SNLIBERTDataset((premises, hypotheses, labels),
                                             options['max_len'], self.vocab).arrays

    def count(self) -> int:
        """Pairs of what stands for an epoch."""
        return len(self.arrays[0])

    def train_iter(self):
        """This library's loader."""
        return SequenceBatches(self.arrays, self.network.batch_size, shuffle=True)

    def ours(self, options):
        net, loss, trainer = start(self.network, self.vocab)
        net.hybridize(**options)
        step = classification_step(net, loss, trainer,
                                   split_f=split_batch_multi_inputs)
        train_iter = self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def page(self):
        net, loss, trainer = start(self.network, self.vocab)
        dataset = gluon.data.ArrayDataset(*map(np.array, self.arrays))
        loader = gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True)

        def epoch():
            metric = Accumulator(3)
            for *X, y in loader:
                X = [array.astype('int32') for array in X]
                with autograd.record():
                    y_hat = net(X)
                    l = loss(y_hat, y)
                l.backward()
                trainer.step(len(y))
                right = (y_hat.argmax(axis=1).astype(y.dtype) == y).sum()
                metric.add(float(l.sum()), float(right), len(y))
            return metric[0] / metric[2]

        return epoch

    def torch(self, build_port, num_threads):
        import torch
        torch.set_num_threads(num_threads)
        net, train_iter = build_port(len(self.vocab)), self.train_iter()
        loss = torch.nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            l_sum, correct, count = 0.0, 0, 0
            for rows in train_iter.rows():
                *X, y = (torch.from_numpy(onp.ascontiguousarray(array)).long()
                         for array in rows)
                y_hat = net(*X)
                l = loss(y_hat, y)
                optimizer.zero_grad()
                l.backward()
                optimizer.step()
                l_sum += l.detach() * len(y)
                correct += (y_hat.argmax(axis=1) == y).sum()
                count += len(y)
            return float(l_sum) / count

        return epoch
