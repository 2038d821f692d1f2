"""The stopwatch, on a clock of our own."""
import time

import pytest
from mxnet import np

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


@pytest.mark.alone
def test_a_benchmark_prints_its_block_and_keeps_the_seconds(capsys):
    with d2l.Benchmark('a pause') as benchmark:
        time.sleep(.02)
    assert .02 <= benchmark.seconds < .5
    assert capsys.readouterr().out == f'a pause: {benchmark.seconds:.4f} sec\n'
    with d2l.Benchmark():
        pass
    assert capsys.readouterr().out.startswith('Done: 0.0')


@pytest.mark.alone
def test_a_benchmark_does_not_pay_for_what_was_queued_before():
    a = np.random.normal(size=(900, 900))
    for _ in range(3):  # milliseconds each
        b = np.dot(a, a)
    with d2l.Benchmark() as benchmark:
        pass
    timer = d2l.Timer()
    b.wait_to_read()
    assert timer.stop() < .005 and benchmark.seconds < .005


def test_functions_take_turns_and_first_calls_do_not_count(clock):
    calls, now = [], [10.]

    def work(name, *seconds):
        ends = iter(seconds)

        def function():
            calls.append(name)
            now[0] += next(ends)
            clock(now[0])

        return function

    assert d2l.time_in_turn({'a': work('a', 100, 1, 2), 'b': work('b', 200, 3, 4)},
                            2) == {'a': [1, 2], 'b': [3, 4]}
    assert calls == ['a', 'b'] * 3


@pytest.mark.alone
def test_a_turn_ends_with_what_it_left_in_the_queue():
    a = np.random.normal(size=(900, 900))
    queued, done = d2l.time_in_turn({
        'queued': lambda: [np.dot(a, a) for _ in range(3)],
        'done': lambda: [np.dot(a, a).wait_to_read() for _ in range(3)]}, 3).values()
    assert min(queued) > min(done) / 2
