"""The dense layers of section 5.4, as a PyTorch reader would write them."""
import torch
from torch import nn


class MyLinear(nn.Module):
    """A dense layer with ReLU. X (batch, in_units) -> (batch, units)."""

    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return torch.relu(X @ self.weight + self.bias)


def build_net():
    """X (batch, 64) -> (batch, 1)."""
    return nn.Sequential(MyLinear(64, 8), MyLinear(8, 1))
