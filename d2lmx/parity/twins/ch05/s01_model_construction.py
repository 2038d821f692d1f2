"""The perceptron of section 5.1, as a PyTorch reader would write it."""
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    """X (batch, 20) -> (batch, 10)."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(F.relu(self.hidden(X)))


def build_net():
    """X (batch, 20) -> (batch, 10)."""
    return MLP()
