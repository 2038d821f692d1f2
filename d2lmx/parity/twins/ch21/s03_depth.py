"""The network of section 21.3, as a PyTorch reader would write it."""
from torch import nn


def build_net(num_bits=8, num_hiddens=16):
    """X (batch, num_bits) -> score (batch, 1)."""
    layers, inputs = [], num_bits
    for _ in range(3):
        layers += [nn.Linear(inputs, num_hiddens), nn.ReLU()]
        inputs = num_hiddens
    return nn.Sequential(*layers, nn.Linear(inputs, 1))
