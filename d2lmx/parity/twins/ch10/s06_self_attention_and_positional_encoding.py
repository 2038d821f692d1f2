"""The self-attention of section 10.6, as a PyTorch reader would write it."""
import torch
from torch import nn

from .s05_multihead_attention import MultiHeadAttention


class PositionalEncoding(nn.Module):
    def __init__(self, num_hiddens, dropout, max_len=1000):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        angles = torch.arange(max_len)[:, None] / torch.pow(
            10000, torch.arange(0, num_hiddens, 2) / num_hiddens)
        P = torch.zeros(1, max_len, num_hiddens)
        P[:, :, 0::2] = torch.sin(angles)
        P[:, :, 1::2] = torch.cos(angles)
        self.register_buffer('P', P)

    def forward(self, X, start=0):
        return self.dropout(X + self.P[:, start:start + X.shape[1]])


class SelfAttention(nn.Module):
    def __init__(self, num_hiddens, num_heads, dropout):
        super().__init__()
        self.pos_encoding = PositionalEncoding(num_hiddens, dropout)
        self.attention = MultiHeadAttention(num_hiddens, num_heads, dropout)

    def forward(self, X, valid_lens):
        X = self.pos_encoding(X)
        return self.attention(X, X, X, valid_lens)


def build_net():
    """X (batch, steps, 100), valid_lens (batch,) -> the shape of X."""
    return SelfAttention(100, 5, 0.5)
