"""The listener of section 21.23, as a PyTorch reader would write it."""
from torch import nn


class Listener(nn.Module):
    """X (batch, frames, 101) -> scores (batch, frames / 4)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(101, 32, (8, 1), stride=(4, 1), padding=(2, 0))
        self.gru = nn.GRU(32, 32)
        self.linear = nn.Linear(32, 1)

    def forward(self, X):
        Y = self.conv(X.transpose(1, 2)[..., None]).relu().squeeze(3)
        Y, _ = self.gru(Y.permute(2, 0, 1))
        return self.linear(Y).squeeze(2).T


def build_net():
    return Listener()
