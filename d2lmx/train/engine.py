"""The one epoch loop."""
from collections import deque
from operator import length_hint

from mxnet import npx

from ..context import current
from ..errors import InputError
from ..metrics import History
from ..runtime.timing import Timer
from .checkpoint import epochs
from .forecast import Forecast
from .replicas import merge_statistics
from .sharing import share
from .step import Step
from .threads import threads_by_work

__all__ = ['fit', 'RunningMeans']

RUN_AHEAD = 2  # batches that may be queued in MXNet's engine before Python waits


class RunningMeans:
    """Means of named quantities that come as (sum, count), one dict a batch.

    A sum may be an MXNet array still being computed. It is read only when RUN_AHEAD
    later batches have been queued, so that reading seldom waits, the queue (and the
    memory it holds) stays bounded, and sums are kept in double precision.

    Ours, for 3.6
    """

    def __init__(self):
        self._pending = deque()
        self._sums = {}

    def add(self, stats: dict) -> None:
        """Add one batch: {name: (sum, count)}."""
        self._pending.append(stats)
        while len(self._pending) > RUN_AHEAD:
            self._absorb()

    def _absorb(self):
        for name, (total, count) in self._pending.popleft().items():
            old_total, old_count = self._sums.get(name, (0.0, 0))
            self._sums[name] = old_total + float(total), old_count + count

    def means(self) -> dict:
        """{name: mean over all batches so far, of all workers}; waits for them."""
        while self._pending:
            self._absorb()
        parts = [part for pair in self._sums.values() for part in pair]
        sums = iter(current().workers.sum(parts))
        return {name: total / count
                for name, total, count in zip(self._sums, sums, sums)}


def fit(step, train_iter, num_epochs: int, *, evaluate=None, watch=None,
        points_per_epoch: int = 1) -> History:
    """Train for num_epochs passes over train_iter and return the `History`.

    Warns in the log 'd2lmx', after some seconds, where over ten minutes will follow.

    Parameters
    ----------
    step
        A `Step`, such as `classification_step` gives, or a function of the same call:
        ``step(*batch) -> {name: (sum, count)}``.
    train_iter
        Batches, lists of arrays or an array alone; read once an epoch. ValueError where
        it is empty, as a generator is from the second epoch on. A worker of ``d2lmx
        launch`` trains on its share.
    num_epochs
        At least 1, else ValueError.
    evaluate
        ``evaluate() -> {name: value}``, called after each epoch.
    watch
        ``watch(history)``, called at each new point.
    points_per_epoch
        How often an epoch's running means enter the history (needs ``len(train_iter)``
        where above 1).

    Ours, for 3.6
    """
    history = History()
    step = step if isinstance(step, Step) else Step(step)
    if current().examine:  # which ends the run
        current().examine(step, train_iter)
    with threads_by_work([step.trains, step.graphs]) as settle:
        _train(step, share(train_iter, step.in_order), num_epochs, history, evaluate,
               watch, points_per_epoch, settle)
    return history


def _train(step, train_iter, num_epochs, history, evaluate, watch, points_per_epoch,
           settle):
    workers, forecast = current().workers, Forecast(RUN_AHEAD)
    for epoch in epochs(num_epochs, step.trains, history, watch):
        workers.begin_epoch()
        step.begin_epoch()
        means, timer = RunningMeans(), Timer()
        num_batches, num_examples, num_tokens = 0, 0, 0
        updates = workers.updates
        for num_batches, batch in enumerate(_timed(train_iter, history), start=1):
            stats = step(*batch)
            means.add(stats)
            forecast.add((num_epochs - epoch) * length_hint(train_iter) - num_batches)
            if num_batches == 1 and updates is not None and workers.updates == updates:
                raise InputError('this training updates its parameters by itself: only '
                                 'one by a gluon.Trainer can run on several workers')
            num_examples += len(batch[-1])  # X may be a list of arrays
            if num_batches == 1:
                settle(batch[-1])
            num_tokens += stats['train loss'][1] if step.counts_tokens else 0
            if _is_point(num_batches, train_iter, points_per_epoch):
                history.add(epoch + num_batches / len(train_iter), means.means())
                if watch:
                    watch(history)
        if num_batches == 0:
            raise InputError(f'train_iter gave no batch in epoch {epoch + 1}: pass a '
                             'loader or a list (a generator can be read only once)')
        history.add(epoch + 1, means.means())
        num_examples, num_tokens = workers.sum([num_examples, num_tokens])
        history.examples += num_examples
        history.tokens += num_tokens
        workers.end_epoch()
        merge_statistics(step.trains)
        history.seconds += timer.stop()
        if evaluate:
            history.add(epoch + 1, evaluate())
        if watch:
            watch(history)
    npx.waitall()  # for running averages: reading one waits for no backward pass


def _timed(train_iter, history):
    """The same batches; the time until each of them comes is the history's waiting."""
    batches = iter(train_iter)
    while True:
        timer = Timer()
        try:
            batch = next(batches)
        except StopIteration:
            return
        finally:
            history.waiting += timer.stop()
        yield batch if isinstance(batch, (list, tuple)) else [batch]  # X alone


def _is_point(num_batches, train_iter, points_per_epoch):
    """Whether the means enter the history inside an epoch, after num_batches."""
    if points_per_epoch == 1 or num_batches == len(train_iter):
        return False  # the end of an epoch is always a point
    return num_batches % max(1, len(train_iter) // points_per_epoch) == 0
