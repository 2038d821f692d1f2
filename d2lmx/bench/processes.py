"""Processes of their own for what would disturb each other's speed in a single one."""
import math
import multiprocessing
import os
import statistics
from contextlib import ExitStack, contextmanager, nullcontext

from mxnet import npx

from ..errors import Unavailable
from ..runtime.signals import without_ctrl_c
from ..runtime.timing import Timer

__all__ = ['UNDER_LOAD', 'WorkerDied', 'seconds_in_turn', 'median_seconds']

TURN = 0.05  # seconds: short functions are called repeatedly
FEWEST = 3   # rounds that are made even where the time is up
UNDER_LOAD = 'under load'


class WorkerDied(Unavailable, RuntimeError):
    """A measuring process ended before its work was done; its own message says why.

    Ours, for 12.1
    """


class Worker:
    """``with Worker(make, *args) as worker``: a process that runs and times functions.

    ``make(*args)``, called in that process, returns {name: function}, or in place of a
    function the reason why there is none; make must stand at the top of a module, and
    the arguments be such as can be pickled. environment: changes to the variables that
    the process starts with.
    """

    def __init__(self, make, *args, environment=None):
        self.environment = environment or {}
        context = multiprocessing.get_context('spawn')  # MXNet does not survive a fork
        self.pipe, self.theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(self.theirs, make, args))

    def __enter__(self):
        with changed_environment(self.environment), without_ctrl_c():
            self.process.start()
        self.theirs.close()  # so that the pipe breaks where the process dies
        return self

    def names(self) -> dict:
        """{name: reason why it cannot be timed, or None}; waits until all is made."""
        return self.answer()

    def seconds(self, name, at_least: float = TURN) -> float:
        """How long a call of that function takes: the mean of a turn's calls.

        at_least: seconds that the turn takes.
        """
        try:
            self.pipe.send((name, at_least))
        except OSError as error:
            raise WorkerDied('a measuring process died: see its message above'
                             ) from error
        return self.answer()

    def answer(self):
        """What the process sends next."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerDied('a measuring process died: see its message above'
                             ) from error

    def __exit__(self, *error):
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def serve(pipe, make, args) -> None:
    """What the process does: a turn for each name that comes, answered by its time."""
    functions = make(*args)
    pipe.send({name: None if callable(function) else function
               for name, function in functions.items()})
    while True:
        try:
            name, at_least = pipe.recv()
        except EOFError:
            return
        pipe.send(turn(functions[name], at_least))


def turn(function, at_least: float) -> float:
    """Mean seconds of as many calls as make up a turn."""
    timer, seconds, calls = Timer(), 0, 0
    while seconds < at_least:
        function()
        npx.waitall()
        seconds, calls = timer.stop(), calls + 1
    return seconds / calls


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


def seconds_in_turn(makers: dict, rounds: int, warm_up: int = 2, environments=None,
                    most_seconds: float = math.inf, a_turn: float = TURN, watch=None,
                    beside=None):
    """Time the functions of several processes, which take turns, round by round.

    Parameters
    ----------
    makers
        {side: (make, *args)}, a `Worker` each.
    rounds, warm_up
        Turns of each function that count, after those that do not.
    environments
        {side: changes} to the variables of its process.
    most_seconds
        Where they are over, no further round begins, but three are made.
    a_turn
        Seconds that a turn takes at least, of as many calls as that needs.
    watch
        ``watch(turns made, turns in all)``, called after each turn.
    beside
        A function whose value is a context: within it each round is made a second time,
        whose seconds have the key (side, name, UNDER_LOAD).

    Returns
    -------
    tuple
        {(side, name): seconds of a call in each round}, and {(side, name): why it was
        not timed}. WorkerDied where a process ends too soon.

    Ours, for 12.1
    """
    environments = environments or {}
    with ExitStack() as stack:
        workers = {side: stack.enter_context(
                       Worker(*maker, environment=environments.get(side)))
                   for side, maker in makers.items()}
        found = {(side, name): reason for side, worker in workers.items()
                 for name, reason in worker.names().items()}
        refused = {key: reason for key, reason in found.items() if reason}
        states = {(): nullcontext, **({(UNDER_LOAD,): beside} if beside else {})}
        keys = [key for key in found if key not in refused]
        times = {(*key, *state): [] for state in states for key in keys}
        timer, total, done = Timer(), (warm_up + rounds) * len(times), 0
        for i in range(warm_up + rounds):
            if i >= warm_up + FEWEST and timer.stop() > most_seconds:
                break
            for state, context in states.items():
                with context():
                    for side, name in keys:
                        seconds = workers[side].seconds(name, a_turn)
                        if i >= warm_up:
                            times[(side, name, *state)].append(seconds)
                        done += 1
                        if watch:
                            watch(done, total)
    return times, refused


def median_seconds(makers: dict, rounds: int, **options) -> dict:
    """{(side, name): median seconds of a call}; else as `seconds_in_turn`.

    Ours, for 12.1
    """
    times, _ = seconds_in_turn(makers, rounds, **options)
    return {key: statistics.median(values) for key, values in times.items()}
