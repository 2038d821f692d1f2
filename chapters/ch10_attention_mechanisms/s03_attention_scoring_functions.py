"""Attention scoring functions (注意力评分函数)

Source: chapter_attention-mechanisms/attention-scoring-functions
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(dropout=0.1)


def masked():
    """Softmax of random scores, with one valid length an example, or one a query."""
    X = np.random.uniform(size=(2, 2, 4))
    return {'one length an example': d2l.masked_softmax(X, np.array([2, 3])).tolist(),
            'one length a query': d2l.masked_softmax(
                X, np.array([[1, 3], [2, 4]])).tolist()}


class BothAttentions(nn.HybridBlock):
    """What either scoring function makes of the same queries, keys and values.

    queries (batch, num_queries, d), keys (batch, num_keys, d), values (batch, num_keys,
    v), valid_lens (batch,) -> two of (batch, num_queries, v)
    """

    def __init__(self, num_hiddens, dropout, **kwargs):
        super().__init__(**kwargs)
        self.additive = d2l.AdditiveAttention(num_hiddens, dropout)
        self.dot_product = d2l.DotProductAttention(dropout)

    def hybrid_forward(self, F, queries, keys, values, valid_lens):
        return (self.additive(queries, keys, values, valid_lens),
                self.dot_product(queries, keys, values, valid_lens))


def build_net(num_hiddens=8, dropout=0.1):
    return BothAttentions(num_hiddens, dropout)


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 3, 6)),
            np.random.normal(size=(batch_size, 5, 6)),
            np.random.normal(size=(batch_size, 5, 4)),
            np.random.randint(1, 6, size=(batch_size,), dtype='int32'))


def attend(attention, queries, name):
    """Its output for equal keys, of which 2 and 6 are valid; draws the weights."""
    keys = np.ones((2, 10, 2))
    values = np.arange(40).reshape(1, 10, 4).repeat(2, axis=0)
    attention.initialize()
    output = attention(queries, keys, values, np.array([2, 6]))
    d2l.show_heatmaps(attention.attention_weights.reshape(1, 1, 2, 10), xlabel='Keys',
                      ylabel='Queries', titles=[name])
    return output.tolist()


def run(*, num_hiddens: int = 8, dropout: float = 0.1) -> dict:
    return {'masked softmax': masked(),
            'additive': attend(d2l.AdditiveAttention(num_hiddens, dropout),
                               np.random.normal(0, 1, (2, 1, 20)), 'additive'),
            'dot product': attend(d2l.DotProductAttention(dropout),
                                  np.random.normal(0, 1, (2, 1, 2)), 'dot product')}


if __name__ == '__main__':
    d2l.main(run)
