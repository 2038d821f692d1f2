"""What is moved: weights by noise, and inputs, against a network or along a circle."""
import itertools

import numpy as onp
from mxnet import autograd, np

from ..runtime.devices import try_gpu
from ..train.step import Step
from ..train.steps import classification_step, measured_step

__all__ = ['noisy_loss', 'fast_gradient_sign', 'adversarial_step',
           'tangent_penalty', 'tangent_step']

DELTA = 0.01  # how far to either side a slope is taken


def noisy_loss(f, X, y, W, eta: float) -> float:
    """E (f(X, W) - y)^2, where noise of variance eta is added to each weight.

    Exactly, of noise that is one of two numbers: of all signs of ``sqrt(eta)`` the mean
    is taken. f: ``f(X, W)``, W (models, k) -> (models, n); y (n,), W (k,).

    Ours, for 23.7
    """
    signs = onp.array(list(itertools.product([-1., 1], repeat=len(W))))
    return float(((f(X, W + eta ** 0.5 * signs) - y) ** 2).mean())


def fast_gradient_sign(net, loss, X, y, epsilon: float):
    """Inputs X, each number of which is moved by epsilon to where the loss rises.

    ``X + epsilon * sign(gradient of loss(net(X), y))``, MXNet's. Where the scores are
    linear no other input within epsilon, number by number, has a higher loss.

    Parameters
    ----------
    net
        X (n, ...) -> scores, or such a function. It predicts: nothing is dropped.
    loss
        ``loss(scores, y)``, one value an example.
    X, y
        Examples: MXNet's, of the type of the network's parameters; or any other, which
        become float32.

    Ours, for 23.7
    """
    X, y = (part.copyto(try_gpu()) if isinstance(part, np.ndarray) else
            np.array(part, dtype='float32', ctx=try_gpu()) for part in (X, y))
    X.attach_grad()
    with autograd.record(train_mode=False):
        l = loss(net(X), y)
    slopes, = autograd.grad(l, [X], train_mode=False)
    return X + epsilon * np.sign(slopes.as_np_ndarray())


def adversarial_step(net, loss, updater, epsilon: float):
    """A `classification_step` that also learns each batch as moved against the network.

    By `fast_gradient_sign`, at the weights that the step begins with: half of what it
    reports is of inputs that are moved.

    Ours, for 23.7
    """
    step = classification_step(net, loss, updater)

    def learn_both(X, y):
        moved = fast_gradient_sign(net, loss, X, y, epsilon).as_in_ctx(X.ctx)
        return step(np.concatenate([X, moved]), np.concatenate([y, y]))

    return Step(learn_both, trains=step.trains)


def tangent_penalty(net, X, V):
    """How fast outputs change along directions: the squares of the slopes, (n,).

    X, V (n, d), MXNet's: a place and a direction each. MXNet has no gradients of
    gradients, so slopes are differences of outputs, through which gradients go.

    Ours, for 23.7
    """
    slopes = (net(X + DELTA * V) - net(X - DELTA * V)) / (2 * DELTA)
    return (slopes ** 2).sum(axis=1)


def tangent_step(net, loss, updater, alpha: float):
    """A step for (X, y, V): the loss, and alpha times the `tangent_penalty` along V.

    V (batch, d) has the direction at each example in which outputs shall not change;
    the other arguments are as of `classification_step`.

    Ours, for 23.7
    """
    def measure(X, y, V):
        l = loss(net(X), y) + alpha * tangent_penalty(net, X, V)
        return l, {'train loss': (l, len(l))}

    return measured_step(net, measure, updater)
