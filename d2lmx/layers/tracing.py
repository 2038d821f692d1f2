"""What equations ask and assign, in a form that a graph can hold.

Where a block is traced, an array is a symbol: it has no shape and no value, and the
trace serves training and prediction alike.
"""
from contextlib import contextmanager
from contextvars import ContextVar

import mxnet as mx

__all__ = ['assign_averages', 'is_training', 'shape_of']

_exported = ContextVar('exported', default=False)


@contextmanager
def tracing_for_export():
    """In this context blocks are traced to be written to a file."""
    token = _exported.set(True)
    try:
        yield
    finally:
        _exported.reset(token)


def is_exported() -> bool:
    """Whether a block is being traced to be written to a file."""
    return _exported.get()


def is_training(F, a):
    """True in each element of a's shape while training, else False.

    Inside a graph nothing but an operator knows: dropout makes a 1 to 0 or 2, or
    leaves it alone.

    Ours, for 7.5
    """
    return F.npx.dropout(F.np.ones_like(a), p=0.5) != 1


def shape_of(a):
    """The shape of an array, or of a symbol that depends on parameters alone.

    Ours, for 7.5
    """
    return a.infer_shape_partial()[1][0] if isinstance(a, mx.symbol.Symbol) else a.shape


def assign_averages(F, beta, moving_mean, moving_var, mean, var):
    """beta, unchanged; each backward pass in training makes the averages mean and var.

    beta: what the result of the graph, and with it the gradient, goes through;
    moving_mean and moving_var: parameters; mean and var: their new values, all
    (num_features,). As in Gluon's layer nothing but a backward pass moves averages.

    Ours, for 7.5
    """
    # only the operator batch_norm may write to parameters, to which it takes mean and
    # variance of rows: these two have those. By gamma = 0 its output is beta
    std = F.np.sqrt(var)
    rows = F.np.stack([mean - std, mean + std])  # (2, num_features)
    rows = F.BlockGrad(rows.as_nd_ndarray()).as_np_ndarray()
    Y = F.npx.batch_norm(rows, F.np.zeros_like(beta), beta, moving_mean, moving_var,
                         momentum=0, fix_gamma=False)
    return Y[0]
