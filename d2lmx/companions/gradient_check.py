"""Gradients that somebody worked out, held against differences of the loss itself."""
import numpy as onp

__all__ = ['check_gradients', 'numeric_jacobian']


def check_gradients(loss, params, grads, epsilon: float = 1e-5) -> float:
    """By how much gradients differ from those that differences of the loss give.

    That is the length of what lies between both, over the sum of their lengths: from 0,
    where they agree, to 1, where they are opposed. Where they are right about 1e-8 is
    left by rounding; from 1e-4 on something is wrong. ValueError for numbers of 32
    bits, whose rounding would hide it.

    Parameters
    ----------
    loss
        ``loss(params) -> number``, the same for the same parameters.
    params
        NumPy arrays of 64 bits; each number is moved up and down, and put back.
    grads
        What is checked: an array for each of the parameters, of its shape.
    epsilon
        How far a number is moved.

    Ours, for 21.6
    """
    if any(param.dtype != onp.float64 for param in params):
        raise ValueError('the parameters must be float64, got '
                         f'{", ".join(str(param.dtype) for param in params)}')
    numeric = onp.concatenate([slopes(loss, params, param, epsilon)
                               for param in params])
    worked_out = onp.concatenate([onp.ravel(grad) for grad in grads])
    lengths = onp.linalg.norm(numeric) + onp.linalg.norm(worked_out)
    return float(onp.linalg.norm(numeric - worked_out) / lengths) if lengths else 0.0


def slopes(loss, params, param, epsilon):
    """The loss's slope along each number of one parameter."""
    found = []
    for i in onp.ndindex(param.shape):
        kept, ends = param[i], []
        for value in (kept + epsilon, kept - epsilon):
            param[i] = value
            ends.append(loss(params))
        param[i] = kept
        found.append((ends[0] - ends[1]) / (2 * epsilon))
    return onp.array(found)


def numeric_jacobian(function, X, step: float = 1e-5):
    """Slopes of a function of points along each of their axes, by differences.

    function: ``function(X)``, X (n, d) float64, NumPy's -> (n, ...), each row of its
    own point. Gives (n, ..., d).

    Ours, for 23.14
    """
    return onp.stack([(function(X + e) - function(X - e)) / (2 * step)
                      for e in step * onp.eye(X.shape[1])], axis=-1)
