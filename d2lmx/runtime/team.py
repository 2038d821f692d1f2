"""The processes that train together: alone, or one of the workers of `d2lmx launch`.

Whoever shares work out, or adds up what was measured, asks `team` how: the answer is
`Alone` but in a worker, which puts its own team in place when it joins the others.
"""
import contextlib

__all__ = []


class Alone:
    """A team of one: all work is its own, all sums are its own."""

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


_teams = [Alone()]


def team():
    """The team in force."""
    return _teams[-1]


@contextlib.contextmanager
def working_in(members):
    """Within the block, these are the team."""
    _teams.append(members)
    try:
        yield
    finally:
        _teams.remove(members)
