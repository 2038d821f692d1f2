"""The two attentions of section 10.3, as a PyTorch reader would write them."""
import math

import torch
from torch import nn


def masked_softmax(scores, valid_lens):
    """scores (batch, queries, keys); valid_lens None, (batch,) or (batch, queries)."""
    if valid_lens is not None:
        valid_lens = valid_lens.reshape(len(valid_lens), -1, 1)
        is_valid = torch.arange(scores.shape[-1]) < valid_lens
        scores = scores.masked_fill(~is_valid, -1e6)
    return torch.softmax(scores, dim=-1)


class AdditiveAttention(nn.Module):
    def __init__(self, key_size, query_size, num_hiddens, dropout):
        super().__init__()
        self.W_k = nn.Linear(key_size, num_hiddens, bias=False)
        self.W_q = nn.Linear(query_size, num_hiddens, bias=False)
        self.w_v = nn.Linear(num_hiddens, 1, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, queries, keys, values, valid_lens=None):
        features = torch.tanh(self.W_q(queries)[:, :, None] + self.W_k(keys)[:, None])
        scores = self.w_v(features)[..., 0]
        return torch.bmm(self.dropout(masked_softmax(scores, valid_lens)), values)


class DotProductAttention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)

    def forward(self, queries, keys, values, valid_lens=None):
        scores = torch.bmm(queries, keys.transpose(1, 2)) / math.sqrt(queries.shape[-1])
        return torch.bmm(self.dropout(masked_softmax(scores, valid_lens)), values)


class BothAttentions(nn.Module):
    def __init__(self):
        super().__init__()
        self.additive = AdditiveAttention(6, 6, 8, 0.1)
        self.dot_product = DotProductAttention(0.1)

    def forward(self, queries, keys, values, valid_lens):
        return (self.additive(queries, keys, values, valid_lens),
                self.dot_product(queries, keys, values, valid_lens))


def build_net():
    """queries, keys, values, valid_lens -> two of (batch, num_queries, v)."""
    return BothAttentions()
