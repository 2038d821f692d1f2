"""The nested network of section 5.2, as a PyTorch reader would write it."""
from torch import nn


def block1(num_inputs):
    """X (batch, num_inputs) -> (batch, 16)."""
    return nn.Sequential(nn.Linear(num_inputs, 32), nn.ReLU(),
                         nn.Linear(32, 16), nn.ReLU())


def build_net():
    """X (batch, 4) -> (batch, 10)."""
    block2 = nn.Sequential(block1(4), block1(16), block1(16), block1(16))
    return nn.Sequential(block2, nn.Linear(16, 10))
