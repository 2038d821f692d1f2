"""A trained network as a folder: exported graph, parameters, and what it is."""
import json
import logging
import sys
from pathlib import Path

from mxnet import np

from ..context import current
from ..errors import InputError, MissingFile
from ..files.archives import BadData
from ..files.whole import whole_folder
from .onnx import export_onnx, load_onnx
from .reading import read_json
from .symbol import export_block, load_exported, symbol_files
from .tracing import arrays_of, as_call, flatten, last_line, on_inputs

__all__ = ['save_model', 'load_model', 'SavedModel']

LOG = logging.getLogger('d2lmx')
ABOUT, GRAPH = 'model.json', 'network'
MOST_INPUTS = 100
COUNTS = range(2 ** 31)  # that int32 holds
LARGEST = sys.float_info.max  # of floats; JSON's whole numbers have no end


class SavedModel:
    """An exported network with what was said of it, without its Python.

    ``model(*arrays)`` takes MXNet or NumPy arrays and gives an MXNet array, or a list
    of them, in prediction mode. ``model.about``: the dict that `save_model` was given.

    Ours, for 13.7
    """

    def __init__(self, predict, about: dict):
        self._predict, self.about = predict, about

    def __call__(self, *arrays):
        return self._predict(*arrays)


def save_model(folder, net, inputs, about: dict, kind: str = 'symbol',
               other_inputs=None) -> Path:
    """Export a trained network into a folder, which appears whole; its path.

    The graph is reloaded and compared with the network on `inputs`, and on
    `other_inputs`, a list of further calls. An older folder of that name gives way.
    The folder says on which data the run in force has trained, and of which section.

    Parameters
    ----------
    net, inputs
        As of `export_block`; inputs are array, or tuple of arrays, of one call, on
        whatever device.
    about
        JSON values that a prediction needs: names of classes, the size of a picture.
    kind
        'symbol' or 'onnx'.

    ValueError as of `export_block` and `export_onnx`.

    Ours, for 13.7
    """
    count = len(arrays_of(as_call(inputs)))
    inputs = beside(net, inputs)
    if other_inputs is not None:
        other_inputs = [beside(net, call) for call in other_inputs]
    with whole_folder(folder) as part:
        if kind == 'onnx':
            export_onnx(net, inputs, part / f'{GRAPH}.onnx', other_inputs=other_inputs)
        else:
            export_block(net, inputs, part / GRAPH, other_inputs=other_inputs or ())
        write_about(part, count, about)
    return Path(folder)


def write_about(folder, count, about) -> None:
    """The file of a model's folder that says what it is; count: of its inputs."""
    text = json.dumps({'inputs': count, 'data': current().kind,
                       'section': current().section, 'about': about},
                      ensure_ascii=False)
    (folder / ABOUT).write_text(text + '\n', encoding='utf-8')


def beside(net, call):
    """The arrays of a call on a device that has the network."""
    devices = next((param.list_ctx() for param in net.collect_params().values()
                    if param._data), None)

    def moved(part):
        if isinstance(part, (list, tuple)):
            return type(part)(map(moved, part))
        return part if part.ctx in devices else part.as_in_ctx(devices[0])

    return moved(call) if devices else call


