"""Networks that were exported with legacy arrays, as folders of today."""
import json
import warnings
from pathlib import Path

import mxnet as mx
import numpy as onp
from mxnet import autograd, gluon, np, npx

from ..errors import InputError
from ..files.params import read_params
from ..files.whole import whole_folder
from ..runtime.threads import legacy_arrays
from .folder import ABOUT, GRAPH, load_model, write_about
from .reading import read_symbol
from .symbol import check_count, names_of_inputs, symbol_files
from .tracing import flatten, last_line

__all__ = ['convert_exported']

FILLED = '_zeros', '_ones', '_full'  # the states that a recurrent layer begins with
TOLERANCE = 1e-6                     # of the largest output


def convert_exported(symbol_file, params_file, folder, shapes=()) -> int:
    """Make of a pair of files of a legacy ``net.export`` a folder for `load_model`.

    The number of inputs is returned. Nothing in the files is run but operators that
    exported networks have.

    shapes: of one call's inputs, (batch, ...) each: the graph then runs on random
    numbers with legacy arrays and as it is written now, and must give the same. The
    folder appears whole or not at all; an older model there gives way.

    BadData, a ValueError, names the operator or the array for which it cannot.

    Ours, for 12.1
    """
    if Path(folder).exists() and not (Path(folder) / ABOUT).is_file():
        raise InputError(f'{folder} is there, and is no model that could give way: '
                         'name a new folder')
    symbol, graph = read_symbol(symbol_file)
    if graph.get('attrs', {}).get('is_np_shape', ['int', 0])[1]:
        raise InputError(f'{symbol_file} was not exported with legacy arrays: '
                         'd2l.load_exported reads it as it is')
    values = {} if (found := read_params(params_file)) == [] else found
    if isinstance(values, list):
        raise InputError(f'{params_file} holds arrays without names: give the file '
                         'that net.export wrote beside the symbol')
    values = {name.partition(':')[2] or name: value for name, value in values.items()}
    inputs = {node['name'] for node in graph['nodes']
              if node['op'] == 'null' and node['name'] not in values}
    names = names_of_inputs(symbol_file, inputs, len(inputs)) or ['data']
    _check_shapes(symbol, symbol_file, params_file, values, dict(zip(names, shapes)))
    with whole_folder(folder) as part:
        files = symbol_files(part / GRAPH)
        files[0].write_text(json.dumps(_with_unknown_sizes(graph)), encoding='utf-8')
        npx.save(str(files[1]), {f'arg:{name}': np.array(value, dtype=value.dtype)
                                 for name, value in values.items()})
        write_about(part, len(names), {})
        model = load_model(part)
        if shapes:
            _check_equal(symbol_file, values, model, names, shapes)
    return len(names)


def _check_shapes(symbol, symbol_file, params_file, values, inputs) -> None:
    """InputError where an array has another shape than the graph has it, as far as that
    is known: MXNet would read beyond the averages of a BatchNorm that are too few.
    """
    with legacy_arrays():
        try:
            known, _, averages = symbol.infer_shape_partial(**inputs)
        except mx.MXNetError as error:
            raise InputError(f'{symbol_file} does not run on inputs of shapes '
                             f'{", ".join(map(str, inputs.values()))}: '
                             f'{last_line(error)}') from error
        names = symbol.list_arguments() + symbol.list_auxiliary_states()
    for name, shape in zip(names, [*known, *averages]):
        if name in values and shape and (len(shape) != values[name].ndim or any(
                n and n != m for n, m in zip(shape, values[name].shape))):
            raise InputError(f'{name!r} has shape {values[name].shape} in '
                             f'{params_file}, but {symbol_file} needs {shape}')


def _with_unknown_sizes(graph) -> dict:
    """A graph in which -1 says what 0 did: a size that its neighbours tell."""
    nodes = []
    for node in graph['nodes']:
        attrs = node.get('attrs', {})
        if node['op'] in FILLED and 'shape' in attrs:
            sizes = [size.strip() for size in attrs['shape'].strip('()[]').split(',')]
            shape = ', '.join('-1' if size == '0' else size for size in sizes)
            node = {**node, 'attrs': {**attrs, 'shape': f'({shape})'}}
        nodes.append(node)
    return {**graph, 'nodes': nodes}


def _check_equal(symbol_file, values, model, names, shapes) -> None:
    """InputError unless legacy arrays give what the new folder does."""
    rng = onp.random.RandomState(0)
    inputs = [rng.uniform(size=shape).astype('float32') for shape in shapes]
    actual = [Y.asnumpy() for Y in flatten(model(*inputs))]
    with legacy_arrays(), warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Cannot decide type')  # none was asked for
        block = gluon.SymbolBlock(read_symbol(symbol_file)[0],
                                  [mx.sym.var(name) for name in names])
        for name, param in block.collect_params().items():
            value = values[name]
            param._load_init(mx.nd.array(value, dtype=value.dtype), mx.cpu(),
                             cast_dtype=True, dtype_source='saved')
        with autograd.pause(train_mode=False):
            try:
                expected = [Y.asnumpy() for Y in flatten(block(
                    *(mx.nd.array(X) for X in inputs)))]
            except mx.MXNetError as error:
                raise InputError(f'{symbol_file} does not run: {last_line(error)}'
                                 ) from error
    check_count(expected, actual, 'the network in its new folder')
    for i, (a, b) in enumerate(zip(expected, actual)):
        if not (a.shape == b.shape
                and abs(a - b).max() <= TOLERANCE * abs(a).max()):
            raise InputError(f'output {i} of {symbol_file} is another with arrays of '
                             f'today: shapes {a.shape} and {b.shape}')
