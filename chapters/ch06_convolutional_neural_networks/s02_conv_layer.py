"""Convolutions for images (图像卷积)

Source: chapter_convolutional-neural-networks/conv-layer
"""
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()
# the same in every build, rounded to a thousandth
PRINTED = [({}, {f'loss after step/{step}': (l, l - .0005, l + .0005) for step, l in
                 [(2, 4.949), (4, .831), (6, .140), (8, .024), (10, .004)]})]


class Conv2D(nn.HybridBlock):
    """Cross-correlation with a learnt kernel (kh, kw), plus a learnt bias.

    X (h, w) -> (h - kh + 1, w - kw + 1)
    """

    def __init__(self, kernel_size, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.weight = self.params.get('weight', shape=kernel_size)
        self.bias = self.params.get('bias', shape=(1,), init='zeros')

    def hybrid_forward(self, F, X, weight, bias):
        # d2l.corr2d without X's shape, which a symbol has not: windows end so many
        # rows and columns before X does (`or None`: at its end)
        kh, kw = self.kernel_size
        Y = sum(weight[i, j] * X[i:i + 1 - kh or None, j:j + 1 - kw or None]
                for i in range(kh) for j in range(kw))
        return Y + bias


def build_net():
    """The page's own layer, with the edge detector's shape. X (h, w) -> (h, w - 1)."""
    return Conv2D(kernel_size=(1, 2))


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 8)),)


def cross_correlation():
    """The page's example of 3 x 3 numbers and a kernel of 2 x 2."""
    X = np.arange(9).reshape(3, 3)
    K = np.arange(4).reshape(2, 2)
    return d2l.corr2d(X, K).tolist()


def edges():
    """A white picture (6, 8) with a black band, and where its upright edges are."""
    X = np.ones((6, 8))
    X[:, 2:6] = 0
    K = np.array([[1.0, -1.0]])
    return X, K, d2l.corr2d(X, K)


def learn_kernel(X, Y, num_steps, lr):
    """Gradient descent to the kernel that makes Y of X: the losses, and the kernel."""
    conv2d = nn.Conv2D(1, kernel_size=(1, 2), use_bias=False)
    conv2d.initialize()
    X = X.reshape(1, 1, *X.shape)  # (batch, channels, height, width)
    Y = Y.reshape(1, 1, *Y.shape)
    history = d2l.History()
    # range(num_steps), but for checkpoints, which save the layer and the history
    for step in d2l.epochs(num_steps, conv2d, history):
        with autograd.record():
            l = (conv2d(X) - Y) ** 2
        l.backward()
        conv2d.weight.data()[:] -= lr * conv2d.weight.grad()
        history.add(step + 1, {'loss': l.sum()})
    return [l for _, l in history.series['loss']], conv2d.weight.data().reshape(1, 2)


def run(*, num_steps: int = 10, lr: float = 3e-2) -> dict:
    X, K, Y = edges()
    losses, kernel = learn_kernel(X, Y, num_steps, lr)
    return {'corr2d(X, K)': cross_correlation(),
            'picture': X.tolist(), 'upright edges': Y.tolist(),
            'the same kernel on the picture turned': d2l.corr2d(X.T, K).tolist(),
            'loss after step': {step: losses[step - 1]
                                for step in range(2, num_steps + 1, 2)},
            'learnt kernel': kernel.tolist()}


if __name__ == '__main__':
    d2l.main(run)
