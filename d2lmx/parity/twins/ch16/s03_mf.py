"""MF of section 16.3, as a PyTorch reader would write it."""
from torch import nn


class MF(nn.Module):
    """user_id, item_id (batch,) -> ratings (batch,)."""

    def __init__(self, num_factors, num_users, num_items):
        super().__init__()
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.user_bias = nn.Embedding(num_users, 1)
        self.item_bias = nn.Embedding(num_items, 1)

    def forward(self, user_id, item_id):
        P_u, Q_i = self.P(user_id), self.Q(item_id)             # (batch, factors)
        b_u, b_i = self.user_bias(user_id), self.item_bias(item_id)
        return (P_u * Q_i).sum(dim=1) + b_u[:, 0] + b_i[:, 0]


def build_net(num_factors=30, num_users=943, num_items=1682):
    """user_id, item_id (batch,) -> ratings (batch,)."""
    return MF(num_factors, num_users, num_items)
