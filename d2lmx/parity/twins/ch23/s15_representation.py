"""The pretrained classifier of section 23.15, as a PyTorch reader would write it."""
from torch import nn


def build_net(num_hiddens=64, num_layers=5):
    """X (batch, 784) -> scores (batch, 10)."""
    layers, size = [], 784
    for _ in range(num_layers):
        layers += [nn.Linear(size, num_hiddens), nn.Sigmoid()]
        size = num_hiddens
    return nn.Sequential(*layers, nn.Linear(size, 10))
