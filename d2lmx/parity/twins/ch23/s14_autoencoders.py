"""The denoising autoencoder of section 23.14, as a PyTorch reader would write it."""
from torch import nn


def build_net(num_inputs=2, num_hiddens=64):
    """X (batch, num_inputs) -> r (batch, num_inputs)."""
    return nn.Sequential(
        nn.Linear(num_inputs, num_hiddens), nn.ReLU(),
        nn.Linear(num_hiddens, num_hiddens), nn.ReLU(),
        nn.Linear(num_hiddens, num_inputs))
