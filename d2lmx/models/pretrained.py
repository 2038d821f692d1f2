"""Networks with weights from ImageNet, which come through the data hub.

Their inputs are RGB of mean 0 and deviation 1 over ImageNet, (batch, 3, h, w). Under
the toy policy weights are random, from a seed, in files of the same form.
"""
import os

import mxnet as mx
import numpy as onp
from mxnet import np
from mxnet.gluon import nn
from mxnet.gluon.model_zoo import model_store, vision

from ..errors import InputError
from ..files import hub
from ..files.archives import BadData
from ..files.catalogue import WEIGHTS, gluon_weights
from ..files.npz import read_npz
from ..runtime.threads import legacy_arrays
from . import zoo
from .efficientnet import EfficientNetLite0, torch_names

__all__ = ['pretrained_net', 'imagenet_net', 'pretrained_file', 'keep_statistics']

OURS = {'squeezenet1_1': zoo.SqueezeNet, 'mobilenet_v2_1_0': zoo.MobileNetV2,
        'efficientnet_lite0': EfficientNetLite0}
# by the names of their weights and of their PyTorch twins
NETWORKS = {**OURS, 'mobilenet_v2_1_0_features': lambda: zoo.MobileNetV2(classes=None)}
GLUON_FOLDER = os.path.join(mx.base.data_dir(), 'models')  # where MXNet keeps them


def imagenet_net(name: str, classes: int = 1000):
    """A network by name, uninitialized: (batch, 3, h, w) -> scores (batch, classes).

    name: 'efficientnet_lite0', 'mobilenet_v2_1_0' or 'squeezenet1_1' of this library,
    or one of Gluon's that takes NumPy arrays, such as 'resnet18_v2', 'resnet34_v2' and
    'vgg19'. All have two parts, `features` and `output`. InputError for other names.

    Ours, for 13.2
    """
    return _built(name, classes=classes)


def pretrained_net(name: str, ctx=None):
    """A network with its weights from ImageNet, initialized on `ctx` (None: the CPU).

    Names and inputs as of `imagenet_net`. `features` and `output` end with 1000 scores,
    but 'mobilenet_v2_1_0' has no classifier: it ends with its 1280 features. Weights
    come as by `download`: of a data root, or downloaded; under the toy policy they are
    random. ValueError for other names, and for a file in a root that holds other
    weights; DataUnavailable where they cannot be had.

    Ours, for 13.2
    """
    if name not in OURS:
        return _built(name, pretrained=True, ctx=ctx or mx.cpu())
    net, values = _published(name), read_npz(hub.download(name))
    net.initialize(ctx=ctx)
    for param, file_name in _names(name, net).items():
        param.shape = values[file_name].shape
        param.set_data(np.array(values[file_name]))
        if param._deferred_init:
            param._finish_deferred_init()
    return net


def pretrained_file(name: str, root=None) -> str:
    """The .params file of one of Gluon's networks: what ``pretrained=True`` asks for.

    name: as in MXNet's own list, such as 'resnet18_v2'. The file, or the .zip archive
    that it is published in, is looked for in the data roots and in MXNet's own folder,
    or in `root` alone where it is given; then it is downloaded. ValueError for a name
    without weights and for a file of other weights, DataUnavailable where it cannot be
    had.

    Ours, for 13.2
    """
    if name not in model_store._model_sha1:
        raise InputError(f'there are no weights of {name!r}, only of: '
                         f'{", ".join(sorted(model_store._model_sha1))}')
    if name not in hub.DATA_HUB:
        hub.register(name, gluon_weights(name, model_store._model_sha1[name]))
        enter(name)
    if root in (None, GLUON_FOLDER):
        root = None if hub.locate(name) or not hub.locate(name, GLUON_FOLDER) else (
            GLUON_FOLDER)
    return hub.download(name, cache_dir=root)


