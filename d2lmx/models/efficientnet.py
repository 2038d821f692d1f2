"""EfficientNet-Lite0, whose weights are published under PyTorch's names."""
from mxnet import np
from mxnet.gluon import nn

from .mobile import ReLU6, sequence
from .zoo import MEAN, STD

__all__ = ['EfficientNetLite0']

# blocks, size of the filters, stride of the first block, expansion, channels
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
          (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
WORDS = {'gamma': 'weight', 'beta': 'bias'}  # Gluon's and PyTorch's


class EfficientNetLite0(nn.HybridBlock):
    """EfficientNet-Lite0, 4,652,008 parameters that are learnt with 1000 classes.

    It pads as TensorFlow does, by one pixel more on the right and below where it
    halves, as is right for pictures of even height and width at each stage: multiples
    of 32. Others lose their last row or column.

    Inputs
        X (batch, 3, h, w), RGB of mean 0 and deviation 1 over ImageNet; h, w >= 32

    Outputs
        Scores (batch, classes)

    Ours, for 13.2
    """

    def __init__(self, classes: int = 1000, **kwargs):
        super().__init__(**kwargs)
        blocks, num_channels = [], 32
        for count, kernel_size, stride, expansion, channels in STAGES:
            for i in range(count):
                blocks.append(InvertedBottleneck(num_channels, channels, kernel_size,
                                                 expansion, stride if i == 0 else 1))
                num_channels = channels
        self.features = sequence(Rescale(), *conv(32, 3, strides=2), ReLU6(), *blocks,
                                 *conv(1280, 1), ReLU6(), nn.GlobalAvgPool2D(),
                                 nn.Dropout(0.2))
        self.output = nn.Dense(classes)

    def hybrid_forward(self, F, X):
        return self.output(self.features(X))


class Rescale(nn.HybridBlock):
    """Normalized RGB (batch, 3, h, w) as (x - 127) / 128 of x from 0 to 255."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        std, mean = np.array(STD), np.array(MEAN)
        self.scale = self.params.get_constant(
            'scale', (std * 255 / 128).reshape(3, 1, 1))
        self.shift = self.params.get_constant(
            'shift', ((mean * 255 - 127) / 128).reshape(3, 1, 1))

    def hybrid_forward(self, F, X, scale, shift):
        return X * scale + shift


class PadBelow(nn.HybridBlock):
    """Zeros around (batch, channels, h, w): one row and column more at their ends."""

    def __init__(self, before: int, **kwargs):
        super().__init__(**kwargs)
        self.pads = (before, before + 1)

    def hybrid_forward(self, F, X):
        return F.np.pad(X, ((0, 0), (0, 0), self.pads, self.pads))


class InvertedBottleneck(nn.HybridBlock):
    """Expand, filter each channel by itself, and shrink; add the input where it fits.

    X (batch, in_channels, h, w) -> (batch, channels, h / stride, w / stride)
    """

    def __init__(self, in_channels, channels, kernel_size, expansion, stride, **kwargs):
        super().__init__(**kwargs)
        self.adds_input = stride == 1 and in_channels == channels
        wide = in_channels * expansion
        expand = (*conv(wide, 1), ReLU6()) if expansion > 1 else ()
        self.out = sequence(
            *expand, *conv(wide, kernel_size, strides=stride, groups=wide), ReLU6(),
            *conv(channels, 1))

    def hybrid_forward(self, F, X):
        Y = self.out(X)
        return X + Y if self.adds_input else Y


def conv(channels, kernel_size, strides=1, **options):
    """A convolution without bias that keeps size / strides, and normalization."""
    padding, pad = (kernel_size - 1) // 2, ()
    if strides == 2:
        padding, pad = 0, (PadBelow(padding - 1),)
    return (*pad, nn.Conv2D(channels, kernel_size, strides, padding, use_bias=False,
                            **options), nn.BatchNorm(epsilon=1e-3))


def torch_names(net) -> dict:
    """{Gluon's structural name: PyTorch's name} of the weights of EfficientNetLite0."""
    prefixes = ['_conv_stem', '_bn0']
    for i in range(sum(count for count, *_ in STAGES)):
        parts = ['_expand_conv', '_bn0'] * (i > 0) + [
            '_depthwise_conv', '_bn1', '_project_conv', '_bn2']
        prefixes += [f'_blocks.{i}.{part}' for part in parts]
    prefixes += ['_conv_head', '_bn1', '_fc']
    names, layers = {}, []
    for name in net._collect_params_with_prefix():  # layer after layer, on both sides
        layer, _, word = name.rpartition('.')
        if word in ('scale', 'shift'):
            continue
        if layer not in layers:
            layers.append(layer)
        names[name] = f'{prefixes[len(layers) - 1]}.{WORDS.get(word, word)}'
    return names
