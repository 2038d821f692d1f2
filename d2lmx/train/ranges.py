"""Whether labels and tokens are in the range of a network, told before they mislead it.

MXNet's pick and Embedding take a number that is out of range for the nearest that is
not, so that a class 3 of three is learnt as class 2, without a word.
"""
import numpy as onp
from mxnet import gluon
from mxnet.gluon import nn

from ..errors import InputError


def check_labels(y, y_hat, loss) -> None:
    """InputError for a class number that the scores have no column for.

    y (batch, ...), y_hat (batch, classes, ...) or, with the loss's axis last,
    (..., classes). Only Gluon's own cross-entropy of class numbers is known to take no
    others: what a loss of a reader's does with -1 or 255 is its own affair.
    """
    if type(loss) is gluon.loss.SoftmaxCrossEntropyLoss and loss._sparse_label:
        check_classes(y.asnumpy(), y_hat.shape[loss._axis])


def check_classes(labels, num_outputs: int, least: int = 0) -> None:
    """InputError for a label, in a NumPy array, outside of least to num_outputs - 1."""
    if labels.dtype == bool:
        raise InputError("labels must be numbers of classes, got bool: take "
                         "y.astype('int32')")
    whole = labels == onp.floor(labels)  # NaN is none
    wrong = labels[~(whole & (labels >= least) & (labels < num_outputs))]
    if wrong.size:
        raise InputError(
            f'the label {wrong[0]} has no output: this network has {num_outputs} '
            f'outputs, for classes 0 to {num_outputs - 1}. Number the classes from 0, '
            'or give the last layer an output for each')


class TokenCheck:
    """InputError for tokens that a network has no embedding for, when it is called.

    A network of which it is not known that it takes tokens may be given any numbers.
    """

    def __init__(self, net):
        self.num_tokens = num_tokens(net)

    def __call__(self, X, valid_lens=None) -> None:
        """X (batch, steps) of tokens; what is beyond valid_lens (batch,) counts not.

        Of several arrays in X it is not known which are tokens.
        """
        if self.num_tokens is None or not hasattr(X, 'shape'):
            return
        tokens = valid(X, valid_lens)
        wrong = tokens[~((tokens >= 0) & (tokens < self.num_tokens))]  # or NaN
        if wrong.size:
            raise InputError(
                f'the token {wrong[0]} is unknown to this network, which is made for '
                f'{self.num_tokens} tokens: their numbers are 0 to '
                f'{self.num_tokens - 1}')


def num_tokens(net):
    """How many different tokens a network takes; None where that is not known.

    It is ``vocab_size`` of one that takes them one-hot, or the size of an `Embedding`
    that its inputs go to: one that comes first, or is called ``embedding``, as the
    book's are.
    """
    if isinstance(net, nn.Embedding):
        return net._kwargs['input_dim']
    if isinstance(net, (nn.Sequential, nn.HybridSequential)):
        return num_tokens(net[0]) if len(net) else None
    if hasattr(net, 'vocab_size'):
        return net.vocab_size
    return num_tokens(net.embedding) if hasattr(net, 'embedding') else None


def valid(X, valid_lens=None):
    """What X (batch, steps) holds within its lengths (batch,), as a NumPy array."""
    X = X.asnumpy()
    if valid_lens is None:
        return X
    return X[onp.arange(X.shape[1]) < valid_lens.asnumpy()[:, None]]
