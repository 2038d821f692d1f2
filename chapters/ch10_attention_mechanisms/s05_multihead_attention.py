"""Multi-head attention (多头注意力)

Source: chapter_attention-mechanisms/multihead-attention
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict(num_hiddens=20)


def build_net(num_hiddens=100, num_heads=5, dropout=0.5):
    """queries, keys, values (batch, any, any), valid_lens -> (batch, queries, 100)."""
    return d2l.MultiHeadAttention(num_hiddens, num_heads, dropout)


def example_inputs(batch_size=2, num_queries=4, num_kvpairs=6, num_hiddens=100):
    Y = np.random.normal(size=(batch_size, num_kvpairs, num_hiddens))
    return (np.random.normal(size=(batch_size, num_queries, num_hiddens)), Y, Y,
            np.random.randint(1, num_kvpairs + 1, size=(batch_size,), dtype='int32'))


def run(*, num_hiddens: int = 100, num_heads: int = 5, dropout: float = 0.5) -> dict:
    attention = build_net(num_hiddens, num_heads, dropout)
    attention.initialize()
    X, Y = np.ones((2, 4, num_hiddens)), np.ones((2, 6, num_hiddens))
    output = attention(X, Y, Y, np.array([3, 2]))
    return {'output': list(output.shape),
            'weights': list(attention.attention_weights.shape),
            'queries of all heads': list(d2l.transpose_qkv(X, num_heads).shape)}


if __name__ == '__main__':
    d2l.main(run)
