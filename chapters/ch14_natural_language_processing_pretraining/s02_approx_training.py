"""Approximate training (近似训练)

Source: chapter_natural-language-processing-pretraining/approx-training

The page has no code. Here are its two losses, and skip-gram trained by both of them on
the same text, the words standing in a Huffman tree.
"""
import numpy as onp
from mxnet import gluon, np, npx

import d2lmx as d2l

DATA = ('ptb',)
SMOKE = dict(num_epochs=2, embed_size=20, lr=0.01)


def log_sigmoid(x):
    return -npx.activation(-x, act_type='softrelu')


def negative_sampling_loss(v_c, u_o, U_noise):
    """Of a context word u_o (d,) beside a centre v_c (d,), and noise words (K, d)."""
    return (-log_sigmoid(np.dot(u_o, v_c))
            - log_sigmoid(-np.dot(U_noise, v_c)).sum())


class PathIterator(d2l.SkipGramIterator):
    """Batches of skip-gram in which each context is the path that leads to it.

    center (batch, 1), nodes, mask and label (batch, contexts * longest path), where
    the label is 1 for a turn to the left, and the number of contexts, (batch,).
    """

    def __init__(self, corpus, counts, batch_size, max_window_size):
        super().__init__(corpus, counts, batch_size, max_window_size, 0)
        self.nodes, self.turns = d2l.huffman_tree(counts)

    def batch(self, rows):
        center, contexts, mask, _ = super().batch(rows)
        turns = self.turns[contexts] * mask[..., None].astype('int32')
        shape = len(rows), turns[0].size if len(rows) else 0  # a worker may get none
        nodes, mask, label = (array.reshape(shape) for array in (
            self.nodes[contexts], turns != 0, turns > 0))
        return (center, nodes, mask.astype('float32'), label.astype('float32'),
                self.lengths[rows].astype('float32'))


def build_net(vocab_size=6719, embed_size=100):
    """center (batch, 1), nodes (batch, n) -> turn to the left? scores (batch, 1, n)"""
    return d2l.SkipGram(vocab_size, embed_size, num_outputs=vocab_size - 1)


def example_inputs(batch_size=2, num_nodes=30):
    return (np.random.randint(0, 6719, size=(batch_size, 1), dtype='int32'),
            np.random.randint(0, 6718, size=(batch_size, num_nodes), dtype='int32'))


def train(name, net, data_iter, lr, num_epochs, device=None):
    """Train by Adam; draws the loss of a context word, and gives its history.

    name: of what is trained, for the figure. A batch's last array says how many
    contexts its examples have.
    """
    devices = d2l.as_devices(device)
    net.initialize(ctx=devices, force_reinit=True)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SigmoidBCELoss()
    animator = d2l.Animator(xlabel='epoch', ylabel=f'loss, {name}',
                            xlim=[1, num_epochs])

    def measure(center, others, mask, label, num_contexts):
        pred = npx.reshape_like(net(center, others), label)
        l = loss(pred, label, mask) * mask.shape[1] / num_contexts
        return l, {'train loss': (l.sum(), l.size)}

    return d2l.fit(d2l.measured_step(net, measure, trainer, devices), data_iter,
                   num_epochs, points_per_epoch=5, watch=lambda history: animator.add(
                       *history.series['train loss'][-1]))


class NoiseIterator(d2l.SkipGramIterator):
    """Batches of skip-gram with noise words, and the number of contexts, (batch,)."""

    def batch(self, rows):
        return (*super().batch(rows), self.lengths[rows].astype('float32'))


def sum_of_probabilities(nodes, turns):
    """Of all words, beside a random centre in a tree of random vectors: 1."""
    v_c = np.random.normal(size=(8,))
    U = np.random.normal(size=(len(nodes) - 1, 8))
    log_p = d2l.tree_log_probabilities(v_c, U, nodes, np.array(turns))
    return float(np.exp(log_p).sum())


def run(*, batch_size: int = 512, max_window_size: int = 5, num_noise_words: int = 5,
        embed_size: int = 100, lr: float = 0.002, num_epochs: int = 5) -> dict:
    corpus, vocab = d2l.load_corpus_ptb()
    corpus = corpus.kept(corpus.tokens != vocab.unk)
    counts = onp.bincount(corpus.tokens, minlength=len(vocab))
    corpus = corpus.subsampled()
    noise = NoiseIterator(corpus, counts, batch_size, max_window_size, num_noise_words)
    paths = PathIterator(corpus, counts, batch_size, max_window_size)
    lengths = abs(paths.turns).sum(axis=1)
    result = {'sum of probabilities': sum_of_probabilities(paths.nodes, paths.turns),
              'scores a context': {
                  'negative sampling': num_noise_words + 1,
                  'hierarchical softmax': float(lengths[paths.entries].mean()),
                  'softmax': len(vocab)}}
    series, timing = {}, {}
    for name, data_iter, net in [
            ('negative sampling', noise, d2l.SkipGram(len(vocab), embed_size)),
            ('hierarchical softmax', paths, build_net(len(vocab), embed_size))]:
        history = train(name, net, data_iter, lr, num_epochs).record()
        result[name], series[name] = history['final'], history['series']
        timing[name] = history['timing']
    return {**result, 'series': series, 'timing': timing}


if __name__ == '__main__':
    d2l.main(run)
