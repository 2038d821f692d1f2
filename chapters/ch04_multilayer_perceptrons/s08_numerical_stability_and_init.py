"""Numerical stability and initialization (数值稳定性和模型初始化)

Source: chapter_multilayer-perceptrons/numerical-stability-and-init
"""
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = {}
RANGES = dict(num_matrices=(1, 10 ** 4), num_hiddens=(1, 4096))


def vanishing_gradients():
    """The sigmoid and its gradient, which is near 0 away from 0."""
    x = np.arange(-8.0, 8.0, 0.1)
    x.attach_grad()
    with autograd.record():
        y = npx.sigmoid(x)
    y.backward()
    d2l.plot(x, [y, x.grad], 'x', 'y', legend=['sigmoid', 'gradient'],
             figsize=(4.5, 2.5))
    return {'largest': float(x.grad.max()), 'at x = -8': float(x.grad[0])}


def exploding_gradients(num_matrices):
    """A normal matrix before and after the product with many others."""
    M = np.random.normal(size=(4, 4))
    product = M
    for _ in range(num_matrices):
        product = np.dot(product, np.random.normal(size=(4, 4)))
    return {'a single matrix': M.tolist(),
            f'after {num_matrices} matrices': product.tolist()}


def hidden_weights_after_training(initializer, dropout=0):
    """Weights (2 hidden units, 3 inputs) of a small net trained on linear data."""
    net = nn.HybridSequential()
    net.add(nn.Dense(2, activation='tanh'), nn.Dropout(dropout), nn.Dense(1))
    net.initialize(initializer)
    X, y = d2l.synthetic_data(np.array([2, -3.4, 1]), 4.2, 100)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.03})
    d2l.fit(d2l.regression_step(net, gluon.loss.L2Loss(), trainer),
            d2l.load_array((X, y), 10), num_epochs=5)
    return net[0].weight.data()


def breaking_the_symmetry():
    """Units that start equal stay equal, unless dropout tells them apart."""
    constant = init.Constant(0.5)
    return {'constant': hidden_weights_after_training(constant).tolist(),
            'constant, dropout': hidden_weights_after_training(constant, 0.5).tolist(),
            'normal': hidden_weights_after_training(init.Normal(0.5)).tolist()}


def variances(initializer, num_layers, num_hiddens):
    """Variance of the input and of each layer's output; and of the input's gradient.

    The layers are linear, as where the book derives the rule. The gradient that
    comes in at the last layer has variance 1.
    """
    layers = [nn.Dense(num_hiddens, use_bias=False) for _ in range(num_layers)]
    X = np.random.normal(size=(256, num_hiddens))
    X.attach_grad()
    H, outputs = X, [X]
    for layer in layers:
        layer.initialize(initializer)
        with autograd.record():
            H = layer(H)
        outputs.append(H)
    H.backward(np.random.normal(size=H.shape))
    # var() itself is right; MXNet would give a wrong gradient of it, but we take none
    return [float(H.var()) for H in outputs], float(X.grad.var())


def initialization(num_layers, num_hiddens):
    """How far the variance drifts through many layers, for four initializations."""
    initializers = {'default, U(-0.07, 0.07)': init.Uniform(),
                    'normal, 0.01': init.Normal(0.01),
                    'normal, 0.1': init.Normal(0.1),
                    'Xavier': init.Xavier()}
    result, curves = {}, []
    for name, initializer in initializers.items():
        forward, gradient = variances(initializer, num_layers, num_hiddens)
        curves.append(forward)
        result[name] = {'variance of the last output': forward[-1],
                        'variance of the gradient of the input': gradient}
    d2l.plot(range(num_layers + 1), curves, 'layer', 'variance of the output',
             legend=list(initializers), yscale='log', figsize=(5, 3))
    return result


def run(*, num_matrices: int = 100, num_layers: int = 10,
        num_hiddens: int = 256) -> dict:
    return {'gradient of the sigmoid': vanishing_gradients(),
            'exploding product': exploding_gradients(num_matrices),
            'weights of two hidden units after training': breaking_the_symmetry(),
            'initialization': initialization(num_layers, num_hiddens)}


if __name__ == '__main__':
    d2l.main(run)
