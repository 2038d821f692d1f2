"""Functions timed in processes of their own, in turn."""
import time

import pytest

from d2lmx.bench.processes import WorkerDied, median_seconds, seconds_in_turn, turn


def sleeper(seconds):
    return {'short': lambda: time.sleep(seconds),
            'long': lambda: time.sleep(4 * seconds)}


def half(seconds):
    return {**sleeper(seconds), 'gone': 'no compiler'}


def broken():
    raise SystemExit(3)


@pytest.mark.slow
def test_medians_are_those_of_each_side_and_name():
    seconds = median_seconds({'a': (sleeper, 0.02), 'b': (sleeper, 0.05)},
                             rounds=3, warm_up=1)
    for side, base in (('a', 0.02), ('b', 0.05)):
        # sleep never ends early; how late it ends is the machine's affair
        assert base <= seconds[side, 'short'] < seconds[side, 'long']
        assert seconds[side, 'long'] >= 4 * base


def test_process_that_dies_is_told():
    with pytest.raises(WorkerDied, match='died'):
        median_seconds({'a': (broken,)}, rounds=1)


def test_rounds_end_where_the_time_is_up_but_three_are_made():
    turns = []
    times, refused = seconds_in_turn(
        {'a': (half, 0.02)}, rounds=50, warm_up=0, most_seconds=0,
        watch=lambda *turn: turns.append(turn))
    assert {key: len(values) for key, values in times.items()} == {
        ('a', 'short'): 3, ('a', 'long'): 3}
    assert turns == [(done, 100) for done in range(1, 7)]
    assert refused == {('a', 'gone'): 'no compiler'}  # with its reason


@pytest.mark.alone
def test_a_turn_of_a_short_function_is_many_calls():
    calls = []
    seconds = turn(lambda: calls.append(time.sleep(0.01)), 0.05)
    assert 2 <= len(calls) <= 5 and 0.01 <= seconds < 0.05
