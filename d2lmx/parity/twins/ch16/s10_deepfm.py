"""DeepFM of section 16.10, as a PyTorch reader would write it."""
from torch import nn

FIELD_DIMS = [100] * 34


class DeepFM(nn.Module):
    """x (batch, fields), numbers of values -> logits (batch, 1)."""

    def __init__(self, field_dims, num_factors, mlp_dims, drop_rate=0.1):
        super().__init__()
        num_inputs = int(sum(field_dims))
        self.embedding = nn.Embedding(num_inputs, num_factors)
        self.fc = nn.Embedding(num_inputs, 1)
        self.linear_layer = nn.Linear(1, 1)
        sizes = [len(field_dims) * num_factors, *mlp_dims]
        self.mlp = nn.Sequential()
        for before, after in zip(sizes, sizes[1:]):
            self.mlp.extend([nn.Linear(before, after), nn.ReLU(),
                             nn.Dropout(drop_rate)])
        self.mlp.append(nn.Linear(sizes[-1], 1))

    def forward(self, x):
        V = self.embedding(x)
        pairs = V.sum(dim=1) ** 2 - (V ** 2).sum(dim=1)
        machine = self.linear_layer(self.fc(x).sum(dim=1)) + 0.5 * pairs.sum(
            dim=1, keepdim=True)
        return machine + self.mlp(V.flatten(start_dim=1))


def build_net(field_dims=FIELD_DIMS, num_factors=10, drop_rate=0.1):
    """x (batch, fields), numbers of values -> logits (batch, 1)."""
    return DeepFM(field_dims, num_factors, [30, 20, 10], drop_rate)
