"""NeuMF of section 16.6, as a PyTorch reader would write it."""
import torch
from torch import nn


class NeuMF(nn.Module):
    """user_id, item_id (batch,) -> scores (batch, 1)."""

    def __init__(self, num_factors, num_users, num_items, nums_hiddens):
        super().__init__()
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.U = nn.Embedding(num_users, num_factors)
        self.V = nn.Embedding(num_items, num_factors)
        sizes = [2 * num_factors, *nums_hiddens]
        self.mlp = nn.Sequential(*(
            layer for n, m in zip(sizes, nums_hiddens)
            for layer in (nn.Linear(n, m), nn.ReLU())))
        self.prediction_layer = nn.Linear(num_factors + sizes[-1], 1, bias=False)

    def forward(self, user_id, item_id):
        gmf = self.P(user_id) * self.Q(item_id)                 # (batch, factors)
        mlp = self.mlp(torch.cat((self.U(user_id), self.V(item_id)), dim=1))
        return self.prediction_layer(torch.cat((gmf, mlp), dim=1))


def build_net(num_factors=10, num_users=943, num_items=1682,
              nums_hiddens=(10, 10, 10)):
    """user_id, item_id (batch,) -> scores (batch, 1)."""
    return NeuMF(num_factors, num_users, num_items, nums_hiddens)
