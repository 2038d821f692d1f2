"""Necks: what stands between the maps of a backbone and the heads of a detector.

A backbone's maps become coarser and say more, one after another. A neck makes of them
as many maps of the same sizes, each of which knows of the others. Maps are given finest
first; each is twice as high and as wide as the next.

Papers normalize their necks in different ways, or not at all, and have different
activations. These all have the same, so that they differ in their maps' ways alone:
behind each convolution batch normalization, as BiFPN has it, and ReLU but for the
first convolutions, of 1 x 1, which bring a backbone's maps to the same channels.
"""
from mxnet import init
from mxnet.gluon import nn

from ..layers.functional import add
from ..runtime.checks import check_whole
from .mobile import normalized_conv, sequence
from .pretrained import keep_statistics
from .ssd import AT_16TH, FromPixels, initialize_rest

__all__ = ['FPN', 'PAN', 'BiFPN', 'WeightedSum', 'Stages', 'doubled', 'small_stages',
           'photograph_stages']

# layers of a MobileNetV2 until the sides are halved the fourth time, and after all
AT_8TH, AT_32ND = 9, 20


def doubled(F, X):
    """A map twice as high and as wide, each number four times: the nearest.

    (batch, channels, h, w) -> (batch, channels, 2 h, 2 w)

    Ours, for 22.6
    """
    return F.UpSampling(X.as_nd_ndarray(), scale=2, sample_type='nearest'
                        ).as_np_ndarray()


class FPN(nn.HybridBlock):
    """A way down, from coarse maps to fine ones: Lin et al., 2017.

    From the coarsest map on each is enlarged and added to the next finer one, and a
    convolution of 3 x 3 smooths each sum.

    Parameters
    ----------
    num_channels
        Of all maps that it gives; at least 1.
    num_levels
        How many maps; at least 2.
    top_down
        False: the sums are left out, each map is by itself, which is what the paper
        compares with; the parameters are as many.

    InputError for numbers below these.

    Inputs
        num_levels maps (batch, any number, h / 2^i, w / 2^i), finest first

    Outputs
        list of as many (batch, num_channels, h / 2^i, w / 2^i)

    Ours, for 22.6
    """

    def __init__(self, num_channels: int, num_levels: int = 3, top_down: bool = True,
                 **kwargs):
        super().__init__(**kwargs)
        check_sizes(num_channels, num_levels)
        self.top_down = top_down
        self.laterals = laterals(num_channels, num_levels)
        self.outputs = repeated(num_levels, lambda: sequence(*normalized(num_channels)))

    def hybrid_forward(self, F, *maps):
        P = [lateral(C) for lateral, C in zip(self.laterals, maps)]
        for i in reversed(range(len(P) - 1) if self.top_down else ()):
            P[i] = add(F, P[i], doubled(F, P[i + 1]))
        return [output(X) for output, X in zip(self.outputs, P)]


