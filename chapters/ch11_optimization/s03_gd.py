"""Gradient descent (梯度下降)

Source: chapter_optimization/gd
"""
import math
from functools import partial

from mxnet import np

import d2lmx as d2l

SMOKE = dict()


def gd(eta, f_grad):
    """Ten steps of gradient descent from x = 10: the eleven points."""
    x = 10.0
    results = [x]
    for _ in range(10):
        x -= eta * f_grad(x)
        results.append(float(x))
    return results


# book: show_trace takes no title, and its figures look alike
def show_trace(results, f, title):
    """Draw the points over the curve of f."""
    n = max(abs(min(results)), abs(max(results)))
    f_line = np.arange(-n, n, n / 1000)
    d2l.set_figsize()
    points = np.array(results)
    d2l.plot([f_line, points], [f(f_line), f(points)], 'x', 'f(x)', fmts=['-', '-o'])
    d2l.plt.title(title)


def one_dimension():
    """Where ten steps on x^2 end for three learning rates; draws each way."""
    def f(x):
        return x ** 2

    def f_grad(x):
        return 2 * x

    ends = {}
    for eta in (0.2, 0.05, 1.1):
        results = gd(eta, f_grad)
        show_trace(results, f, f'eta = {eta}')
        ends[f'eta = {eta}'] = results[-1]
    return ends


def local_minimum(eta=2):
    """Where ten large steps on x cos(cx) end: in a local minimum; draws the way."""
    c = 0.15 * math.pi

    def f(x):
        return x * np.cos(c * x)

    def f_grad(x):
        return math.cos(c * x) - c * x * math.sin(c * x)

    results = gd(eta, f_grad)
    show_trace(results, f, f'x cos(cx), eta = {eta}')
    return results[-1]


def f_2d(x1, x2):
    return x1 ** 2 + 2 * x2 ** 2


def f_2d_grad(x1, x2):
    return 2 * x1, 4 * x2


def gd_2d(x1, x2, s1, s2, f_grad, eta=0.1):
    g1, g2 = f_grad(x1, x2)
    return x1 - eta * g1, x2 - eta * g2, 0, 0


def many_dimensions():
    """Where twenty steps on x1^2 + 2 x2^2 end; draws the way."""
    results = d2l.train_2d(gd_2d, f_grad=f_2d_grad)
    d2l.show_trace_2d(f_2d, results)
    d2l.plt.title('gradient descent')
    return list(results[-1])


c = 0.5


def f(x):
    return np.cosh(c * x)


def f_grad(x):
    return c * math.sinh(c * x)


def f_hess(x):
    return c ** 2 * math.cosh(c * x)


def newton(eta=1, f_grad=f_grad, f_hess=f_hess):
    """Ten steps of Newton's method from x = 10: the eleven points."""
    x = 10.0
    results = [x]
    for _ in range(10):
        x -= eta * f_grad(x) / f_hess(x)
        results.append(float(x))
    return results


def newtons_method():
    """Where it ends on cosh(cx), and on x cos(cx), which is not convex; draws each."""
    results = newton()
    show_trace(results, f, "Newton's method on cosh(cx)")
    return {'cosh(cx)': results[-1], **without_convexity()}


def without_convexity():
    """Where Newton's method ends on x cos(cx) for two learning rates; draws each."""
    c = 0.15 * math.pi

    def f(x):
        return x * np.cos(c * x)

    def f_grad(x):
        return math.cos(c * x) - c * x * math.sin(c * x)

    def f_hess(x):
        return -2 * c * math.sin(c * x) - x * c ** 2 * math.cos(c * x)

    ends = {}
    for eta in (1, 0.5):
        results = newton(eta, f_grad, f_hess)
        show_trace(results, f, f"Newton's method, eta = {eta}")
        ends[f'x cos(cx), eta = {eta}'] = results[-1]
    return ends


def preconditioning(eta=0.45, steps=10):
    """Steps on 0.1 x1^2 + 2 x2^2, plain and preconditioned; draws each way."""
    h1, h2 = 0.2, 4  # the Hessian's diagonal, which is all of it

    def f_2d(x1, x2):
        return 0.1 * x1 ** 2 + 2 * x2 ** 2

    def f_2d_grad(x1, x2):
        return h1 * x1, h2 * x2

    def preconditioned(x1, x2, s1, s2, f_grad):
        """Each direction's step is divided by its own curvature."""
        g1, g2 = f_grad(x1, x2)
        return x1 - eta * g1 / abs(h1), x2 - eta * g2 / abs(h2), 0, 0

    ends = {}
    for name, trainer in [('plain', partial(gd_2d, eta=eta)),
                          ('preconditioned', preconditioned)]:
        results = d2l.train_2d(trainer, steps=steps, f_grad=f_2d_grad)
        d2l.show_trace_2d(f_2d, results)
        d2l.plt.title(name)
        ends[name] = list(results[-1])
    return ends


def run() -> dict:
    return {'x^2 after 10 steps': one_dimension(),
            'x cos(cx) after 10 steps, eta = 2': local_minimum(),
            'x1^2 + 2 x2^2 after 20 steps': many_dimensions(),
            "Newton's method after 10 steps": newtons_method(),
            '0.1 x1^2 + 2 x2^2 after 10 steps': preconditioning()}


if __name__ == '__main__':
    d2l.main(run)
