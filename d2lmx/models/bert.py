"""BERT: a Transformer's encoder, and the two tasks that it is pretrained by."""
import mxnet as mx
from mxnet import np
from mxnet.gluon import nn

from ..errors import InputError
from ..layers.attention import KeepsAttention
from ..layers.normalization import LayerNorm
from ..layers.positions import add_steps, first_like
from ..layers.transformer import EncoderBlock
from ..runtime.checks import check_whole

__all__ = ['BERTEncoder', 'MaskLM', 'NextSentencePred', 'BERTModel', 'check_steps']


def check_steps(net, tokens) -> None:
    """InputError for more steps than a BERT has positions.

    net: a block with ``max_len``. tokens (batch, steps); a symbol has no steps yet.

    Ours, for 14.8
    """
    if isinstance(tokens, mx.nd.NDArray) and tokens.shape[1] > net.max_len:
        raise InputError(f'a sequence of {tokens.shape[1]} tokens is too long: this '
                         f'BERT has max_len = {net.max_len} positions. Cut the '
                         'sequence, or train with a larger max_len')


class BERTEncoder(KeepsAttention, nn.HybridBlock):
    """Tokens, their segments and learnt positions through a Transformer's blocks.

    Parameters
    ----------
    num_hiddens
        Of embeddings and blocks; num_heads must divide it.
    ffn_num_hiddens
        Hidden units of the position-wise perceptrons.
    max_len
        Number of positions: InputError for a longer input.

    Inputs
        tokens (batch, steps); segments (batch, steps), 0 or 1
        valid_lens None or (batch,): steps beyond it are not attended to

    Outputs
        (batch, steps, num_hiddens)
        attention_weights, for each block (batch * num_heads, steps, steps)

    Book: 14.8 (sec_bert)
    """

    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout, max_len=1000, **kwargs):
        super().__init__(**kwargs)
        check_whole(vocab_size=vocab_size, max_len=max_len)
        self.vocab_size, self.max_len = vocab_size, max_len
        self.token_embedding = nn.Embedding(vocab_size, num_hiddens)
        self.segment_embedding = nn.Embedding(2, num_hiddens)
        self.blks = nn.HybridSequential()
        for _ in range(num_layers):
            self.blks.add(EncoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout,
                                       True))
        self.pos_embedding = self.params.get('pos_embedding',
                                             shape=(1, max_len, num_hiddens))

    def __call__(self, tokens, segments, valid_lens=None):
        check_steps(self, tokens)
        return super().__call__(tokens, segments, valid_lens)

    def hybrid_forward(self, F, tokens, segments, valid_lens=None, pos_embedding=None):
        X = self.token_embedding(tokens) + self.segment_embedding(segments)
        X = add_steps(F, X, first_like(F, pos_embedding, X))   # (batch, steps, hiddens)
        for blk in self.blks:
            X = blk(X, valid_lens)
        return X

    def collect_weights(self):
        return [blk.attention_weights for blk in self.blks]


class MaskLM(nn.HybridBlock):
    """Scores of the words that stood at given positions of encoded sequences.

    Inputs
        X (batch, steps, num_hiddens), encoded tokens
        pred_positions (batch, preds), whole numbers from 0 to steps - 1

    Outputs
        (batch, preds, vocab_size)

    Book: 14.8 (sec_bert)
    """

    def __init__(self, vocab_size, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.mlp = nn.HybridSequential()
        self.mlp.add(nn.Dense(num_hiddens, flatten=False, activation='relu'),
                     LayerNorm(),
                     nn.Dense(vocab_size, flatten=False))

    def hybrid_forward(self, F, X, pred_positions):
        steps = pred_positions.astype('int32')
        batch_idx = F.np.expand_dims(
            F.npx.arange_like(steps, axis=0).astype('int32'), 1)   # (batch, 1)
        batch_idx = batch_idx + F.np.zeros_like(steps)             # (batch, preds)
        masked_X = F.npx.gather_nd(X, F.np.stack([batch_idx, steps], axis=0))
        return self.mlp(masked_X)


class NextSentencePred(nn.HybridBlock):
    """Scores of 'does not follow' and 'follows' for a pair of sentences.

    Inputs
        X (batch, num_hiddens), the encoded '<cls>' after BERT's hidden layer

    Outputs
        (batch, 2)

    Book: 14.8 (sec_bert)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.output = nn.Dense(2)

    def hybrid_forward(self, F, X):
        return self.output(X)


class BERTModel(nn.HybridBlock):
    """A BERT with its two tasks: masked words, and whether one sentence follows.

    Parameters
    ----------
    vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers, dropout, max_len
        As of `BERTEncoder`.

    Inputs
        tokens, segments (batch, steps)
        valid_lens (batch,); None: all steps are valid
        pred_positions (batch, preds); None: no word is predicted

    Outputs
        encoded tokens (batch, steps, num_hiddens)
        scores of words (batch, preds, vocab_size), or None
        scores of the next sentence (batch, 2)

    Book: 14.8 (sec_bert)
    """

    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout, max_len=1000, **kwargs):
        super().__init__(**kwargs)
        self.vocab_size, self.max_len = vocab_size, max_len
        self.encoder = BERTEncoder(vocab_size, num_hiddens, ffn_num_hiddens, num_heads,
                                   num_layers, dropout, max_len)
        self.hidden = nn.Dense(num_hiddens, activation='tanh')
        self.mlm = MaskLM(vocab_size, num_hiddens)
        self.nsp = NextSentencePred()

    def __call__(self, tokens, segments, valid_lens=None, pred_positions=None):
        check_steps(self, tokens)
        if valid_lens is None:
            valid_lens = np.full(len(tokens), tokens.shape[1], ctx=tokens.ctx)
        # a compiled block has one arity: without positions, it predicts the first
        positions = (np.zeros((len(tokens), 1), dtype='int32', ctx=tokens.ctx)
                     if pred_positions is None else pred_positions)
        encoded_X, mlm_Y_hat, nsp_Y_hat = super().__call__(tokens, segments, valid_lens,
                                                           positions)
        return encoded_X, None if pred_positions is None else mlm_Y_hat, nsp_Y_hat

    def hybrid_forward(self, F, tokens, segments, valid_lens, pred_positions):
        encoded_X = self.encoder(tokens, segments, valid_lens)
        mlm_Y_hat = self.mlm(encoded_X, pred_positions)
        nsp_Y_hat = self.nsp(self.hidden(encoded_X[:, 0]))
        return encoded_X, mlm_Y_hat, nsp_Y_hat
