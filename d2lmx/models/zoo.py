"""Two networks of Gluon's model zoo that NumPy semantics can run, and their weights.

Gluon's own SqueezeNet and MobileNetV2 use operators that refuse NumPy arrays. These are
HybridBlocks like all others here, with Gluon's structural parameter names, so that
weights published for Gluon fit, and training, export and comparison work as usual.
"""
import json

import mxnet as mx
from mxnet import np, npx
from mxnet.gluon import nn

from ..errors import InputError
from ..layers.functional import join
from .mobile import LinearBottleneck, ReLU6, normalized_conv, sequence

__all__ = ['SqueezeNet', 'MobileNetV2', 'read_photograph', 'classify']

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, RGB in [0, 1]


class Concat(nn.HybridBlock):
    """The outputs of several blocks on one input, joined along the channels."""

    def __init__(self, *blocks, **kwargs):
        super().__init__(**kwargs)
        for block in blocks:
            self.register_child(block)

    def hybrid_forward(self, F, X):
        return join(F, *(block(X) for block in self._children.values()))


class SqueezeNet(nn.HybridBlock):
    """SqueezeNet 1.1, 1,235,496 parameters with 1000 classes.

    Inputs
        X (batch, 3, h, w), RGB of mean 0 and deviation 1 over ImageNet; h, w >= 17

    Outputs
        Scores (batch, classes), none negative.

    Ours, for 13.2
    """

    def __init__(self, classes: int = 1000, **kwargs):
        super().__init__(**kwargs)
        fires = [16, 16, 'pool', 32, 32, 'pool', 48, 48, 64, 64]
        self.features = sequence(
            nn.Conv2D(64, kernel_size=3, strides=2), nn.Activation('relu'), pool(),
            *(pool() if size == 'pool' else fire(size) for size in fires),
            nn.Dropout(0.5))
        self.output = sequence(nn.Conv2D(classes, kernel_size=1), nn.Activation('relu'),
                               nn.GlobalAvgPool2D(), nn.Flatten())

    def hybrid_forward(self, F, X):
        return self.output(self.features(X))


def pool():
    """Halves height and width, rounding up."""
    return nn.MaxPool2D(pool_size=3, strides=2, ceil_mode=True)


def fire(size):
    """Squeeze to `size` channels, expand to 8 * size by 1x1 and 3x3 convolutions."""
    def conv(channels, kernel_size, padding=0):
        return sequence(nn.Conv2D(channels, kernel_size, padding=padding),
                        nn.Activation('relu'))
    return sequence(conv(size, 1), Concat(conv(4 * size, 1), conv(4 * size, 3, 1)))


class MobileNetV2(nn.HybridBlock):
    """MobileNetV2 of width 1.

    Parameters
    ----------
    classes
        None: the network ends with its features.
    first_expands
        Whether the first block expands its input to as many channels as that has.
        MobileNetV2 as published does not, but Gluon's does. False is for its weights,
        in which these layers do nothing: they do nothing in training, too.

    Inputs
        X (batch, 3, h, w), as for `SqueezeNet`

    Outputs
        Scores (batch, classes), or features (batch, 1280)

    Ours, for 13.2
    """

    def __init__(self, classes: int = 1000, first_expands: bool = True, **kwargs):
        super().__init__(**kwargs)
        # (expansion, channels, blocks, stride of the first block)
        stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
                  (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
        blocks, num_channels = [], 32
        for expansion, channels, count, stride in stages:
            for i in range(count):
                blocks.append(LinearBottleneck(num_channels, channels, expansion,
                                               stride if i == 0 else 1,
                                               first_expands or len(blocks) > 0))
                num_channels = channels
        self.features = sequence(*normalized_conv(32, 3, strides=2, padding=1), ReLU6(),
                                 *blocks, *normalized_conv(1280, 1), ReLU6(),
                                 nn.GlobalAvgPool2D())
        self.output = sequence(nn.Flatten()) if classes is None else sequence(
            nn.Conv2D(classes, kernel_size=1, use_bias=False), nn.Flatten())

    def hybrid_forward(self, F, X):
        return self.output(self.features(X))


def example_inputs(batch_size=2):
    """Inputs of any of these networks, of a small size."""
    return (np.random.normal(size=(batch_size, 3, 64, 64)),)


def read_photograph(file, size: int = 224):
    """A photograph as these networks want it: (1, 3, size, size), float32.

    The shorter side is scaled to size * 256 / 224 pixels and the middle cut out.
    FileNotFoundError where there is no such file, ValueError where it is no image.

    Ours, for 13.2
    """
    with open(file, 'rb') as stream:
        content = stream.read()
    try:
        image = mx.image.imdecode(content)  # (height, width, 3), RGB
    except (mx.MXNetError, ValueError) as error:
        raise InputError(f'{file} is no image that OpenCV can read') from error
    image = mx.image.resize_short(image, size * 256 // 224)
    image, _ = mx.image.center_crop(image, (size, size))
    X = (image.astype('float32') / 255 - np.array(MEAN)) / np.array(STD)
    return np.expand_dims(X.transpose(2, 0, 1), 0)


def classify(net, file, classes_file, k: int = 5) -> list:
    """The k likeliest classes of a photograph: (name, probability), likeliest first.

    net: an initialized network with scores as outputs. classes_file: a JSON list of the
    class names in order.

    Ours, for 13.2
    """
    with open(classes_file, encoding='utf-8') as stream:
        names = json.load(stream)
    probabilities = npx.softmax(net(read_photograph(file)))[0].asnumpy()
    if len(names) != len(probabilities):
        raise InputError(f'{classes_file} names {len(names)} classes, but the network '
                         f'has {len(probabilities)}')
    best = probabilities.argsort()[::-1][:k]
    return [(names[i], float(probabilities[i])) for i in best]
