"""One worker: ``python -m d2lmx.distributed.worker SECTION [options]``.

The launcher starts it. It is the command ``d2lmx run``, after it has joined a team.
"""
import os
import random
import sys
import traceback

import numpy as onp
from mxnet import gluon, np

from .. import cli
from ..runner import run_section
from ..runtime.team import working_in
from ..sections import load
from .horovod import HorovodStore
from .hosts import LaunchError
from .link import Link
from .trainer import Store, Trainer


class Workers:
    """The team of a distributed training, as one of its workers sees it."""

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


def main(argv) -> None:
    """Join, run, and tell the launcher; exits with the run's status."""
    link = Link()
    try:
        section = cli.find_section(argv[0])
        link.send(starting=True)
        members = Workers(link, join(), int(os.environ['D2LMX_RANK']),
                          int(os.environ['D2LMX_WORKERS']))
        link.send(joined=True)
        gluon.Trainer = Trainer  # where sections and the library find it
        with working_in(members):
            status = run_section(section, load(section), argv[1:])
    except SystemExit as stop:
        status = stop.code or 0
    except LaunchError as error:
        print(f'd2lmx: {error}', file=sys.stderr)
        status = error.status
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if status:
        os._exit(status)  # the usual way waits, in the store's end, for all workers
    link.send(done=True)


if __name__ == '__main__':
    main(sys.argv[1:])
