"""fastText's skip-gram of section 14.6, as a PyTorch reader would write it."""
import torch
from torch import nn


class SubwordEmbedding(nn.Module):
    """rows (batch, most), 0 pads -> the mean of the vectors in them, (batch, size)."""

    def __init__(self, num_rows, embed_size):
        super().__init__()
        self.table = nn.Embedding(num_rows, embed_size)

    def forward(self, rows):
        mask = (rows > 0).unsqueeze(-1).to(self.table.weight.dtype)
        return (self.table(rows) * mask).sum(1) / mask.sum(1).clamp(min=1)


class FastText(nn.Module):
    """rows (batch, most), contexts_and_negatives (batch, n) -> (batch, 1, n)."""

    def __init__(self, vocab_size, num_buckets, embed_size):
        super().__init__()
        self.v = SubwordEmbedding(1 + num_buckets + vocab_size, embed_size)
        self.u = nn.Embedding(vocab_size, embed_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -.1, .1)

    def forward(self, rows, contexts_and_negatives):
        v = self.v(rows).unsqueeze(1)
        return torch.bmm(v, self.u(contexts_and_negatives).transpose(1, 2))


def build_net(vocab_size=6719, num_buckets=2 ** 15, embed_size=100):
    return FastText(vocab_size, num_buckets, embed_size)