def load_model(folder, *needed, section: str = None, **kinds) -> SavedModel:
    """The `SavedModel` in a folder that `save_model` wrote.

    A model of toy data is warned of in the log 'd2lmx'. FileNotFoundError where there
    is none; BadData, a ValueError, naming the file that is damaged, or of another
    section; ImportError where its graph is ONNX and onnxruntime is missing.

    Parameters
    ----------
    needed
        Keys that its ``about`` must have.
    section
        Whose model it must be, such as '14.06_subword_embedding'; None: of the section
        in force, if any.
    kinds
        Keys, too, and what their values must be, since a reader may edit the file: a
        ``str``; a ``float``, which is any finite number; an ``int``, which counts from
        0 on; a ``range`` of whole numbers; ``[str]``, a list of any length;
        ``(float,) * 3``, a list of three.

    Ours, for 13.7
    """
    folder = Path(folder)
    file = folder / ABOUT
    if not file.is_file():
        raise MissingFile(f'there is no trained model, no file {file}: `d2lmx run '
                          'SECTION` writes one into results/SECTION/model; name that '
                          'folder with --model')
    content = read_json(file)
    fault = _fault(content, (*needed, *kinds), kinds, section or current().section)
    if fault:
        raise BadData(f'{file} is damaged, or of another section: {fault}. Train again')
    if content.get('data') == 'toy':
        LOG.warning('*** the model in %s was trained on TOY DATA: what it says of real '
                    'inputs means nothing ***', folder)
    onnx = folder / f'{GRAPH}.onnx'
    predict = (_of_arrays(load_onnx(onnx)) if onnx.is_file() else
               _told(load_exported(*symbol_files(folder / GRAPH), content['inputs'])))
    return SavedModel(predict, content['about'])


def _fault(content, needed, kinds, here) -> str:
    """What is wrong with a model's file, or ''."""
    if not isinstance(content, dict) or not isinstance(content.get('about'), dict):
        return 'it says nothing about a model'
    inputs = content.get('inputs')
    if type(inputs) is not int or not 1 <= inputs <= MOST_INPUTS:
        return f'inputs is no number from 1 to {MOST_INPUTS}'
    section = content.get('section')
    if section and here and section != here:
        return f'it is of {section}, not of {here}'
    about = content['about']
    missing = [key for key in needed if key not in about]
    if missing:
        return f'it has no {", ".join(map(repr, missing))}'
    odd = [key for key, kind in kinds.items() if not _is_of(about[key], kind)]
    return f'{odd[0]!r} is not {_named(kinds[odd[0]])}' if odd else ''


def _is_of(value, kind) -> bool:
    """Whether a JSON value is of a kind as `load_model` is told of."""
    if isinstance(kind, (list, tuple)):
        return (isinstance(value, list)
                and (isinstance(kind, list) or len(value) == len(kind))
                and all(_is_of(part, kind[0]) for part in value))
    if kind is float:
        return type(value) in (int, float) and abs(value) <= LARGEST
    if kind is str:
        return isinstance(value, str)
    return type(value) is int and value in (COUNTS if kind is int else kind)


def _named(kind) -> str:
    """A kind in words."""
    if isinstance(kind, (list, tuple)):
        size = f' of {len(kind)}' if isinstance(kind, tuple) else ''
        return f'a list{size}, of which each is {_named(kind[0])}'
    if kind in (str, float):
        return 'a text' if kind is str else 'a number'
    whole = COUNTS if kind is int else kind
    return f'a whole number from {whole[0]} to {whole[-1]}'


def _of_arrays(predict):
    """A function of NumPy arrays as one of arrays of both kinds, with MXNet's out."""
    def call(*arrays):
        outputs = predict(*(X.asnumpy() if isinstance(X, np.ndarray) else X
                            for X in arrays))
        if isinstance(outputs, list):
            return [np.array(Y, dtype=Y.dtype) for Y in outputs]
        return np.array(outputs, dtype=outputs.dtype)
    return call


def _told(block):
    """A reloaded graph on arrays of both kinds; InputError where it does not run."""
    block.collect_params().setattr('grad_req', 'null')  # of inputs alone
    def call(*arrays):
        arrays = [X if isinstance(X, np.ndarray) else np.array(X, dtype=X.dtype)
                  for X in arrays]
        try:
            outputs = block(*arrays)
            for Y in flatten(outputs):
                Y.wait_to_read()
        except Exception as error:  # MXNet's errors share no narrower class
            raise InputError(f'the model does not run {on_inputs(arrays)}: '
                             f'{last_line(error)}') from error
        return outputs
    return call
