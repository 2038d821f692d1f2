"""Word embedding: word2vec (词嵌入:word2vec)

Source: chapter_natural-language-processing-pretraining/word2vec

The page has no code. Here are its two models, the gradients that it derives beside
those of autograd, and a training on the exact losses: a softmax over all words.
"""
from pathlib import Path
from typing import Literal

from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ptb',)
SMOKE = dict(num_epochs=2, embed_size=20, lr=0.01)
SENTENCE = 'the man loves his son'


def skip_gram_loss(v_c, U, contexts):
    """-log P(contexts | centre) and what the page derives: its gradients.

    v_c (d,), vector of the centre; U (words, d), those of all words as contexts;
    contexts: numbers of words. Gives the loss, its gradient by v_c, and by U.
    """
    P = npx.softmax(np.dot(U, v_c))                         # (words,)
    loss, grad_v, grad_U = 0, np.zeros_like(v_c), np.zeros_like(U)
    for o in contexts:
        loss = loss - np.log(P[o])
        grad_v = grad_v - (U[o] - np.dot(P, U))
        grad_U = grad_U - np.outer(npx.one_hot(np.array(o), len(U)) - P, v_c)
    return loss, grad_v, grad_U


def cbow_loss(V_o, U, center):
    """-log P(centre | contexts) and what the page derives: its gradients.

    V_o (contexts, d), vectors of the context words; U (words, d), those of all words as
    centres; center: a number. Gives the loss, its gradient by V_o, and by U.
    """
    v_mean = V_o.mean(axis=0)
    P = npx.softmax(np.dot(U, v_mean))                      # (words,)
    grad_v = -(U[center] - np.dot(P, U)) / len(V_o)         # the same for each context
    grad_U = -np.outer(npx.one_hot(np.array(center), len(U)) - P, v_mean)
    return -np.log(P[center]), np.tile(grad_v, (len(V_o), 1)), grad_U


def gradients_by_hand():
    """Both losses of the page's sentence, and how far both kinds of gradient differ."""
    words = d2l.Vocab(SENTENCE.split())[SENTENCE.split()]
    center, contexts = words[2], words[:2] + words[3:]
    V, U = np.random.normal(size=(2, len(words) + 1, 4))
    found = {}
    for name, loss, arguments in [
            ('skip-gram', skip_gram_loss, (V[center], U, contexts)),
            ('CBOW', cbow_loss, (V[contexts], U, center))]:
        v, U, target = arguments
        v.attach_grad()
        U.attach_grad()
        with autograd.record():
            l, _, _ = loss(v, U, target)
        l.backward()
        _, *grads = loss(v, U, target)
        found[name] = {'loss': float(l), 'largest difference of gradients': max(
            float(abs(grad - x.grad).max()) for grad, x in zip(grads, (v, U)))}
    return found


class Word2vec(nn.HybridSequential):
    """Scores of all words beside the mean vector of some.

    words (batch, n), mask (batch, n) of 1 or 0, with a 1 in each row ->
    scores (batch, vocab_size)
    """

    def __init__(self, vocab_size, embed_size, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.add(nn.Embedding(vocab_size, embed_size),
                     nn.Dense(vocab_size, use_bias=False, in_units=embed_size))

    def hybrid_forward(self, F, words, mask):
        weights = mask / F.np.sum(mask, axis=1, keepdims=True)
        v = F.npx.batch_dot(F.np.expand_dims(weights, axis=1), self[0](words))
        return self[1](F.np.squeeze(v, axis=1))                   # (batch, vocab_size)


def build_net(vocab_size=6719, embed_size=100):
    """For both models, which differ in what they give it: contexts, or the centre."""
    return Word2vec(vocab_size, embed_size)


def example_inputs(batch_size=2, num_words=10):
    lengths = np.random.randint(1, num_words + 1, size=(batch_size, 1), dtype='int32')
    return (np.random.randint(0, 6719, size=(batch_size, num_words), dtype='int32'),
            (np.arange(num_words, dtype='int32') < lengths).astype('float32'))


def losses(net, variant, center, context, mask):
    """Of each example of a batch: -log of the centre's probability, or the contexts'.

    Several contexts count by their mean.
    """
    if variant == 'cbow':
        return -npx.pick(npx.log_softmax(net(context, mask)), center.reshape(-1))
    log_P = npx.log_softmax(net(center, np.ones_like(mask[:, :1])))
    rows = np.arange(len(center), ctx=center.ctx).astype('int32').reshape(-1, 1)
    return -(log_P[rows, context] * mask).sum(axis=1) / mask.sum(axis=1)


def train(net, data_iter, lr, num_epochs, variant='cbow', device=None):
    """Train by Adam; draws the loss and gives the history."""
    devices = d2l.as_devices(device)
    net.initialize(ctx=devices, force_reinit=True)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, num_epochs])

    def measure(center, context, mask, label):
        l = losses(net, variant, center, context, mask)
        return l, {'train loss': (l.sum(), l.size)}

    return d2l.fit(d2l.measured_step(net, measure, trainer, devices), data_iter,
                   num_epochs, points_per_epoch=5, watch=lambda history: animator.add(
                       *history.series['train loss'][-1]))


def run(*, variant: Literal['cbow', 'skip_gram'] = 'cbow', batch_size: int = 512,
        max_window_size: int = 5, embed_size: int = 100, lr: float = 0.002,
        num_epochs: int = 5, out: Path = Path('.')) -> dict:
    data_iter, vocab = d2l.load_data_ptb(batch_size, max_window_size, 0)
    net = build_net(len(vocab), embed_size)
    history = train(net, data_iter, lr, num_epochs, variant)
    # the unknown is in no example, and has learnt nothing
    vectors = net[0].weight.list_data()[0]
    d2l.write_vectors(out / 'vec.txt', vocab.idx_to_token[1:], vectors[1:])
    return {'gradients by hand': gradients_by_hand(), **history.record()}


if __name__ == '__main__':
    d2l.main(run)
