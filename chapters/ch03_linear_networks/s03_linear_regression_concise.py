"""Concise implementation of linear regression (线性回归的简洁实现)

Source: chapter_linear-networks/linear-regression-concise
"""
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=2)
# 0.000051 or 0.000052 in every build
PRINTED = [({}, {'loss after each epoch/2': (5.1e-5, 5.05e-5, 5.25e-5)})]


def build_net():
    """One linear unit. X (batch, num_inputs) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 2)),)


def run(*, num_examples: int = 1000, num_epochs: int = 3, lr: float = 0.03,
        batch_size: int = 10) -> dict:
    true_w, true_b = np.array([2, -3.4]), 4.2
    features, labels = d2l.synthetic_data(true_w, true_b, num_examples)
    data_iter = d2l.load_array((features, labels), batch_size)
    X, y = next(iter(data_iter))
    net = build_net()
    net.initialize(init.Normal(sigma=0.01))
    loss = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    history = d2l.fit(
        d2l.regression_step(net, loss, trainer), data_iter, num_epochs,
        evaluate=lambda: {'loss': d2l.evaluate_loss(net, [(features, labels)], loss)})
    w, b = net[0].weight.data(), net[0].bias.data()
    return {'a batch': {'X': X.tolist(), 'y': y.tolist()},
            'loss after each epoch': [l for _, l in history.series['loss']],
            'error of w': (true_w - w.reshape(true_w.shape)).tolist(),
            'error of b': (true_b - b).tolist()}


if __name__ == '__main__':
    d2l.main(run)
