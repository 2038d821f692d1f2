"""GloVe of section 14.5, as a PyTorch reader would write it."""
import torch
from torch import nn


class GloVe(nn.Module):
    """center, context (batch,) -> what is expected of log x_ij, (batch,)."""

    def __init__(self, vocab_size, embed_size):
        super().__init__()
        self.v = nn.Embedding(vocab_size, embed_size)
        self.u = nn.Embedding(vocab_size, embed_size)
        self.b = nn.Embedding(vocab_size, 1)
        self.c = nn.Embedding(vocab_size, 1)
        for embedding in self.children():
            nn.init.uniform_(embedding.weight, -.5 / embed_size, .5 / embed_size)

    def forward(self, center, context):
        product = (self.u(context) * self.v(center)).sum(-1)
        return product + self.b(center).squeeze(-1) + self.c(context).squeeze(-1)


def glove_loss(log_count, x, x_max=100, alpha=0.75):
    """h(x) (log_count - log x)^2 of each pair: (batch,)."""
    return (x / x_max).clamp(max=1) ** alpha * (log_count - torch.log(x)) ** 2


def build_net(vocab_size=1000, embed_size=100):
    return GloVe(vocab_size, embed_size)
