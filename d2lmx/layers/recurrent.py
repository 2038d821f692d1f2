"""Recurrent layers in which dropout and sequence lengths take effect.

On the CPU Gluon's own ignore both without a word: ``dropout=`` between layers, and
``use_sequence_length=``. In float64 they also give wrong gradients to all layers but
the last, where the input needs no gradient itself. Those here own the same parameters
under the same names, and go layer by layer.
"""
from mxnet import ndarray, symbol
from mxnet.gluon import rnn

from ..runtime.checks import check_chance
from .functional import without_gradient

__all__ = ['RNN', 'GRU', 'LSTM', 'last_valid', 'mask_steps', 'sum_steps',
           'effective']

# what a gate is given, before its sigmoid, to let no more than 1e-26 pass: not 0, nor
# numbers so small that processors take a hundred times as long for them
CLOSED = -60


def mask_steps(F, X, valid_lens, axis: int = 0):
    """X (steps, batch, ...) with 0 in each example from step valid_lens (batch,) on.

    axis: that of the steps, 0 or 1; the examples' is the other.

    Ours, for 9.7
    """
    # the one use of sequence_mask: it wants steps and batch as the first two axes, and
    # for a length below 0, which NaN and infinity become, writes in front of the array
    lens = without_gradient(F, valid_lens.astype('float32'))
    lens = F.np.minimum(lens, 2 ** 30).astype('int32')
    return F.npx.sequence_mask(X, F.np.maximum(lens, 0), use_sequence_length=True,
                               axis=axis)


def is_padding(F, X, valid_lens, dtype):
    """1 for each step of X (steps, batch, d) from valid_lens (batch,) on, else 0.

    (steps, batch, 1), in dtype; no gradient.
    """
    steps = F.np.expand_dims(F.npx.arange_like(X, axis=0), axis=1)
    lens = F.np.expand_dims(valid_lens.astype(dtype), axis=0)
    return F.np.expand_dims((steps - lens >= 0).astype(dtype), axis=2)


def last_valid(F, X, valid_lens):
    """What X (steps, batch, d) holds at each example's last valid step: (batch, d).

    valid_lens (batch,), at least 1 each.

    Ours, for 9.7
    """
    first = F.npx.slice(X, begin=(0,), end=(1,))                 # (1, batch, d)
    last = F.np.expand_dims(valid_lens.astype('float32') - 1, axis=1)
    places = F.np.squeeze(F.np.zeros_like(first), axis=0) + last  # (batch, d)
    return F.npx.pick(X, without_gradient(F, places), axis=0)


def sum_steps(F, X):
    """The sum over the steps of X (steps, batch, d): (batch, d).

    A matrix product, in a tenth of the time that np.sum and its gradient take. A little
    of it, added to what a network reads of a recurrent layer's first or last step,
    keeps gradients at every step. Else they vanish, on their way through hundreds of
    steps, to numbers below 1e-38, for which processors take ten times as long.

    Ours, for 15.2
    """
    ones = F.np.ones_like(F.npx.arange_like(X, axis=0))
    total = F.np.dot(F.npx.reshape(ones, (1, -1)), F.npx.reshape(X, (-2, -5)))
    like = F.npx.slice(X, begin=(0,), end=(1,))
    return F.np.squeeze(F.npx.reshape_like(total, like), axis=0)


