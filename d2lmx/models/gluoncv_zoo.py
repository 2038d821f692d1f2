"""Networks of gluoncv, written in MXNet's legacy operators, as blocks on NumPy arrays.

Each is traced once, as it predicts, and its graph runs on NumPy arrays. So what serves
other networks serves these: tables, pictures, exports, clocks.
"""
import json
import re
import warnings
from ast import literal_eval
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import mxnet as mx
from mxnet import gluon, np
from mxnet.util import np_array

from ..errors import InputError, MissingFile
from ..runtime.threads import legacy_arrays
from ..vision.gluoncv import gluoncv, load_arrays

__all__ = []

# what pictures a family takes: (names, height and width)
FAMILIES = [(r'ssd_300_.*', 300), (r'ssd_512_.*', 512), (r'yolo3_.*', 416),
            (r'fcn_.*', 480), (r'cifar_.*', 32), (r'inceptionv3|xception.*', 299),
            (r'(alexnet|darknet|densenet|dla34|googlenet|mobilenet|nasnet'
             r'|residualattentionnet|resnest|resnet|resnext|se_res|senet|shufflenet'
             r'|squeezenet|vgg).*|hrnet_.*_c', 224)]
OTHERS = r'.*(_int8|_hmdb51|_kinetics400|_sthsthv2|_ucf101|_custom)'
USUAL = {'gamma': 'ones', 'beta': 'zeros', 'bias': 'zeros', 'mean': 'zeros',
         'var': 'ones'}  # values at the start, by the end of a parameter's name
