"""The network for several tasks of section 21.12, as PyTorch has it."""
from torch import nn


def build_net(num_outputs=5):
    """X (batch, 1, 28, 28) -> scores (batch, num_outputs)."""
    trunk = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(),
                          nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(), nn.Flatten(),
                          nn.Linear(16 * 5 * 5, 64), nn.ReLU())
    return nn.Sequential(trunk, nn.Linear(64, num_outputs))
