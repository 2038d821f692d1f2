"""A recurrent decoder that attends to the source anew at each step."""
from mxnet import ndarray, symbol
from mxnet.gluon import nn

from ..layers.attention import AdditiveAttention, KeepsAttention
from ..layers.recurrent import GRU
from .seq2seq import Decoder

__all__ = ['AttentionDecoder', 'Seq2SeqAttentionDecoder']


class AttentionDecoder(Decoder):
    """Base of decoders whose ``attention_weights`` can be looked at.

    Book: 10.4 (sec_seq2seq_attention)
    """

    @property
    def attention_weights(self):
        """The weights of the last call; a subclass says in which form."""
        raise NotImplementedError(f'{type(self).__name__} must define attention_weights')


def all_valid(enc_outputs):
    """The valid lengths (batch,) of outputs (batch, steps, d) without padding."""
    F = symbol if isinstance(enc_outputs, symbol.Symbol) else ndarray
    return F.np.sum(F.np.ones_like(enc_outputs[:, :, 0]), axis=1)


class Seq2SeqAttentionDecoder(KeepsAttention, AttentionDecoder):
    """A GRU whose input at each step is the token and what attention finds for it.

    The query is the top layer's hidden state before the step; keys and values are the
    encoder's outputs.

    Parameters
    ----------
    num_hiddens, num_layers
        Of the GRU, and of the encoder's, with whose last state it starts.
    dropout
        Chance in [0, 1) that a number between two layers, or an attention weight, is
        zeroed while training.

    Inputs
        X (batch, steps), tokens; state, from `init_state` or an earlier call

    Outputs
        (batch, steps, vocab_size), and the state after the last step
        attention_weights, for each step (batch, 1, source steps)

    Book: 10.4 (sec_seq2seq_attention)
    """

    state_axes = 0, 1, 0

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0,
                 **kwargs):
        super().__init__(**kwargs)
        self.attention = AdditiveAttention(num_hiddens, dropout)
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = GRU(num_hiddens, num_layers, dropout=dropout)
        self.dense = nn.Dense(vocab_size, flatten=False)

    def init_state(self, enc_outputs, enc_valid_lens=None, *args):
        """[enc_outputs (batch, steps, h), hidden_state (layers, batch, h), lengths].

        enc_outputs: (outputs (steps, batch, h), hidden_state), as the encoder returns
        them, the latter perhaps in a list. enc_valid_lens None: all steps are valid.
        """
        outputs, hidden_state = enc_outputs
        if isinstance(hidden_state, (list, tuple)):
            hidden_state = hidden_state[0]
        outputs = outputs.swapaxes(0, 1)                 # (batch, source steps, h)
        if enc_valid_lens is None:
            enc_valid_lens = all_valid(outputs)
        return [outputs, hidden_state, enc_valid_lens]

    def hybrid_forward(self, F, X, state):
        enc_outputs, hidden_state, enc_valid_lens = state
        X = F.np.swapaxes(self.embedding(X), 0, 1)       # (steps, batch, embed_size)
        features = self.attention.W_k(enc_outputs)       # the same at every step
        # the loop's backward pass leaves memory as it was where no gradient flows
        lens = F.BlockGrad(enc_valid_lens.as_nd_ndarray()).as_np_ndarray()
        self._step_weights = []

        def step(x, hidden_state):
            query = F.npx.slice(hidden_state, begin=(-1,), end=(None,))  # (1, batch, h)
            context = self.attention.pool(F, F.np.swapaxes(query, 0, 1), features,
                                          enc_outputs, lens)
            self._step_weights.append(self.attention._weights)
            x = F.np.concatenate([F.np.swapaxes(context, 0, 1), x], axis=2)
            Y, (hidden_state,) = self.rnn(x, [hidden_state])
            return Y, hidden_state

        Y, hidden_state = _over_steps(F, step, X, hidden_state)
        Y = self.dense(F.np.swapaxes(Y, 0, 1))           # (batch, steps, vocab_size)
        return Y, [enc_outputs, hidden_state, enc_valid_lens]

    def collect_weights(self):
        return self._step_weights


def _over_steps(F, step, X, state):
    """``step(x, state) -> (y, state)`` for each x (1, ...) along the first axis of X.

    Returns the y (1, ...) joined along that axis, and the last state. In a trace this
    is one operator, so that one graph serves any number of steps.
    """
    def body(x, states):
        y, state = step(F.np.expand_dims(x.as_np_ndarray(), 0), states[0].as_np_ndarray())
        return F.np.squeeze(y, axis=0).as_nd_ndarray(), [state.as_nd_ndarray()]

    Y, (state,) = F.contrib.foreach(body, X.as_nd_ndarray(), [state.as_nd_ndarray()])
    return Y.as_np_ndarray(), state.as_np_ndarray()
