"""Minimising by hand and training on the airfoil data as chapter 11 spells them."""
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

from ..layers.functional import linreg, squared_loss
from ..runtime.timing import Timer
from ..train.engine import fit
from ..train.evaluate import evaluate_loss
from ..train.steps import regression_step
from ..viz.animator import Animator

__all__ = ['train_2d', 'train_ch11', 'train_concise_ch11']

POINTS_PER_EPOCH = 7  # of 1,500 examples: about every 200, as in the book


def train_2d(trainer, steps: int = 20, f_grad=None) -> list:
    """Minimise a function of two variables from (-5, -2); prints the last point.

    trainer: ``(x1, x2, s1, s2) -> (x1, x2, s1, s2)``, s1 and s2 being states that
    start at 0; with f_grad it is called with that as a fifth argument. Returns the
    steps + 1 points.

    Book: 11.3 (sec_gd)
    """
    x1, x2, s1, s2 = -5, -2, 0, 0
    results = [(x1, x2)]
    for _ in range(steps):
        x1, x2, s1, s2 = trainer(x1, x2, s1, s2, *([f_grad] if f_grad else []))
        results.append((x1, x2))
    print(f'epoch {steps}, x1: {float(x1):f}, x2: {float(x2):f}')
    return results


def train_ch11(trainer_fn, states, hyperparams, data_iter, feature_dim: int,
               num_epochs: int = 2):
    """Train a linear regression by an optimiser from scratch.

    trainer_fn: ``(params, states, hyperparams)``, updates params in place by the
    gradients of the mean loss of a batch. Draws the loss over all of data_iter about
    seven times an epoch, prints the last, and returns (seconds, losses), two lists.
    The seconds are those of training alone, summed up.

    Book: 11.5 (sec_minibatch_sgd)
    """
    w = np.random.normal(scale=0.01, size=(feature_dim, 1))
    b = np.zeros(1)
    for param in (w, b):
        param.attach_grad()

    def net(X):
        return linreg(X, w, b)

    def mean_loss(y_hat, y):
        return squared_loss(y_hat, y).mean()

    def updater(_):
        trainer_fn([w, b], states, hyperparams)

    step = regression_step(net, mean_loss, updater)
    step.trains = [w, b], states, hyperparams
    return _train(step, net, squared_loss, data_iter, num_epochs)


def train_concise_ch11(tr_name: str, hyperparams: dict, data_iter, num_epochs: int = 2):
    """Train a linear regression by one of Gluon's optimisers, given by its name.

    Draws, prints and returns as `train_ch11` does.

    Book: 11.5 (sec_minibatch_sgd)
    """
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    net.initialize(init.Normal(sigma=0.01))
    trainer = gluon.Trainer(net.collect_params(), tr_name, hyperparams)
    loss = gluon.loss.L2Loss()
    return _train(regression_step(net, loss, trainer), net, loss, data_iter, num_epochs)


def _train(step, net, loss, data_iter, num_epochs):
    """(seconds, losses) at the points of the figure."""
    everything = [tuple(map(np.concatenate, zip(*data_iter)))]  # one batch
    animator = Animator(xlabel='epoch', ylabel='loss', xlim=[0, num_epochs],
                        ylim=[0.22, 0.35])
    timer = Timer()

    def watch(history):
        npx.waitall()
        timer.stop()
        at, _ = history.series['train loss'][-1]
        if history.series.get('loss', [(None, 0)])[-1][0] != at:
            history.add(at, {'loss': evaluate_loss(net, everything, loss)})
        animator.add(at, history['loss'])  # a resumed training has it from before
        timer.start()

    fit(step, data_iter, num_epochs, watch=watch, points_per_epoch=POINTS_PER_EPOCH)
    # book: prints the mean time between two points as that of an epoch
    print(f'loss: {animator.Y[0][-1]:.3f}, {timer.sum() / num_epochs:.3f} sec/epoch')
    return timer.cumsum(), animator.Y[0]
