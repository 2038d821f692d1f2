"""Film reviews with their sentiment: IMDb's, as texts and as batches of token numbers.
"""
from array import array
from pathlib import Path

import numpy as onp

from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text
from ...runtime.checks import check_whole
from ..arrays import load_array
from ..toys.reviews import write_reviews
from .buckets import TextIterator
from .vocab import Vocab, tokenize

__all__ = ['read_imdb', 'load_data_imdb', 'load_reviews', 'pad_lines',
           'IMDB_VOCAB_SIZE']

hub.toy('aclImdb')(write_reviews)

LABELS = {'pos': 1, 'neg': 0}  # by folder, in the page's order
MIN_FREQ = 5                   # rarer tokens are unknown
# tokens in the vocabulary that `load_data_imdb` makes of the book's file: those of the
# page, which prints their number, and '<pad>'
IMDB_VOCAB_SIZE = 49346 + 1


def read_imdb(data_dir, is_train: bool):
    """(reviews, labels) of one part: a list of texts, and a list of 1 and 0.

    data_dir holds the folders train/pos, train/neg, test/pos and test/neg, whose files
    NAME.txt are a review each. 1 is positive. They come in the order of their names,
    positive ones first; a new line within a text is a space, and a text may be empty.
    BadData where a folder is missing or holds no review, and for a file that is not in
    UTF-8.

    Book: 15.1 (sec_sentiment)
    """
    data, labels = [], []
    for name, label in LABELS.items():
        folder = Path(data_dir, 'train' if is_train else 'test', name)
        # book: in the order of the disk, which differs from one to another
        files = sorted(folder.glob('[!.]*.txt')) if folder.is_dir() else []
        if not files:
            fault = 'holds none' if folder.is_dir() else 'is no folder'
            raise BadData(f'{folder} must hold reviews, as files NAME.txt, and {fault}')
        # book: joins the last word of a line to the first of the next
        data += [read_text(file).replace('\n', ' ') for file in files]
        labels += [label] * len(files)
    return data, labels


def pad_lines(lines, vocab, num_steps: int, pad: str = '<pad>') -> onp.ndarray:
    """Lines of tokens as one array of their numbers, int32 (lines, num_steps).

    Longer lines are cut, and shorter ones filled up, as `truncate_pad` does with one.
    lines: an iterable of lists, which need not be kept in memory.

    Ours, for 15.1
    """
    unk, number = vocab.unk, vocab.token_to_idx.get
    ids, lens = array('i'), []
    for line in lines:
        ids.extend([number(token, unk) for token in line[:num_steps]])
        lens.append(min(len(line), num_steps))
    rows = onp.full((len(lens), num_steps), vocab[pad], 'int32')
    rows[onp.arange(num_steps) < onp.array(lens).reshape(-1, 1)] = ids
    return rows


def load_data_imdb(batch_size: int, num_steps: int = 500):
    """Batches of reviews to train on and to test on, and the `Vocab` of their words.

    A batch is X (batch, num_steps), numbers of tokens with '<pad>' behind, and y
    (batch,), 1 for a positive review, both int32; those to train on are shuffled. Words
    that occur less than five times in the reviews to train on are '<unk>'. ValueError
    for sizes below 1; BadData as of `read_imdb`.

    Book: 15.1 (sec_sentiment)
    """
    check_whole(batch_size=batch_size, num_steps=num_steps)
    data_dir = hub.download_extract('aclImdb', 'aclImdb')
    reviews, labels = read_imdb(data_dir, True)
    tokens = tokenize(reviews)
    # book: without '<pad>', so that padding is '<unk>', as words of a text are
    vocab = Vocab(tokens, MIN_FREQ, reserved_tokens=['<pad>'])
    train = pad_lines(tokens, vocab, num_steps), onp.array(labels, 'int32')
    reviews, labels = read_imdb(data_dir, False)
    test = (pad_lines((review.split() for review in reviews), vocab, num_steps),
            onp.array(labels, 'int32'))
    return (load_array(train, batch_size), load_array(test, batch_size, is_train=False),
            vocab)


def load_reviews(batch_size: int, num_steps: int = 500):
    """What `load_data_imdb` gives, in batches of reviews of like lengths.

    X is about as long as the longest review of a batch; see `TextIterator`.

    Ours, for 15.2 and 15.3
    """
    # book: batches as they come, of which more than half is padding
    train_iter, test_iter, vocab = load_data_imdb(batch_size, num_steps)
    train_iter, test_iter = (
        TextIterator(*data_iter.arrays, batch_size, vocab['<pad>'], shuffle)
        for data_iter, shuffle in ((train_iter, True), (test_iter, False)))
    return train_iter, test_iter, vocab
