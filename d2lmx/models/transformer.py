"""The Transformer's encoder and decoder."""
import math

from mxnet.gluon import nn

from ..layers.attention import KeepsAttention
from ..layers.functional import without_gradient
from ..layers.positions import PositionalEncoding
from ..layers.transformer import DecoderBlock, EncoderBlock
from .bahdanau import AttentionDecoder, all_valid
from .seq2seq import Encoder

__all__ = ['TransformerEncoder', 'TransformerDecoder']


class TransformerEncoder(KeepsAttention, Encoder):
    """Embedded tokens with their positions, through blocks of self-attention.

    Parameters
    ----------
    num_hiddens
        Of embedding and blocks; num_heads must divide it.
    ffn_num_hiddens
        Hidden units of the position-wise perceptrons.

    Inputs
        X (batch, steps), tokens; valid_lens None, (batch,) or (batch, steps)

    Outputs
        (batch, steps, num_hiddens)
        attention_weights, for each block (batch * num_heads, steps, steps)

    Book: 10.7 (sec_transformer)
    """

    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout, use_bias=False, **kwargs):
        super().__init__(**kwargs)
        self.num_hiddens = num_hiddens
        self.embedding = nn.Embedding(vocab_size, num_hiddens)
        self.pos_encoding = PositionalEncoding(num_hiddens, dropout)
        self.blks = nn.HybridSequential()
        for _ in range(num_layers):
            self.blks.add(EncoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout,
                                       use_bias))

    def hybrid_forward(self, F, X, valid_lens=None, *args):
        # positions lie between -1 and 1: the embedding is scaled to be as large
        X = self.pos_encoding(self.embedding(X) * math.sqrt(self.num_hiddens))
        for blk in self.blks:
            X = blk(X, valid_lens)
        return X

    def collect_weights(self):
        return [blk.attention_weights for blk in self.blks]


class TransformerDecoder(KeepsAttention, AttentionDecoder):
    """Embedded tokens with their positions, through decoder blocks, to scores.

    The state holds each block's inputs at all earlier steps, so that decoding passes
    one new token a call: a step gets the scores that it has in a whole sequence.

    Parameters
    ----------
    num_hiddens, ffn_num_hiddens, num_heads, num_layers, dropout
        As of `TransformerEncoder`, whose num_hiddens the source must have.

    Inputs
        X (batch, steps), tokens; state, from `init_state` or an earlier call

    Outputs
        (batch, steps, vocab_size), and the state after them
        attention_weights, two lists with an array a block: to the target, to the source

    Book: 10.7 (sec_transformer)
    """

    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout, **kwargs):
        super().__init__(**kwargs)
        self.num_hiddens = num_hiddens
        self.num_layers = num_layers
        self.embedding = nn.Embedding(vocab_size, num_hiddens)
        self.pos_encoding = PositionalEncoding(num_hiddens, dropout)
        self.blks = nn.HybridSequential()
        for i in range(num_layers):
            self.blks.add(DecoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout,
                                       i))
        self.dense = nn.Dense(vocab_size, flatten=False)

    def init_state(self, enc_outputs, enc_valid_lens=None, *args):
        """[enc_outputs, enc_valid_lens, for each block its inputs so far: no step].

        enc_valid_lens None: all steps of the source are valid.
        """
        if enc_valid_lens is None:
            enc_valid_lens = all_valid(enc_outputs)
        # book: None here, which a compiled block would not take for an array
        no_steps = enc_outputs[:, 0:0]                  # (batch, 0, num_hiddens)
        return [enc_outputs, enc_valid_lens, [no_steps] * self.num_layers]

    def hybrid_forward(self, F, X, state):
        enc_outputs, enc_valid_lens, inputs = state
        state = [enc_outputs, without_gradient(F, enc_valid_lens), inputs]
        X = self.embedding(X) * math.sqrt(self.num_hiddens)
        # book: gives every single step of decoding the position of the first
        X = self.pos_encoding(X, inputs[0])
        for blk in self.blks:
            X, state = blk(X, state)
        return self.dense(X), state

    def collect_weights(self):
        both = [blk.attention_weights for blk in self.blks]
        return [list(weights) for weights in zip(*both)]
