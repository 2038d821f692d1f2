"""Pairs of sentences of SNLI, by Adam."""
from mxnet import gluon, init, np

from ...book.ch15 import split_batch_multi_inputs
from ...data.images.fashion_mnist import get_dataloader_workers
from ...data.text.snli import load_data_snli
from ...train.steps import classification_step
from .images import Classification

MOST = 8  # batches that stand for an epoch of more


class Inference(Classification):
    """The task of 15.5. Embeddings are random, which cost what GloVe's do."""

    optimizer = 'adam'
    legend = ("the page's way: DataLoader with workers, pairs padded to num_steps, "
              'imperative, float() each batch, default waiting of threads; all others: '
              f'batches as long as their longest sentence; {MOST} batches at most, of '
              'the same pairs in all ways')

    def __init__(self, network, options):
        super().__init__(network, options)
        self.data_iter, _, self.vocab = load_data_snli(
            network.batch_size, options['num_steps'], width=4)
        self.data_iter.arrays = [array[:MOST * network.batch_size]
                                 for array in self.data_iter.arrays]

    def count(self) -> int:
        """Pairs of what stands for an epoch."""
        return len(self.data_iter.arrays[0])

    def train_iter(self):
        return self.data_iter

    def page_iter(self):
        return gluon.data.DataLoader(
            Pairs(self.data_iter.arrays), self.network.batch_size, shuffle=True,
            num_workers=get_dataloader_workers())

    def start(self, network):
        net = network.build_net(self.vocab)
        net.initialize(init.Xavier())
        return net, gluon.loss.SoftmaxCrossEntropyLoss(), gluon.Trainer(
            net.collect_params(), self.optimizer, {'learning_rate': network.lr})

    def step(self, net, loss, trainer):
        return classification_step(net, loss, trainer, split_f=split_batch_multi_inputs)

    def torch(self, build_port, num_threads):
        return super().torch(lambda: build_port(self.vocab), num_threads)


class Pairs(gluon.data.Dataset):
    """Examples as the page's `SNLIDataset` has them, cut from MXNet's arrays."""

    def __init__(self, arrays):
        self.premises, self.hypotheses, self.labels = (
            np.array(array, dtype='int32') for array in arrays)

    def __getitem__(self, i):
        return (self.premises[i], self.hypotheses[i]), self.labels[i]

    def __len__(self):
        return len(self.labels)
