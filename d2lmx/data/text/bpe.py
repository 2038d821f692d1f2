"""Byte pair encoding, learnt from counts of words by one pass over them."""
import heapq
from collections import defaultdict

from ...runtime.checks import check_whole

__all__ = ['learn_bpe']


def learn_bpe(token_freqs: dict, num_merges: int):
    """(merged pairs, token_freqs after that), of byte pair encoding.

    What the page's loop over `get_max_freq_pair` and `merge_symbols` gives, to the
    order of equally frequent pairs; but a merge looks only at the words that hold its
    pair. It ends before num_merges where every word is a single symbol.

    Parameters
    ----------
    token_freqs
        How often each word occurs, by its symbols with spaces between: 'f a s t _'.
    num_merges
        At least 0; else InputError.

    Ours, for 14.6, whose loop counts all pairs anew for each merge
    """
    check_whole(0, num_merges=num_merges)
    pairs = PairCounts([token.split() for token in token_freqs],
                       list(token_freqs.values()))
    merges = []
    while len(merges) < num_merges:
        pair = pairs.most_frequent()
        if pair is None:
            break
        merges.append(pair)
        pairs.merge(pair)
    return merges, dict(zip(map(' '.join, pairs.words), token_freqs.values()))


class PairCounts:
    """Counts of neighbouring symbols in words, kept up to date while pairs merge.

    The most frequent pair lies on a heap by (-count, its first word, its place there):
    who is first among equals is found first by the page's loop. Entries that are no
    longer true stay until they come up.
    """

    def __init__(self, words, freqs):
        self.words, self.freqs = words, freqs
        self.counts = defaultdict(int)
        self.holders = defaultdict(set)  # of each pair, the numbers of its words
        self.queues = defaultdict(list)  # the same as a heap, with some that were so
        self.heap = []
        for i, word in enumerate(words):
            self._enter(i, word)
        for pair in self.counts:
            self._push(pair)

    def most_frequent(self):
        """The pair that is merged next; None where there is none left."""
        while self.heap:
            *key, pair = heapq.heappop(self.heap)
            if self.holders[pair] and tuple(key) == self._key(pair):
                return pair
        return None

    def merge(self, pair) -> None:
        """Make one symbol of a pair, wherever it stands."""
        touched = set()
        for i in sorted(self.holders[pair]):
            old, new = self.words[i], merged(self.words[i], pair)
            for other in zip(old, old[1:]):
                self.counts[other] -= self.freqs[i]
                self.holders[other].discard(i)
            self.words[i] = new
            self._enter(i, new)
            touched.update(zip(old, old[1:]), zip(new, new[1:]))
        for other in touched:
            self._push(other)

    def _enter(self, i, word):
        for pair in zip(word, word[1:]):
            self.counts[pair] += self.freqs[i]
            if i not in self.holders[pair]:
                self.holders[pair].add(i)
                heapq.heappush(self.queues[pair], i)

    def _push(self, pair):
        if self.holders[pair]:
            heapq.heappush(self.heap, (*self._key(pair), pair))

    def _key(self, pair):
        queue, holders = self.queues[pair], self.holders[pair]
        while queue[0] not in holders:
            heapq.heappop(queue)
        word = self.words[queue[0]]
        place = next(k for k, other in enumerate(zip(word, word[1:])) if other == pair)
        return -self.counts[pair], queue[0], place


def merged(word, pair) -> list:
    """A word's symbols, from the left, with each pair as one."""
    symbols, k = [], 0
    while k < len(word):
        size = 2 if tuple(word[k:k + 2]) == pair else 1
        symbols.append(''.join(word[k:k + size]))
        k += size
    return symbols
