"""Stochastic gradient descent (随机梯度下降)

Source: chapter_optimization/sgd
"""
import math
from functools import partial

from mxnet import np

import d2lmx as d2l

SMOKE = dict(steps_exponential=50)


def f(x1, x2):
    return x1 ** 2 + 2 * x2 ** 2


def f_grad(x1, x2):
    return 2 * x1, 4 * x2


def constant_lr():
    return 1


def sgd(x1, x2, s1, s2, f_grad, eta=0.1, lr=constant_lr):
    """One step: gradients with noise of variance 1, eta times what lr gives."""
    g1, g2 = f_grad(x1, x2)
    g1 += float(np.random.normal(0.0, 1))
    g2 += float(np.random.normal(0.0, 1))
    eta_t = eta * lr()
    return x1 - eta_t * g1, x2 - eta_t * g2, 0, 0


def exponential_decay():
    """A function that falls from call to call, which are the steps t = 1, 2, ..."""
    t = 0  # book: a global variable that comes to the first step as 2

    def exponential_lr():
        nonlocal t
        t += 1
        return math.exp(-0.1 * t)

    return exponential_lr


def polynomial_decay():
    """One that falls less and less."""
    t = 0

    def polynomial_lr():
        nonlocal t
        t += 1
        return (1 + 0.1 * t) ** -0.5

    return polynomial_lr


def never_drawn(n):
    """The share of n examples that n draws with replacement leave out, on average."""
    return (1 - 1 / n) ** n


def run(*, eta: float = 0.1, steps: int = 50, steps_exponential: int = 1000) -> dict:
    ends = {}
    for lr, num_steps in [(constant_lr, steps),
                          (exponential_decay(), steps_exponential),
                          (polynomial_decay(), steps)]:
        results = d2l.train_2d(partial(sgd, eta=eta, lr=lr), steps=num_steps,
                               f_grad=f_grad)
        d2l.show_trace_2d(f, results)
        name = f'{lr.__name__}, {num_steps} steps'
        d2l.plt.title(name)
        ends[name] = list(results[-1])
    return {'last point': ends, 'share never drawn': never_drawn(1500)}


if __name__ == '__main__':
    d2l.main(run)
