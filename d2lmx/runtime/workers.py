"""Processes of their own for what would disturb each other's speed in a single one."""
import multiprocessing
import os
import statistics
from contextlib import ExitStack, contextmanager

from mxnet import npx

from .timing import Timer

__all__ = ['WorkerDied', 'seconds_in_turn', 'median_seconds']


class WorkerDied(RuntimeError):
    """A measuring process ended before its work was done; its own message says why.

    Book: 12.1 (sec_hybridize)
    """


class Worker:
    """``with Worker(make, *args) as worker``: a process that runs and times functions.

    ``make(*args)``, called in that process, returns {name: function}; make must stand
    at the top of a module, and the arguments be such as can be pickled. environment:
    changes to the variables that the process starts with.
    """

    def __init__(self, make, *args, environment=None):
        self.environment = environment or {}
        context = multiprocessing.get_context('spawn')  # MXNet does not survive a fork
        self.pipe, self.theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(self.theirs, make, args))

    def __enter__(self):
        with changed_environment(self.environment):
            self.process.start()
        self.theirs.close()  # so that the pipe breaks where the process dies
        return self

    def seconds(self, name: str) -> float:
        """Run the function of that name, and return how long it took."""
        try:
            self.pipe.send(name)
            return self.pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerDied('a measuring process died: see its message above'
                             ) from error

    def __exit__(self, *error):
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def serve(pipe, make, args) -> None:
    """What the process does: a call for each name that comes, answered by its time."""
    functions = make(*args)
    while True:
        try:
            function = functions[pipe.recv()]
        except EOFError:
            return
        timer = Timer()
        function()
        npx.waitall()
        pipe.send(timer.stop())


@contextmanager
def changed_environment(changes):
    """Environment variables that have other values within the block."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def seconds_in_turn(makers: dict, names, rounds: int, warm_up: int = 2,
                    environments=None, watch=None) -> dict:
    """{(side, name): seconds of each call}; the sides take turns, round by round.

    makers: {side: (make, *args)}, a `Worker` each; environments: {side: changes} to the
    variables of its process. The first `warm_up` rounds do not count. ``watch()`` is
    called after each call. WorkerDied where a process ends too soon.

    Book: 12.1 (sec_hybridize)
    """
    times = {}
    environments = environments or {}
    with ExitStack() as stack:
        workers = {side: stack.enter_context(
                       Worker(*maker, environment=environments.get(side)))
                   for side, maker in makers.items()}
        for i in range(warm_up + rounds):
            for name in names:
                for side, worker in workers.items():
                    seconds = worker.seconds(name)
                    if i >= warm_up:
                        times.setdefault((side, name), []).append(seconds)
                    if watch:
                        watch()
    return times


def median_seconds(makers: dict, names, rounds: int, **options) -> dict:
    """{(side, name): median seconds of a call}; else as `seconds_in_turn`.

    Book: 12.1 (sec_hybridize)
    """
    times = seconds_in_turn(makers, names, rounds, **options)
    return {key: statistics.median(values) for key, values in times.items()}
