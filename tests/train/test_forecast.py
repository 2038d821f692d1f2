"""What a long training says of its length, on a clock of our own."""
import itertools
from types import SimpleNamespace

import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.context import Alone, running
from d2lmx.runtime import timing
from d2lmx.train import forecast

DATA = [(np.ones(1),)]


@pytest.fixture
def train(monkeypatch, caplog):
    """What a training says whose first batch, that compiles, takes a minute.

    Each further one takes as long as asked for; `stop` is that at which it is killed.
    """
    clock = SimpleNamespace(now=0.)
    monkeypatch.setattr(timing, 'time', SimpleNamespace(
        perf_counter=lambda: clock.now))
    monkeypatch.setattr(forecast.LOG, 'propagate', True)  # as before any command

    def run(seconds, batches, num_epochs, stop=None):
        count = itertools.count(1)

        def step(X):
            number = next(count)
            clock.now += 60 if number == 1 else seconds
            if number == stop:
                raise KeyboardInterrupt
            return {'loss': (1, 1)}

        caplog.clear()
        d2l.fit(d2l.Step(step, trains=[np.ones(1)]), batches, num_epochs)
        return [record.getMessage() for record in caplog.records]

    return run


def test_a_long_training_says_once_how_long(train):
    # from the third batch on the clock runs; 14 s later 300 - 5 batches of 7 s are left
    said, = train(7, DATA * 100, 3)
    assert 'about 34 minutes (7 seconds a batch)' in said and 'fewer epochs' in said


def test_epochs_of_a_second_count_together(train):
    # 3 + 100 batches of .1 s, of 20,000: 1989.7 s are left
    said, = train(.1, DATA * 10, 2000)
    assert 'about 33 minutes (0.1 seconds a batch)' in said


@pytest.mark.parametrize('seconds, num_batches, num_epochs', [
    (2, 100, 3),  # 10 minutes in all
    (100, 3, 2),  # 3 batches are over before the clock says anything, 2 more are left
    (.001, 10, 100)])
def test_a_short_training_says_nothing(train, seconds, num_batches, num_epochs):
    assert train(seconds, DATA * num_batches, num_epochs) == []


def test_batches_without_number_and_other_workers_say_nothing(train):
    class Stream:
        def __iter__(self):
            return iter(DATA * 200)

    class Second(Alone):
        rank = 1

    assert train(7, Stream(), 2) == []
    with running(workers=Second()):
        assert train(7, DATA * 200, 2) == []


def test_a_resumed_training_counts_what_is_left(train, tmp_path):
    with pytest.raises(KeyboardInterrupt), d2l.Checkpoints(tmp_path):
        train(7, DATA * 100, 5, stop=101)
    with d2l.Checkpoints(tmp_path, resume=True):
        said, = train(7, DATA * 100, 5)
    assert 'about 46 minutes' in said  # 395 batches of four epochs, not of five
