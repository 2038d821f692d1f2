"""The multi-head attention of section 10.5, as a PyTorch reader would write it."""
from torch import nn

from .s03_attention_scoring_functions import DotProductAttention


class MultiHeadAttention(nn.Module):
    def __init__(self, num_hiddens, num_heads, dropout, bias=False):
        super().__init__()
        self.num_heads = num_heads
        self.attention = DotProductAttention(dropout)
        self.W_q = nn.Linear(num_hiddens, num_hiddens, bias=bias)
        self.W_k = nn.Linear(num_hiddens, num_hiddens, bias=bias)
        self.W_v = nn.Linear(num_hiddens, num_hiddens, bias=bias)
        self.W_o = nn.Linear(num_hiddens, num_hiddens, bias=bias)

    def split(self, X):
        """(batch, steps, hiddens) -> (batch * heads, steps, hiddens / heads)."""
        batch_size, steps, _ = X.shape
        X = X.reshape(batch_size, steps, self.num_heads, -1)
        return X.transpose(1, 2).reshape(batch_size * self.num_heads, steps, -1)

    def forward(self, queries, keys, values, valid_lens=None):
        if valid_lens is not None:
            valid_lens = valid_lens.repeat_interleave(self.num_heads, dim=0)
        output = self.attention(*map(self.split, (
            self.W_q(queries), self.W_k(keys), self.W_v(values))), valid_lens)
        output = output.reshape(len(queries), self.num_heads, *output.shape[1:])
        return self.W_o(output.transpose(1, 2).flatten(2))


def build_net():
    """queries, keys, values (batch, any, 100), valid_lens -> (batch, queries, 100)."""
    return MultiHeadAttention(100, 5, 0.5)
