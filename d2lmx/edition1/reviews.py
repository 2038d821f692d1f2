"""Film reviews with their sentiment, IMDb's, as the first edition's pages read them."""
import random
from collections import Counter
from pathlib import Path

from mxnet import nd
from mxnet.contrib import text

from ..data.text import imdb
from ..errors import InputError
from .places import DATA, data_folder, unpack_into

__all__ = ['download_imdb', 'read_imdb', 'get_tokenized_imdb', 'count_tokens',
           'get_vocab_imdb', 'preprocess_imdb', 'predict_sentiment']

NAME, FOLDER = 'aclImdb', 'aclImdb'  # the hub's, and in the archive
MAX_LENGTH, MIN_FREQ = 500, 5        # in words; rarer words are unknown
PARTS = ('train', 'test')


def download_imdb(data_dir: str = DATA) -> None:
    """Have the folder ``aclImdb`` of reviews in data_dir, unpacked where it is not.

    Errors as of `hub.download`; BadData for an archive that is damaged or unsafe.

    Edition 1: 10.7
    """
    # edition 1: fetched over http, and unpacked without a look at the members' names;
    # the hub checks the SHA-1 of what it fetches
    unpack_into(data_dir, NAME, FOLDER)


def read_imdb(folder: str = 'train') -> list:
    """The reviews of a part, 'train' or 'test', in an order from Python's seed.

    A list of lists [text in small letters, 1 if it is positive, else 0]. They are those
    of ``../data/aclImdb`` where the reader has it. BadData as of `imdb.read_imdb`.

    Edition 1: 10.7
    """
    if folder not in PARTS:
        raise InputError(f"folder must be 'train' or 'test', got {folder!r}")
    place = data_folder(NAME, FOLDER, Path(DATA, FOLDER))
    # edition 1: shuffles them from the order of the disk, so that no seed repeats
    data = [[review.lower(), label]
            for review, label in zip(*imdb.read_imdb(place, folder == 'train'))]
    random.shuffle(data)
    return data


def get_tokenized_imdb(data) -> list:
    """The words of each review, in small letters, split at single spaces.

    data: pairs as of `read_imdb`.

    Edition 1: 10.7
    """
    return [review.lower().split(' ') for review, _ in data]


def count_tokens(samples) -> Counter:
    """How often each token occurs in lists of tokens.

    Edition 1: 10.7
    """
    return Counter(token for sample in samples for token in sample)


def get_vocab_imdb(data):
    """The `mx.contrib.text` Vocabulary of words that occur five times or more.

    Number 0 is '<unk>', 1 '<pad>'; the others follow by falling count, equals in the
    order of the alphabet. data: pairs as of `read_imdb`.

    Edition 1: 10.7
    """
    return text.vocab.Vocabulary(count_tokens(get_tokenized_imdb(data)),
                                 min_freq=MIN_FREQ, reserved_tokens=['<pad>'])


def preprocess_imdb(data, vocab):
    """(features (n, 500), labels (n,)): reviews as numbers of words, and sentiments.

    Reviews are cut after 500 words, or filled up with '<pad>'. Both are float32. data:
    pairs as of `read_imdb`, one at least; vocab: as of `get_vocab_imdb`.

    Edition 1: 10.7
    """
    if not data:
        raise InputError('data must hold a review at least, as [text, label]')
    rows = imdb.pad_lines(get_tokenized_imdb(data), _Numbers(vocab), MAX_LENGTH)
    return nd.array(rows, dtype='float32'), nd.array([label for _, label in data])


class _Numbers:
    """A Vocabulary, asked for numbers as the library's `Vocab` is."""

    def __init__(self, vocab):
        self.token_to_idx, self.unk = vocab.token_to_idx, 0

    def __getitem__(self, token):
        return self.token_to_idx[token]


def predict_sentiment(net, vocab, sentence) -> str:
    """'positive' or 'negative', as a network judges a list of words.

    net: (1, words) -> scores (1, 2). InputError for a sentence without words, and for a
    text in place of a list.

    Edition 1: 10.7
    """
    if isinstance(sentence, str) or not len(sentence):
        raise InputError('sentence must be a list of words, one at least, got '
                         f'{sentence!r}')
    # edition 1: on try_gpu(), wherever the network is
    ctx = next(iter(net.collect_params().values())).list_ctx()[0]
    words = nd.array(vocab.to_indices(list(sentence)), ctx).reshape((1, -1))
    return 'positive' if net(words).argmax(axis=1).asscalar() == 1 else 'negative'
