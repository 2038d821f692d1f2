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

__all__ = ['load_legacy_parameters']

KINDS = re.compile(r'(([lr]\d+_)?(i2h|h2h|h2r)_(weight|bias)|weight|bias|gamma|beta|'
                   r'(running|moving)_(mean|var)|alpha)$')
UNFUSED = re.compile(r'_unfused\.(\d+)\.(?:([lr])_cell\.)?')  # structural, of rnn.LSTM
OF_NORMS = 'gamma', 'beta', 'running_mean', 'running_var'


def load_legacy_parameters(net, filename) -> int:
    """Load parameters of the first edition's era into a net built alike; how many.

    Under the net's own structural names each goes to its namesake. Other names with
    prefixes ('dense0_weight', 'arg:conv0_bias') go by their order, weights, biases,
    averages and so on each kind by itself; arrays without names by their order alone,
    where all matrices may be transposed, as in ``nd.dot(X, W) + b``.

    net: initialized, with all shapes known (it has run once). Nothing changes unless
    all fit. ValueError names the first array that does not, with both shapes;
    BadData where the file is damaged, FileNotFoundError where there is none.

    Ours, for 5.5
    """
    values, params = read_params(filename), net._collect_params_with_prefix()
    found = (_by_order(values, _distinct(params), filename)
             if isinstance(values, list) else _by_name(values, params, filename))
    for param, value in found:
        param.set_data(np.array(value, dtype=param.dtype))
    return len(found)


def _distinct(params) -> dict:
    """The parameters, one that is used twice under its first name."""
    first = {}
    for name, param in params.items():
        first.setdefault(id(param), (name, param))
    return dict(first.values())


def _by_name(values, params, source) -> list:
    """(parameter, its array) of each, by equal names or by kind and order."""
    values = {re.sub('^(arg|aux):', '', name): value for name, value in values.items()}
    if values.keys() == params.keys():
        pairs = [(name, name) for name in params]
    else:
        params = _distinct(params)
        pairs = _paired(_by_kind(_in_order(values)), _by_kind(params), source)
    return [(params[ours], _fitting(ours, params[ours], repr(theirs), values[theirs],
                                    source)) for ours, theirs in pairs]


def _in_order(names) -> list:
    """Names as they are; by number, if they were sorted, dense10 before dense2."""
    names = list(names)
    if names != sorted(names):
        return names
    return sorted(names, key=lambda name: [int(part) if part.isdigit() else part
                                           for part in re.split(r'(\d+)', name)])


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
                f'{kind or "without one"!r} ({_listing(came)}), the network '
                f'{len(needed)} ({_listing(needed)}): is it of another network?')
    return [pair for kind in ours for pair in zip(ours[kind], theirs[kind])]


def _listing(names, most=3) -> str:
    return ', '.join(names[:most]) + (', ...' if len(names) > most else '') or 'none'


def _by_order(values, params, source) -> list:
    """(parameter, its array) of each, of arrays without names."""
    if len(values) != len(params):
        raise InputError(f'{source} does not fit: it has {len(values)} arrays without '
                         f'names, the network {len(params)} parameters '
                         f'({_listing(list(params))})')
    shapes = [param.shape for param in params.values()]
    turned = [value.T if value.ndim == 2 else value for value in values]
    if [value.shape for value in values] != shapes == [
            value.shape for value in turned]:
        values = turned
    return [(param, _fitting(name, param, f'array {i}', value, source))
            for i, ((name, param), value) in enumerate(zip(params.items(), values))]


def _fitting(name, param, label, value, source):
    """The array in the parameter's shape; InputError where it does not fit."""
    shape = tuple(param.shape)
    if value.dtype.kind != 'f':
        raise InputError(f'{label} holds {value.dtype} in {source}, but the network '
                         'needs floating point numbers')
    if value.shape == shape:
        return value
    # a layer from scratch has its averages in the shape (1, channels, 1, 1)
    if _kind(name) in OF_NORMS and [n for n in value.shape if n != 1] == [
            n for n in shape if n != 1]:
        return value.reshape(shape)
    raise InputError(f'{label} has shape {value.shape} in {source}, but {name!r} of '
                     f'the network needs {shape}')
