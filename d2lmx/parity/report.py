"""What a comparison found, for people; and `compare`, for a reader's own networks."""
import copy

import numpy as onp
from mxnet import cpu, gluon, np

from ..errors import InputError, MissingPackage
from ..export.symbol import flatten
from ..export.tracing import last_line
from ..viz.tables import table
from .compare import STEPS, compare_port
from .structure import known_shapes
from .torch_side import NO_TORCH, has_torch

__all__ = ['Report', 'compare']


def compare(net, port, X, y=None, loss=None, *, lr: float = 0.1, steps: int = STEPS,
            seed: int = 0):
    """Whether a PyTorch module is the same network as a Gluon one, and where it is not.

    Both are copied, and stay as they are. The copies get the same random weights, and
    are compared in predictions for two batch sizes, in outputs and gradients of one
    step of training, in parameters after ten, and in what their layers say of
    themselves, such as rates of dropout. ``d2lmx compare`` does the same for a section.

    Parameters
    ----------
    net
        gluon.Block, initialized or not; HybridBlocks are compiled.
    port
        torch.nn.Module on the CPU; it may have lazy layers.
    X
        The inputs of one call: an array, a tuple of arrays, or a dict of them, whose
        values `net` takes in their order and `port` as the dict; the batch on the first
        axis. Where it lies elsewhere, as in recurrent states: a function of the batch
        size that gives them.
    y, loss
        Labels of the batch, and two functions of the first output and y: of Gluon, a
        loss for each example, and of PyTorch, their mean, such as
        ``gluon.loss.SigmoidBCELoss(), torch.nn.BCEWithLogitsLoss()``. None: y is
        random, and the loss cross-entropy where the first output has several scores an
        example, else L2.
    lr, steps, seed
        Of the training by SGD, and of the random weights.

    Returns
    -------
    Report
        Print it to read it; ``report.passed`` is the verdict, ``report.record`` has all
        figures.

    InputError (a ValueError) where an argument is of another kind; StructureError
    (likewise) where layers cannot be paired, which names the first.

    >>> net = nn.HybridSequential()
    >>> net.add(nn.Dense(5, activation='relu'), nn.Dense(4))
    >>> port = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Sigmoid(),
    ...                            torch.nn.Linear(5, 4))
    >>> report = d2l.compare(net, port, np.random.normal(size=(8, 3)))
    >>> report.passed
    False
    >>> print(report)  # ... first part at the output of Activation 0.act (Gluon) ...

    Ours, for 5.2
    """
    if not has_torch():
        raise MissingPackage(NO_TORCH)
    import torch
    for what, value, kind in (('net', net, gluon.Block),
                              ('port', port, torch.nn.Module)):
        if not isinstance(value, kind):
            raise InputError(f'{what} must be a {kind.__module__.split(".")[0]} '
                             f'{kind.__name__}, got {type(value).__name__}')
    if loss is not None and (y is None or not isinstance(loss, (tuple, list))
                             or len(loss) != 2):
        raise InputError('loss must be a pair, of Gluon and of PyTorch, and needs y')
    example_inputs, names, batch_size = batches_of(X)
    build_net = tried(net, example_inputs)
    if y is not None and len(y) != batch_size:
        raise InputError(f'y must have {batch_size} labels, as X has examples, got '
                         f'{len(y)}')
    return Report(compare_port(
        build_net, example_inputs, copied_port(port), lr=lr, steps=steps, seed=seed,
        batch_size=batch_size, y=y, losses=loss or (None, None), names=names))


def batches_of(X):
    """``example_inputs(batch_size)``, the inputs' names or (), and the batch size.

    X: as `compare` takes it. Of arrays, other batch sizes repeat their examples.
    """
    inputs = X(2) if callable(X) else X
    names = tuple(inputs) if isinstance(inputs, dict) else ()

    def in_order(inputs):
        arrays = (inputs.values() if names else inputs
                  if isinstance(inputs, (tuple, list)) else [inputs])
        for array in arrays:
            if not isinstance(array, np.ndarray):
                raise InputError('the inputs must be arrays of mxnet.np, got '
                                 f'{type(array).__name__}')
        return tuple(array.astype('float32').as_in_ctx(cpu())
                     if onp.issubdtype(array.dtype, onp.floating)
                     else array.as_in_ctx(cpu()) for array in arrays)

    arrays = in_order(inputs)
    if callable(X):
        return lambda batch_size=2: in_order(X(batch_size)), names, 4
    sizes = {array.shape[:1] for array in arrays}
    if len(sizes) != 1 or sizes & {(), (0,)}:
        raise InputError('the inputs must have the batch on the first axis, got the '
                         f'shapes {", ".join(str(X.shape) for X in arrays)}: where it '
                         'lies elsewhere, give a function of the batch size')
    (count,), = sizes
    return lambda batch_size=2: tuple(
        array[np.array(onp.arange(batch_size) % count, dtype='int32')]
        for array in arrays), names, count


