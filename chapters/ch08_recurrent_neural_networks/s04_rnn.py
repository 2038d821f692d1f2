"""Recurrent neural networks (循环神经网络)

Source: chapter_recurrent-neural-networks/rnn
"""
import math

from mxnet import gluon, np

import d2lmx as d2l

SMOKE = dict()


def two_products(X, W_xh, H, W_hh):
    """The input's and the hidden state's product with their weights, added."""
    return np.dot(X, W_xh) + np.dot(H, W_hh)


def one_product(X, W_xh, H, W_hh):
    """The same by one product: inputs and state side by side, weights stacked."""
    return np.dot(np.concatenate((X, H), axis=1), np.concatenate((W_xh, W_hh), axis=0))


def hidden_state_both_ways():
    """X (3, 1) and H (3, 4) give a hidden state (3, 4), the same in both ways."""
    X, W_xh = np.random.normal(0, 1, (3, 1)), np.random.normal(0, 1, (1, 4))
    H, W_hh = np.random.normal(0, 1, (3, 4)), np.random.normal(0, 1, (4, 4))
    return {'two products': two_products(X, W_xh, H, W_hh).tolist(),
            'one product': one_product(X, W_xh, H, W_hh).tolist()}


def perplexity(scores, labels):
    """exp of the mean cross-entropy. scores (tokens, vocab), labels (tokens,)."""
    l = gluon.loss.SoftmaxCrossEntropyLoss()(scores, labels)
    return math.exp(l.mean().item())


def perplexities(vocab_size=28):
    """Of a model that is right and sure, of one that is wrong and sure, and of a guess.
    """
    labels = np.arange(vocab_size)
    sure = 20 * np.eye(vocab_size)
    return {'right': perplexity(sure, labels),
            'wrong': perplexity(sure, np.roll(labels, 1)),
            'every token alike': perplexity(np.zeros_like(sure), labels)}


def run() -> dict:
    return {**hidden_state_both_ways(), 'perplexity': perplexities()}


if __name__ == '__main__':
    d2l.main(run)
