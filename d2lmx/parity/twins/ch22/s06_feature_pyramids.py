"""The detector with a neck of section 22.6, as a PyTorch reader would write it."""
import torch
from torch import nn
from torch.nn import functional as F

CHANNELS = 32, 64, 64  # of the maps of the backbone, finest first


def convolution(num_inputs, num_channels, stride=1):
    return nn.Sequential(
        nn.Conv2d(num_inputs, num_channels, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(num_channels), nn.ReLU())


def laterals(num_channels):
    return nn.ModuleList(nn.Sequential(
        nn.Conv2d(n, num_channels, 1, bias=False), nn.BatchNorm2d(num_channels))
        for n in CHANNELS)


class FPN(nn.Module):
    """Maps -> as many maps of num_channels, finest first."""

    def __init__(self, num_channels, top_down=True):
        super().__init__()
        self.top_down = top_down
        self.laterals = laterals(num_channels)
        self.outputs = nn.ModuleList(convolution(num_channels, num_channels)
                                     for _ in CHANNELS)

    def forward(self, maps):
        P = [lateral(C) for lateral, C in zip(self.laterals, maps)]
        if self.top_down:
            for i in range(len(P) - 2, -1, -1):
                P[i] = P[i] + F.interpolate(P[i + 1], scale_factor=2)
        return [output(X) for output, X in zip(self.outputs, P)]


class PAN(nn.Module):
    def __init__(self, num_channels):
        super().__init__()
        self.fpn = FPN(num_channels)
        self.halvings, self.outputs = (
            nn.ModuleList(convolution(num_channels, num_channels, stride)
                          for _ in CHANNELS[1:]) for stride in (2, 1))

    def forward(self, maps):
        P = self.fpn(maps)
        N = P[:1]
        for halve, output, X in zip(self.halvings, self.outputs, P[1:]):
            N.append(output(halve(N[-1]) + X))
        return N


class WeightedSum(nn.Module):
    def __init__(self, num_inputs):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_inputs))

    def forward(self, *maps):
        w = F.relu(self.weight)
        return torch.einsum('i,i...->...', w / (1e-4 + w.sum()), torch.stack(maps))


def separable(num_channels):
    return nn.Sequential(
        nn.Conv2d(num_channels, num_channels, 3, padding=1, groups=num_channels,
                  bias=False),
        nn.Conv2d(num_channels, num_channels, 1, bias=False),
        nn.BatchNorm2d(num_channels), nn.ReLU())


class BiFPNLayer(nn.Module):
    """For three maps."""

    def __init__(self, num_channels):
        super().__init__()
        self.sum_4, self.sum_3 = WeightedSum(2), WeightedSum(2)
        self.conv_4, self.conv_3 = separable(num_channels), separable(num_channels)
        self.sum_4_out, self.sum_5_out = WeightedSum(3), WeightedSum(2)
        self.conv_4_out = separable(num_channels)
        self.conv_5_out = separable(num_channels)

    def forward(self, maps):
        P3, P4, P5 = maps
        between = self.conv_4(self.sum_4(P4, F.interpolate(P5, scale_factor=2)))
        N3 = self.conv_3(self.sum_3(P3, F.interpolate(between, scale_factor=2)))
        N4 = self.conv_4_out(self.sum_4_out(P4, between, F.max_pool2d(N3, 3, 2, 1)))
        N5 = self.conv_5_out(self.sum_5_out(P5, F.max_pool2d(N4, 3, 2, 1)))
        return [N3, N4, N5]


class BiFPN(nn.Module):
    def __init__(self, num_channels):
        super().__init__()
        self.laterals = laterals(num_channels)
        self.layers = nn.Sequential(BiFPNLayer(num_channels), BiFPNLayer(num_channels))

    def forward(self, maps):
        return self.layers([lateral(C) for lateral, C in zip(self.laterals, maps)])


def halved(num_inputs, num_channels):
    return nn.Sequential(convolution(num_inputs, num_channels, 2),
                         convolution(num_channels, num_channels))


class PyramidDetector(nn.Module):
    """X (batch, 3, h, w) -> (batch, cells * priors, 5 + classes)."""

    def __init__(self, neck, num_classes, num_channels):
        super().__init__()
        self.num_numbers = 5 + num_classes
        first = nn.Sequential(convolution(3, 16, 2), halved(16, 32), halved(32, 32))
        self.stages = nn.ModuleList([first, halved(32, 64), halved(64, 64)])
        self.neck = neck
        self.heads = nn.ModuleList(nn.Sequential(
            convolution(num_channels, num_channels),
            nn.Conv2d(num_channels, 3 * self.num_numbers, 1)) for _ in CHANNELS)

    def forward(self, X):
        maps = []
        for stage in self.stages:
            X = stage(X)
            maps.append(X)
        rows = [head(Y).permute(0, 2, 3, 1).reshape(len(X), -1, self.num_numbers)
                for head, Y in zip(self.heads, self.neck(maps))]
        return torch.cat(rows, 1)


def build_net(variant='fpn', num_classes=1, num_channels=32):
    neck = {'none': lambda: FPN(num_channels, top_down=False),
            'fpn': lambda: FPN(num_channels), 'pan': lambda: PAN(num_channels),
            'bifpn': lambda: BiFPN(num_channels)}[variant]()
    return PyramidDetector(neck, num_classes, num_channels)
