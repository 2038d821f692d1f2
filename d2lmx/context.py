"""The run that is on: what its parts share without handing it on.

``current()`` is the run in force, the one door to it; ``running(...)`` changes a part
of it within a block. Whoever is asked for devices, data files, checkpoints or the other
workers of a training looks here.
"""
import contextlib
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from .errors import InputError

DATA = ('book', 'toy')


class Alone:
    """The workers of a training in one process: all work, and all sums, are its own.

    Each worker of ``d2lmx launch`` has `Workers`, of the same methods, in this place.
    """

    rank, size = 0, 1
    updates = None  # a number where updates must be shared: how many have been

    def part(self, rows):
        """This worker's share of one step's examples, of an array of rows."""
        return rows

    def sum(self, values: list) -> list:
        """Sums over the workers of each number in equally long lists."""
        return values

    def reduce_gradients(self, params) -> None:
        """Add up gradients over the workers now, not at the trainer's next step."""

    def begin_epoch(self) -> None:
        """Give all workers the random numbers of the first."""

    def end_epoch(self) -> None:
        """Give all workers the mean of statistics that each gathered for itself."""


@dataclass(frozen=True, eq=False)
class Run:
    """What holds for a whole run, and what it leaves to be told afterwards."""

    devices: Optional[list] = None  # chosen to train on; None: no choice
    used: set = field(default_factory=set)  # devices on which a batch was put
    workers: Any = Alone()
    data: Optional[str] = None      # 'book' or 'toy'; None: as D2LMX_DATA says
    files: dict = field(default_factory=dict)  # data files read: name -> what is told
    checkpoints: Any = None         # the open `Checkpoints`
    compiles: bool = False          # whether networks that train are hybridized
    alone: bool = False             # whether the process does nothing else
    section: Optional[str] = None   # the slug of the one that runs or predicts
    out: Any = None                 # the folder that the run's results go to
    examine: Any = None             # function of (step, batches), in a training's place

    @property
    def kind(self) -> str:
        """Of all data files read: one toy or local file makes the whole toy or local.
        """
        kinds = {file['data'] for file in self.files.values()}
        return next((kind for kind in ('toy', 'local', 'book') if kind in kinds),
                    'none')


_runs = [Run()]


def current() -> Run:
    """The run in force."""
    return _runs[-1]


@contextlib.contextmanager
def running(**changes):
    """Within the block, a run with these changes is in force; gives it.

    InputError for data that is neither 'book' nor 'toy'.
    """
    if changes.get('data') not in (None, *DATA):
        raise InputError(f"data must be 'book' or 'toy', got {changes['data']!r}")
    run = replace(current(), **changes)
    _runs.append(run)
    try:
        yield run
    finally:
        _runs.remove(run)
