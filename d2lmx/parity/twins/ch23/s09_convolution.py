"""The classifiers of section 23.9, as a PyTorch reader would write them."""
import torch
from torch import nn
from torch.nn import functional as F


class Tiled(nn.Module):
    """V (batch, in_channels, side, side) -> (batch, channels, rest, rest)."""

    def __init__(self, channels, k, t, in_channels, side):
        super().__init__()
        self.k, self.rest = k, side - k + 1
        self.K = nn.Parameter(torch.randn(t * t, in_channels * k * k, channels))
        self.b = nn.Parameter(torch.zeros(t * t, 1, channels))
        turn = torch.arange(self.rest) % t
        self.turns = (turn[:, None] * t + turn).flatten()

    def forward(self, V):
        patches = F.unfold(V, self.k)                 # (batch, size, places)
        Z = torch.einsum('bsp,psc->bcp', patches, self.K[self.turns])
        Z = Z + self.b[self.turns, 0].T
        return Z.view(len(V), -1, self.rest, self.rest)


def build_net(variant='tiled'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    t = {'convolution': 1, 'tiled': 2, 'local': 12}[variant]
    return nn.Sequential(nn.AvgPool2d(2), Tiled(16, 3, t, 1, 14), nn.ReLU(),
                         nn.MaxPool2d(4), nn.Flatten(), nn.Linear(16 * 3 * 3, 10))
