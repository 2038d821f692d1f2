"""LeNet-5 of section 21.14, as a PyTorch reader would write it."""
import numpy as np
import torch
from torch import nn

SEEN = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1],
        [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1],
        [5, 0, 1, 2], [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]]


class Squash(nn.Module):
    def forward(self, X):
        return 1.7159 * torch.tanh(2 / 3 * X)


class Subsampling(nn.Module):
    def __init__(self, num_channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(num_channels, 1, 1))
        self.pool = nn.AvgPool2d(2)

    def forward(self, X):
        return self.pool(X) * self.weight + self.bias


class PartialMaps(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(len(seen), 1, 5) for seen in SEEN)

    def forward(self, X):
        return torch.cat([conv(X[:, seen]) for conv, seen in zip(self.convs, SEEN)], 1)


class Distances(nn.Module):
    def __init__(self):
        super().__init__()
        codes = np.random.RandomState(1998).choice([-1, 1], (10, 84))
        self.register_buffer('codes', torch.tensor(codes, dtype=torch.float32))

    def forward(self, X):
        return -((X[:, None] - self.codes) ** 2).sum(2)


def build_net(variant='1998'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    if variant == 'today':
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            PartialMaps(), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten(),
            nn.Linear(120, 84), nn.ReLU(), Distances())
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), Squash(), Subsampling(6), Squash(),
        PartialMaps(), Squash(), Subsampling(16), Squash(),
        nn.Conv2d(16, 120, 5), Squash(), nn.Flatten(),
        nn.Linear(120, 84), Squash(), Distances())
