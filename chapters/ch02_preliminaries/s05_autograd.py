"""Automatic differentiation (自动微分)

Source: chapter_preliminaries/autograd

MXNet 1.9 differentiates once: the backward pass of most of its operators has no
gradient of its own, so the second derivatives that exercise 1 asks about cannot be had.
"""
import math

from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict()


def simple_example():
    """The gradient of 2 x.x is 4x; a new backward pass overwrites it."""
    x = np.arange(4.0)
    x.attach_grad()
    results = {'x': x.tolist(), 'x.grad at first': x.grad.tolist()}
    with autograd.record():
        y = 2 * np.dot(x, x)
    y.backward()
    results.update({'y': y.item(), 'x.grad': x.grad.tolist(),
                    'x.grad == 4 * x': (x.grad == 4 * x).tolist()})
    with autograd.record():
        y = x.sum()
    y.backward()
    results['x.grad of x.sum()'] = x.grad.tolist()
    return results


def backward_for_non_scalars():
    """backward() of a vector gives the gradient of the sum of its elements."""
    x = np.arange(4.0)
    x.attach_grad()
    with autograd.record():
        y = x * x
    y.backward()
    return {'x.grad of x * x': x.grad.tolist()}


def detach():
    """A detached array is a constant; the one it came from still has its gradient."""
    x = np.arange(4.0)
    x.attach_grad()
    with autograd.record():
        y = x * x
        u = y.detach()
        z = u * x
    z.backward()
    results = {'x.grad of u * x': x.grad.tolist(),
               'x.grad == u': (x.grad == u).tolist()}
    y.backward()
    results['x.grad == 2 * x'] = (x.grad == 2 * x).tolist()
    return results


def f(a):
    """A multiple of a whose factor a loop and a condition find out from a itself."""
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


def control_flow(a):
    """The gradient of f at a is the factor that f multiplied a by."""
    a.attach_grad()
    with autograd.record():
        d = f(a)
    d.backward()
    grad, ratio = a.grad.item(), (d / a).item()
    # book: compares with ==, which rounding makes false for one negative a in eight
    return {'a': a.item(), 'd': d.item(), 'a.grad': grad, 'd / a': ratio,
            'a.grad equals d / a': math.isclose(grad, ratio, rel_tol=1e-6)}


def run() -> dict:
    return {'a simple example': simple_example(),
            'backward for non-scalars': backward_for_non_scalars(),
            'detaching computation': detach(),
            'gradients of control flow': control_flow(np.random.normal())}


if __name__ == '__main__':
    d2l.main(run)
