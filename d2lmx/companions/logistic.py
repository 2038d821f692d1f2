"""Two classes told apart by one output: training and accuracy."""
from mxnet import gluon, np
from mxnet.gluon import nn

from ..train.evaluate import evaluate_accuracy
from ..train.steps import measured_step

__all__ = ['logistic_step', 'logistic_accuracy']


class Measures(nn.HybridBlock):
    """Scores (batch, 1), y (batch,) -> losses (batch,), and whether each is right."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()

    def hybrid_forward(self, F, scores, y):
        is_one = F.np.greater(F.npx.reshape(scores, (-1,)), 0)
        right = F.np.equal(is_one, F.np.greater(y, 0.5))
        return self.loss(scores, y), F.np.where(right, F.np.ones_like(y),
                                                F.np.zeros_like(y))


def logistic_step(net, updater, devices=None):
    """A step for (X, y), y (batch,) being 0. or 1.: reports loss and accuracy.

    net maps X (batch, ...) to one score (batch, 1), the logarithm of the odds of class
    1. Other arguments as of `classification_step`.

    Ours, for 21.1
    """
    measures = Measures()
    measures.hybridize(static_alloc=True, static_shape=True)

    def measure(X, y):
        l, right = measures(net(X), y)
        return l, {'train loss': (l, len(l)), 'train acc': (right, len(l))}

    return measured_step(net, measure, updater, devices)


def logistic_accuracy(net, X, y) -> float:
    """Share of examples whose class, 0 or 1 in y (n,), is that of their score.

    net: X (n, ...) -> scores (n, 1), of class 1 where above 0; X and y may be NumPy's.

    Ours, for 21.1
    """
    def classes(X):
        return (net(X)[:, 0] > 0).astype('int32')

    return evaluate_accuracy(classes, [(np.array(X), np.array(y, dtype='int32'))])
