"""Texts as numbers of their characters, and batches of sequences of them.

Edition 1: 6.3 and 6.4
"""
import random
import tempfile
from pathlib import Path

from mxnet import nd

from ..errors import InputError
from ..files import archives
from ..files.archives import BadData
from ..files.reading import read_text
from .places import DATA, find

__all__ = ['load_data_jay_lyrics', 'load_data_time_machine', 'data_iter_random',
           'data_iter_consecutive', 'to_onehot']

NUM_CHARS = 10000  # of a text, those that are used
LYRICS = 'jaychou_lyrics.txt'  # in its archive


def load_data_jay_lyrics():
    """The first 10,000 characters of the lyrics, as numbers.

    Returns (corpus_indices, char_to_idx, idx_to_char, vocab_size): a list of numbers; a
    dict; a list, the characters in the order of their code points; and how many they
    are. Ends of lines are spaces. The file is ``../data/jaychou_lyrics.txt.zip`` where
    the reader has it; else it is sought as all data are, and its toy stand-in is a song
    text made up by d2lmx. BadData for an archive that is damaged, and for a text in
    it that is missing, empty or not in UTF-8.

    Edition 1: 6.3
    """
    archive = Path(find(f'{DATA}/{LYRICS}.zip', 'jaychou_lyrics'))
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, LYRICS)
        archives.take(archive, LYRICS, text)
        where = f'{LYRICS} in {archive}'
        try:
            content = read_text(text)
        except BadData as error:  # the reader knows no file in that folder
            raise BadData(str(error).replace(str(text), where)) from error
    return _numbered(content, where)


def load_data_time_machine():
    """The first 10,000 characters of The Time Machine in small letters, as numbers.

    Returns what `load_data_jay_lyrics` returns; the file is ``../data/timemachine.txt``
    where the reader has it. BadData where it is empty, or not in UTF-8.

    Edition 1: 6.3
    """
    # edition 1: opens it in the locale's encoding, which may be any
    file = find(f'{DATA}/timemachine.txt', 'time_machine')
    return _numbered(read_text(file).lower(), file)


def _numbered(text, source):
    """(numbers, {character: number}, [character], count) of a text's beginning."""
    chars = text.replace('\r', ' ').replace('\n', ' ')[:NUM_CHARS]
    if not chars:
        raise BadData(f'{source} holds no text: put the whole file in its place')
    # edition 1: in a set's order, another in each process, so that no seed repeats
    idx_to_char = sorted(set(chars))
    char_to_idx = {char: i for i, char in enumerate(idx_to_char)}
    return ([char_to_idx[char] for char in chars], char_to_idx, idx_to_char,
            len(idx_to_char))


def data_iter_random(corpus_indices, batch_size: int, num_steps: int, ctx=None):
    """Batches of sequences from random places that do not overlap, in one pass.

    corpus_indices: numbers of characters. Yields pairs X, Y (batch_size, num_steps) on
    `ctx`, float32, where Y is X one character later; what is left over is dropped. The
    order is drawn from Python's seed. InputError for sizes below 1, and for a corpus
    that holds no batch.

    Edition 1: 6.3
    """
    corpus = _as_list(corpus_indices)
    count = (len(corpus) - 1) // max(num_steps, 1)  # the last Y needs one more
    _check(len(corpus), batch_size, num_steps, count // max(batch_size, 1))
    starts = [i * num_steps for i in range(count)]
    random.shuffle(starts)

    def sequences(chosen):
        return nd.array([corpus[i:i + num_steps] for i in chosen], ctx)

    def batches():
        for i in range(0, count - batch_size + 1, batch_size):
            chosen = starts[i:i + batch_size]
            yield sequences(chosen), sequences(start + 1 for start in chosen)

    return batches()


def data_iter_consecutive(corpus_indices, batch_size: int, num_steps: int, ctx=None):
    """Batches whose rows each go on where the same row of the batch before ended.

    Arguments, pairs and errors as of `data_iter_random`; nothing is drawn.

    Edition 1: 6.3
    """
    corpus = _as_list(corpus_indices)
    length = len(corpus) // max(batch_size, 1)  # of a row
    count = (length - 1) // max(num_steps, 1)
    _check(len(corpus), batch_size, num_steps, count)
    rows = nd.array(corpus[:batch_size * length], ctx).reshape((batch_size, length))

    def batches():
        for i in range(0, count * num_steps, num_steps):
            yield rows[:, i:i + num_steps], rows[:, i + 1:i + num_steps + 1]

    return batches()


def _as_list(corpus):
    return (corpus.asnumpy().tolist() if isinstance(corpus, nd.NDArray)
            else list(corpus))


def _check(length, batch_size, num_steps, num_batches):
    if min(batch_size, num_steps) < 1 or num_batches < 1:
        raise InputError('batch_size and num_steps must be from 1 on, and a text must '
                         f'be longer than their product, got {batch_size} and '
                         f'{num_steps} for {length} characters')


def to_onehot(X, size: int) -> list:
    """One-hot rows of each step: X (batch, steps) -> a list of (batch, size).

    Edition 1: 6.4
    """
    return [nd.one_hot(x, size) for x in X.T]
