"""The small ResNet of section 21.15, as a PyTorch reader would write it."""
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Two convolutions, with a shortcut beside them or without."""

    def __init__(self, num_inputs, num_channels, stride, has_shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(num_inputs, num_channels, 3, padding=1, stride=stride)
        self.conv2 = nn.Conv2d(num_channels, num_channels, 3, padding=1)
        self.conv3 = (nn.Conv2d(num_inputs, num_channels, 1, stride=stride)
                      if has_shortcut and stride > 1 else None)
        self.bn1 = nn.BatchNorm2d(num_channels)
        self.bn2 = nn.BatchNorm2d(num_channels)
        self.has_shortcut = has_shortcut

    def forward(self, X):
        Y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(X)))))
        if self.has_shortcut:
            Y = Y + (X if self.conv3 is None else self.conv3(X))
        return F.relu(Y)


def build_net(variant='residual', num_blocks=1, num_channels=8):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    layers = [nn.Conv2d(1, num_channels, 3, padding=1, stride=2),
              nn.BatchNorm2d(num_channels), nn.ReLU()]
    num_inputs = num_channels
    for stage in range(3):
        for i in range(num_blocks):
            layers.append(Block(num_inputs, num_channels, 2 if stage > 0 == i else 1,
                                variant == 'residual'))
            num_inputs = num_channels
        num_channels *= 2
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(num_inputs, 10))
