"""The stopwatch, on a clock of our own."""
import time

import pytest

import d2lmx as d2l


@pytest.fixture
def clock(monkeypatch):
    """``clock(t)`` sets the time that every clock reads."""
    def put(seconds):
        monkeypatch.setattr(time, 'perf_counter', lambda: seconds)

    put(10.)
    return put


def test_a_timer_starts_at_once_and_records_each_stop(clock):
    timer = d2l.Timer()
    clock(12.)
    assert timer.stop() == 2
    timer.start()
    clock(16.)
    assert timer.stop() == 4
    assert timer.times == [2, 4]
    assert (timer.sum(), timer.avg(), timer.cumsum()) == (6, 3, [2, 6])


def test_an_average_of_nothing_says_what_to_do():
    with pytest.raises(ValueError, match=r'call stop\(\) first'):
        d2l.Timer().avg()
