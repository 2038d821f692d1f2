"""Multilayer perceptrons (多层感知机)

Source: chapter_multilayer-perceptrons/mlp
"""
from mxnet import autograd, np, npx

import d2lmx as d2l

SMOKE = {}


def value_and_gradient(f, x):
    """f and its derivative at each element of x."""
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    return y, x.grad


def draw(name, f):
    """Two figures over [-8, 8): the function and its derivative."""
    x = np.arange(-8.0, 8.0, 0.1)
    y, gradient = value_and_gradient(f, x)
    d2l.plot(x, y, 'x', f'{name}(x)', figsize=(5, 2.5))
    d2l.plot(x, gradient, 'x', f'grad of {name}', figsize=(5, 2.5))


def table(f):
    """A few points of both figures as numbers."""
    x = np.array([-4.0, -1.0, 0.0, 1.0, 4.0])
    y, gradient = value_and_gradient(f, x)
    return {'x': x.tolist(), 'value': y.tolist(), 'gradient': gradient.tolist()}


def run() -> dict:
    result = {}
    for name, f in {'relu': npx.relu, 'sigmoid': npx.sigmoid, 'tanh': np.tanh}.items():
        draw(name, f)
        result[name] = table(f)
    return result


if __name__ == '__main__':
    d2l.main(run)
