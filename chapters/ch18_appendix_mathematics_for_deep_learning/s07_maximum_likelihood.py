"""Maximum likelihood (最大似然)

Source: chapter_appendix-mathematics-for-deep-learning/maximum-likelihood
"""
import math

from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict()
# a step that is longer leaves the chances between 0 and 1; 3.4e-10 is 1 / curvature
RANGES = dict(num_steps=(1, 10 ** 4), lr=(0, 3e-10))

PRINTED = [({}, {'theta by gradient descent': (0.50172704, 0.501725, 0.501729),
                 'share of heads': (0.99705503, 0.99705, 0.99706)})]


def coin():
    """The most likely chance of heads after 9 heads and 4 tails; draws all chances."""
    theta = np.arange(0, 1, 0.001)
    likelihood = theta ** 9 * (1 - theta) ** 4
    d2l.plot(theta, likelihood, 'theta', 'likelihood')
    return float(theta[int(likelihood.argmax())])


def negative_log_likelihood(theta, n_H, n_T):
    """-log P(n_H heads, n_T tails | theta)."""
    return -(n_H * np.log(theta) + n_T * np.log(1 - theta))


def descend(n_H, n_T, lr, num_steps):
    """The chance of heads after steps of gradient descent from 0.5."""
    theta = np.array(0.5)
    theta.attach_grad()
    for _ in range(num_steps):
        with autograd.record():
            loss = negative_log_likelihood(theta, n_H, n_T)
        loss.backward()
        theta -= lr * theta.grad
    return float(theta)


def run(*, lr: float = 1e-11, num_steps: int = 10) -> dict:
    n_H, n_T = 8675309, 25624
    n, mode = n_H + n_T, coin()
    share = n_H / n
    # book: ten steps as small as this hardly leave 0.5; 1 / curvature is the right size
    converged = descend(n_H, n_T, share * (1 - share) / n, num_steps=400)
    return {'most likely theta of 9 heads, 4 tails': mode, '9 of 13': 9 / 13,
            'theta by gradient descent': descend(n_H, n_T, lr, num_steps),
            'theta by 400 steps of the right size': converged,
            'share of heads': share,
            # what a float holds, though it holds no likelihood as small
            'log-likelihood of a billion fair coins': 10 ** 9 * math.log(0.5),
            'nats a coin': float(negative_log_likelihood(np.array(share), share,
                                                         1 - share))}


if __name__ == '__main__':
    d2l.main(run)
