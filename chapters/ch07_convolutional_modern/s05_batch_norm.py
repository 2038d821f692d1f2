"""Batch Normalization (批量规范化)

Source: chapter_convolutional-modern/batch-norm
"""
from typing import Literal

from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=64)


def is_training(F, a):
    """True in each element of a's shape while training, else False.

    Inside a graph nothing but an operator knows: dropout makes a 1 to 0 or 2, or
    leaves it alone.
    """
    return F.npx.dropout(F.np.ones_like(a), p=0.5) != 1


def means_and_copies(F, rows, num_features):
    """Two functions: the mean of each feature, and copies of a number for each.

    rows: (batch, features * positions). average: array like rows -> (num_features,);
    spread: (num_features,) -> array like rows.
    """
    # book: sums over axes and broadcasts. Here both are matrix products: MXNet's sums,
    # which are the gradient of broadcasting too, take ten times as long on a CPU
    def first(A, axis):
        before = (None,) * axis
        return F.npx.slice(A, begin=before + (0,), end=before + (1,))

    one = F.npx.reshape(first(rows, axis=0), (num_features, -1))
    positions = F.np.ones_like(first(one, axis=0))   # (1, positions)
    examples = F.np.ones_like(first(rows, axis=1))   # (batch, 1)
    shares = F.npx.reshape(examples / F.np.sum(examples), (1, -1))

    def average(rows):
        means = F.npx.reshape(F.np.dot(shares, rows), (num_features, -1))
        return F.np.mean(means, axis=1)

    def spread(a):
        one = F.np.dot(F.npx.reshape(a, (-1, 1)), positions)
        return F.np.dot(examples, F.npx.reshape(one, (1, -1)))

    return average, spread


def move_averages(F, mean, var, moving_mean, moving_var, momentum, beta):
    """beta, unchanged; each backward pass moves the averages, as in Gluon's layer.

    Inside a graph only the operator batch_norm may write to parameters. We give it two
    rows, mean - std and mean + std, which have this mean and this variance. As its
    gamma is 0, it puts out beta, by which it stays in the graph. All (num_features,).
    """
    std = F.np.sqrt(var)
    rows = F.np.stack([mean - std, mean + std])  # (2, num_features)
    rows = F.BlockGrad(rows.as_nd_ndarray()).as_np_ndarray()
    Y = F.npx.batch_norm(rows, F.np.zeros_like(beta), beta, moving_mean, moving_var,
                         momentum=momentum, fix_gamma=False)
    return Y[0]


class BatchNorm(nn.HybridBlock):
    """Batch normalization of a dense layer's output, or a convolution's.

    num_features: its units or channels; num_dims: 2 for (batch, units), 4 for
    (batch, channels, height, width). The output has the input's shape.
    """

    def __init__(self, num_features, num_dims, eps=1e-5, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        if num_dims not in (2, 4):
            raise ValueError('num_dims must be 2 (dense layer) or 4 (convolution), '
                             f'got {num_dims}')
        # book: eps is 1e-12; with Gluon's value both variants compute the same
        self.eps, self.momentum = eps, momentum
        self.num_features = num_features
        self.gamma = self.params.get('gamma', shape=(num_features,), init='ones')
        self.beta = self.params.get('beta', shape=(num_features,), init='zeros')
        self.moving_mean = self.params.get('moving_mean', shape=(num_features,),
                                           init='zeros', grad_req='null')
        self.moving_var = self.params.get('moving_var', shape=(num_features,),
                                          init='ones', grad_req='null')

    def hybrid_forward(self, F, X, gamma, beta, moving_mean, moving_var):
        rows = F.npx.batch_flatten(X)  # (batch, num_features * positions)
        average, spread = means_and_copies(F, rows, self.num_features)
        training = is_training(F, gamma)
        mean = F.np.where(training, average(rows), moving_mean)  # (num_features,)
        rows = rows - spread(mean)
        var = F.np.where(training, average(rows * rows), moving_var)
        beta = move_averages(F, mean, var, moving_mean, moving_var, self.momentum, beta)
        rows = spread(gamma / F.np.sqrt(var + self.eps)) * rows
        # added in X's shape: reshape_like's gradient must not be in oneDNN's layout
        return F.npx.reshape_like(rows, X) + F.npx.reshape_like(spread(beta), X)


def build_net(variant='scratch'):
    """LeNet with batch normalization. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    def batch_norm(num_features, num_dims):
        return (BatchNorm(num_features, num_dims) if variant == 'scratch'
                else nn.BatchNorm())

    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5), batch_norm(6, num_dims=4),
            nn.Activation('sigmoid'), nn.AvgPool2D(pool_size=2, strides=2),
            nn.Conv2D(16, kernel_size=5), batch_norm(16, num_dims=4),
            nn.Activation('sigmoid'), nn.AvgPool2D(pool_size=2, strides=2),
            nn.Dense(120), batch_norm(120, num_dims=2), nn.Activation('sigmoid'),
            nn.Dense(84), batch_norm(84, num_dims=2), nn.Activation('sigmoid'),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def run(*, variant: Literal['scratch', 'concise'] = 'scratch', num_epochs: int = 10,
        lr: float = 1.0, batch_size: int = 256, hybridize: bool = True) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    net = build_net(variant)
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'gamma of the first': net[1].gamma.data().tolist(),
            'beta of the first': net[1].beta.data().tolist(), **history.record()}


if __name__ == '__main__':
    d2l.main(run)
