"""Encoder, decoder, and the two together: what translation networks are built from."""
from mxnet import ndarray, symbol
from mxnet.gluon import HybridBlock, nn

from ..layers.recurrent import GRU
from .unrolling import GraphOfEachLength

__all__ = ['Encoder', 'Decoder', 'EncoderDecoder', 'Seq2SeqEncoder',
           'Seq2SeqDecoder']


def is_traceable(block) -> bool:
    """Whether a block and all in it can be compiled: nobody overrides ``forward``."""
    ours = type(block).__module__.split('.')[0] != 'mxnet'
    return (isinstance(block, HybridBlock)
            and not (ours and type(block).forward is not HybridBlock.forward)
            and all(map(is_traceable, block._children.values())))


class _Part(GraphOfEachLength, HybridBlock):
    """A HybridBlock that readers may also extend as the plain Block it is in the book.

    A subclass writes `hybrid_forward`, and everything compiles; or it overrides
    ``forward`` and has plain children, and `hybridize` compiles those of its children
    that can be.
    """

    def register_child(self, block, name=None):
        nn.Block.register_child(self, block, name)  # HybridBlock's refuses plain ones
        self._clear_cached_op()

    def hybridize(self, active=True, *args, **kwargs):
        """Compile from the next call on, or with False no longer.

        Where a block inside overrides ``forward``, only what can be compiled is.
        """
        if is_traceable(self):
            super().hybridize(active, *args, **kwargs)
        else:
            super().hybridize(False)
            for child in self._children.values():
                child.hybridize(active, *args, **kwargs)

    def hybrid_forward(self, F, X, *args):
        raise NotImplementedError(f'{type(self).__name__} must define hybrid_forward '
                                  '(or forward, which does not compile)')


class Encoder(_Part):
    """Base of encoders: from a source sequence to whatever its decoder starts from.

    A subclass defines ``hybrid_forward(self, F, X, *args)``, where args are those that
    `EncoderDecoder` was called with after X, such as valid lengths.

    Book: 9.6 (sec_encoder-decoder)
    """


class Decoder(_Part):
    """Base of decoders: from target tokens and a state to outputs and the next state.

    A subclass defines `init_state` and ``hybrid_forward(self, F, X, state)``, which
    returns (outputs, state). One class, `init_state` included, serves training on whole
    sequences and decoding step by step: the state holds all that a step has to know of
    the source and of earlier steps, in nested lists of arrays.

    Attributes
    ----------
    state_axes
        The axis that counts the examples, for each array of the state in order: what a
        search needs to reorder them. () means the first axis of every array.

    Book: 9.6 (sec_encoder-decoder)
    """

    state_axes = ()

    def init_state(self, enc_outputs, *args):
        """The state before the first token, from what the encoder returned.

        args: those that `EncoderDecoder` was called with after the target. Called
        inside traced code, so written as `hybrid_forward` is.
        """
        raise NotImplementedError(f'{type(self).__name__} must define init_state')


class EncoderDecoder(_Part):
    """An encoder and a decoder that starts from what the encoder returns.

    Parameters
    ----------
    encoder, decoder
        An `Encoder` and a `Decoder`.

    Inputs
        enc_X (batch, source steps), dec_X (batch, target steps); further ones, such as
        the source's valid lengths, go to the encoder and to ``decoder.init_state``

    Outputs
        (outputs, state), as the decoder returns them

    Book: 9.6 (sec_encoder-decoder)
    """

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder

    def hybrid_forward(self, F, enc_X, dec_X, *args):
        enc_outputs = self.encoder(enc_X, *args)
        dec_state = self.decoder.init_state(enc_outputs, *args)
        return self.decoder(dec_X, dec_state)

    def lengths(self, enc_X, dec_X, *args):
        """Those of the decoder, which may have a loop."""
        return self.decoder.lengths(dec_X)


class Seq2SeqEncoder(Encoder):
    """A GRU over the embedded tokens of the source.

    Parameters
    ----------
    vocab_size, embed_size, num_hiddens, num_layers
        Tokens in the vocabulary, numbers an embedded token, units a layer, layers.
    dropout
        Chance in [0, 1) that a number is zeroed between two layers in training.

    Inputs
        X (batch, steps), token numbers; optional valid_lens (batch,), at least 1 each:
        what follows in X is padding, and changes neither outputs nor state

    Outputs
        Y (steps, batch, num_hiddens), 0 in the padding, and [state], the state
        (num_layers, batch, num_hiddens) after the last valid step

    Book: 9.7 (sec_seq2seq)
    """

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0,
                 **kwargs):
        super().__init__(**kwargs)
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = GRU(num_hiddens, num_layers, dropout=dropout)

    def hybrid_forward(self, F, X, valid_lens=None):
        X = F.np.swapaxes(self.embedding(X), 0, 1)  # (steps, batch, embed_size)
        # book: without valid_lens, so the state goes on through the padding
        return self.rnn(X, self.rnn.zero_states(F, X), valid_lens)


class Seq2SeqDecoder(Decoder):
    """A GRU over the embedded tokens of the target, each with the source's context.

    It starts from the encoder's last state; the context is the top layer of that state.

    Parameters
    ----------
    vocab_size, embed_size, num_hiddens, num_layers, dropout
        As of `Seq2SeqEncoder`, whose num_hiddens and num_layers the source must have.

    Inputs
        X (batch, steps), token numbers; state, from `init_state` or an earlier call:
        [hidden state (num_layers, batch, num_hiddens), context (1, batch, num_hiddens)]

    Outputs
        Y (batch, steps, vocab_size), scores of the next tokens; the state after them

    Book: 9.7 (sec_seq2seq)
    """

    state_axes = 1, 1

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0,
                 **kwargs):
        super().__init__(**kwargs)
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = GRU(num_hiddens, num_layers, dropout=dropout)
        self.dense = nn.Dense(vocab_size, flatten=False)

    def init_state(self, enc_outputs, *args):
        """[the encoder's last state, its top layer]."""
        _, (H,) = enc_outputs
        F = symbol if isinstance(H, symbol.Symbol) else ndarray
        # book: the state alone, so that at a single step the context is the decoder's
        # own state, which in training on whole sequences it never is
        return [H, F.npx.slice(H, begin=(-1,), end=(None,))]

    def hybrid_forward(self, F, X, state):
        H, context = state
        X = F.np.swapaxes(self.embedding(X), 0, 1)          # (steps, batch, embed_size)
        context_at_steps = context + F.np.zeros_like(X[:, :, :1])
        X = F.np.concatenate([X, context_at_steps], axis=2)
        Y, (H,) = self.rnn(X, [H])                         # (steps, batch, num_hiddens)
        return self.dense(F.np.swapaxes(Y, 0, 1)), [H, context]
