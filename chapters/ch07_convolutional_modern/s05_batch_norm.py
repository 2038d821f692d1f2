"""Batch Normalization (批量规范化)

Source: chapter_convolutional-modern/batch-norm
"""
from typing import Literal

import mxnet as mx
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=64)
# printed, then 3 % (loss) and 1 % (acc) about the builds' median, or their range (test)
FROM_SCRATCH = {'train loss': (0.265, 0.255, 0.271), 'train acc': (0.903, 0.894, 0.912),
                'test acc': (0.873, 0.706, 0.898)}
PRINTED = [({}, FROM_SCRATCH), ({'variant': 'scratch'}, FROM_SCRATCH),
           ({'variant': 'concise'},
            {'train loss': (0.277, 0.265, 0.281), 'train acc': (0.897, 0.891, 0.909),
             'test acc': (0.849, 0.681, 0.883)})]
# the test acc of builds has a standard deviation of 0.037: means, within two of theirs
SCRATCH_MEANS = {'test acc': ('mean', 5, 0.850, 0.817, 0.883)}
OVER_SEEDS = [({}, SCRATCH_MEANS), ({'variant': 'scratch'}, SCRATCH_MEANS),
              ({'variant': 'concise'},
               {'test acc': ('mean', 5, 0.846, 0.813, 0.879)})]


def batch_norm(X, gamma, beta, moving_mean, moving_var, eps, momentum, F=mx.nd):
    """Normalized X, and the moving averages that follow it.

    X (batch, num_features), all others (1, num_features); or X (batch, num_features,
    height, width), all others (1, num_features, 1, 1).
    """
    np = F.np
    if len(d2l.shape_of(gamma)) == 2:  # a dense layer: over the batch
        mean = X.mean(axis=0)
        var = ((X - mean) ** 2).mean(axis=0)
    else:                              # a convolution: over positions, too
        mean = X.mean(axis=(0, 2, 3), keepdims=True)
        var = ((X - mean) ** 2).mean(axis=(0, 2, 3), keepdims=True)
    # book: asks autograd.is_training() first; a graph holds both cases
    training = d2l.is_training(F, gamma)
    mean = np.where(training, mean, moving_mean)
    var = np.where(training, var, moving_var)
    X_hat = (X - mean) / np.sqrt(var + eps)
    moving_mean = momentum * moving_mean + (1.0 - momentum) * mean
    moving_var = momentum * moving_var + (1.0 - momentum) * var
    Y = gamma * X_hat + beta
    return Y, moving_mean, moving_var


class BatchNorm(nn.HybridBlock):
    """Batch normalization of a dense layer's output, or a convolution's.

    num_features: its units or channels; num_dims: 2 for (batch, units), 4 for
    (batch, channels, height, width). The output has the input's shape.
    """

    def __init__(self, num_features, num_dims, **kwargs):
        super().__init__(**kwargs)
        if num_dims not in (2, 4):
            raise ValueError('num_dims must be 2 (dense layer) or 4 (convolution), '
                             f'got {num_dims}')
        self.shape = (1, num_features) if num_dims == 2 else (1, num_features, 1, 1)
        # book: all have that shape; here vectors, which assign_averages can write to
        vector = (num_features,)
        self.gamma = self.params.get('gamma', shape=vector, init='ones')
        self.beta = self.params.get('beta', shape=vector, init='zeros')
        self.moving_mean = self.params.get('moving_mean', shape=vector, init='zeros',
                                           grad_req='null')
        self.moving_var = self.params.get('moving_var', shape=vector, init='ones',
                                          grad_req='null')

    def hybrid_forward(self, F, X, gamma, beta, moving_mean, moving_var):
        # book: eps is 1e-12; with Gluon's value all variants compute the same
        Y, mean, var = batch_norm(
            X, *(F.npx.reshape(a, self.shape)
                 for a in (gamma, beta, moving_mean, moving_var)),
            eps=1e-5, momentum=0.9, F=F)
        # book: self.moving_mean = ...; what a graph assigns must be part of its output
        zeros = d2l.assign_averages(F, 0 * beta, moving_mean, moving_var,
                                    F.npx.reshape(mean, -1), F.npx.reshape(var, -1))
        return Y + F.npx.reshape(zeros, self.shape)


def build_net(variant='tuned'):
    """LeNet with batch normalization. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    def norm(num_features, num_dims):
        if variant == 'concise':
            return nn.BatchNorm()
        layer = {'scratch': BatchNorm, 'tuned': d2l.TunedBatchNorm}[variant]
        return layer(num_features, num_dims)

    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5), norm(6, num_dims=4),
            nn.Activation('sigmoid'), nn.AvgPool2D(pool_size=2, strides=2),
            nn.Conv2D(16, kernel_size=5), norm(16, num_dims=4),
            nn.Activation('sigmoid'), nn.AvgPool2D(pool_size=2, strides=2),
            nn.Dense(120), norm(120, num_dims=2), nn.Activation('sigmoid'),
            nn.Dense(84), norm(84, num_dims=2), nn.Activation('sigmoid'),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def run(*, variant: Literal['scratch', 'tuned', 'concise'] = 'tuned',
        num_epochs: int = 10, lr: float = 1.0, batch_size: int = 256) -> dict:
    # tuned, since compiled training steps take 5.5 times as long with BatchNorm above
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    net = build_net(variant)
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'gamma of the first': net[1].gamma.data().tolist(),
            'beta of the first': net[1].beta.data().tolist(), **history.record()}


if __name__ == '__main__':
    d2l.main(run)
