"""The narrowed VGG-11 of section 7.2, as a PyTorch reader would write it."""
from torch import nn

CONV_ARCH = ((1, 16), (1, 32), (2, 64), (2, 128), (2, 128))


def vgg_block(num_convs, num_inputs, num_channels):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / 2, w / 2)."""
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1),
                   nn.ReLU()]
        num_inputs = num_channels
    return nn.Sequential(*layers, nn.MaxPool2d(kernel_size=2, stride=2))


def build_net():
    """X (batch, 1, 224, 224) -> scores (batch, 10)."""
    num_inputs, blocks = 1, []
    for num_convs, num_channels in CONV_ARCH:
        blocks.append(vgg_block(num_convs, num_inputs, num_channels))
        num_inputs = num_channels
    return nn.Sequential(
        *blocks, nn.Flatten(),
        nn.Linear(num_inputs * 7 * 7, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 10))
