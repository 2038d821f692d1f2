"""How a port is called: on which tensors, in which form, and what it may give back."""
import contextlib
import inspect

from ..errors import Unavailable
from ..export.symbol import flatten
from .differences import difference

__all__ = ['Incomparable', 'NoPredictions', 'to_port', 'ready_port', 'call_port',
           'run_port', 'numbered']


class Incomparable(Unavailable, ValueError):
    """A network fails, or gives what cannot be compared with the other's outputs.

    Ours, for 7.6
    """


class NoPredictions(Incomparable):
    """A network's predictions are random, or not finite: no layer is to blame.

    Ours, for 4.6
    """


def to_port(array):
    """A copy of an MXNet array as a tensor; whole numbers become long ones.

    Ours, for 2.1
    """
    import torch
    tensor = torch.from_numpy(array.asnumpy().copy())
    return tensor if tensor.is_floating_point() else tensor.long()


def ready_port(port, inputs, names=()):
    """The port, which takes inputs one by one from now on, and has all its shapes.

    Where its ``forward`` cannot take them so, it gets the first, and the others in a
    tuple, as torch.nn.LSTM does: X, (H, C); with names, one dict of them. Lazy layers
    get their shapes from a call in prediction mode. Incomparable where that fails.

    Ours, for 6.6
    """
    from torch.nn.parameter import is_lazy
    if names:
        port.register_forward_pre_hook(lambda module, args: (
            (dict(zip(names, args)),) if len(args) == len(names) else None))
    elif not takes(port, inputs) and takes(port, [inputs[0], inputs[1:]]):
        port.register_forward_pre_hook(lambda module, args: (
            (args[0], args[1:]) if len(args) > 2 else None))
    if any(map(is_lazy, [*port.parameters(), *port.buffers()])):
        with modes_kept(port):
            call_port(port.eval(), inputs)
    return port


def takes(port, arguments) -> bool:
    """Whether the port's forward has room for as many arguments, and no more."""
    try:
        inspect.signature(port.forward).bind(*arguments)
    except TypeError:
        return False
    return True


@contextlib.contextmanager
def modes_kept(port):
    """After this context each module of the port trains or predicts as before it."""
    before = {module: module.training for module in port.modules()}
    try:
        yield
    finally:
        for module, training in before.items():
            module.training = training


def run_port(port, tensors) -> list:
    """The port's output tensors in a flat list; Incomparable with what it raised.

    Ours, for 6.6
    """
    try:
        outputs = flatten(port(*tensors))
    except Exception as error:  # the port is the reader's code: it may raise anything
        reason = (str(error) or 'no message').splitlines()[0]
        form = '' if takes(port, tensors) else (
            '; it is called with tensors of the shapes '
            f'{", ".join(str(tuple(X.shape)) for X in tensors)}, one by one, or the '
            'first and a tuple of the others')
        raise Incomparable(f'the port fails with {type(error).__name__}: {reason}{form}'
                           ) from error
    wrong = [Y for Y in outputs if not hasattr(Y, 'detach')]
    if wrong:
        raise Incomparable('the port must return a tensor, or a tuple of tensors, got '
                           f'{type(wrong[0]).__name__}')
    return outputs


def call_port(port, inputs) -> list:
    """The port's outputs on MXNet arrays, without gradients, as NumPy arrays.

    Incomparable where the port raises an error.

    Ours, for 6.6
    """
    import torch
    with torch.no_grad():
        return [Y.numpy() for Y in run_port(port, [to_port(X) for X in inputs])]


def numbered(ours, theirs, word: str) -> dict:
    """{'word 0': difference, ...} of two lists of arrays.

    Incomparable if one is longer.

    Ours, for 5.1
    """
    if len(ours) != len(theirs):
        raise Incomparable(f'the port returns {len(theirs)} arrays, Gluon {len(ours)}')
    return {f'{word} {i}': difference(*both)
            for i, both in enumerate(zip(ours, theirs))}
