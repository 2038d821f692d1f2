"""The one epoch loop."""
from collections import deque

from mxnet import npx

from ..metrics import History
from ..runtime.team import team
from ..runtime.timing import Timer
from .checkpoint import epochs
from .sharing import share

__all__ = ['fit', 'RunningMeans']

RUN_AHEAD = 2  # batches that may be queued in MXNet's engine before Python waits


class RunningMeans:
    """Means of named quantities that come as (sum, count), one dict a batch.

    A sum may be an MXNet array still being computed. It is read only when RUN_AHEAD
    later batches have been queued, so that reading seldom waits, the queue (and the
    memory it holds) stays bounded, and sums are kept in double precision.

    Book: 3.6 (sec_softmax_scratch)
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
        sums = iter(team().sum([part for pair in self._sums.values() for part in pair]))
        return {name: total / count
                for name, total, count in zip(self._sums, sums, sums)}


def fit(step, train_iter, num_epochs: int, *, evaluate=None, watch=None,
        points_per_epoch: int = 1, state=None) -> History:
    """Train for num_epochs passes over train_iter and return the `History`.

    Parameters
    ----------
    step
        ``step(*batch) -> {name: (sum, count)}``: trains on one batch. See
        `classification_step`.
    train_iter
        Batches; read once an epoch. ValueError where it is empty, as a generator is
        from the second epoch on. A worker of ``d2lmx launch`` trains on its share.
    num_epochs
        At least 1, else ValueError.
    evaluate
        ``evaluate() -> {name: value}``, called after each epoch.
    watch
        ``watch(history)``, called at each new point.
    points_per_epoch
        How often an epoch's running means enter the history (needs ``len(train_iter)``
        where above 1).
    state
        All that training changes, for `Checkpoints` alone: blocks, trainers and arrays,
        in lists, tuples or dicts, which may hold numbers as well. None: ``step.state``,
        which the step functions of this library set to their (net, updater). A function
        does not say what it trains: where net or updater is one, state is needed. What
        it names is saved, and changed in place when a training is resumed.

    Book: 3.6 (sec_softmax_scratch)
    """
    history = History()
    state = getattr(step, 'state', None) if state is None else state
    workers, train_iter = team(), share(train_iter, getattr(step, 'goes_on', False))
    for epoch in epochs(num_epochs, state, history, watch):
        workers.begin_epoch()
        means, timer = RunningMeans(), Timer()
        num_batches, num_examples, updates = 0, 0, workers.updates
        for num_batches, batch in enumerate(_timed(train_iter, history), start=1):
            means.add(step(*batch))
            if num_batches == 1 and updates is not None and workers.updates == updates:
                raise ValueError('this training updates its parameters by itself: only '
                                 'one by a gluon.Trainer can run on several workers')
            num_examples += len(batch[0])
            if _is_point(num_batches, train_iter, points_per_epoch):
                history.add(epoch + num_batches / len(train_iter), means.means())
                if watch:
                    watch(history)
        if num_batches == 0:
            raise ValueError(f'train_iter gave no batch in epoch {epoch + 1}: pass a '
                             'loader or a list (a generator can be read only once)')
        history.add(epoch + 1, means.means())
        history.examples += workers.sum([num_examples])[0]
        workers.end_epoch()
        history.seconds += timer.stop()
        if evaluate:
            history.add(epoch + 1, evaluate())
        if watch:
            watch(history)
    npx.waitall()  # for running averages: reading one waits for no backward pass
    return history


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
        yield batch


def _is_point(num_batches, train_iter, points_per_epoch):
    """Whether the means enter the history inside an epoch, after num_batches."""
    if points_per_epoch == 1 or num_batches == len(train_iter):
        return False  # the end of an epoch is always a point
    return num_batches % max(1, len(train_iter) // points_per_epoch) == 0
