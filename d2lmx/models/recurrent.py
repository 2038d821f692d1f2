"""Language models over one recurrent layer, or stack of layers."""
import inspect

import numpy as onp
from mxnet import gluon
from mxnet.gluon import nn

from ..errors import InputError
from ..layers.recurrent import effective

__all__ = ['RNNModelScratch', 'RNNModel']


def _states(arguments):
    """The states of a call, which come one by one or as one list or tuple of them."""
    if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)):
        return list(arguments[0])
    return list(arguments)


def _one_hot(F, inputs, vocab_size, dtype):
    """Tokens (batch, steps) as vectors (steps, batch, vocab_size)."""
    return F.npx.one_hot(F.np.transpose(inputs), vocab_size,
                         dtype=onp.dtype(dtype).name)


class _Arrays(gluon.ParameterDict):
    """Parameters that iterate as the book's list of arrays does."""

    def __iter__(self):
        return (param.data() for param in self.values())


class RNNModelScratch(nn.HybridBlock):
    """A recurrent network made of three functions, whose names are the book's.

    Parameters
    ----------
    get_params
        ``get_params(vocab_size, num_hiddens, device)`` gives the parameters: a list of
        arrays, at which ``net.params`` iterates.
    init_state
        ``init_state(batch_size, num_hiddens, device)`` gives a tuple of arrays.
    forward_fn
        ``forward_fn(inputs, state, params)`` gives the outputs of all steps, one below
        the other, and the new state; inputs are one-hot, (steps, batch, vocab_size). A
        fourth argument `F` makes it fit to be hybridized: its body then uses F.np and
        F.npx alone, and loops by `over_steps`.

    Inputs
        X (batch, steps), numbers of tokens; the states, in a list or one by one

    Outputs
        what forward_fn gives

    Book: 8.5 (sec_rnn_scratch)
    """

    def __init__(self, vocab_size, num_hiddens, device, get_params, init_state,
                 forward_fn, **kwargs):
        super().__init__(**kwargs)
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.init_state, self.forward_fn = init_state, forward_fn
        self._params = _Arrays(self.prefix)
        for i, value in enumerate(get_params(vocab_size, num_hiddens, device)):
            param = self._params.get(f'param{i}', shape=value.shape)
            param.initialize(init='zeros', ctx=device)
            param.set_data(value)
            setattr(self, f'param{i}', param)
        self.takes_F = 'F' in inspect.signature(forward_fn).parameters

    def hybridize(self, active=True, *args, **options):
        """Compile; ValueError where forward_fn has no argument F."""
        if active and not self.takes_F:
            raise InputError('a forward_fn(inputs, state, params) runs imperatively '
                             'only: to hybridize give it a fourth argument F, and use '
                             'F.np and F.npx in place of np and npx')
        super().hybridize(active, *args, **options)

    def hybrid_forward(self, F, inputs, *state, **params):
        X = _one_hot(F, inputs, self.vocab_size, self.param0.dtype)
        params = [params[f'param{i}'] for i in range(len(params))]
        options = {'F': F} if self.takes_F else {}
        return self.forward_fn(X, tuple(_states(state)), params, **options)

    def begin_state(self, batch_size, ctx=None):
        """The state before the first step, as init_state gives it."""
        return self.init_state(batch_size, self.num_hiddens, ctx)


class RNNModel(nn.HybridBlock):
    """A recurrent layer over one-hot tokens, and a dense layer that scores the next.

    Parameters
    ----------
    rnn_layer
        One of ``gluon.rnn`` or of this library, in the layout TNC; the dropout of the
        former takes effect here, too.

    Inputs
        X (batch, steps), numbers of tokens; the states, in a list or one by one, each
        (layers * directions, batch, num_hiddens)

    Outputs
        scores (steps * batch, vocab_size), step by step; the list of new states

    Book: 8.6 (sec_rnn-concise)
    """

    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super().__init__(**kwargs)
        self.rnn = effective(rnn_layer)
        self.vocab_size = vocab_size
        self.dense = nn.Dense(vocab_size)

    def hybrid_forward(self, F, inputs, *state):
        X = _one_hot(F, inputs, self.vocab_size, self.rnn._dtype)
        Y, state = self.rnn(X, _states(state))     # Y (steps, batch, num_hiddens)
        return self.dense(F.npx.reshape(Y, (-5, -2))), state

    def begin_state(self, *args, **kwargs):
        """Zero states: ``begin_state(batch_size=..., ctx=...)``."""
        return self.rnn.begin_state(*args, **kwargs)
