"""The Penn Treebank's sentences, as lists of tokens and as one flat array."""
import math
import random
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as onp

from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text
from ..toys.trades import write_toy
from .vocab import Vocab, count_corpus

__all__ = ['read_ptb', 'subsample', 'Corpus', 'load_corpus_ptb']

hub.toy('ptb')(write_toy)

THRESHOLD = 1e-4  # of subsampling: a share of all tokens
MIN_FREQ = 10     # rarer tokens are unknown


def read_ptb() -> list:
    """The sentences of the training part: a list of tokens for each line of the file.

    What follows the last end of a line counts as a line: an empty one. BadData where
    the file is missing, not in UTF-8, or holds no token.

    Book: 14.3 (sec_word2vec_data)
    """
    file = Path(hub.download_extract('ptb')) / 'ptb.train.txt'
    sentences = [line.split() for line in read_text(file).split('\n')]
    if not any(sentences):
        raise BadData(f'{file} must hold a sentence a line, and is empty')
    return sentences


def subsample(sentences, vocab):
    """Sentences without unknown tokens, and with fewer frequent ones; and the counts.

    A token that is a share f of all known ones is kept by the chance sqrt(1e-4 / f),
    drawn from Python's global seed. The counts, a `Counter`, are of all known tokens,
    also of those that are dropped.

    Book: 14.3 (sec_word2vec_data)
    """
    sentences = [[token for token in line if vocab[token] != vocab.unk]
                 for line in sentences]
    counter = count_corpus(sentences)
    num_tokens = sum(counter.values())

    def keep(token):
        return random.uniform(0, 1) < math.sqrt(THRESHOLD / counter[token] * num_tokens)

    return [[token for token in line if keep(token)] for line in sentences], counter


class Corpus(NamedTuple):
    """Sentences of token numbers, one after the other in an array.

    tokens (n,) int32; offsets (sentences + 1,) int64: sentence i is
    ``tokens[offsets[i]:offsets[i + 1]]``. Sentences may be empty.

    Ours, for 14.3
    """

    tokens: onp.ndarray
    offsets: onp.ndarray

    @classmethod
    def of(cls, sentences, vocab):
        """Of lists of tokens; tokens that are not in the vocabulary are its unknown."""
        number, unknown = vocab.token_to_idx.get, vocab.unk
        tokens = onp.fromiter((number(token, unknown) for token
                               in chain.from_iterable(sentences)), 'int32')
        lengths = onp.fromiter(map(len, sentences), 'int64', len(sentences))
        return cls(tokens, _offsets(lengths))

    @property
    def sentence(self):
        """The number of the sentence of each token: (n,)."""
        lengths = onp.diff(self.offsets)
        return onp.repeat(onp.arange(len(lengths)), lengths)

    @property
    def longest(self) -> int:
        """Tokens of the longest sentence: no window reaches further."""
        return int(onp.diff(self.offsets).max(initial=0))

    def lists(self) -> list:
        """A list of token numbers for each sentence."""
        return [part.tolist() for part
                in onp.split(self.tokens, self.offsets[1:-1])]

    def kept(self, keep):
        """The corpus of the tokens where `keep` (n,) is true; no sentence goes."""
        before = onp.concatenate([[0], onp.cumsum(keep)])  # kept ones before a place
        return Corpus(self.tokens[keep], before[self.offsets])

    def subsampled(self):
        """The corpus with fewer frequent tokens, as `subsample` does; NumPy's seed."""
        counts = onp.bincount(self.tokens)
        chance = onp.sqrt(THRESHOLD * len(self.tokens) / onp.maximum(counts, 1))
        return self.kept(onp.random.uniform(size=len(self.tokens))
                         < chance[self.tokens])

    def contexts(self, sizes):
        """The tokens around each token, in its sentence: flat, and how many each has.

        sizes: tokens to either side, (n,) or one number. Gives an array of tokens in
        order, those around the first token first, and counts (n,).
        """
        reach = max(0, min(int(onp.max(sizes, initial=0)), self.longest - 1))
        steps = onp.array([step for step in range(-reach, reach + 1) if step], 'int64')
        places = onp.arange(len(self.tokens))[:, None] + steps   # (n, 2 reach)
        sentence = self.sentence
        starts, ends = (self.offsets[sentence + i][:, None] for i in (0, 1))
        valid = ((places >= starts) & (places < ends)
                 & (abs(steps) <= onp.reshape(sizes, (-1, 1))))
        return self.tokens[places[valid]], valid.sum(axis=1)


def _offsets(lengths):
    """Where each of consecutive parts starts, and where the last one ends."""
    return onp.concatenate([[0], onp.cumsum(lengths)]).astype('int64')


def load_corpus_ptb(min_freq: int = MIN_FREQ):
    """The sentences of the Penn Treebank as a `Corpus`, and their `Vocab`.

    min_freq: tokens that are rarer are unknown.

    Ours, for 14.3
    """
    sentences = read_ptb()
    vocab = Vocab(sentences, min_freq=min_freq)
    return Corpus.of(sentences, vocab), vocab
