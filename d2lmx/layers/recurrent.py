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

__all__ = ['RNN', 'GRU', 'LSTM', 'last_valid', 'mask_steps', 'effective']


def mask_steps(F, X, valid_lens):
    """X (steps, batch, ...) with 0 in each example from step valid_lens (batch,) on.

    Ours, for 9.7
    """
    # the one use of sequence_mask: it wants steps and batch as the first two axes, and
    # for a length below 0, which NaN and infinity become, writes in front of the array
    lens = without_gradient(F, valid_lens.astype('float32'))
    lens = F.np.minimum(lens, 2 ** 30).astype('int32')
    return F.npx.sequence_mask(X, F.np.maximum(lens, 0), use_sequence_length=True,
                               axis=0)


def last_valid(F, X, valid_lens):
    """What X (steps, batch, d) holds at each example's last valid step: (batch, d).

    valid_lens (batch,), at least 1 each.

    Ours, for 9.7
    """
    steps = F.np.expand_dims(F.npx.arange_like(X, axis=0), axis=1)
    last = F.np.expand_dims(valid_lens.astype('float32') - 1, axis=0)
    # a difference, since comparing arrays of two dtypes raises an error
    is_last = F.np.expand_dims(steps - last == 0, axis=2)  # (steps, batch, 1)
    return F.np.sum(F.np.where(is_last, X, F.np.zeros_like(X)), axis=0)


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
        lens = () if valid_lens is None else (valid_lens,)
        # a trace serves calls with and without states: Gluon's would keep the first's
        self.skip_states = False
        outputs = super(rnn.rnn_layer._RNNLayer, self).__call__(inputs, states, *lens)
        return outputs if wants_states else outputs[0]

    def zero_states(self, F, inputs):
        """The states before the first step, for inputs of any batch size; traceable."""
        first = inputs if self._layout == 'TNC' else F.np.swapaxes(inputs, 0, 1)
        first = F.npx.slice(first, begin=(0,), end=(1,))  # (1, batch, d)
        zeros = F.np.sum(F.np.zeros_like(first), axis=2, keepdims=True)
        shape = self._num_layers * self._dir, 1, self._hidden_size
        return [F.np.tile(zeros, shape) for _ in self.state_info()]

    def _forward_kernel(self, F, inputs, states, valid_lens, **params):
        if valid_lens is not None and (self._dir == 2 or self._mode == 'lstm'):
            raise ValueError('valid_lens needs a one-directional RNN or GRU: an LSTM '
                             'does not return its cells at every step, and a backward '
                             'direction would start in the padding')
        X = inputs if self._layout == 'TNC' else F.np.swapaxes(inputs, 0, 1)
        ends = []
        for layer in range(self._num_layers):
            if layer > 0 and self._dropout:
                X = F.npx.dropout(X, p=self._dropout)
            begin = [F.npx.slice(state, begin=(layer * self._dir,),
                                 end=((layer + 1) * self._dir,)) for state in states]
            X, *end = self._one_layer(F, X, begin, layer, params)
            if valid_lens is not None:
                end = [F.np.expand_dims(last_valid(F, X, valid_lens), axis=0)]
                X = mask_steps(F, X, valid_lens)
            ends.append(end)
        if self._layout == 'NTC':
            X = F.np.swapaxes(X, 0, 1)
        return X, [F.np.concatenate(parts, axis=0) for parts in zip(*ends)]

    def _one_layer(self, F, X, states, layer, params):
        """Outputs (steps, batch, h) and states (directions, batch, h) of a layer."""
        width = self._gates * self._hidden_size
        # of matrices, which MXNet joins in a third of the time that vectors take
        rows = (params[f'{side}{layer}_{source}_{kind}'].reshape(-1, width)
                for kind in ('weight', 'bias') for side in 'lr'[:self._dir]
                for source in ('i2h', 'h2h'))
        weights = F.np._internal.rnn_param_concat(*rows, dim=0).reshape(-1)
        return F.npx.rnn(X, weights, *states, state_size=self._hidden_size,
                         num_layers=1, bidirectional=self._dir == 2, p=0,
                         state_outputs=True, mode=self._mode)


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


class RNN(_Layerwise, rnn.RNN):
    __doc__ = SHARED_DOC.format(name='RNN', lens=LENS_DOC)


class GRU(_Layerwise, rnn.GRU):
    __doc__ = SHARED_DOC.format(name='GRU', lens=LENS_DOC)


class LSTM(_Layerwise, rnn.LSTM):
    __doc__ = SHARED_DOC.format(name='LSTM', lens='')


def effective(layer):
    """The same layer, if it is one of Gluon's, as the class here of that name.

    Ours, for 8.6
    """
    ours = {rnn.RNN: RNN, rnn.GRU: GRU, rnn.LSTM: LSTM}
    layer.__class__ = ours.get(type(layer), type(layer))
    return layer
