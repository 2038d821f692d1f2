"""What tells the steps of a sequence apart."""
import numpy as onp
from mxnet import autograd, np
from mxnet.gluon import nn

from .dropping import dropping
from .functional import add

__all__ = ['PositionalEncoding', 'first_like', 'last_like', 'add_steps']


class PositionalEncoding(nn.HybridBlock):
    """X plus a fixed pattern of sines and cosines that tells its steps apart.

    Parameters
    ----------
    num_hiddens
        Length of each step's vector.
    dropout
        Chance in [0, 1) that a number of the output is zeroed while training.
    max_len
        Steps that can be told apart; an input with more raises an error of MXNet's.

    Attributes
    ----------
    P
        The pattern, (1, max_len, num_hiddens).

    Inputs
        X (batch, steps, num_hiddens); optional earlier (batch, any, num_hiddens), steps
        that came before, whose number alone counts

    Outputs
        (batch, steps, num_hiddens)

    Book: 10.6 (sec_self-attention-and-positional-encoding)
    """

    def __init__(self, num_hiddens, dropout, max_len=1000, **kwargs):
        super().__init__(**kwargs)
        self.dropout = dropping(dropout)
        angles = onp.arange(max_len)[:, None] / onp.power(
            10000, onp.arange(0, num_hiddens, 2) / num_hiddens)
        P = onp.empty((1, max_len, num_hiddens))
        P[:, :, 0::2] = onp.sin(angles)
        P[:, :, 1::2] = onp.cos(angles[:, :num_hiddens // 2])
        self.P = np.array(P, dtype='float32')  # for the reader; what follows: the graph
        self._reg_params['P'] = self.params.get_constant('P', self.P)

    def hybrid_forward(self, F, X, earlier=None, P=None):
        steps = X if earlier is None else F.np.concatenate([earlier, X], axis=1)
        return self.dropout(add_steps(F, X, last_like(F, first_like(F, P, steps), X)))


def first_like(F, X, like):
    """The first steps of X, as many as `like` has; an error where X has fewer.

    X (batch, steps, ...), like (batch, steps, ...).

    Ours, for 10.6
    """
    return F.slice_like(X.as_nd_ndarray(), like.as_nd_ndarray(), axes=(1,)
                        ).as_np_ndarray()


def last_like(F, X, like):
    """The last steps of X, as many as `like` has. Shapes and errors as `first_like`.

    Ours, for 10.6
    """
    return F.np.flip(first_like(F, F.np.flip(X, axis=1), like), axis=1)


def add_steps(F, X, P):
    """X + P, where P (1, steps, d) is added to each example of X (batch, steps, d).

    Where a gradient is recorded, by a matrix product: the gradients of broadcasting, to
    X too, take ten times as long.

    Ours, for 10.6
    """
    if not autograd.is_recording():
        return X + P
    column = F.np.ones_like(F.npx.slice(X, begin=(None, 0, 0), end=(None, 1, 1)))
    copies = F.np.dot(F.npx.reshape(column, (-1, 1)), F.npx.reshape(P, (1, -1)))
    return add(F, X, F.npx.reshape_like(copies, X))