class _Layerwise:
    """What the classes below add to Gluon's fused layers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        check_chance(dropout=self._dropout)

    def __call__(self, inputs, states=None, valid_lens=None):
        F = symbol if isinstance(inputs, symbol.Symbol) else ndarray
        wants_states = states is not None
        if not wants_states:
            states = self.zero_states(F, inputs)
        if not isinstance(states, (list, tuple)):
            states = [states]
        self._check_lens(wants_states, valid_lens)
        lens = () if valid_lens is None else (valid_lens,)
        # a trace serves calls with and without states: Gluon's would keep the first's
        self.skip_states = False
        outputs = super(rnn.rnn_layer._RNNLayer, self).__call__(inputs, states, *lens)
        return outputs if wants_states else outputs[0]

    def zero_states(self, F, inputs):
        """The states before the first step, for inputs of any batch size; traceable."""
        step = (0,) if self._layout == 'TNC' else (None, 0)
        first = F.npx.slice(inputs, begin=step, end=(*step[:-1], 1))
        zeros = F.np.sum(F.np.zeros_like(first), axis=2, keepdims=True)
        if self._layout == 'NTC':  # only now: in front of zeros_like backward crashes
            zeros = F.np.swapaxes(zeros, 0, 1)           # (1, batch, 1)
        shape = self._num_layers * self._dir, 1, self._hidden_size
        return [F.np.tile(zeros, shape) for _ in self.state_info()]

    def _check_lens(self, wants_states, valid_lens):
        """ValueError where a layer of this kind cannot keep lengths."""
        if valid_lens is None:
            return
        if self._mode == 'lstm' and wants_states:
            raise ValueError('an LSTM takes valid_lens alone, without states: it '
                             'begins with zeros, and does not return its cells at '
                             'every step')
        if self._mode != 'lstm' and self._dir == 2:
            raise ValueError('valid_lens needs a one-directional RNN or GRU, or an '
                             'LSTM: a backward direction would start in the padding')

    def _forward_kernel(self, F, inputs, states, valid_lens, **params):
        closes = valid_lens is not None and self._mode == 'lstm'
        X = inputs if self._layout == 'TNC' else F.np.swapaxes(inputs, 0, 1)
        padding = is_padding(F, X, valid_lens, self._dtype) if closes else None
        if closes:  # whatever stands there, it opens no gate
            X = mask_steps(F, X, valid_lens)
        ends = []
        for layer in range(self._num_layers):
            if layer > 0 and self._dropout:
                X = F.npx.dropout(X, p=self._dropout)
            begin = [F.npx.slice(state, begin=(layer * self._dir,),
                                 end=((layer + 1) * self._dir,)) for state in states]
            X, *end = self._one_layer(F, X, begin, layer, params, padding)
            if valid_lens is not None:
                X = mask_steps(F, X, valid_lens)
                if not closes:
                    end = [F.np.expand_dims(last_valid(F, X, valid_lens), axis=0)]
            ends.append(end)
        if self._layout == 'NTC':
            X = F.np.swapaxes(X, 0, 1)
        return X, [F.np.concatenate(parts, axis=0) for parts in zip(*ends)]

    def _one_layer(self, F, X, states, layer, params, padding=None):
        """Outputs (steps, batch, h) and states (directions, batch, h) of a layer.

        padding (steps, batch, 1): 1 where an LSTM is to have a state of 0, so that its
        backward direction begins with it at an example's last step. There it closes
        the gates that let in what is new and keep what was.
        """
        width = self._gates * self._hidden_size
        if padding is not None:
            X = F.np.concatenate([X, padding], axis=2)
            params = {**params, **{
                name: F.np.concatenate([params[name], self._closing(F, params[name])],
                                       axis=1)
                for name in [f'{side}{layer}_i2h_weight' for side in 'lr'[:self._dir]]}}
        # of matrices, which MXNet joins in a third of the time that vectors take
        rows = (params[f'{side}{layer}_{source}_{kind}'].reshape(-1, width)
                for kind in ('weight', 'bias') for side in 'lr'[:self._dir]
                for source in ('i2h', 'h2h'))
        weights = F.np._internal.rnn_param_concat(*rows, dim=0).reshape(-1)
        return F.npx.rnn(X, weights, *states, state_size=self._hidden_size,
                         num_layers=1, bidirectional=self._dir == 2, p=0,
                         state_outputs=True, mode=self._mode)

    def _closing(self, F, weight):
        """The column (4 * h, 1) of a weight by which padding closes two of four gates.
        """
        one = F.npx.slice(weight, begin=(None, 0), end=(None, 1))
        gates = F.npx.reshape(F.np.zeros_like(one), (4, -1, 1))
        gate = F.npx.reshape(F.npx.arange_like(gates, axis=0), (-1, 1, 1))
        closing = (gate < 2).astype(self._dtype) * CLOSED
        return F.npx.reshape(gates + closing, (-5, -2))


SHARED_DOC = """{name} as Gluon's ``rnn.{name}``, with the same arguments.

    Inputs
        X (steps, batch, d), or (batch, steps, d) with layout='NTC'; optional states, a
        list of (layers * directions, batch, h), zeros if None{lens}

    Outputs
        Y (steps, batch, h * directions), and where states were passed, (Y, last states)

    ``dropout`` is the chance that a number is zeroed between two layers in training.

    Ours, for 9.3
    """
LENS_DOC = """; optional valid_lens
        (batch,), at least 1: the last states are those of an example's last valid step,
        and later outputs are 0 (ValueError where it is bidirectional)"""
LSTM_LENS_DOC = """; optional valid_lens
        (batch,): both directions know of an example's valid steps alone, and later
        outputs are 0 (ValueError where states are passed, too)"""


class RNN(_Layerwise, rnn.RNN):
    __doc__ = SHARED_DOC.format(name='RNN', lens=LENS_DOC)


class GRU(_Layerwise, rnn.GRU):
    __doc__ = SHARED_DOC.format(name='GRU', lens=LENS_DOC)


class LSTM(_Layerwise, rnn.LSTM):
    __doc__ = SHARED_DOC.format(name='LSTM', lens=LSTM_LENS_DOC)


def effective(layer):
    """The same layer, if it is one of Gluon's, as the class here of that name.

    Ours, for 8.6
    """
    ours = {rnn.RNN: RNN, rnn.GRU: GRU, rnn.LSTM: LSTM}
    layer.__class__ = ours.get(type(layer), type(layer))
    return layer
