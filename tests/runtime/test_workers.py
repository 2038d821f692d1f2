"""Functions timed in processes of their own, in turn."""
import time

import pytest

from d2lmx.runtime.workers import WorkerDied, median_seconds


def sleeper(seconds):
    return {'short': lambda: time.sleep(seconds),
            'long': lambda: time.sleep(4 * seconds)}


def broken():
    raise SystemExit(3)


def test_medians_are_those_of_each_side_and_name():
    seconds = median_seconds({'a': (sleeper, 0.02), 'b': (sleeper, 0.05)},
                             ('short', 'long'), rounds=3, warm_up=1)
    for side, base in (('a', 0.02), ('b', 0.05)):
        # sleep never ends early; how late it ends is the machine's affair
        assert base <= seconds[side, 'short'] < seconds[side, 'long']
        assert seconds[side, 'long'] >= 4 * base


def test_process_that_dies_is_told():
    with pytest.raises(WorkerDied, match='died'):
        median_seconds({'a': (broken,)}, ('short',), rounds=1)
