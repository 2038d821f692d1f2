"""The mixture density network of section 23.6, as a PyTorch reader would write it."""
from torch import nn


def build_net(num_components=2, num_hiddens=32):
    """X (batch, 1) -> (batch, 3 * num_components)."""
    return nn.Sequential(
        nn.Linear(1, num_hiddens), nn.Tanh(), nn.Linear(num_hiddens, num_hiddens),
        nn.Tanh(), nn.Linear(num_hiddens, 3 * num_components))