def tried(net, example_inputs):
    """A function that gives a copy of the network, which takes the inputs; InputError.
    """
    try:
        trial = known_shapes(lambda: copied(net), example_inputs)
        for Y in flatten(trial(*example_inputs(2))):
            Y.asnumpy()
    except Exception as error:  # the network is the reader's code, and MXNet's
        raise InputError('net fails on these inputs with '
                         f'{type(error).__name__}: {last_line(error)}') from error
    return lambda: trial


def copied(net):
    """A float32 copy of a Gluon network, without its compiled graphs and its trainer.
    """
    left = {}

    def leave(block):
        if getattr(block, '_cached_op', None) is not None:
            left.update({id(block._cached_op): None, id(block._cached_graph): ()})

    net.apply(leave)
    left.update({id(param._trainer): None for param in net.collect_params().values()
                 if param._trainer is not None})
    twin = copy.deepcopy(net, left)
    twin.hybridize(False)
    twin.cast('float32')
    return twin


def copied_port(port):
    """A copy of a module, without gradients and what else came from a backward pass."""
    import torch
    lazy = {id(tensor): type(tensor)() for tensor in (*port.parameters(),
                                                     *port.buffers())
            if torch.nn.parameter.is_lazy(tensor)}  # which cannot be copied
    left = {id(value): value.detach() for module in port.modules()
            for value in vars(module).values()
            if isinstance(value, torch.Tensor) and not value.is_leaf}
    return copy.deepcopy(port, {**left, **lazy}).float().cpu()


class Report:
    """Of a comparison: the verdict, all figures, and as text what a reader needs.

    passed
        Whether nothing differs by more than its tolerance.
    record
        All figures, as `compare_port` gives them.

    Ours, for 5.2
    """

    def __init__(self, record: dict):
        self.record = record
        self.passed = record['passed']

    def __str__(self):
        rows = [row for what, check in self.record['checks'].items()
                for row in rows_of(what, check)]
        return '\n'.join([*([table(rows)] if rows else []), self.verdict(),
                          *failure(self.record), *remarks(self.record)])

    def verdict(self) -> str:
        """In a line."""
        if not self.passed:
            return 'the two networks differ'
        trained = 'outputs in training' in self.record['checks']
        return 'the two networks agree' + ('' if trained else ' in their predictions')


def rows_of(what, check) -> list:
    """A row of the table, and one below it where training was repeated in float64."""
    double = check.get('float64')
    exceeded = '' if check['passed'] or double else f'EXCEEDED at {check["at"]}'
    row = {'largest differences': what, 'absolute': f'{float(check["absolute"]):.1e}',
           'relative': f'{float(check["relative"]):.1e}',
           'allowed': f'{check["tolerance"]:.0e}', '': exceeded}
    return [row, *(rows_of('  in float64', double) if double else [])]


def failure(record) -> list:
    """Lines that say where and how the two networks part, if they do."""
    lines, parting, error = [], record['parting'], record['error']
    if parting:
        lines.append(f'in {parting["mode"]} mode {parting["text"]}')
    if error and not (parting and error in parting['text']):
        lines.append(f'FAILED: {error}')
    lines += [f'{row["what"]}: {row["ours"]} in the Gluon network, {row["theirs"]} in '
              'the port' for row in record['settings'] if not row['passed']]
    if not lines and not record['passed']:
        lines.append('no layer\'s output differs going forward: look at the gradients '
                     'and updates of the parameters named above')
    return lines


def remarks(record) -> list:
    """What was compared beside the figures, what was not, and by which conventions."""
    compared = sorted({row['what'].partition(' of ')[0] for row in record['settings']})
    lines = [f'compared, too: {", ".join(compared)}'] if compared else []
    lines += [f'NOT COMPARED: {text}' for text in record['not_compared']]
    return lines + [f'  {name}: {text}' for name, text in record['conventions'].items()]
