"""EfficientNet-Lite0, as a PyTorch reader would write it."""
from torch import nn
from torch.nn import functional as F

# blocks, size of the filters, stride of the first block, expansion, channels
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
          (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Rescale(nn.Module):
    """Normalized RGB as (x - 127) / 128 of x from 0 to 255."""

    def forward(self, X):
        mean, std = (X.new_tensor(values).reshape(3, 1, 1) for values in (MEAN, STD))
        return (255 * (X * std + mean) - 127) / 128


class SameConv(nn.Conv2d):
    """A convolution that pads as TensorFlow does where height and width are even."""

    def forward(self, X):
        more = self.kernel_size[0] - self.stride[0]
        before, after = more // 2, more - more // 2
        return super().forward(F.pad(X, (before, after, before, after)))


def normalized_conv(num_inputs, num_channels, kernel_size, **options):
    """A convolution without bias, and batch normalization."""
    return nn.Sequential(
        SameConv(num_inputs, num_channels, kernel_size, bias=False, **options),
        nn.BatchNorm2d(num_channels, eps=1e-3))


class InvertedResidual(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / stride, w / stride)."""

    def __init__(self, num_inputs, num_channels, kernel_size, expansion, stride):
        super().__init__()
        wide = num_inputs * expansion
        self.adds_input = stride == 1 and num_inputs == num_channels
        expand = [normalized_conv(num_inputs, wide, 1), nn.ReLU6()]
        self.layers = nn.Sequential(
            *(expand if expansion > 1 else []),
            normalized_conv(wide, wide, kernel_size, stride=stride, groups=wide),
            nn.ReLU6(), normalized_conv(wide, num_channels, 1))

    def forward(self, X):
        return X + self.layers(X) if self.adds_input else self.layers(X)


def build_net():
    """X (batch, 3, h, w) -> scores (batch, 1000)."""
    num_inputs, blocks = 32, []
    for count, kernel_size, stride, expansion, num_channels in STAGES:
        for i in range(count):
            blocks.append(InvertedResidual(num_inputs, num_channels, kernel_size,
                                           expansion, stride if i == 0 else 1))
            num_inputs = num_channels
    return nn.Sequential(
        Rescale(), normalized_conv(3, 32, 3, stride=2), nn.ReLU6(), *blocks,
        normalized_conv(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, 1000))
