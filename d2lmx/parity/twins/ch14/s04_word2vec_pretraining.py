"""Skip-gram of section 14.4, as a PyTorch reader would write it."""
import torch
from torch import nn


class SkipGram(nn.Module):
    """center (batch, 1), contexts_and_negatives (batch, others) -> (batch, 1, others)
    """

    def __init__(self, vocab_size, embed_size):
        super().__init__()
        self.embed_v = nn.Embedding(vocab_size, embed_size)
        self.embed_u = nn.Embedding(vocab_size, embed_size)

    def forward(self, center, contexts_and_negatives):
        v, u = self.embed_v(center), self.embed_u(contexts_and_negatives)
        return torch.bmm(v, u.transpose(1, 2))


def build_net(vocab_size=6719, embed_size=100):
    """The page's net, with the page's Xavier weights."""
    net = SkipGram(vocab_size, embed_size)
    for embedding in net.children():
        nn.init.xavier_uniform_(embedding.weight)
    return net
