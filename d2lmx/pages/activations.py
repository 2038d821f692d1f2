"""What the network of a section makes of a reader's photograph."""
import numpy as onp
from mxnet import init, np

from ..data.images.reading import read_picture
from ..data.images.transforms import resized
from ..errors import InputError
from ..export.parameters import load_trained
from ..runtime.devices import set_seed
from ..viz.activations import layer_maps

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet


def activations(network, file, params=None):
    """The picture as the network takes it, (h, w) or (h, w, 3), and `feature_maps`.

    params: trained weights as of `load_trained`; None: Xavier's, by a seed. InputError
    for a network that takes no pictures.
    """
    X = picture_for(network, read_picture(file))
    set_seed(0)
    net = network.build_net()
    if params is None:
        net.initialize(init.Xavier())
    else:
        load_trained(net, params)
    shown = X[0].transpose(1, 2, 0).squeeze()
    low, high = shown.min(), shown.max()
    maps = layer_maps(net, np.array(X))
    if not maps:
        raise InputError(f'{network.title} makes no maps of a picture')
    return (shown - low) / max(high - low, 1e-6), maps


def picture_for(network, picture):
    """A picture (h, w, 3), uint8, as the network's input (1, channels, h, w).

    Its values lie as those of the example inputs do: in 0 to 1 or in 0 to 255 or, where
    some are negative, as ImageNet's of mean 0 and deviation 1.
    """
    examples = network.example_inputs(1)
    X = examples[0] if len(examples) == 1 else None
    if getattr(X, 'ndim', 0) != 4 or X.shape[1] not in (1, 3):
        takes = ', '.join(' x '.join(map(str, getattr(x, 'shape', ('a list',))))
                          for x in examples)
        raise InputError(f'{network.title} takes no picture, but inputs of shape '
                         f'{takes}')
    picture = resized(picture, X.shape[:1:-1]).astype('float32')
    if X.shape[1] == 1:
        picture = picture.mean(axis=2, keepdims=True)
    if float(X.max()) <= 1 or float(X.min()) < 0:
        picture = picture / 255
    if float(X.min()) < 0:
        picture = (picture - onp.resize(MEAN, X.shape[1])) / onp.resize(STD, X.shape[1])
    return picture.transpose(2, 0, 1)[None].astype('float32')
