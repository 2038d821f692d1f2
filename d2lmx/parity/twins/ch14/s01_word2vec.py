"""Word2vec with a softmax over all words, of 14.1, as a PyTorch reader would write it.
"""
from torch import nn


class Word2vec(nn.Module):
    """words, mask (batch, n) -> scores of all words (batch, vocab_size)"""

    def __init__(self, vocab_size, embed_size):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.linear = nn.Linear(embed_size, vocab_size, bias=False)

    def forward(self, words, mask):
        vectors = self.embedding(words) * mask.unsqueeze(2)
        return self.linear(vectors.sum(1) / mask.sum(1, keepdim=True))


def build_net(vocab_size=6719, embed_size=100):
    return Word2vec(vocab_size, embed_size)
