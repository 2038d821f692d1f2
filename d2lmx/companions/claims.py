"""Claims, each beside what was measured, over several seeds where chance has a part."""
import random

from ..runtime.devices import set_seed

__all__ = ['claim', 'over_seeds']


def over_seeds(measure, num_seeds: int) -> dict:
    """{name: [its number from each seed]} of what ``measure()`` gives, a dict.

    The seeds are drawn at once, so that a run that is resumed draws the same.

    Ours, for 21.4
    """
    rows = []
    for seed in [random.randrange(2 ** 31) for _ in range(num_seeds)]:
        set_seed(seed)
        rows.append(measure())
    return {name: [row[name] for row in rows] for name in rows[0]}


def claim(text: str, measured: dict, holds: bool) -> dict:
    """A row of a result's ``'claims'``: what is said, what was found, whether it holds.

    measured: {name: number, or the list of what each seed gave}; numbers that stand
    side by side, as computed and printed ones do, are a dict: a list is of seeds.

    Ours, for 21.4
    """
    return {'claim': text, 'measured': measured, 'holds': bool(holds)}
