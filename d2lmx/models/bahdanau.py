"""A recurrent decoder that attends to the source anew at each step."""
from mxnet import ndarray, symbol
from mxnet.gluon import nn

from ..errors import InputError
from ..layers.attention import AdditiveAttention, KeepsAttention
from ..layers.functional import without_gradient
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
        raise NotImplementedError(
            f'{type(self).__name__} must define attention_weights')


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

    def lengths(self, X, *state):
        """The loop over the steps makes a graph serve one number of them."""
        return {self: X.shape[1]}

    def hybrid_forward(self, F, X, state):
        enc_outputs, hidden_state, enc_valid_lens = state
        enc_valid_lens = without_gradient(F, enc_valid_lens)
        num_steps = self.count_steps(X)
        X = F.np.swapaxes(self.embedding(X), 0, 1)       # (steps, batch, embed_size)
        # the same at every step
        keys = self.attention.prepare(F, enc_outputs, enc_valid_lens)
        outputs, self._step_weights = [], []
        for x in F.np.split(X, num_steps, axis=0):       # (1, batch, embed_size)
            query = F.npx.slice(hidden_state, begin=(-1,), end=(None,))  # (1, batch, h)
            context = self.attention.pool(F, F.np.swapaxes(query, 0, 1), *keys,
                                          enc_outputs)
            self._step_weights.append(self.attention.kept)
            x = F.np.concatenate([F.np.swapaxes(context, 0, 1), x], axis=2)
            Y, (hidden_state,) = self.rnn(x, [hidden_state])
            outputs.append(Y)
        Y = F.np.swapaxes(F.np.concatenate(outputs, axis=0), 0, 1)
        return self.dense(Y), [enc_outputs, hidden_state, enc_valid_lens]

    def count_steps(self, X):
        """Of X (batch, steps), or while a graph is made, of the X that it is for."""
        if isinstance(X, symbol.Symbol) and self.num_steps is None:
            raise InputError(
                f'{type(self).__name__} needs to know its number of steps when it is '
                'compiled: hybridize it, or the EncoderDecoder around it, and no block '
                'around that')
        return self.num_steps or X.shape[1]

    def collect_weights(self):
        return self._step_weights
