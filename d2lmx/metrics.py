"""What is counted while training: sums, accuracy, and the history of a run."""
import math
from collections import Counter

from mxnet import np

__all__ = ['Accumulator', 'accuracy', 'num_correct', 'bleu', 'History']


class Accumulator:
    """Sums over n variables.

    Book: 3.6 (sec_softmax_scratch)
    """

    def __init__(self, n: int):
        self.data = [0.0] * n

    def add(self, *args) -> None:
        """Add one number to each of the n sums; ValueError unless n numbers come."""
        if len(args) != len(self.data):
            # book: extra sums or numbers are dropped silently by zip
            raise ValueError(f'expected {len(self.data)} numbers, got {len(args)}')
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def reset(self) -> None:
        """Set every sum to 0."""
        self.data = [0.0] * len(self.data)

    def __getitem__(self, idx):
        return self.data[idx]


def num_correct(y_hat, y) -> np.ndarray:
    """How many predictions are right, as an array of one number: does not wait.

    y_hat (batch, classes) scores, or (batch,) classes; y (batch,) classes.
    ValueError where the shapes do not go together (a y of shape (batch, 1) would
    otherwise be compared with every prediction by broadcasting).

    Book: 3.6 (sec_softmax_scratch)
    """
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    if y_hat.shape != y.shape and y_hat.size == y.size:
        y_hat, y = y_hat.reshape(-1), y.reshape(-1)
    if y_hat.shape != y.shape:
        raise ValueError('one label an example is needed: predictions have shape '
                         f'{y_hat.shape}, labels {y.shape}')
    return (y_hat.astype('int64') == y.astype('int64')).astype('float32').sum()


def accuracy(y_hat, y) -> float:
    """How many predictions are right (a count, as in the book; divide by ``len(y)``).

    Shapes and errors as in `num_correct`.

    Book: 3.6 (sec_softmax_scratch)
    """
    return float(num_correct(y_hat, y))


def bleu(pred_seq: str, label_seq: str, k: int) -> float:
    """How well a predicted sentence agrees with the true one, in [0, 1], by n-grams.

    The product of each precision p_n, n = 1 to k, to the power 1/2^n, and of
    exp(min(0, 1 - len_label / len_pred)), which punishes short predictions. Sequences
    are tokens with spaces between them. 0 where the prediction has less than k tokens.
    ValueError for k below 1.

    Book: 9.7 (sec_seq2seq)
    """
    if k < 1:
        raise ValueError(f'k must be at least 1, got {k}')
    pred, label = pred_seq.split(), label_seq.split()
    if len(pred) < k:  # book: divides by zero, or by less
        return 0.0
    score = math.exp(min(0, 1 - len(label) / len(pred)))
    for n in range(1, k + 1):
        # book: n-grams as strings without spaces, so that 'a bc' would match 'ab c'
        ours, theirs = (Counter(tuple(tokens[i:i + n])
                                for i in range(len(tokens) - n + 1))
                        for tokens in (pred, label))
        num_matches = sum((ours & theirs).values())
        score *= (num_matches / (len(pred) - n + 1)) ** (0.5 ** n)
    return score


class History:
    """What a training run measured: named series of (x, value), x in epochs.

    ``series['test acc']`` is a list of pairs; ``seconds``, ``examples`` and, with
    sequences, ``tokens`` count training only, data loading included, evaluation not. Of
    these seconds, ``waiting`` passed until the next batch was there; as MXNet computes
    meanwhile, a faster loader saves that much at most.

    Book: 3.6 (sec_softmax_scratch)
    """

    def __init__(self):
        self.series = {}
        self.seconds = 0.0
        self.waiting = 0.0
        self.examples = 0
        self.tokens = 0

    def add(self, x: float, values: dict) -> None:
        """Append one value to each named series, at x epochs."""
        for name, value in values.items():
            self.series.setdefault(name, []).append((float(x), float(value)))

    def __getitem__(self, name: str) -> float:
        """The last value of a series."""
        return self.series[name][-1][1]

    @property
    def examples_per_sec(self) -> float:
        """Training throughput, data loading included."""
        return self.examples / self.seconds if self.seconds else 0.0

    @property
    def tokens_per_sec(self) -> float:
        """Training throughput in tokens, data loading included."""
        return self.tokens / self.seconds if self.seconds else 0.0

    def record(self) -> dict:
        """JSON values: ``final`` (last values), ``series``, and ``timing``."""
        return {'final': {name: pairs[-1][1] for name, pairs in self.series.items()},
                'series': {name: [list(pair) for pair in pairs]
                           for name, pairs in self.series.items()},
                'timing': {'seconds': self.seconds, 'waiting': self.waiting,
                           'examples_per_sec': self.examples_per_sec,
                           **({'tokens_per_sec': self.tokens_per_sec}
                              if self.tokens else {})}}

    def __repr__(self):
        return 'History(' + ', '.join(
            f'{name} {pairs[-1][1]:.3f}' for name, pairs in self.series.items()) + ')'
