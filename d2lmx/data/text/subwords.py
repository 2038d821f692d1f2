"""Character n-grams of words, hashed into a table's rows, as fastText has them."""
import numpy as onp

from ...runtime.checks import check_whole

__all__ = ['fnv1a', 'character_ngrams', 'subword_rows', 'SUBWORDS', 'MOST_CHARACTERS']

SUBWORDS = (3, 6)  # the fewest and the most characters of an n-gram
MOST_CHARACTERS = 64  # of a longer word the n-grams of its start count


def fnv1a(text: str) -> int:
    """The 32-bit FNV-1a hash of a text's bytes in UTF-8.

    Ours, for 14.6
    """
    value = 2166136261
    for byte in text.encode('utf-8', 'surrogatepass'):
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def character_ngrams(word: str, sizes=SUBWORDS) -> list:
    """The n-grams of '<word>', shortest first: '<at>' has '<at', 'at>' and '<at>'.

    sizes: the fewest and the most characters of one. A word of over MOST_CHARACTERS
    gives those of its start alone.

    Ours, for 14.6
    """
    marked = f'<{word}>'[:MOST_CHARACTERS + 2]
    return [marked[k:k + n] for n in range(sizes[0], sizes[1] + 1)
            for k in range(len(marked) - n + 1)]


def subword_rows(words, num_buckets: int, token_to_idx=None, sizes=SUBWORDS):
    """Rows of a table of vectors that a word's vector is made of: int32 (words, most).

    Row 0 pads. Rows 1 to num_buckets are those of n-grams, by their hash; then come
    those of whole words, by their number in token_to_idx. A word that is not in it
    has n-grams alone. InputError for num_buckets below 1.

    Ours, for 14.6
    """
    check_whole(num_buckets=num_buckets)
    numbers, known, rows = token_to_idx or {}, {}, []
    for word in words:
        own = [1 + num_buckets + numbers[word]] if word in numbers else []
        for ngram in (ngrams := character_ngrams(word, sizes)):
            if ngram not in known:
                known[ngram] = 1 + fnv1a(ngram) % num_buckets
        rows.append(own + [known[ngram] for ngram in ngrams])
    table = onp.zeros((len(rows), max([1, *map(len, rows)])), 'int32')
    for row, numbers in zip(table, rows):
        row[:len(numbers)] = numbers
    return table
