"""Sequence models (序列模型)

Source: chapter_recurrent-neural-networks/sequence
"""
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=5, num_points=400, num_train=250)
PRINTED = [({}, {'loss': (.026913, .0263, .0308)})]

MAX_STEPS = 64
SHOWN_STEPS = (1, 4, 16, 64)


def make_series(num_points):
    """Times 1, 2, ..., and a sine with noise of deviation 0.2, each (num_points,)."""
    time = np.arange(1, num_points + 1, dtype='float32')
    return time, np.sin(0.01 * time) + np.random.normal(0, 0.2, (num_points,))


def embed(x, tau):
    """Features (n - tau, tau), each row the tau values before its label; the labels."""
    # column i starts at time i, so that a row holds tau values one after the other
    features = np.stack([x[i:len(x) - tau + i] for i in range(tau)], axis=1)
    return features, x[tau:].reshape((-1, 1))


def build_net():
    """A perceptron with one hidden layer. X (batch, tau) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(10, activation='relu'),
            nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 4)),)


def get_net():
    """The network with its first weights."""
    net = build_net()
    net.initialize(init.Xavier())
    return net


def train(net, train_iter, loss, epochs, lr):
    """Train by Adam; the history of the loss, which each epoch ends with measuring."""
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    return d2l.fit(
        d2l.regression_step(net, loss, trainer), train_iter, epochs,
        evaluate=lambda: {'loss': d2l.evaluate_loss(net, train_iter, loss)})


def predict_further(net, x, tau, num_train):
    """Predictions (n,): of the last n - num_train values from earlier predictions."""
    preds = x.asnumpy().copy()
    for i in range(num_train, len(preds)):
        preds[i] = net(np.array(preds[i - tau:i]).reshape((1, -1))).item()
    return np.array(preds)


def predict_k_steps(net, x, tau, max_steps):
    """What is predicted k steps ahead, for k = 1 to max_steps: (rows, max_steps).

    Row i starts from the true x[i], ..., x[i + tau - 1]; its column k - 1 is the
    prediction of x[i + tau + k - 1].
    """
    rows = len(x) - tau - max_steps + 1
    steps = [x[i:i + rows] for i in range(tau)]
    for _ in range(max_steps):
        X = np.stack(steps[-tau:], axis=1)        # (rows, tau)
        steps.append(net(X).reshape(-1))
    return np.stack(steps[tau:], axis=1)


def show_predictions(time, x, onestep, multistep, tau, num_train):
    """The series, and what is predicted one step and many steps ahead."""
    d2l.plot(time, [x], 'time', 'x', xlim=[1, len(x)], figsize=(6, 3))
    d2l.plot([time, time[tau:]], [x, onestep], 'time', 'x',
             legend=['data', '1-step preds'], xlim=[1, len(x)], figsize=(6, 3))
    d2l.plot([time, time[tau:], time[num_train:]],
             [x, onestep, multistep[num_train:]], 'time', 'x',
             legend=['data', '1-step preds', 'multistep preds'], xlim=[1, len(x)],
             figsize=(6, 3))


def show_k_steps(time, k_steps, tau):
    """Predictions of each time, made 1, 4, 16 and 64 steps before it."""
    times = [time[tau + k - 1:tau + k - 1 + len(k_steps)] for k in SHOWN_STEPS]
    d2l.plot(times, [k_steps[:, k - 1] for k in SHOWN_STEPS], 'time', 'x',
             legend=[f'{k}-step preds' for k in SHOWN_STEPS], xlim=[5, len(time)],
             figsize=(6, 3))


def errors(k_steps, x, tau):
    """Mean squared error of the predictions for each number of steps ahead."""
    return {f'{k} steps ahead': float(
        ((k_steps[:, k - 1] - x[tau + k - 1:tau + k - 1 + len(k_steps)]) ** 2).mean())
        for k in SHOWN_STEPS}


def run(*, num_epochs: int = 5, lr: float = 0.01, batch_size: int = 16,
        num_points: int = 1000, num_train: int = 600, tau: int = 4) -> dict:
    if num_points <= num_train + tau + MAX_STEPS:
        raise d2l.InputError(f'num_points must exceed num_train + tau + {MAX_STEPS}, '
                             f'got {num_points}, {num_train} and {tau}')
    time, x = make_series(num_points)
    features, labels = embed(x, tau)
    train_iter = d2l.load_array((features[:num_train], labels[:num_train]), batch_size)
    net = get_net()
    history = train(net, train_iter, gluon.loss.L2Loss(), num_epochs, lr)

    onestep = net(features).reshape(-1)
    multistep = predict_further(net, x, tau, num_train + tau)
    k_steps = predict_k_steps(net, x, tau, MAX_STEPS)
    show_predictions(time, x, onestep, multistep, tau, num_train + tau)
    show_k_steps(time, k_steps, tau)
    further = multistep[num_train + tau:] - x[num_train + tau:]
    return {'squared error': errors(k_steps, x, tau),
            'squared error beyond the training data': float((further ** 2).mean()),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
