"""Centre words, their contexts and noise words: the examples of word2vec."""
import random

import numpy as onp
from mxnet import np

from ...errors import InputError
from ...runtime.checks import check_whole
from ..arrays import BatchIterator, copied
from .ptb import load_corpus_ptb

__all__ = ['get_centers_and_contexts', 'RandomGenerator', 'generator', 'get_negatives',
           'batchify', 'SkipGramIterator', 'load_data_ptb']

POWER = 0.75         # of counts, to which noise words are as likely
ROWS_A_TURN = 2**13  # centres whose noise words are drawn at once


def get_centers_and_contexts(corpus, max_window_size: int):
    """Every token of sentences of at least two, and the list of those around it.

    corpus: lists of tokens, or of their numbers. Each window has a random size, the
    same chance for 1 to max_window_size to either side, from Python's global seed.

    Book: 14.3 (sec_word2vec_data)
    """
    centers, contexts = [], []
    for line in corpus:
        if len(line) < 2:
            continue
        centers += line
        for i in range(len(line)):
            size = random.randint(1, max_window_size)
            contexts.append(line[max(0, i - size):i] + line[i + 1:i + 1 + size])
    return centers, contexts


class RandomGenerator:
    """Draws among 1, ..., n by n weights, which need not add up to 1.

    Python's global seed counts. ValueError, when it draws, for weights that are all 0.

    Book: 14.3 (sec_word2vec_data)
    """

    def __init__(self, sampling_weights):
        self.population = list(range(1, len(sampling_weights) + 1))
        self.sampling_weights = list(sampling_weights)
        self.candidates, self.i = [], 0

    def draw(self) -> int:
        """The next number; 10,000 are drawn at a time."""
        if self.i == len(self.candidates):
            self.candidates = random.choices(self.population, self.sampling_weights,
                                             k=10000)
            self.i = 0
        self.i += 1
        return self.candidates[self.i - 1]


generator = RandomGenerator([2, 3, 4])


def get_negatives(all_contexts, vocab, counter, K: int) -> list:
    """K noise words for each context word, as numbers, in a list for each centre.

    A word's chance goes by its count in `counter` to the power 0.75. A centre's context
    words are not among its noise words; '<unk>' never is. InputError where the contexts
    hold every word there is.

    Book: 14.3 (sec_word2vec_data)
    """
    sampling_weights = [counter[vocab.to_tokens(i)] ** POWER
                        for i in range(1, len(vocab))]
    words = {i for i, weight in enumerate(sampling_weights, start=1) if weight}
    all_negatives, generator = [], RandomGenerator(sampling_weights)
    for contexts in all_contexts:
        _check_noise(len(words), len(words.intersection(contexts)))
        negatives = []
        while len(negatives) < len(contexts) * K:
            negative = generator.draw()
            if negative not in contexts:
                negatives.append(negative)
        all_negatives.append(negatives)
    return all_negatives


def _check_noise(num_words: int, num_contexts: int) -> None:
    """InputError where no word is left that is no context."""
    if num_words <= num_contexts:  # book: looks for one without end
        raise InputError(f'{num_words} words are too few for noise words beside '
                         f'{num_contexts} context words: choose a smaller '
                         'max_window_size, or more text')


def batchify(data):
    """Centres, contexts and noise words, masks and labels of a list of examples.

    An example is (centre, list of contexts, list of noise words). Gives arrays
    (batch, 1) and three of (batch, longest): token numbers are int32, and 0 where the
    mask is; the mask is 1 for true entries, the label 1 for contexts, both float32.

    Book: 14.3 (sec_word2vec_data)
    """
    longest = max(len(context) + len(negative) for _, context, negative in data)
    centers, contexts_negatives, masks, labels = [], [], [], []
    for center, context, negative in data:
        length = len(context) + len(negative)
        centers.append([center])
        contexts_negatives.append([*context, *negative] + [0] * (longest - length))
        masks.append([1] * length + [0] * (longest - length))
        labels.append([1] * len(context) + [0] * (longest - len(context)))
    # book: numbers of tokens are float32, which has not all those above 2^24
    return (np.array(centers, 'int32'), np.array(contexts_negatives, 'int32'),
            np.array(masks), np.array(labels))


