"""Stopwatches."""
import time

import numpy as onp
from mxnet import npx


__all__ = ['Timer', 'Benchmark', 'time_in_turn']


class Timer:
    """Record several running times, in seconds; the clock starts at once.

    MXNet runs asynchronously: call ``npx.waitall()`` before ``stop()`` where the work
    in between must be over.

    Book: 3.1 (sec_linear_regression)
    """

    def __init__(self):
        self.times = []
        self.start()

    def start(self) -> None:
        """Start, or restart, the clock."""
        self.tik = time.perf_counter()

    def stop(self) -> float:
        """Record the seconds since the start and return them."""
        self.times.append(time.perf_counter() - self.tik)
        return self.times[-1]

    def avg(self) -> float:
        """Mean of the recorded times; ValueError where there are none."""
        if not self.times:
            raise ValueError('no time has been recorded: call stop() first')
        return sum(self.times) / len(self.times)

    def sum(self) -> float:
        """Sum of the recorded times."""
        return sum(self.times)

    def cumsum(self) -> list:
        """Running sum of the recorded times."""
        return onp.cumsum(self.times).tolist()


class Benchmark:
    """``with Benchmark('a step'):`` prints, and keeps in ``seconds``, how long it took.

    Only what the block itself does is timed, as in the book: work that it leaves in
    MXNet's queue is not, unless ``npx.waitall()`` ends the block. What was in the queue
    before is waited for first.

    Book: 12.1 (sec_hybridize)
    """

    def __init__(self, description: str = 'Done'):
        self.description = description

    def __enter__(self):
        npx.waitall()  # book: lets work left by an earlier block count in this one
        self.timer = Timer()
        return self

    def __exit__(self, *error):
        self.seconds = self.timer.stop()
        print(f'{self.description}: {self.seconds:.4f} sec')


def time_in_turn(functions: dict, num_rounds: int) -> dict:
    """{name: [seconds of a call in each round]} of functions that take turns.

    Each is called once before, which does not count; so what disturbs the machine for a
    while meets all of them. Work that a call leaves in MXNet's queue belongs to it.

    functions: {name: a function without arguments}.

    Ours, for 22.1
    """
    times = {name: [] for name in functions}
    for i in range(num_rounds + 1):
        for name, function in functions.items():
            npx.waitall()
            timer = Timer()
            function()
            npx.waitall()
            if i > 0:
                times[name].append(timer.stop())
    return times
