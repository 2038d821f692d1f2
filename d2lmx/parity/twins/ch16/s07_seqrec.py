"""Caser of section 16.7, as a PyTorch reader would write it."""
import torch
from torch import nn


class Caser(nn.Module):
    """user_id (batch,), seq (batch, L), item_id (batch,) -> scores (batch,)."""

    def __init__(self, num_factors, num_users, num_items, L, d, d_prime, drop_ratio):
        super().__init__()
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.conv_v = nn.Conv2d(1, d_prime, (L, 1))
        self.conv_h = nn.ModuleList(nn.Conv2d(1, d, (h, num_factors))
                                    for h in range(1, L + 1))
        self.fc = nn.Linear(d_prime * num_factors + d * L, num_factors)
        self.Q_prime = nn.Embedding(num_items, 2 * num_factors)
        self.b = nn.Embedding(num_items, 1)
        self.dropout = nn.Dropout(drop_ratio)

    def represent(self, user_id, seq):
        item_embs = self.Q(seq)[:, None]                        # (batch, 1, L, factors)
        out = [self.conv_v(item_embs).flatten(start_dim=1)]
        for conv in self.conv_h:
            out.append(conv(item_embs).relu()[..., 0].amax(dim=2))
        z = self.fc(self.dropout(torch.cat(out, dim=1))).relu()
        return torch.cat((z, self.P(user_id)), dim=1)           # (batch, 2 * factors)

    def forward(self, user_id, seq, item_id):
        q_prime_i = self.Q_prime(item_id.reshape(-1))
        x = self.represent(user_id, seq)
        return (x * q_prime_i).sum(dim=1) + self.b(item_id.reshape(-1))[:, 0]


def build_net(num_factors=10, num_users=943, num_items=1682, L=5, d=16, d_prime=4,
              drop_ratio=0.05):
    """user_id (batch,), seq (batch, L), item_id (batch,) -> scores (batch,)."""
    return Caser(num_factors, num_users, num_items, L, d, d_prime, drop_ratio)