def keep_statistics(net) -> None:
    """Let a network's batch normalization go by its running statistics in training.

    They stay as they are: features of ImageNet are what they were before the first
    update, which the statistics of a few pictures of a few kinds would make others.

    Ours, for 13.2
    """
    def keep(block):
        if isinstance(block, nn.BatchNorm):
            block._kwargs['use_global_stats'] = True

    net.apply(keep)


def _built(name, **options):
    if name in OURS:
        return OURS[name](**options)
    if name not in model_store._model_sha1:
        raise InputError(f'{name!r} is no network that has weights; these have: '
                         f'{", ".join(sorted({*OURS, *model_store._model_sha1}))}')
    return vision.get_model(name, **options)


def _published(name):
    """One of OURS as far as there are weights."""
    if name == 'mobilenet_v2_1_0':
        return zoo.MobileNetV2(classes=None, first_expands=False)
    return OURS[name]()


def _names(name, net) -> dict:
    """{parameter: its name in the .npz file} of all that the file gives."""
    params = net._collect_params_with_prefix()
    names = torch_names(net) if name == 'efficientnet_lite0' else {
        structural: structural for structural in params}
    return {params[structural]: file_name for structural, file_name in names.items()}


# ---- what a file must hold, and the toy files that hold it


def shapes_of(name: str) -> dict:
    """{name in the file: shape} of a network's weights."""
    if name in OURS:
        net = _published(name)
        net.infer_shape(np.zeros((1, 3, 64, 64)))
        return {file_name: param.shape
                for param, file_name in _names(name, net).items()}
    with legacy_arrays():  # some take no NumPy arrays
        net, size = vision.get_model(name), 299 if name == 'inceptionv3' else 224
        net.infer_shape(mx.nd.zeros((1, 3, size, size)))
        return {structural: param.shape for structural, param
                in net._collect_params_with_prefix().items()}


def enter(name: str) -> None:
    """Tell the hub how the weights of a name are checked, and how toys are written."""
    def write_toy(path, rng):
        # blocks that add their inputs would make features of hundreds, with which a
        # new layer behind them does not train
        gamma = .7 if name.startswith('resnet') else 1
        values = {part: draw(part, shape, rng, gamma)
                  for part, shape in shapes_of(name).items()}
        if name in OURS:
            onp.savez(path, **values)
        else:
            with legacy_arrays():  # with NumPy's they could not be read without them
                mx.nd.save(str(path), {part: mx.nd.array(value)
                                       for part, value in values.items()})

    def check(path):
        shapes = shapes_of(name)
        found = {part: value.shape for part, value in read(path).items()}
        # Gluon's files may have other names; load_parameters looks at these
        if sorted(found.values()) != sorted(shapes.values()) or (
                name in OURS and found != shapes):
            raise BadData(f'{path} holds other weights than those of {name}: put the '
                          'right file there, or remove it')

    hub.toy(name)(write_toy)
    hub.check(name)(check)


def read(path) -> dict:
    """{name: array} of a .npz or .params file, or BadData."""
    try:
        return read_npz(path) if path.suffix == '.npz' else mx.nd.load(str(path))
    except (mx.MXNetError, ValueError) as error:
        raise BadData(f'{path} holds no weights, or it is damaged: remove it, or put a '
                      'whole file there') from error


def draw(name: str, shape: tuple, rng, gamma=1) -> onp.ndarray:
    """Weights as drawn before a training, the same on every machine.

    gamma: the scales of batch normalization.
    """
    if name.endswith(('bias', 'beta', 'running_mean')):
        return onp.zeros(shape, 'float32')
    if len(shape) == 1:  # of normalization
        return onp.full(shape, gamma if name.endswith('gamma') else 1, 'float32')
    numbers = onp.frombuffer(rng.bytes(2 * int(onp.prod(shape))), '<u2')
    bound = onp.float32((6 / onp.prod(shape[1:])) ** .5)
    return (numbers.reshape(shape) / onp.float32(32767.5) - 1) * bound


for _name in WEIGHTS:
    enter(_name)

model_store.get_model_file = pretrained_file  # which every pretrained=True calls
