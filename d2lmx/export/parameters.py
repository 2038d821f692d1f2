"""Parameters from a file, by structural name."""
from pathlib import Path

import mxnet as mx
from mxnet import npx

from ..errors import InputError, MissingFile
from ..files.archives import BadData
from ..train.checkpoint import read
from ..train.state import restore
from ..vision.gluoncv import load_arrays

__all__ = ['load_parameters', 'load_trained']


def load_parameters(net, filename, device=None) -> None:
    """Load what ``net.save_parameters(filename)`` wrote into a net built alike.

    MXNet's own method turns the parameters of a block without children (a bare Dense,
    a custom layer) into legacy arrays, on which later calls fail; this one does not.
    device: where a net goes that is not initialized yet; others stay where they are.
    FileNotFoundError where there is no file. ValueError where it is no parameter file,
    and naming the first parameter that is missing, left over, or of another shape.

    Ours, for 5.5
    """
    set_parameters(net, read_arrays(filename), filename, device)


def set_parameters(net, values: dict, filename, device=None) -> None:
    """Give a net the arrays of a file, {structural name: array}; its InputErrors."""
    params = net._collect_params_with_prefix()
    given = {id(params[name]) for name in values if name in params}
    for name, param in params.items():
        if id(param) not in given:  # one that is used twice may be saved once
            raise InputError(f'{filename} has no parameter {name!r}; it has: '
                             f'{", ".join(sorted(values))}')
    for name, value in values.items():
        if name not in params:
            raise InputError(f'{filename} has a parameter {name!r} that the net has '
                             'not: was it saved from another structure?')
        shape = params[name].shape
        if shape and (len(shape) != value.ndim or any(
                known > 0 and known != n for known, n in zip(shape, value.shape))):
            raise InputError(f'parameter {name!r} of the net has shape {shape}, but '
                             f'{value.shape} in {filename}')
    for name, value in values.items():
        params[name].shape = value.shape
        if params[name]._data is None and not params[name]._deferred_init:
            params[name].initialize(ctx=device)
        params[name].set_data(value)
        if params[name]._deferred_init:
            params[name]._finish_deferred_init()


def load_trained(net, path) -> None:
    """Load trained weights into a net that has none yet.

    path: a file of ``net.save_parameters``, a checkpoint of the net's training, or the
    folder of one, of which the last training counts. Errors as of `load_parameters`;
    CheckpointError where a checkpoint cannot be read.

    Ours, for 5.5
    """
    path = Path(path)
    if path.is_dir():
        saved = sorted(path.glob('fit-*.npz'))
        if not saved:
            what = ('a graph, for predict, but no checkpoint'
                    if (path / 'model.json').is_file() else 'no checkpoint')
            raise InputError(f'{path} holds {what}: d2lmx run SECTION --checkpoint DIR '
                             'saves one')
        path = saved[-1]
    if path.suffix != '.npz':
        load_parameters(net, path)
        return
    for param in net.collect_params().values():
        if param._data is None and not param._deferred_init:  # else MXNet warns
            param.initialize()
    saved = read(path)[1]
    # a step's state is (net, updater), or net alone where the updater holds nothing
    prefix = 'state.0.' if any(name.startswith('state.0.') for name, *_ in saved) else (
        'state.')
    parts = [(f'state.{name[len(prefix):]}', arrays[:1], value)
             for name, arrays, value in saved if name.startswith(prefix)]
    try:
        restore(net, parts)
    except InputError as error:
        raise InputError(f'{path} was saved from another network: {error}') from error


def read_arrays(filename) -> dict:
    """{name: array} of a file of MXNet's named arrays."""
    if not Path(filename).is_file():
        raise MissingFile(f'there is no parameter file {filename}: '
                          'net.save_parameters(filename) writes one')
    load = load_arrays if npx.is_np_array() else mx.nd.load
    try:
        values = load(str(filename))
    except (mx.MXNetError, ValueError, MemoryError) as error:  # names may be no UTF-8
        raise BadData(f'{filename} is no file of MXNet arrays, or it is damaged: '
                      'save it anew with net.save_parameters(filename)') from error
    if values == []:  # what MXNet reads where a net without parameters was saved
        return {}
    if not isinstance(values, dict):
        raise BadData(f'{filename} holds arrays without names: save a network with '
                      'net.save_parameters(filename)')
    return values
