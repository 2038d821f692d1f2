"""Self-attention and positional encoding (自注意力和位置编码)

Source: chapter_attention-mechanisms/self-attention-and-positional-encoding
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_hiddens=20)
RANGES = dict(encoding_dim=(10, 4096), num_steps=(6, 1000))


class SelfAttention(nn.HybridBlock):
    """Positions are added, then every step attends to all valid ones.

    X (batch, steps, num_hiddens), valid_lens (batch,) -> the shape of X
    """

    def __init__(self, num_hiddens, num_heads, dropout, **kwargs):
        super().__init__(**kwargs)
        self.pos_encoding = d2l.PositionalEncoding(num_hiddens, dropout)
        self.attention = d2l.MultiHeadAttention(num_hiddens, num_heads, dropout)

    def hybrid_forward(self, F, X, valid_lens):
        X = self.pos_encoding(X)
        return self.attention(X, X, X, valid_lens)


def build_net(num_hiddens=100, num_heads=5, dropout=0.5):
    return SelfAttention(num_hiddens, num_heads, dropout)


def example_inputs(batch_size=2, num_steps=4, num_hiddens=100):
    return (np.random.normal(size=(batch_size, num_steps, num_hiddens)),
            np.random.randint(1, num_steps + 1, size=(batch_size,), dtype='int32'))


def self_attention(num_hiddens, num_heads, dropout):
    """Shape of what a sequence of 4 steps that attends to itself becomes."""
    attention = d2l.MultiHeadAttention(num_hiddens, num_heads, dropout)
    attention.initialize()
    X = np.ones((2, 4, num_hiddens))
    return list(attention(X, X, X, np.array([3, 2])).shape)


def binary_numbers():
    """0 to 7: the lower a bit, the more often it changes."""
    return [f'{i:03b}' for i in range(8)]


def positions(encoding_dim, num_steps):
    """Draw the encoding of each step: four of its columns, and all as a heat map."""
    pos_encoding = d2l.PositionalEncoding(encoding_dim, 0)
    pos_encoding.initialize()
    pos_encoding(np.zeros((1, num_steps, encoding_dim)))
    P = pos_encoding.P[:, :num_steps, :]
    d2l.plot(np.arange(num_steps), P[0, :, 6:10].T, xlabel='Row (position)',
             ylabel='encoding', figsize=(6, 2.5),
             legend=[f'Col {d}' for d in range(6, 10)])
    d2l.show_heatmaps(np.expand_dims(P, 0), xlabel='Column (encoding dimension)',
                      ylabel='Row (position)', figsize=(3.5, 4), cmap='Blues')
    return P


def turned(P, by):
    """Largest error of the encoding of step i + by as a rotation of that of step i."""
    d = P.shape[2]
    angles = by / 10000 ** (np.arange(0, d, 2) / d)
    sin, cos = P[0, :-by, 0::2], P[0, :-by, 1::2]
    predicted = np.cos(angles) * sin + np.sin(angles) * cos
    return float(np.abs(predicted - P[0, by:, 0::2]).max())


def run(*, num_hiddens: int = 100, num_heads: int = 5, dropout: float = 0.5,
        encoding_dim: int = 32, num_steps: int = 60) -> dict:
    if encoding_dim % 2:
        raise d2l.InputError('encoding_dim must be even, as sines and cosines come in '
                             f'pairs, got {encoding_dim}')
    P = positions(encoding_dim, num_steps)
    return {'self-attention': self_attention(num_hiddens, num_heads, dropout),
            'binary': binary_numbers(), 'encoding': list(P.shape),
            'error of a rotation by 5 steps': turned(P, 5)}


if __name__ == '__main__':
    d2l.main(run)
