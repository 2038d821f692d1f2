"""Toy advertisements: whether they are clicked depends on pairs of what is known.

Each pair of fields has hidden signs, one a value: a click is likely where both are
equal. As every value has either sign with either partner, no value alone says anything
of it: a sum of weights, one a value, cannot find what products of vectors do. Two
further fields have such weights, so that a linear model learns a little.
"""
import zipfile

import numpy as onp

__all__ = []

ROWS = {'train': 8192, 'test': 4096}
NUM_FIELDS = 34      # as in the book's file
PAIRS = [(2, 9), (5, 17), (11, 26)]
ALONE = 7, 30
NUM_VALUES = 4       # a field
STRENGTH, WEIGHT = 2.0, 0.7  # in logits, of a pair and of a value alone
RARE, MISSING = 0.01, 0.02   # shares of values of their own, and of none


def write_toy(path, rng) -> None:
    """Write ctr.zip: ctr/train.csv and ctr/test.csv, columns between tabs."""
    names = rng.randint(16 ** 8, size=(NUM_FIELDS, NUM_VALUES), dtype='int64')
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for part, count in ROWS.items():
            entry = zipfile.ZipInfo(f'ctr/{part}.csv')  # its date is fixed
            archive.writestr(entry, ''.join(lines(rng, names, count)))


def lines(rng, names, count) -> list:
    """Lines of a file: a click, 0 or 1, and the values of all fields."""
    values = rng.randint(NUM_VALUES, size=(count, NUM_FIELDS))
    clicks = rng.uniform(size=count) < 1 / (1 + onp.exp(-logits(values)))
    words = onp.array([[f'{name:08x}' for name in row] for row in names])
    words = words[onp.arange(NUM_FIELDS), values].astype(object)
    chance = rng.uniform(size=values.shape)
    words[chance < RARE + MISSING] = ''
    is_rare = chance < RARE
    words[is_rare] = [f'{word:08x}' for word in rng.randint(
        16 ** 8, size=is_rare.sum(), dtype='int64')]
    return ['\t'.join([str(int(click)), *row]) + '\n'
            for click, row in zip(clicks, words.tolist())]


def logits(values) -> onp.ndarray:
    """The logarithm of the odds of a click, (rows,), of numbers of values."""
    signs = onp.where(values % 2, 1, -1)
    pairs = sum(signs[:, i] * signs[:, j] for i, j in PAIRS)
    return STRENGTH * pairs + WEIGHT * signs[:, ALONE].sum(axis=1) - 1
