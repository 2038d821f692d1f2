"""The face embedding of section 21.18, as a PyTorch reader would write it."""
from torch import nn
from torch.nn.functional import normalize


class FaceEmbedding(nn.Module):
    """X (batch, 3, 32, 32) -> points of the unit sphere (batch, 32)."""

    def __init__(self):
        super().__init__()
        layers = []
        for channels_in, channels in ((3, 16), (16, 32), (32, 64)):
            layers += [nn.Conv2d(channels_in, channels, 3, padding=1),
                       nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.linear = nn.Linear(64 * 4 * 4, 32)

    def forward(self, X):
        return normalize(self.linear(self.features(X).flatten(1)))


def build_net():
    return FaceEmbedding()
