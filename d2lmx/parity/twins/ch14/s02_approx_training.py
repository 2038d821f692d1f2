"""Skip-gram with hierarchical softmax, of 14.2, as a PyTorch reader would write it."""
import torch
from torch import nn


class HierarchicalSkipGram(nn.Module):
    """center (batch, 1), nodes (batch, n) -> scores (batch, 1, n)"""

    def __init__(self, vocab_size, embed_size):
        super().__init__()
        self.words = nn.Embedding(vocab_size, embed_size)
        self.nodes = nn.Embedding(vocab_size - 1, embed_size)

    def forward(self, center, nodes):
        return torch.bmm(self.words(center), self.nodes(nodes).transpose(1, 2))


def build_net(vocab_size=6719, embed_size=100):
    return HierarchicalSkipGram(vocab_size, embed_size)
