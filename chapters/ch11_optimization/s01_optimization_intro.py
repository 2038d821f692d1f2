"""Optimization and deep learning (优化和深度学习)

Source: chapter_optimization/optimization-intro
"""
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict()


def f(x):
    """The risk: what is to be small on all data."""
    return x * np.cos(np.pi * x)


def g(x):
    """The empirical risk: on the training data, it wiggles about f."""
    return f(x) + 0.2 * np.cos(5 * np.pi * x)


def minimum(x, y):
    """[x, y] at the smallest y."""
    i = int(y.argmin())
    return [float(x[i]), float(y[i])]


def two_risks():
    """Where each risk is smallest in [0.5, 1.5]; draws both."""
    x = np.arange(0.5, 1.5, 0.01)
    d2l.plot(x, [f(x), g(x)], 'x', 'risk', figsize=(4.5, 2.5))
    d2l.annotate('min of\nempirical risk', (1.0, -1.2), (0.5, -1.1))
    d2l.annotate('min of risk', (1.1, -1.05), (0.95, -0.5))
    return {'risk': minimum(x, f(x)), 'empirical risk': minimum(x, g(x))}


def local_minima():
    """The minima of f in [-1, 2]; draws it."""
    x = np.arange(-1.0, 2.0, 0.01)
    d2l.plot(x, [f(x)], 'x', 'f(x)')
    d2l.annotate('local minimum', (-0.3, -0.25), (-0.77, -1.0))
    d2l.annotate('global minimum', (1.1, -0.95), (-0.3, 0.8))
    left = x[x < 0.5]
    return {'local': minimum(left, f(left)), 'global': minimum(x, f(x))}


def saddle_points():
    """Gradient and curvatures of x^2 - y^2 at (0, 0); draws it, and x^3 ahead of it.

    Curvatures of two signs: neither a minimum nor a maximum.
    """
    x = np.arange(-2.0, 2.0, 0.01)
    d2l.plot(x, [x ** 3], 'x', 'f(x)')
    d2l.annotate('saddle point', (0, -0.2), (-0.52, -5.0))
    x, y = np.meshgrid(np.linspace(-1.0, 1.0, 101), np.linspace(-1.0, 1.0, 101))
    z = x ** 2 - y ** 2
    ax = d2l.plt.figure().add_subplot(111, projection='3d')
    ax.plot_wireframe(*(a.asnumpy() for a in (x, y, z)), rstride=10, cstride=10)
    ax.plot([0], [0], [0], 'rx')
    ticks = [-1, 0, 1]
    ax.set(xticks=ticks, yticks=ticks, zticks=ticks, xlabel='x', ylabel='y',
           zlabel='f(x, y)')
    ax.set_box_aspect(None, zoom=0.85)  # room for the name of z
    hessian = np.array([[2.0, 0.0], [0.0, -2.0]])
    return {'eigenvalues of the Hessian': np.linalg.eigvalsh(hessian).tolist()}


def vanishing_gradients():
    """The derivative of tanh at 4; draws tanh."""
    x = np.arange(-2.0, 5.0, 0.01)
    d2l.plot(x, [np.tanh(x)], 'x', 'f(x)')
    d2l.annotate('vanishing gradient', (4, 1), (1.2, 0.0))
    x = np.array(4.0)
    x.attach_grad()
    with autograd.record():
        y = np.tanh(x)
    y.backward()
    return {'derivative of tanh at 4': float(x.grad)}


def run() -> dict:
    return {'minimum [x, y]': two_risks(), 'minima of f': local_minima(),
            'saddle point of x^2 - y^2': saddle_points(), **vanishing_gradients()}


if __name__ == '__main__':
    d2l.main(run)
