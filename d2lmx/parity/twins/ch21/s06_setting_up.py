"""The fifty layers of section 21.6, as a PyTorch reader would write them."""
from torch import nn


def build_net(num_layers=50, num_hiddens=64):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    layers, inputs = [nn.Flatten()], 784
    for _ in range(num_layers):
        layers += [nn.Linear(inputs, num_hiddens), nn.ReLU()]
        inputs = num_hiddens
    return nn.Sequential(*layers, nn.Linear(inputs, 10))
