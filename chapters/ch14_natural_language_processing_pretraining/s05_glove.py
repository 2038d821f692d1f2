"""Word embedding with global vectors: GloVe (全局向量的词嵌入)

Source: chapter_natural-language-processing-pretraining/glove

The page has no code: this trains its loss on the Penn Treebank. The toy set shows its
two classes of words after a few epochs.
"""
from pathlib import Path

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ptb',)
SMOKE = dict(num_epochs=8, embed_size=16, batch_size=512, lr=0.02)
RANGES = dict(alpha=(0, 1))
QUERIES = ('chip', 'intel', 'bank', 'president', 'japan', 'oil', 'week', 'million',
           'computer', 'wheat')


class GloVe(nn.HybridBlock):
    """What GloVe expects of log x_ij: u_j . v_i + b_i + c_j.

    center, context (batch,) -> (batch,)
    """

    def __init__(self, vocab_size, embed_size, **kwargs):
        super().__init__(**kwargs)
        self.v, self.u = (nn.Embedding(vocab_size, embed_size) for _ in range(2))
        self.b, self.c = (nn.Embedding(vocab_size, 1) for _ in range(2))

    def hybrid_forward(self, F, center, context):
        product = F.np.sum(self.u(context) * self.v(center), axis=-1, keepdims=True)
        log_count = product + self.b(center) + self.c(context)  # (batch, 1)
        return F.np.squeeze(log_count, axis=-1)

    def vectors(self):
        """The sum of both vectors of each word, (vocab_size, embed_size)."""
        return self.v.weight.list_data()[0] + self.u.weight.list_data()[0]


class GloVeLoss(gluon.loss.Loss):
    """h(x) (log_count - log x)^2 of each pair, with h(x) = (x / x_max)^alpha, or 1.

    log_count, x (batch,) -> (batch,)
    """

    def __init__(self, x_max=100, alpha=0.75, **kwargs):
        super().__init__(weight=None, batch_axis=0, **kwargs)
        self.x_max, self.alpha = x_max, alpha

    def hybrid_forward(self, F, log_count, x):
        h = F.np.clip(x / self.x_max, 0, 1) ** self.alpha
        return h * (log_count - F.np.log(x)) ** 2


def build_net(vocab_size=1000, embed_size=100):
    """center, context (batch,) -> (batch,)."""
    return GloVe(vocab_size, embed_size)


def example_inputs(batch_size=2):
    return tuple(np.random.randint(0, 1000, size=(2, batch_size), dtype='int32'))


def load_data(batch_size, max_window_size):
    """Batches of centers, contexts and counts of known words, and the vocabulary."""
    corpus, vocab = d2l.load_corpus_ptb()
    corpus = corpus.kept(corpus.tokens != vocab.unk)
    return d2l.load_array(d2l.cooccurrences(corpus, max_window_size), batch_size), vocab


def train(net, data_iter, lr, num_epochs, loss):
    """Train by Adam on all devices; the history has the loss of a pair."""
    devices = d2l.try_all_gpus()
    size = net.v._kwargs['output_dim']
    net.initialize(init.Uniform(.5 / size), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(center, context, x):
        l = loss(net(center, context), x)
        return l, {'train loss': (l.sum(), len(l))}

    history = d2l.fit(d2l.measured_step(net, measure, trainer, devices), data_iter,
                      num_epochs)
    d2l.plot_history(history)
    return history


def run(*, embed_size: int = 100, max_window_size: int = 10, x_max: float = 100,
        alpha: float = 0.75, lr: float = 0.005, num_epochs: int = 20,
        batch_size: int = 4096, out: Path = Path('.')) -> dict:
    data_iter, vocab = load_data(batch_size, max_window_size)
    net = build_net(len(vocab), embed_size)
    history = train(net, data_iter, lr, num_epochs, GloVeLoss(x_max, alpha))
    # the unknown is in no pair, and has learnt nothing
    d2l.write_vectors(out / 'vec.txt', vocab.idx_to_token[1:], net.vectors()[1:])
    pairs = tuple(np.array(a[:2], dtype='int32') for a in data_iter.arrays[:2])
    d2l.save_model(out / 'model', net, pairs, {'tokens': vocab.idx_to_token})
    embed = d2l.TokenEmbedding(out)
    nearest = {word: d2l.nearest_words(embed, embed[[word]], 3, (word,))
               for word in QUERIES if word in embed}
    return {**history.record(), 'pairs': len(data_iter.arrays[0]), 'nearest': nearest}


if __name__ == '__main__':
    d2l.main(run)
