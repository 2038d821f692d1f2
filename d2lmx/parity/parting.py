"""At which layer a Gluon network and its port first part, going forward."""
import contextlib
from collections import defaultdict
from dataclasses import dataclass

from mxnet import autograd

from ..export.symbol import flatten
from .calling import Incomparable, call_port
from .differences import difference

__all__ = ['find_parting']

UNSEEN = 'unseen'  # in place of what has no array to compare, as packed sequences have
TRANSPARENT = ('Flatten', 'Identity')  # change no value, and stand on one side only


@dataclass
class Call:
    """One call of a layer: where it is in the network, what went in and came out."""

    name: str          # structural; None for the outputs of the whole network
    kind: str          # name of its class
    input: object      # NumPy array, or UNSEEN
    output: object = None  # the same; None where the call ended with an error

    @property
    def is_unseen(self):
        """Whether nothing of it can be compared."""
        return self.input is UNSEEN and self.output is UNSEEN

    def __str__(self):
        return (self.kind if self.name is None
                else f'{self.kind} {self.name or "(whole)"}'
                + (' (packed sequences or keywords, not compared)' if self.is_unseen
                   else ''))


def find_parting(net, port, pairs, inputs, tolerance: float, begin=None):
    """Where the outputs of two networks with the same weights first differ, or None.

    Both run layer by layer on the same inputs, in prediction mode and, where that shows
    nothing, in training mode; the Gluon network is left imperative. Sequences that the
    port packs are passed over.

    begin: ``begin(port, pairs)`` puts the port in training mode; None: predict alone.

    Returns
    -------
    dict or None
        'ours' and 'theirs' (the two layers), 'text' (a sentence), 'mode', and
        'absolute' and 'relative', infinite where the shapes differ or one
        side has no output.

    Ours, for 6.6
    """
    net.hybridize(False)
    partners = {None: None, **{pair.ours.name: pair.theirs.name for pair in pairs}}
    for mode in ('prediction', 'training') if begin else ('prediction',):
        begin(port, pairs) if mode == 'training' else port.eval()
        with autograd.train_mode() if mode == 'training' else autograd.predict_mode():
            ours = gluon_calls(net, partners, inputs)
        theirs, error = port_calls(port, set(partners.values()), inputs)
        found = first_parting(ours, theirs, partners, tolerance)
        if found:
            if error:
                found['text'] += f'; then {error}'
            return {**found, 'mode': mode}
        if error:
            last = theirs[-1] if theirs else 'its input'
            return {'ours': 'none', 'theirs': str(last), 'mode': mode,
                    'absolute': float('inf'), 'relative': float('inf'),
                    'text': f'all layers agree that the port reaches; after {last} '
                            f'{error}'}
    return None


def gluon_calls(net, units, inputs) -> list:
    """Each call of a leaf, or of a layer named in units, in order, and the outputs'."""
    calls = []

    def watch(block, name):
        for key, child in block._children.items():
            watch(child, f'{name}.{key}' if name else key)
        if (block._children and name not in units) or is_transparent(block):
            return
        hooks.append(block.register_forward_pre_hook(
            lambda block, inputs: begin(block, name, inputs)))
        hooks.append(block.register_forward_hook(
            lambda block, inputs, outputs: end(name, outputs)))

    def begin(block, name, inputs):
        values = first(inputs)
        owner = next((call for call in reversed(calls) if call.name in units
                      and name == f'{call.name}.act'.lstrip('.')), None)
        if owner is not None:  # a Dense's activation: its input is Dense's output
            owner.output = values
        calls.append(Call(name, type(block).__name__, values))

    def end(name, outputs):
        call = next(call for call in reversed(calls) if call.name == name)
        if call.output is None:
            call.output = first(outputs)

    def first(arrays):
        return next((X.asnumpy() for X in flatten(arrays)), UNSEEN)

    hooks = []
    watch(net, '')
    try:
        Y = first(net(*inputs))
    finally:
        for hook in hooks:
            hook.detach()
    return calls + [Call(None, 'the outputs', Y, Y)]


