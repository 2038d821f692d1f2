"""Factorization machine of section 16.9, as a PyTorch reader would write it."""
from torch import nn

FIELD_DIMS = [100] * 34


class FM(nn.Module):
    """x (batch, fields), numbers of values -> logits (batch, 1)."""

    def __init__(self, field_dims, num_factors):
        super().__init__()
        num_inputs = int(sum(field_dims))
        self.embedding = nn.Embedding(num_inputs, num_factors)
        self.fc = nn.Embedding(num_inputs, 1)
        self.linear_layer = nn.Linear(1, 1)

    def forward(self, x):
        V = self.embedding(x)
        pairs = V.sum(dim=1) ** 2 - (V ** 2).sum(dim=1)
        return self.linear_layer(self.fc(x).sum(dim=1)) + 0.5 * pairs.sum(
            dim=1, keepdim=True)


def build_net(field_dims=FIELD_DIMS, num_factors=20):
    """x (batch, fields), numbers of values -> logits (batch, 1)."""
    return FM(field_dims, num_factors)
