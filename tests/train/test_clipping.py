"""Gradients are clipped between the backward pass and the update, in both steps."""
import numpy as onp
import pytest
from mxnet import gluon, np

import d2lmx as d2l

THETA, RATE = 1e-3, .5
# what a step is told, and the norm that is left; the page's is 1
NORMS = pytest.mark.parametrize('options, norm', [({'theta': THETA}, THETA), ({}, 1)])


def change(net, batch, make_step):
    """The norm of what one step of SGD changes in all parameters together."""
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': RATE})
    step = make_step(trainer)
    params = net.collect_params().values()
    net(*batch.inputs)  # from here on all shapes are known
    before = [param.data().asnumpy() for param in params]
    step(*batch.all)
    return onp.sqrt(sum(((param.data().asnumpy() - old) ** 2).sum()
                        for param, old in zip(params, before)))


def steep(loss):
    """The loss by a factor that lifts its gradient's norm far above the page's 1."""
    return lambda *args: 1e4 * loss(*args)


class Batch:
    """Two sentences of 3 tokens for a target of 4, of which 5 are valid."""

    X = np.array([[1, 2, 3], [4, 5, 0]], dtype='int32')
    Y = np.array([[1, 2, 3, 0], [4, 5, 0, 0]], dtype='int32')
    lens = np.array([3, 2], dtype='int32')
    inputs = X, Y, lens
    all = X, lens, Y, lens


@NORMS
def test_a_step_of_translation_moves_as_far_as_the_clipped_gradient(options, norm):
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(9, 5, 4, 1),
                             d2l.Seq2SeqDecoder(9, 5, 4, 1))
    moved = change(net, Batch, lambda trainer: d2l.seq2seq_step(
        net, steep(d2l.MaskedSoftmaxCELoss()), trainer, bos=1, **options))
    # the update divides by the number of valid tokens; float32
    assert moved == pytest.approx(RATE * norm / 5, rel=1e-3)


@NORMS
def test_a_step_of_a_language_model_moves_as_far_as_the_clipped_gradient(options, norm):
    net = d2l.RNNModel(d2l.RNN(4), 9)

    class Sentences:
        X = np.array([[1, 2, 3], [4, 5, 6]], dtype='int32')
        inputs = X, np.zeros((1, 2, 4))
        all = X, X

    moved = change(net, Sentences, lambda trainer: d2l.language_model_step(
        net, steep(gluon.loss.SoftmaxCrossEntropyLoss()), trainer, **options))
    assert moved == pytest.approx(RATE * norm, rel=1e-3)
