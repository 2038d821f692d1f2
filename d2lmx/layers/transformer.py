"""The blocks that a Transformer is built from."""
from mxnet.gluon import nn

from .attention import KeepsAttention, MultiHeadAttention
from .dropping import dropping
from .functional import add
from .normalization import LayerNorm
from .positions import last_like

__all__ = ['PositionWiseFFN', 'AddNorm', 'EncoderBlock', 'DecoderBlock']


class PositionWiseFFN(nn.HybridBlock):
    """The same perceptron of one hidden layer at every step.

    Inputs
        X (batch, steps, d)

    Outputs
        (batch, steps, ffn_num_outputs)

    Book: 10.7 (sec_transformer)
    """

    def __init__(self, ffn_num_hiddens, ffn_num_outputs, **kwargs):
        super().__init__(**kwargs)
        self.dense1 = nn.Dense(ffn_num_hiddens, flatten=False, activation='relu')
        self.dense2 = nn.Dense(ffn_num_outputs, flatten=False)

    def hybrid_forward(self, F, X):
        return self.dense2(self.dense1(X))


class AddNorm(nn.HybridBlock):
    """Layer normalization of X + dropout(Y).

    Inputs
        X, Y (batch, steps, d)

    Outputs
        (batch, steps, d)

    Book: 10.7 (sec_transformer)
    """

    def __init__(self, dropout, **kwargs):
        super().__init__(**kwargs)
        self.dropout = dropping(dropout)
        self.ln = LayerNorm()

    def hybrid_forward(self, F, X, Y):
        return self.ln(add(F, self.dropout(Y), X))


class EncoderBlock(KeepsAttention, nn.HybridBlock):
    """Self-attention and a position-wise perceptron, each added and normalized.

    Inputs
        X (batch, steps, num_hiddens)
        valid_lens None, (batch,) or (batch, steps): steps beyond it are not attended to

    Outputs
        (batch, steps, num_hiddens)
        attention_weights (batch * num_heads, steps, steps)

    Book: 10.7 (sec_transformer)
    """

    def __init__(self, num_hiddens, ffn_num_hiddens, num_heads, dropout, use_bias=False,
                 **kwargs):
        super().__init__(**kwargs)
        self.attention = MultiHeadAttention(num_hiddens, num_heads, dropout, use_bias)
        self.addnorm1 = AddNorm(dropout)
        self.ffn = PositionWiseFFN(ffn_num_hiddens, num_hiddens)
        self.addnorm2 = AddNorm(dropout)

    def hybrid_forward(self, F, X, valid_lens=None):
        Y = self.addnorm1(X, self.attention(X, X, X, valid_lens))
        return self.addnorm2(Y, self.ffn(Y))

    def collect_weights(self):
        return self.attention.attention_weights


class DecoderBlock(KeepsAttention, nn.HybridBlock):
    """Attention to earlier target steps, then to the source, then a perceptron.

    Parameters
    ----------
    i
        Number of the block in its decoder, which picks its place in the state.

    Inputs
        X (batch, steps, num_hiddens)
        state, a list: the encoder's outputs (batch, source steps, num_hiddens), their
        valid lengths (None, (batch,) or (batch, steps)), and a list with, for each
        block, its inputs at earlier steps (batch, earlier steps, num_hiddens) or None

    Outputs
        (batch, steps, num_hiddens), and the state with X added to this block's inputs
        attention_weights, a list: to the target (batch * num_heads, steps, earlier
        steps + steps), to the source (batch * num_heads, steps, source steps)

    Book: 10.7 (sec_transformer)
    """

    def __init__(self, num_hiddens, ffn_num_hiddens, num_heads, dropout, i, **kwargs):
        super().__init__(**kwargs)
        self.i = i
        self.attention1 = MultiHeadAttention(num_hiddens, num_heads, dropout)
        self.addnorm1 = AddNorm(dropout)
        self.attention2 = MultiHeadAttention(num_hiddens, num_heads, dropout)
        self.addnorm2 = AddNorm(dropout)
        self.ffn = PositionWiseFFN(ffn_num_hiddens, num_hiddens)
        self.addnorm3 = AddNorm(dropout)

    def hybrid_forward(self, F, X, state):
        enc_outputs, enc_valid_lens, inputs = state
        earlier = inputs[self.i]
        key_values = X if earlier is None else F.np.concatenate([earlier, X], axis=1)
        # book: asks whether the mode is training, which a trace would freeze; a length
        # for each query serves whole sequences and single steps, which see all of it
        X2 = self.attention1(X, key_values, key_values, _lens_up_to(F, X, key_values))
        Y = self.addnorm1(X, X2)
        Y2 = self.attention2(Y, enc_outputs, enc_outputs, enc_valid_lens)
        Z = self.addnorm2(Y, Y2)
        inputs = [*inputs[:self.i], key_values, *inputs[self.i + 1:]]
        return self.addnorm3(Z, self.ffn(Z)), [enc_outputs, enc_valid_lens, inputs]

    def collect_weights(self):
        return [self.attention1.attention_weights, self.attention2.attention_weights]


def _lens_up_to(F, X, key_values):
    """How many of key_values each step of X, the last ones of them, may attend to.

    (batch, steps): each step sees itself and those before it.
    """
    ones = F.np.ones_like(F.np.sum(key_values, axis=2))         # (batch, all steps)
    return last_like(F, F.np.cumsum(ones, axis=1), X)          # (batch, steps)
