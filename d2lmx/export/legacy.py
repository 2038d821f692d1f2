"""Parameters and symbols of MXNet's legacy arrays, loaded into networks of today.

The first edition's readers saved them: `net.save_parameters` under structural names,
``net.collect_params().save`` and `net.export` under names with prefixes, `nd.save`
under the reader's own, or none.
"""
import re
from collections import defaultdict

from mxnet import np

from ..errors import InputError
from ..files.params import read_params
from .parameters import set_parameters

__all__ = ['load_legacy_parameters']

KINDS = re.compile(r'(([lr]\d+_)?(i2h|h2h|h2r)_(weight|bias)|weight|bias|gamma|beta|'
                   r'(running|moving)_(mean|var)|alpha)$')
UNFUSED = re.compile(r'_unfused\.(\d+)\.(?:([lr])_cell\.)?')  # structural, of rnn.LSTM
OF_NORMS = 'gamma', 'beta', 'running_mean', 'running_var'


def load_legacy_parameters(net, filename) -> int:
    """Load parameters of the first edition's era into a net built alike; how many.

    Under the net's own structural names each goes to its namesake. Other names with
    prefixes ('dense0_weight', 'arg:conv0_bias') go by their order, weights, biases,
    averages and so on each kind by itself; arrays without names, or with names of the
    reader's own ('W_xh'), by their order alone, where all matrices may be transposed,
    as in ``nd.dot(X, W) + b``.

    Nothing changes unless all fit. A size that the net does not know yet, since it has
    not run, is taken from the file. ValueError names the first array that does not fit,
    with both shapes; BadData where the file is damaged, FileNotFoundError where there
    is none.

    Ours, for 5.5
    """
    values, params = read_params(filename), net._collect_params_with_prefix()
    found = (_by_order(values, _distinct(params), filename)
             if isinstance(values, list) else _by_name(values, params, filename))
    set_parameters(net, {name: np.array(value, dtype=params[name].dtype)
                         for name, value in found.items()}, filename)
    return len(found)


def _distinct(params) -> dict:
    """The parameters, one that is used twice under its first name."""
    first = {}
    for name, param in params.items():
        first.setdefault(id(param), (name, param))
    return dict(first.values())


def _by_name(values, params, source) -> dict:
    """{name of a parameter: its array}, by equal names or by kind and order."""
    values = {re.sub('^(arg|aux):', '', name): value for name, value in values.items()}
    if values.keys() == params.keys():
        pairs = [(name, name) for name in params]
    elif not any(map(_kind, values)):
        return _by_order(list(values.values()), _distinct(params), source)
    else:
        pairs = _paired(_by_kind(_in_order(values)), _by_kind(_distinct(params)),
                        source)
    return {ours: _fitting(ours, params[ours], repr(theirs), values[theirs], source)
            for ours, theirs in pairs}


def _in_order(names) -> list:
    """Names as they are; by number, if they were sorted, dense10 before dense2."""
    names = list(names)
    if names != sorted(names):
        return names
    return sorted(names, key=lambda name: [
        int(part) if i % 2 else part
        for i, part in enumerate(re.split(r'(\d+)', name))])


def _kind(name) -> str:
    """'weight' of 'dense0_weight' and '4.weight'; '' where the name tells none.

    'l0_i2h_bias' of 'lstm0_l0_i2h_bias' and 'rnn._unfused.0.i2h_bias'.
    """
    found = KINDS.search(UNFUSED.sub(lambda m: f'{m[2] or "l"}{m[1]}_', name))
    return found.group().replace('moving', 'running') if found else ''


def _by_kind(names) -> dict:
    kinds = defaultdict(list)
    for name in names:
        kinds[_kind(name)].append(name)
    return kinds


def _paired(theirs, ours, source) -> list:
    """(name in the network, name in the file), the first of a kind to the first."""
    for kind in [*ours, *theirs]:
        came, needed = theirs[kind], ours[kind]
        if len(came) != len(needed):
            raise InputError(
                f'{source} does not fit: it has {len(came)} arrays of the kind '
                f'{kind or "other"!r} ({_listing(came)}), the network '
                f'{len(needed)} ({_listing(needed)}): is it of another network?')
    return [pair for kind in ours for pair in zip(ours[kind], theirs[kind])]


def _listing(names, most=3) -> str:
    return ', '.join(names[:most]) + (', ...' if len(names) > most else '') or 'none'


def _by_order(values, params, source) -> dict:
    """{name of a parameter: its array}, the first to the first."""
    if len(values) != len(params):
        raise InputError(f'{source} does not fit: it has {len(values)} arrays, the '
                         f'network {len(params)} parameters '
                         f'({_listing(list(params))})')
    turned = [value.T if value.ndim == 2 else value for value in values]
    if all(map(_fits, turned, params.values())) and (
            not all(map(_fits, values, params.values()))):
        values = turned
    return {name: _fitting(name, params[name], f'array {i}', value, source)
            for i, (name, value) in enumerate(zip(params, values))}


def _fits(value, param) -> bool:
    """Whether an array has a parameter's shape, as far as that is known."""
    return len(param.shape) == value.ndim and all(
        known <= 0 or known == n for known, n in zip(param.shape, value.shape))


def _fitting(name, param, label, value, source):
    """The array in the parameter's shape; InputError where it does not fit."""
    if value.dtype.kind != 'f':
        raise InputError(f'{label} holds {value.dtype} in {source}, but the network '
                         'needs floating point numbers')
    if _fits(value, param):
        return value
    shape = tuple(param.shape)
    # a layer from scratch has its averages in the shape (1, channels, 1, 1)
    if _kind(name) in OF_NORMS and [n for n in value.shape if n != 1] == [
            n for n in shape if n != 1]:
        return value.reshape(shape)
    raise InputError(f'{label} has shape {value.shape} in {source}, but {name!r} of '
                     f'the network needs {shape}')
