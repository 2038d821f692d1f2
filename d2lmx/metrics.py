"""What is counted while training: sums, accuracy, and the history of a run."""
import math
from collections import Counter

from mxnet import np

from .errors import MissingPackage
from .runtime.checks import check_arrays

__all__ = ['Accumulator', 'accuracy', 'num_correct', 'perplexity', 'bleu',
           'corpus_bleu', 'reference_bleu', 'History']


class Accumulator:
    """Sums over n variables: ``sums.add(1, 2)`` adds to each, ``sums[0]`` reads one.

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

    Ours, for 3.6
    """
    check_arrays(y_hat=y_hat, y=y)
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    if y_hat.shape != y.shape and y_hat.size == y.size:
        y_hat, y = y_hat.reshape(-1), y.reshape(-1)
    if y_hat.shape != y.shape:
        raise ValueError('one label an example is needed: predictions have shape '
                         f'{y_hat.shape}, labels {y.shape}')
    return count_equal(y_hat, y)


def count_equal(classes, y):
    """How many classes are those of y, of one shape: a number, of arrays or symbols."""
    return (classes.astype('int64') == y.astype('int64')).astype('float32').sum()


def accuracy(y_hat, y) -> float:
    """How many predictions are right (a count, as in the book; divide by ``len(y)``).

    Shapes and errors as in `num_correct`.

    Book: 3.6 (sec_softmax_scratch)
    """
    return float(num_correct(y_hat, y))


def perplexity(mean_loss: float) -> float:
    """The exponential of a mean loss; inf where that is more than a float holds.

    Ours, for 8.4
    """
    try:
        return math.exp(mean_loss)
    except OverflowError:
        return math.inf


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
        num_matches = sum((_ngrams(pred, n) & _ngrams(label, n)).values())
        score *= (num_matches / (len(pred) - n + 1)) ** (0.5 ** n)
    return score


def corpus_bleu(predictions, references, k: int = 4) -> float:
    """BLEU of a whole corpus, in [0, 100]: what papers report, from lists of tokens.

    100 times the geometric mean of the precisions of 1-grams to k-grams, each counted
    over all sentences, and times exp(1 - references / predictions), in tokens, where
    the predictions are shorter. A precision of 0 counts as 1/2, 1/4, ... of one match,
    as in sacrebleu, whose result this is for the same tokens.

    Parameters
    ----------
    predictions
        A list of tokens for each sentence.
    references
        For each sentence a list, not empty, of true translations, each a list of
        tokens. The one nearest in length counts in the length; an n-gram counts as
        often as it stands in any one of them.

    Ours, for 9.7, which has `bleu` of one sentence
    """
    if len(predictions) != len(references) or not all(map(len, references)):
        raise ValueError('each prediction needs its references, one at least; got '
                         f'{len(predictions)} predictions, {len(references)} lists')
    matches, totals = [0] * k, [0] * k
    num_pred = num_ref = 0
    for pred, labels in zip(predictions, references):
        num_pred += len(pred)
        num_ref += min((abs(len(label) - len(pred)), len(label)) for label in labels)[1]
        for n in range(1, k + 1):
            allowed = Counter()
            for label in labels:
                allowed |= _ngrams(label, n)
            matches[n - 1] += sum((_ngrams(pred, n) & allowed).values())
            totals[n - 1] += max(0, len(pred) - n + 1)
    if not any(matches) or not all(totals):
        return 0.0
    log_precision, smooth = 0.0, 1
    for num_matches, total in zip(matches, totals):
        if not num_matches:
            smooth *= 2
        log_precision += math.log((num_matches or 1 / smooth) / total) / k
    return 100 * math.exp(log_precision + min(0, 1 - num_ref / num_pred))


def _ngrams(tokens, n):
    """How often each sequence of n tokens occurs."""
    return Counter(tuple(tokens[i:i + n]) for i in range(len(tokens) - n + 1))


def reference_bleu(predictions, references) -> dict:
    """BLEU of sentences as text by sacrebleu, small and capital letters being equal.

    predictions: strings; references: a list of strings for each. Gives 'score', in
    [0, 100], and 'signature', which says how it was computed. ImportError, telling how
    to install it, where that package is missing.

    Ours
    """
    try:
        from sacrebleu.metrics import BLEU
    except ImportError as error:
        raise MissingPackage('this score needs the package sacrebleu: pip install '
                             "sacrebleu") from error
    metric = BLEU(lowercase=True)
    columns = [[refs[i] if i < len(refs) else None for refs in references]
               for i in range(max(map(len, references)))]
    score = metric.corpus_score(list(predictions), columns)
    return {'score': score.score, 'signature': str(metric.get_signature())}


class History:
    """What a training run measured: named series of (x, value), x in epochs.

    ``series['test acc']`` is a list of pairs; ``seconds``, ``examples`` and, with
    sequences, ``tokens`` count training only, data loading included, evaluation not. Of
    these seconds, ``waiting`` passed until the next batch was there; as MXNet computes
    meanwhile, a faster loader saves that much at most.

    Ours, for 3.6
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

    def _repr_pretty_(self, printer, cycle):
        """Nothing below a notebook's cell, whose last line may be a training."""

    def __repr__(self):
        return 'History(' + ', '.join(
            f'{name} {pairs[-1][1]:.3f}' for name, pairs in self.series.items()) + ')'