# by which parameter a file tells the number of classes, and how many numbers it has
LAST = {'ssd': ('class_predictors.0.predictor.bias',
                lambda net, n: n // net.anchor_generators[0].num_depth - 1),
        'yolo3': ('yolo_outputs.0.prediction.bias',
                  lambda net, n: n // net.yolo_outputs[0]._num_anchors - 5)}


def family_of(name: str):
    """(family, height and width of its pictures) of a gluoncv network's name.

    InputError where gluoncv has no such network, or it is of no family known here.
    """
    names = list(gluoncv().model_zoo.get_model_list())
    if name not in names:
        near = get_close_matches(name, names)
        raise InputError(f'gluoncv has no network {name!r}'
                         + (f'; did you mean {" or ".join(near)}?' if near else ''))
    custom = name.startswith(('ssd', 'yolo3')) and name.endswith('_custom')
    for names, size in FAMILIES:
        if re.fullmatch(names, name) and (custom or not re.fullmatch(OTHERS, name)):
            return name.partition('_')[0], size
    raise InputError(f'{name} is none of gluoncv\'s classification, SSD, YOLO3 and FCN '
                     'networks on floats: d2lmx cannot show or export it')


def example_inputs(size: int, batch_size: int = 2):
    """Pictures of the height and width that a family was made for."""
    return (np.random.normal(size=(batch_size, 3, size, size)),)


def build_net(name: str, params=None):
    """A network of gluoncv, not initialized.

    params: a file of its trained parameters, by which a detector's or a classifier's
    own number of classes is known; they are not loaded. InputError where there is none.
    """
    family, _ = family_of(name)
    shapes = {} if params is None else _shapes(params)
    try:
        with legacy_arrays(), warnings.catch_warnings():
            warnings.filterwarnings('ignore', 'Cannot decide type')  # none was asked
            net = _made(name, family, shapes)
        return LegacyNetwork(net)
    except Exception as error:  # of whatever kind: the file, or gluoncv's code
        reason = str(error).strip().splitlines()[0] if str(error) else repr(error)
        raise InputError(f'gluoncv cannot build {name}: {reason}') from error


def _made(name, family, shapes):
    make = gluoncv().model_zoo.get_model
    if family not in LAST:
        last = shapes.get('output.bias', shapes.get('output.weight'))
        options = {'pretrained_base': False} if family == 'fcn' else (
            {'classes': last[0]} if last else {})
        return make(name, **options)
    bias, count = LAST[family]
    custom = name.endswith('_custom')
    if custom and bias not in shapes:
        raise ValueError('a custom network has the classes of its --params FILE')
    net = make(name, pretrained_base=False, **({'classes': ['0']} if custom else {}))
    if bias in shapes and count(net, shapes[bias][0]) != len(net.classes):
        classes = [str(i) for i in range(count(net, shapes[bias][0]))]
        net = make(f'{name.rpartition("_")[0]}_custom', classes=classes,
                   pretrained_base=False)
    return net


def _shapes(file) -> dict:
    """{structural name: shape} of a parameter file."""
    if not Path(file).is_file():
        raise MissingFile(f'there is no parameter file {file}')
    try:
        return {name: value.shape for name, value in load_arrays(file).items()}
    except (mx.MXNetError, ValueError, AttributeError) as error:
        raise InputError(f'{file} is no file of MXNet\'s named arrays') from error


class LegacyNetwork(gluon.SymbolBlock):
    """The graph of a network of legacy operators, on NumPy arrays.

    X (batch, 3, h, w) -> what the network gives when it predicts, an array or a list.
    Its parameters have the names of the network's own, so that its files fit.
    """

    def __init__(self, net):
        with np_array(False):
            outputs = net(mx.sym.var('data'))
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        params = gluon.ParameterDict()
        params.update({param.name: _anew(param)
                       for param in net.collect_params().values()})
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', 'Cannot decide type')
            super().__init__(_without_shapes(mx.sym.Group(outputs)).as_np_ndarray(),
                             [mx.sym.var('data').as_np_ndarray()], params=params)
        self._num_outputs = len(outputs)
        self._source = lambda: net  # an attribute would be a child
        self._structure = {name: params[param.name] for name, param
                           in net._collect_params_with_prefix().items()}

    @property
    def predicts_only(self) -> bool:
        """Whether no loss of one output could train it."""
        return self._num_outputs > 1

    def before_suppression(self):
        """A YOLO3 network that gives all its boxes; any other as it is.

        Its boxes are sorted by scores that nearly agree, so that the last digits
        decide which are suppressed: no two programs give the same ones.
        """
        net = self._source()
        if type(net).__name__ != 'YOLOV3':
            return self
        net.set_nms(nms_thresh=-1)
        return LegacyNetwork(net)

    def __call__(self, X):
        if not isinstance(X, mx.sym.Symbol):
            return super().__call__(X)
        graph = self._cached_graph[1](data=X)
        return (graph if self._num_outputs == 1 else
                [graph[i] for i in range(self._num_outputs)])

    def _collect_params_with_prefix(self, prefix=''):
        dot = prefix + '.' if prefix else ''
        return {dot + name: param for name, param in self._structure.items()}


def _without_shapes(graph):
    """The graph without shapes of parameters in which 0 was a size not known."""
    written = json.loads(graph.tojson())
    for node in written['nodes']:
        attrs = node.get('attrs', {})
        if 0 in literal_eval(attrs.get('__shape__', '()')):
            del attrs['__shape__']
    return mx.sym.load_json(json.dumps(written))


def _anew(param):
    """The same parameter without arrays; constants, such as anchors, with NumPy's."""
    if isinstance(param, gluon.Constant):
        return gluon.Constant(param.name, param.value.asnumpy())
    if param.init is None:  # lost where gluoncv itself traced a part
        param.init = next((kind for end, kind in USUAL.items()
                           if param.name.endswith(end)), None)
    param._data = param._grad = None
    param._deferred_init = ()
    return param


def find(token: str):
    """(name, build_net, example_inputs) of ``NAME`` or ``NAME:FILE`` of parameters."""
    name, _, params = token.partition(':')
    _, size = family_of(name)
    return (name, partial(build_net, name, params or None),
            partial(example_inputs, size))
