"""Training for a number of steps, where a page counts no epochs."""
import math

from ..runtime.checks import check_whole
from .engine import fit
from .step import Step

__all__ = ['fit_steps', 'means_over_steps']

MOST_POINTS = 50  # of a curve; each of so few steps is one


class FirstBatches:
    """The batches of each pass, until num_steps of them have come in all.

    done: {'steps': how many of them were trained on}, counted by another.
    """

    def __init__(self, train_iter, num_steps, done):
        self.train_iter, self.num_steps, self.done = train_iter, num_steps, done
        self.is_shared = getattr(train_iter, 'is_shared', False)

    def __len__(self):
        return len(self.train_iter)

    def __iter__(self):
        left = self.num_steps - self.done['steps']
        for _, batch in zip(range(left), self.train_iter):
            yield batch


def fit_steps(step, train_iter, num_steps: int, *, watch=None):
    """Train for num_steps batches, in as many passes as that takes: the `History`.

    An epoch of the history is a pass, of which the last may be a part. Running means of
    a pass enter it about MOST_POINTS times in all, and at the end of each pass. step,
    watch and train_iter, which must be sized, as of `fit`. InputError for num_steps
    below 1.

    Ours, for 14.10
    """
    check_whole(num_steps=num_steps)
    done = {'steps': 0}

    def counted(*batch):
        done['steps'] += 1
        return step(*batch)

    batches = FirstBatches(train_iter, num_steps, done)
    steps_per_point = math.ceil(num_steps / MOST_POINTS)
    return fit(Step(counted, trains=[step.trains, done]), batches,
               math.ceil(num_steps / len(batches)), watch=watch,
               points_per_epoch=max(1, len(batches) // steps_per_point))


def means_over_steps(history, steps_per_pass: int, num_steps: int) -> dict:
    """{name: mean over all steps} of what `fit_steps` gave.

    Ours, for 14.10
    """
    means = {}
    for name, series in history.series.items():
        passes = {int(x): value for x, value in series if x == int(x)}
        sizes = {x: min(steps_per_pass, num_steps - (x - 1) * steps_per_pass)
                 for x in passes}
        means[name] = sum(passes[x] * sizes[x] for x in passes) / sum(sizes.values())
    return means