class SkipGramIterator(BatchIterator):
    """Batches as of `batchify`, shuffled anew in each pass, from a `Corpus`.

    Windows and noise words are drawn once, as on the page, from NumPy's global seed;
    a batch is put together by array operations when its turn comes. ``len`` counts
    batches; workers of ``d2lmx launch`` share them as of `BatchIterator`.

    Parameters
    ----------
    corpus
        A `Corpus`, subsampled or not. Sentences of one token give no example.
    counts
        How often each number of the vocabulary occurs, for the noise: (vocab,). The
        first, '<unk>', is never drawn.
    batch_size, max_window_size, num_noise_words
        At least 1; noise words may be 0. Windows have 1 to max_window_size tokens to
        either side, each size by the same chance.

    InputError for other sizes, a corpus without two tokens in a sentence, and, where
    noise words are drawn, for no more words than some centre has contexts.

    Ours, for 14.3, whose lists it stands for
    """

    def __init__(self, corpus, counts, batch_size: int, max_window_size: int,
                 num_noise_words: int):
        check_whole(max_window_size=max_window_size)
        check_whole(0, num_noise_words=num_noise_words)
        weights = onp.array(counts, 'float64') ** POWER
        weights[0] = 0
        sizes = onp.random.randint(1, max_window_size + 1, size=len(corpus.tokens))
        contexts, lengths = corpus.contexts(sizes)
        if not len(contexts):
            raise InputError('the text has no sentence of two known words: choose one '
                             'with more, or with more frequent ones')
        if num_noise_words:
            _check_noise(onp.count_nonzero(weights), lengths.max())
        self.centers = corpus.tokens[lengths > 0]
        self.lengths = lengths[lengths > 0]                # contexts of each centre
        self.width = num_noise_words + 1                   # entries for each context
        self.starts = self.width * (onp.cumsum(self.lengths) - self.lengths)
        self.entries = _entries(contexts, self.lengths, num_noise_words, weights)
        super().__init__([onp.arange(len(self.centers))], batch_size, shuffle=True)

    def __iter__(self):
        for rows, in self.rows():
            yield [copied(array) for array in self.batch(rows)]

    def batch(self, rows):
        """The examples of these numbers, (batch,), as NumPy arrays."""
        lengths, starts = self.lengths[rows, None], self.starts[rows, None]
        columns = onp.arange(self.width * lengths.max(initial=0))
        masks, labels = columns < self.width * lengths, columns < lengths
        entries = self.entries.take(starts + columns, mode='clip')
        return (self.centers[rows, None], entries * masks, masks.astype('float32'),
                labels.astype('float32'))


def _entries(contexts, lengths, num_noise_words, weights):
    """All centres' contexts and noise words, one centre after the other: int32.

    contexts: flat, `lengths` of each centre.
    """
    chances = onp.cumsum(weights)
    chances /= chances[-1] or 1  # the last is 1, which no draw reaches
    turns = range(ROWS_A_TURN, len(lengths), ROWS_A_TURN)
    parts, ends = onp.split(lengths, turns), onp.cumsum(lengths)
    return onp.concatenate([
        _with_noise(*part, num_noise_words, chances) for part
        in zip(onp.split(contexts, [ends[turn - 1] for turn in turns]), parts)])


def _with_noise(contexts, lengths, num_noise_words, chances):
    """The entries of some centres; no noise word is among its centre's contexts."""
    columns = onp.arange(lengths.max())
    table = onp.full((len(lengths), len(columns)), -1, 'int32')
    table[columns < lengths[:, None]] = contexts
    rows = onp.repeat(onp.arange(len(lengths)), (num_noise_words + 1) * lengths)
    starts = (num_noise_words + 1) * (onp.cumsum(lengths) - lengths)
    is_context = onp.arange(len(rows)) - starts[rows] < lengths[rows]
    entries = onp.empty(len(rows), 'int32')
    entries[is_context] = contexts
    left = onp.flatnonzero(~is_context)
    while len(left):
        words = onp.searchsorted(chances, onp.random.uniform(size=len(left)), 'right')
        entries[left] = words
        left = left[(table[rows[left]] == words[:, None]).any(axis=1)]
    return entries


def load_data_ptb(batch_size: int, max_window_size: int, num_noise_words: int):
    """A `SkipGramIterator` over the Penn Treebank, subsampled, and its `Vocab`.

    Batches: ``center, context_negative, mask, label``, (batch, 1) and three of
    (batch, longest), as of `batchify`. Tokens that occur less than ten
    times are unknown. InputError for sizes as of `SkipGramIterator`.

    Book: 14.3 (sec_word2vec_data)
    """
    check_whole(batch_size=batch_size)
    corpus, vocab = load_corpus_ptb()
    corpus = corpus.kept(corpus.tokens != vocab.unk)
    counts = onp.bincount(corpus.tokens, minlength=len(vocab))
    return SkipGramIterator(corpus.subsampled(), counts, batch_size, max_window_size,
                            num_noise_words), vocab
