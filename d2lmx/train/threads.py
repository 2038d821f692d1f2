"""How many threads operators get in a training: by how much they have to compute.

Threads wait actively for one another, while Python, which queues the next operators,
wants a processor too. On two cores the translators of chapters 9 and 10 train 1.4 to 2
times as fast with one thread, LeNet 1.4 times as fast with two.
"""
import ctypes
import functools
import threading
from contextlib import contextmanager

import mxnet as mx
import numpy as onp
from mxnet import gluon
from mxnet.base import _LIB, check_call

from .. import processor
from ..context import current
from ..viz.summaries import products_of

__all__ = []

WORTH = 5e7  # products of a forward pass for which a thread more is worth its while
CPU = 1      # MXNet's number of this kind of device


class _Context(ctypes.Structure):
    """A device as MXNet's engine is told of it."""

    _fields_ = [('kind', ctypes.c_int32), ('number', ctypes.c_int32)]


@contextmanager
def threads_by_work(trains):
    """In this context what a `Step` trains can get as many threads as serve it.

    Gives ``settle(labels)``, to be called after a step on them. What is chosen then
    stays for the whole process, whatever trains later: oneDNN's operators keep memory
    for as many threads as there were when they were first called, and write beyond it
    where more call them. So it is chosen in a process that does nothing but one run;
    and not where the user said how many threads there are, or blocks are not compiled.

    trains: as of `Step`. Of compiled networks the products are known once they were
    called. Where it is but matrices and vectors, of dense layers from scratch, each
    number counts once a label, as of a token; how often a kernel counts is unknown.
    """
    most, why = processor.threads()
    work, seen, hooks = {}, set(), []

    def count(block, inputs, _):
        is_call = isinstance(inputs[0], mx.nd.NDArray)  # else a part of a larger trace
        if not is_call or not block._active or inputs[0].ctx in _chosen or (
                block, inputs[0].ctx) in seen:
            return
        seen.add((block, inputs[0].ctx))
        variables, graph = block._cached_graph
        known = {name: p.shape for name, p in block.collect_params().items()}
        known.update({variable.name: array.shape for variable, array
                      in zip(_flat(variables), _flat(inputs)) if array is not None})
        add(inputs[0].ctx, products_of(graph, known))

    def add(ctx, products):
        work[ctx] = work.get(ctx, 0) + products

    def settle(labels):
        for array in arrays:
            add(array.ctx, array.size * onp.size(labels))
        for ctx in work.keys() - _chosen:
            if ctx.device_type == 'cpu':
                _chosen.add(ctx)
                use_threads(ctx, min(most, max(1, int(work[ctx] // WORTH))))

    chooses = current().alone and most > 1 and why == processor.BY_US
    parts = list(_flat([trains])) if chooses else []
    arrays = [part for part in parts if isinstance(part, mx.nd.NDArray)]
    if any(isinstance(part, gluon.Block) for part in parts) or any(
            array.ndim > 2 for array in arrays):
        arrays = []
    for net in (part for part in parts if isinstance(part, gluon.HybridBlock)):
        net.apply(lambda block: hooks.append(block.register_forward_hook(count)))
    try:
        yield settle
    finally:
        for hook in hooks:
            hook.detach()


_chosen = set()  # devices whose operators have their number of threads


def use_threads(ctx, count: int) -> None:
    """Give each operator on a context of the CPU so many threads, from now on.

    Never more than it had before: see `threads_by_work`.

    OpenMP keeps the number for each thread that begins operators, which is one of
    MXNet's engine here; so that one has to be asked.
    """
    ask, is_done = _asker(count)
    is_done.clear()
    device = _Context(CPU, ctx.device_id)
    check_call(_LIB.MXEnginePushSync(ask, None, None, ctypes.byref(device), None, 0,
                                     None, 0, None, 0, b'use_threads'))
    is_done.wait()


@functools.lru_cache(None)
def _asker(count):
    """What MXNet is to call for a count, and the event that it has.

    Kept for good: after Ctrl-C MXNet still calls what was queued.
    """
    is_done = threading.Event()

    @ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
    def ask(run_context, parameter):
        _libgomp().omp_set_num_threads(count)
        is_done.set()

    return ask, is_done


@functools.lru_cache(None)
def _libgomp():
    return ctypes.CDLL('libgomp.so.1')  # the one that MXNet has loaded


def _flat(nested):
    """What stands in lists, tuples and dicts, in order."""
    for part in nested.values() if isinstance(nested, dict) else nested:
        if isinstance(part, (list, tuple, dict)):
            yield from _flat(part)
        else:
            yield part
