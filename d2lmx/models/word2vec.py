"""Words by their vectors: the score of each pair of a centre and another word."""
from mxnet.gluon import nn

__all__ = ['SkipGram']


class SkipGram(nn.HybridSequential):
    """Two embeddings, and the products of a centre's vector and those of others.

    ``net[0]`` has the vectors of centres, ``net[1]`` those of what is around them.

    Parameters
    ----------
    vocab_size
        Number of words.
    embed_size
        Numbers in a vector.
    num_outputs
        Vectors of the second embedding; as many as words where it is None.

    Inputs
        center (batch, 1), contexts_and_negatives (batch, others), numbers of words

    Outputs
        (batch, 1, others)

    Ours, for 14.4, which has the function skip_gram
    """

    def __init__(self, vocab_size, embed_size, num_outputs=None, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.add(nn.Embedding(vocab_size, embed_size),
                     nn.Embedding(num_outputs or vocab_size, embed_size))

    def hybrid_forward(self, F, center, contexts_and_negatives):
        v = self[0](center)                              # (batch, 1, embed_size)
        u = self[1](contexts_and_negatives)              # (batch, others, embed_size)
        return F.npx.batch_dot(v, u, transpose_b=True)   # without a turned copy of u
