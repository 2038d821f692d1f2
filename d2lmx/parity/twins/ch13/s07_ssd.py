"""TinySSD of section 13.7, as a PyTorch reader would write it."""
import torch
from torch import nn

NUM_ANCHORS = 4  # of a pixel


def down_sample_blk(num_inputs, num_channels):
    """Two convolutions, and half the height and width."""
    return nn.Sequential(
        nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1),
        nn.BatchNorm2d(num_channels), nn.ReLU(),
        nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1),
        nn.BatchNorm2d(num_channels), nn.ReLU(), nn.MaxPool2d(2))


class Scale(nn.Module):
    """X -> features Y of a coarser scale, and scores and offsets of its anchors."""

    def __init__(self, block, num_channels, num_classes):
        super().__init__()
        self.num_classes = num_classes
        self.block = block
        self.cls = nn.Conv2d(num_channels, NUM_ANCHORS * (num_classes + 1),
                             kernel_size=3, padding=1)
        self.bbox = nn.Conv2d(num_channels, NUM_ANCHORS * 4, kernel_size=3, padding=1)

    def forward(self, X):
        Y = self.block(X)
        scores, offsets = (pred.permute(0, 2, 3, 1).reshape(len(X), -1, size)
                           for pred, size in ((self.cls(Y), self.num_classes + 1),
                                              (self.bbox(Y), 4)))
        return Y, torch.cat((scores, offsets), 2)


class TinySSD(nn.Module):
    """X (batch, 3, h, w) -> what is predicted of each anchor, (batch, n, classes + 5).

    Scores of the background and the classes, and four offsets.
    """

    def __init__(self, num_classes):
        super().__init__()
        base = nn.Sequential(down_sample_blk(3, 16), down_sample_blk(16, 32),
                             down_sample_blk(32, 64))
        self.scales = nn.ModuleList([
            Scale(base, 64, num_classes),
            Scale(down_sample_blk(64, 128), 128, num_classes),
            Scale(down_sample_blk(128, 128), 128, num_classes),
            Scale(down_sample_blk(128, 128), 128, num_classes),
            Scale(nn.AdaptiveMaxPool2d(1), 128, num_classes)])

    def forward(self, X):
        preds = []
        for scale in self.scales:
            X, pred = scale(X)
            preds.append(pred)
        return torch.cat(preds, 1)


def build_net(num_classes=1):
    """X (batch, 3, h, w) -> (batch, n, num_classes + 5)."""
    return TinySSD(num_classes)
