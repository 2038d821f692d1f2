"""One worker of a distributed training."""
import contextlib
import os
import random

import numpy as onp
from mxnet import gluon, np

from ..context import running
from .horovod import HorovodStore
from .trainer import Store, Trainer


class Workers:
    """The workers of a distributed training, as one of them sees all."""

    def __init__(self, link, store, rank: int, size: int):
        self.link, self.store, self.rank, self.size = link, store, rank, size
        self.is_async = 'async' in store.type
        self.updates = 0
        self._trainers = []

    def part(self, rows):
        self.link.beat()
        return onp.array_split(rows, self.size)[self.rank]

    def sum(self, values: list) -> list:
        return self.link.sum(values)

    def updated(self, trainer) -> None:
        """Note that a trainer made a step."""
        self.updates += 1
        if trainer not in self._trainers:
            self._trainers.append(trainer)
        self.link.beat()

    def reduce_gradients(self, params) -> None:
        for trainer in {param._trainer for param in params} - {None}:
            trainer.reduce_now()

    def begin_epoch(self) -> None:
        mine = random_state()
        take_random_state(self.sum(mine if self.rank == 0 else [0] * len(mine)))

    def end_epoch(self) -> None:
        """Average what is no gradient's to change: the statistics of batch norms."""
        arrays = [array for trainer in self._trainers for param in trainer._params
                  if param.grad_req == 'null' and not isinstance(param, gluon.Constant)
                  for array in param.list_data()]
        values = [array.asnumpy() for array in arrays]
        sums = self.sum([float(x) for value in values for x in value.reshape(-1)])
        sums = onp.array(sums) / self.size
        for array, value in zip(arrays, values):
            mean, sums = sums[:value.size], sums[value.size:]
            mean = mean.reshape(value.shape).astype(value.dtype)
            array[:] = np.array(mean, dtype=mean.dtype, ctx=array.ctx)
        self._trainers.clear()


def random_state() -> list:
    """The states of NumPy's and Python's generators, as numbers."""
    _, keys, position, has_gauss, gauss = onp.random.get_state()
    _, numbers, python_gauss = random.getstate()
    return [*map(int, keys), position, has_gauss, gauss, *numbers,
            python_gauss is not None, python_gauss or 0.0]


def take_random_state(values: list) -> None:
    """Put back what `random_state` gave."""
    keys, (position, has_gauss, gauss) = values[:624], values[624:627]
    onp.random.set_state(('MT19937', onp.array(keys, onp.uint32), int(position),
                          int(has_gauss), gauss))
    *numbers, has_gauss, gauss = values[627:]
    random.setstate((3, tuple(map(int, numbers)), gauss if has_gauss else None))


def join():
    """The store of the launcher's choice, once all workers have one."""
    if os.environ['D2LMX_ENGINE'] == 'horovod':
        return HorovodStore(os.environ['DMLC_NODE_HOST'])
    return Store(os.environ['D2LMX_MODE'])


@contextlib.contextmanager
def joined(link):
    """Within the block, this process trains together with the launcher's others."""
    link.send(starting=True)
    workers = Workers(link, join(), int(os.environ['D2LMX_RANK']),
                      int(os.environ['D2LMX_WORKERS']))
    link.workers = workers  # a store that ends waits for all workers: not after a fault
    link.send(joined=True)
    gluon.Trainer = Trainer  # where sections and the library find it
    with running(workers=workers):
        yield
    link.workers = None