class PAN(nn.HybridBlock):
    """The way down of an `FPN`, and after it a way up: Liu et al., 2018.

    From the finest map on each is halved by strides and added to the next coarser one,
    so that what is fine is near to every map. The way up is the paper's; its pooling
    over all maps is for regions, which one-stage detectors have not.

    Parameters, errors, inputs and outputs are those of `FPN`.

    Ours, for 22.6
    """

    def __init__(self, num_channels: int, num_levels: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.fpn = FPN(num_channels, num_levels)
        self.halvings, self.outputs = (
            repeated(num_levels - 1, lambda: sequence(*normalized(num_channels,
                                                                  strides)))
            for strides in (2, 1))

    def hybrid_forward(self, F, *maps):
        finest, *P = self.fpn(*maps)
        N = [finest]
        for halve, output, X in zip(self.halvings, self.outputs, P):
            N.append(output(add(F, halve(N[-1]), X)))
        return N


class WeightedSum(nn.HybridBlock):
    """The mean of maps of one shape, by learnt weights that are not below 0.

    Each weight is divided by epsilon plus the sum of all: the fast normalized fusion of
    EfficientDet, without a softmax. Weights begin equal.

    Inputs
        num_inputs arrays of one shape

    Outputs
        one of that shape

    Ours, for 22.6
    """

    def __init__(self, num_inputs: int, epsilon: float = 1e-4, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.weight = self.params.get('weight', shape=(num_inputs,), init='ones')

    def hybrid_forward(self, F, *maps, weight):
        w = F.npx.relu(weight)
        w = w / (self.epsilon + F.np.sum(w))
        # a product of matrices: of a broadcast weight the gradient takes thrice as long
        rows = F.np.concatenate([F.npx.reshape(X, (1, 1, -1)) for X in maps], axis=1)
        Y = F.npx.batch_dot(F.npx.reshape(w, (1, 1, -1)), rows)
        return F.npx.reshape_like(Y, maps[0])


class BiFPNLayer(nn.HybridBlock):
    """A way down and a way up, once: list of maps of one number of channels -> as many.

    A map between the ends sees itself twice on the way up: as it came, and as the way
    down has left it.
    """

    def __init__(self, num_channels, num_levels, **kwargs):
        super().__init__(**kwargs)
        down, up = num_levels - 1, num_levels - 2
        self.sums_down = repeated(down, lambda: WeightedSum(2))
        self.convs_down = repeated(down, lambda: separable(num_channels))
        self.sums_up = repeated(up, lambda: WeightedSum(3))
        self.sums_up.add(WeightedSum(2))  # the coarsest has no other form of itself
        self.convs_up = repeated(up + 1, lambda: separable(num_channels))
        self.halve = nn.MaxPool2D(3, strides=2, padding=1)

    def hybrid_forward(self, F, *P):
        td = [P[-1]]                                # coarsest first
        for fuse, conv, X in zip(self.sums_down, self.convs_down, P[-2::-1]):
            td.append(conv(fuse(X, doubled(F, td[-1]))))
        out = [td.pop()]                            # finest first
        between = [[X] for X in td[:0:-1]] + [[]]
        for fuse, conv, X, others in zip(self.sums_up, self.convs_up, P[1:], between):
            out.append(conv(fuse(X, *others, self.halve(out[-1]))))
        return out


class BiFPN(nn.HybridBlock):
    """Several ways down and up of weighted sums: Tan, Pang and Le, 2020.

    Convolutions are depthwise and then 1 x 1, and a halving is a largest number of
    3 x 3: so a layer has few parameters. The paper's activation is Swish.

    Parameters
    ----------
    num_layers
        How often the maps go down and up; at least 1.

    Other parameters, errors, inputs and outputs are those of `FPN`.

    Ours, for 22.6
    """

    def __init__(self, num_channels: int, num_levels: int = 3, num_layers: int = 2,
                 **kwargs):
        super().__init__(**kwargs)
        check_sizes(num_channels, num_levels)
        check_whole(num_layers=num_layers)
        self.laterals = laterals(num_channels, num_levels)
        self.layers = repeated(num_layers, lambda: BiFPNLayer(num_channels, num_levels))

    def hybrid_forward(self, F, *maps):
        P = [lateral(C) for lateral, C in zip(self.laterals, maps)]
        for layer in self.layers:
            P = layer(*P)
        return P


def check_sizes(num_channels, num_levels):
    """InputError for numbers that make no neck."""
    check_whole(num_channels=num_channels)
    check_whole(2, num_levels=num_levels)


def repeated(count, build):
    """So many blocks, to be called one by one."""
    return sequence(*(build() for _ in range(count)))


def laterals(num_channels, num_levels):
    """Convolutions of 1 x 1, normalized, for one map each."""
    return repeated(num_levels, lambda: sequence(*normalized_conv(num_channels, 1)))


def separable(num_channels):
    """A depthwise convolution of 3 x 3 and one of 1 x 1, normalized, with ReLU."""
    return sequence(
        nn.Conv2D(num_channels, 3, padding=1, groups=num_channels, use_bias=False),
        *normalized_conv(num_channels, 1), nn.Activation('relu'))


class Stages(nn.HybridBlock):
    """What each of several blocks, one after another, gives: X -> a list of arrays.

    Ours, for 22.6
    """

    def __init__(self, *stages, **kwargs):
        super().__init__(**kwargs)
        self.stages = sequence(*stages)

    def hybrid_forward(self, F, X):
        maps = []
        for stage in self.stages:
            X = stage(X)
            maps.append(X)
        return maps


def small_stages(channels=(16, 32, 32, 64, 64)):
    """Maps of an 8th, a 16th and a 32nd of a picture's sides, cheaply.

    Each half of the sides is made by strides, before a second convolution; the first
    has none. X (batch, 3, h, w) -> 3 maps, of the last three of `channels`.

    Ours, for 22.6
    """
    stem, *others = channels
    halves = [sequence(*normalized(n, strides=2), *normalized(n)) for n in others]
    return Stages(sequence(*normalized(stem, strides=2), *halves[:-2]), *halves[-2:])


def normalized(num_channels, strides=1):
    """A convolution of 3 x 3, batch normalization and ReLU."""
    return (*normalized_conv(num_channels, 3, padding=1, strides=strides),
            nn.Activation('relu'))


def photograph_stages(net):
    """The same maps by a MobileNetV2 with weights, which training leaves as it is.

    X (batch, 3, h, w), RGB in 0 to 255 -> maps of 32, 96 and 320 channels. net: with
    its weights; the stages are on its devices.

    Ours, for 22.6
    """
    first = sequence(FromPixels(), *net.features[:AT_8TH])
    stages = Stages(first, net.features[AT_8TH:AT_16TH], net.features[AT_16TH:AT_32ND])
    keep_statistics(stages)
    devices = next(iter(net.collect_params().values())).list_ctx()
    initialize_rest(stages, init.Zero(), devices)  # constants: all else has weights
    stages.collect_params().setattr('grad_req', 'null')
    return stages
