"""Weight decay (权重衰减)

Source: chapter_multilayer-perceptrons/weight-decay
"""
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=10)
RANGES = dict(num_inputs=(1, 10 ** 4), n_train=(1, 10 ** 4), n_test=(1, 10 ** 4))
# builds differ by less than 0.2 %, beside the rounding of what they print
PRINTED = [({}, {'scratch, lambda 0/test': (60.2, 60.0, 60.4),
                 'scratch, lambda 3/test': (.095, .0943, .0957),
                 'concise, lambda 0/test': (94.6, 94.3, 94.9),
                 'concise, lambda 3/test': (.0736, .0734, .0738)})]


def make_data(n_train, n_test, num_inputs):
    """Two sets of linear data; far more inputs than training examples."""
    true_w, true_b = np.ones((num_inputs, 1)) * 0.01, 0.05
    return (d2l.synthetic_data(true_w, true_b, n_train),
            d2l.synthetic_data(true_w, true_b, n_test))


def fit(net, loss, step, data, num_epochs, batch_size):
    """Train by a step and draw; returns the history of the losses without penalty."""
    train_data, test_data = data

    def evaluate():  # each set as a single batch
        return {'train': d2l.evaluate_loss(net, [train_data], loss),
                'test': d2l.evaluate_loss(net, [test_data], loss)}

    history = d2l.fit(step, d2l.load_array(train_data, batch_size), num_epochs,
                      evaluate=evaluate)
    losses = [[loss for _, loss in history.series[name]] for name in ('train', 'test')]
    d2l.plot(range(1, num_epochs + 1), losses, 'epoch', 'loss', ['train', 'test'],
             xlim=[5, num_epochs], yscale='log')
    return history


def l2_penalty(w):
    return (w ** 2).sum() / 2


def make_train(data, num_epochs, lr, batch_size):
    """The function train, which returns the history and the weights."""
    num_inputs = data[0][0].shape[1]

    def init_params():
        w = np.random.normal(scale=1, size=(num_inputs, 1))
        b = np.zeros(1)
        w.attach_grad()
        b.attach_grad()
        return w, b

    def train(lambd):
        """From scratch: lambd times the penalty is part of the loss."""
        w, b = init_params()
        net, loss = lambda X: d2l.linreg(X, w, b), d2l.squared_loss

        def penalized_loss(y_hat, y):
            return loss(y_hat, y) + lambd * l2_penalty(w)

        def updater(batch_size):
            d2l.sgd([w, b], lr, batch_size)

        step = d2l.regression_step(net, penalized_loss, updater)
        step.trains = w, b  # what checkpoints save; the functions do not say it
        return fit(net, loss, step, data, num_epochs, batch_size), w

    return train


def build_net():
    """Linear regression. X (batch, num_inputs) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 200)),)


def make_train_concise(data, num_epochs, lr, batch_size):
    """The function train_concise, which returns the history and the weights."""
    def train_concise(wd):
        """With Gluon: the trainer decays the weights, and leaves out the bias."""
        net, loss = build_net(), gluon.loss.L2Loss()
        net.initialize(init.Normal(sigma=1))
        trainer = gluon.Trainer(net.collect_params(), 'sgd',
                                {'learning_rate': lr, 'wd': wd})
        net.collect_params('.*bias').setattr('wd_mult', 0)
        step = d2l.regression_step(net, loss, trainer)
        history = fit(net, loss, step, data, num_epochs, batch_size)
        return history, net[0].weight.data()

    return train_concise


def run(*, lambd: float = 3, num_epochs: int = 100, lr: float = 0.003,
        batch_size: int = 5, n_train: int = 20, n_test: int = 100,
        num_inputs: int = 200) -> dict:
    data = make_data(n_train, n_test, num_inputs)
    result, series = {}, {}
    for variant, make in {'scratch': make_train, 'concise': make_train_concise}.items():
        train = make(data, num_epochs, lr, batch_size)
        for strength in (0, lambd):
            history, w = train(strength)
            name = f'{variant}, lambda {strength:g}'
            d2l.plt.title(name)
            result[name] = {'train': history['train'], 'test': history['test'],
                            'L2 norm of w': float(np.linalg.norm(w))}
            series[name] = history.record()['series']
    return {**result, 'series': series}


if __name__ == '__main__':
    d2l.main(run)
