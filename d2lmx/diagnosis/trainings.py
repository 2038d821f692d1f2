"""A training that can be asked what it does with a batch, and put back."""
import contextlib

import numpy as onp
from mxnet import autograd, gluon, np, npx
from mxnet.ndarray import NDArray

from ..errors import InputError
from ..runtime.devices import set_seed

SEED = 0  # before each pass: what chance has a part in, as dropout, is always the same


class Weight:
    """An array that is trained: a parameter, or an array with a gradient."""

    def __init__(self, name: str, part):
        self.name, self.part = name, part

    @property
    def arrays(self) -> list:
        """Its copies, one a device."""
        return (self.part.list_data() if isinstance(self.part, gluon.Parameter)
                else [self.part])

    @property
    def is_frozen(self) -> bool:
        """Whether it was said to have no gradient."""
        return isinstance(self.part, gluon.Parameter) and self.part.grad_req == 'null'

    @property
    def value(self):
        """As NumPy has it, (...), in double precision."""
        return self.arrays[0].asnumpy().astype('float64')

    @property
    def is_reached(self) -> bool:
        """Whether a backward pass has come by since the last `forget`."""
        return not self.is_frozen and any(array._fresh_grad for array in self.arrays)

    def forget(self) -> None:
        """From now on no backward pass has come by."""
        for array in [] if self.is_frozen else self.arrays:
            array._fresh_grad = False

    @property
    def grad(self):
        """Of all devices together, as NumPy has it; zeros where it is not reached."""
        if not self.is_reached:
            return onp.zeros(self.part.shape)
        return sum(array.grad.asnumpy().astype('float64') for array in self.arrays)

    @property
    def usual_length(self) -> float:
        """That of fresh weights whose outputs are as large as their inputs, at least.

        A layer that begins at nothing, as biases do, may well move further than it is
        long.
        """
        rows = self.part.shape[0] if self.part.shape else 1
        return max(float(onp.linalg.norm(self.value)), rows ** 0.5)

    def put(self, value) -> None:
        """Give all copies the numbers of a NumPy array."""
        for array in self.arrays:
            array[:] = np.array(value, dtype=array.dtype, ctx=array.ctx)

    def move(self, updater, key) -> None:
        """One step of an optimizer's ``updater(key, grad, array)``, where reached."""
        if not self.is_reached:
            return
        first, *others = self.arrays
        grad = sum((array.grad.as_in_ctx(first.ctx) for array in others), first.grad)
        updater(key, grad, first)
        for array in others:
            array[:] = first.as_in_ctx(array.ctx)


def weights_of(trains) -> list:
    """The `Weight` of each array among what a `Step` trains, each once."""
    found = {}

    def visit(part, name):
        if isinstance(part, gluon.Block):
            for path, param in part._collect_params_with_prefix().items():
                visit(param, f'{name}{path}')
        elif isinstance(part, gluon.Parameter):
            # running averages have no gradient, and constants are not to have one
            if part._differentiable and not isinstance(part, gluon.Constant):
                found.setdefault(id(part), Weight(name, part))
        elif isinstance(part, gluon.Trainer):
            for param in part._params:
                visit(param, param.name)
        elif isinstance(part, NDArray):
            if part.grad is not None:
                found.setdefault(id(part), Weight(name.rstrip('.'), part))
        elif isinstance(part, (list, tuple, dict)):
            children = part if isinstance(part, dict) else dict(enumerate(part))
            blocks = [child for child in children.values()
                      if isinstance(child, gluon.Block)]
            alone = blocks[0] if len(blocks) == 1 else None
            for key, child in children.items():
                visit(child, name if child is alone else f'{name}{key}.')

    visit(trains, '')
    return list(found.values())


class Seen(Exception):
    """Ends a step at its first backward pass."""


class Training:
    """A step and some of its batches. Its networks are imperative from then on.

    InputError where the step does not say what it trains.
    """

    def __init__(self, step, batches):
        self.step, self.batches = step, batches
        if not batches:
            raise InputError('there is no batch to train on')
        parts = step.trains if isinstance(step.trains, (list, tuple)) else [step.trains]
        for part in parts:
            if isinstance(part, gluon.Block):  # else its layers are not seen
                part.hybridize(active=False)
        self.weights = weights_of(step.trains)
        if not self.weights:
            raise InputError('this training does not say what it trains, as '
                             'Step(function, trains=[net, trainer]) does')
        self.has_chance = True  # seeding takes longer than a small network's pass
        first = self.losses(self.batches[0])
        self.has_chance = False
        self.has_chance = not onp.array_equal(first, self.losses(self.batches[0]))

    def losses(self, batch, backward: bool = False):
        """What a batch loses: the numbers whose sum is differentiated first, (n,).

        backward: then the weights have their gradients. Nothing is updated: the step
        ends there.
        """
        heads = []

        def differentiated(arrays, go_on):
            heads.extend(arrays)
            if backward:
                for weight in self.weights:
                    weight.forget()
                go_on()
            raise Seen

        with watching(differentiated), contextlib.suppress(Seen):
            self.train(batch)
        if not heads:
            raise InputError('this training has no backward pass: there is no gradient '
                             'to look at')
        return numbers_of(heads)

    def mean_loss(self, batch) -> float:
        """The mean of `losses`."""
        return float(self.losses(batch).mean())

    def train(self, batch) -> None:
        """One step of the training's own."""
        if self.has_chance:
            set_seed(SEED)
        self.step.begin_epoch()
        self.step(*batch)

    def values(self) -> dict:
        """{name: NumPy array} of all weights."""
        return {weight.name: weight.value for weight in self.weights}

    def put(self, values) -> None:
        """Go back to what `values` gave."""
        for weight in self.weights:
            weight.put(values[weight.name])


def numbers_of(arrays):
    """All numbers of some arrays, (n,), in double precision."""
    return onp.concatenate([array.asnumpy().astype('float64').ravel()
                            for array in arrays])


@contextlib.contextmanager
def watching(differentiated, called=None):
    """Within the block, backward passes and calls of blocks are seen.

    differentiated: ``differentiated(heads, go_on)`` in place of a backward pass, which
    ``go_on()`` is.
    """
    whole, single, call = autograd.backward, NDArray.backward, gluon.Block.__call__

    def of_all(heads, *args, **kwargs):
        differentiated(list(heads) if isinstance(heads, (list, tuple)) else [heads],
                       lambda: whole(heads, *args, **kwargs))

    def of_one(self, *args, **kwargs):
        differentiated([self], lambda: single(self, *args, **kwargs))

    def of_block(self, *args):
        output = call(self, *args)
        called(self, args, output)
        return output

    try:
        autograd.backward, NDArray.backward = of_all, of_one
        if called:
            gluon.Block.__call__ = of_block
        yield
    finally:
        autograd.backward, NDArray.backward = whole, single
        gluon.Block.__call__ = call


def take(batch, rows) -> list:
    """Those rows of each array of a batch, on the CPU."""
    return [take(part, rows) if isinstance(part, (list, tuple)) else
            np.array(part.asnumpy()[rows], dtype=part.dtype, ctx=npx.cpu())
            for part in batch]


def num_rows(batch):
    """How many rows all arrays of a batch have; None where they have not as many."""
    counts = {num_rows(part) if isinstance(part, (list, tuple)) else
              len(part) if isinstance(part, NDArray) and part.ndim else None
              for part in batch}
    return counts.pop() if len(counts) == 1 else None
