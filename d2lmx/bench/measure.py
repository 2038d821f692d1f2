"""What is measured, and under which conditions: threads, and other programs' work."""
import math
from dataclasses import dataclass
from functools import partial
from typing import Optional

from ..processor import CHOSEN, THREADS, usable_cores
from .load import busy
from .processes import seconds_in_turn


@dataclass(frozen=True)
class Plan:
    """How long, and under which conditions, something is timed."""

    rounds: int = 10
    threads: tuple = (None,)    # how many each time; None: as many as d2lmx takes
    under_load: bool = False    # also beside a busy process for each core
    most_seconds: float = math.inf      # of rounds; three are made
    num_batches: Optional[int] = None   # of an epoch of images or words, at most
    ways: Optional[tuple] = None        # of timing; None: all there are

    def wants(self, ways) -> list:
        """Those of the ways that are to be timed."""
        return [way for way in ways if self.ways is None or way in self.ways]


def measure(makers: dict, plan: Plan, environments: dict, **options):
    """Time functions of processes under each condition, all of them in turn.

    makers: {side: (make, *args)}, whose functions have names (way, what).
    environments, options: as of `seconds_in_turn`.

    Returns ({condition: {(what, way): seconds of each round}}, {'what, way': why it was
    not timed}); a condition is '', '1 thread', 'under load', '1 thread, under load'.
    """
    sides = {(side, count): maker for count in plan.threads
             for side, maker in makers.items()}
    times, refused = seconds_in_turn(
        sides, plan.rounds, most_seconds=plan.most_seconds,
        beside=partial(busy, usable_cores()) if plan.under_load else None,
        environments={(side, count): {**environments.get(side, {}), **chosen(count)}
                      for side, count in sides}, **options)
    found = {}
    for ((_, count), (way, what), *state), values in times.items():
        found.setdefault(condition(count, *state), {})[what, way] = values
    return found, {', '.join(filter(None, (what, way, condition(count)))): reason
                   for ((_, count), (way, what)), reason in refused.items()}


def chosen(count) -> dict:
    """The variables by which a process has so many threads; None: d2lmx's choice."""
    return {} if count is None else {THREADS: str(count), CHOSEN: ''}


def condition(count, *state) -> str:
    """In words: '2 threads, under load'; '' for d2lmx's threads on a quiet machine."""
    words = [] if count is None else [f'{count} thread{"s" * (count > 1)}']
    return ', '.join([*words, *state])


def with_condition(what: str, condition: str) -> str:
    """'training step, 1 thread': what was timed, as the tables have it."""
    return f'{what}, {condition}' if condition else what