def port_calls(port, units, inputs):
    """The same of the port, and the error that ended it, or None."""
    calls, open_calls, hooks, error = [], defaultdict(list), [], None

    def begin(module, name, inputs):
        calls.append(Call(name, type(module).__name__, first(inputs)))
        open_calls[name].append(calls[-1])

    def end(name, outputs):
        open_calls[name].pop().output = first(outputs)

    for name, module in port.named_modules():
        if (name in units or not module._modules) and not is_transparent(module):
            hooks.append(module.register_forward_pre_hook(
                lambda module, inputs, name=name: begin(module, name, inputs)))
            hooks.append(module.register_forward_hook(
                lambda module, inputs, outputs, name=name: end(name, outputs)))
    with contextlib.ExitStack() as stack:
        for hook in hooks:
            stack.callback(hook.remove)
        try:
            Y = call_port(port, inputs)[0]
            calls.append(Call(None, 'the outputs', Y, Y))
        except Incomparable as failure:
            error = str(failure)
    return calls, error


def first(tensors):
    """The first tensor as a NumPy array; UNSEEN if there is none, or it is packed."""
    from torch.nn.utils.rnn import PackedSequence
    while isinstance(tensors, (list, tuple)) and not isinstance(
            tensors, PackedSequence):
        tensors = next(iter(tensors), None)
    return tensors.detach().clone().numpy() if hasattr(tensors, 'detach') else UNSEEN


def is_transparent(layer) -> bool:
    """Whether a layer only reshapes."""
    return type(layer).__name__ in TRANSPARENT


def first_parting(ours, theirs, partners, tolerance):
    """The first layer, in Gluon's order of calls, whose input or output differs."""
    count, before, their_before = defaultdict(int), -1, -1
    for i, call in enumerate(ours):
        if call.name not in partners:
            continue
        places = [j for j, other in enumerate(theirs)
                  if other.name == partners[call.name]]
        if count[call.name] >= len(places):
            return None  # the port ended with an error before it came here
        j = places[count[call.name]]
        count[call.name] += 1
        if exceeds(call.input, theirs[j].input, tolerance):
            return between(call, theirs[j], ours[before + 1:i],
                           theirs[their_before + 1:j], tolerance)
        if exceeds(call.output, theirs[j].output, tolerance):
            return described(call, theirs[j], call.output, theirs[j].output)
        if not theirs[j].is_unseen:
            before, their_before = i, j
    return None


def between(call, other, inner, their_inner, tolerance) -> dict:
    """Which of the layers without parameters, ahead of two with, makes the difference.

    inner, their_inner: the calls since the layers with parameters before those two.
    """
    if len(inner) == len(their_inner):
        for pair in zip(inner, their_inner):
            if exceeds(pair[0].output, pair[1].output, tolerance):
                return described(*pair, pair[0].output, pair[1].output)
    found = described(call, other, call.input, other.input, 'input')
    here, there = (', '.join(map(str, calls)) or 'no layer'
                   for calls in (inner, their_inner))
    found['text'] += (f'; between it and the layer before stand {here} here, '
                      f'{there} there')
    return found


def described(call, other, ours, theirs, side='output') -> dict:
    """A parting in words and figures."""
    values = difference(*aligned(ours, theirs)) if theirs is not None else {
        'absolute': float('inf'), 'relative': float('inf')}
    if theirs is None:
        how = 'the port gives none'
    elif ours.size != theirs.size:
        how = f'shapes {ours.shape} and {theirs.shape}'
    else:
        how = (f'largest difference {values["absolute"]:.3g}, relative '
               f'{values["relative"]:.3g}')
    return {'ours': str(call), 'theirs': str(other), **values,
            'text': f'they first part at the {side} of {call} (Gluon) and {other} '
                    f'(port): {how}'}


def exceeds(ours, theirs, tolerance) -> bool:
    """Whether two arrays differ; only by shape does not count."""
    if ours is UNSEEN or theirs is UNSEEN:
        return False
    return theirs is None or not (
        difference(*aligned(ours, theirs))['relative'] <= tolerance)


def aligned(ours, theirs):
    """Two arrays in one shape if they have as many elements: Dense flattens, say."""
    return (ours, theirs.reshape(ours.shape) if ours.size == theirs.size else theirs)
