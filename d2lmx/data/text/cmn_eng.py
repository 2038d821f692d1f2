"""Chinese sentences and their English translations, in parts that share none."""
import re
import unicodedata
from pathlib import Path

import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import first_line, read_text
from ..toys import chinese as toy_chinese
from .nmt import preprocess_nmt
from .vocab import tokenize

__all__ = ['read_data_cmn', 'tokenize_chinese', 'tokenize_english', 'join_english',
           'split_pairs']

hub.toy('cmn-eng')(toy_chinese.write_toy)

PLAIN = str.maketrans('。“”「」《》、', '."""""",')  # what NFKC leaves as it is


def read_data_cmn() -> list:
    """Different pairs (Chinese, English) of sentences, in the order of the file.

    A line of the file holds English, a tab, Chinese, and perhaps a tab and whom the
    pair is owed to. BadData where the file is missing, not in UTF-8, or holds no pair.

    Ours, for 9.5, which does so for French
    """
    file = Path(hub.download_extract('cmn-eng')) / 'cmn.txt'
    text = read_text(file)
    lines = [line.split('\t') for line in text.splitlines()]
    pairs = list(dict.fromkeys((columns[1], columns[0]) for columns in lines
                               if len(columns) >= 2 and columns[0] and columns[1]))
    if not pairs:
        raise BadData(f'{file} must hold lines of English, a tab and Chinese, and '
                      f'holds none; line 1 is {first_line(text)}')
    return pairs


def tokenize_chinese(text: str, token: str = 'char') -> list:
    """Tokens of a Chinese sentence, with punctuation and Latin letters made alike.

    token: 'char' for characters, where Latin words and numbers stay whole; 'jieba' for
    words (JiebaMissing where that package is not installed). ValueError for others.

    Ours, for 8.2, which has English
    """
    if token not in ('char', 'jieba'):
        raise InputError(f"token must be 'char' or 'jieba', got {token!r}")
    text = unicodedata.normalize('NFKC', text).translate(PLAIN).lower()
    if token == 'jieba':
        return tokenize([text], 'jieba')[0]
    return re.findall(r'[a-z0-9]+|\S', text)


def tokenize_english(text: str) -> list:
    """Tokens of an English sentence, in small letters, as in 9.5.

    Ours, for 9.5
    """
    return preprocess_nmt(text).split()


def join_english(tokens) -> str:
    """English tokens as a sentence, without a space before punctuation.

    Ours, for 9.5, which it undoes
    """
    return re.sub(r' ([,.!?])', r'\1', ' '.join(tokens))


def split_pairs(pairs, sizes, seed: int = 0) -> list:
    """Parts of pairs (source, target) that have no source and no target in common.

    Pairs with an equal source, or an equal target, belong together, and so do those
    that such pairs join in turn; these groups are drawn in a random order.

    Parameters
    ----------
    pairs
        Tuples of two hashable values.
    sizes
        Number of different sources in each part at least. One part more holds the rest.
    seed
        Of the order; global random states are neither used nor changed.

    Raises ValueError where nothing is left for the last part.

    Ours
    """
    groups = {}
    for pair, group in zip(pairs, _joined_groups(pairs)):
        groups.setdefault(group, []).append(pair)
    groups = list(groups.values())
    order = iter(onp.random.RandomState(seed).permutation(len(groups)))
    parts = []
    for size in sizes:
        part, sources = [], set()
        for i in order:
            part += groups[i]
            sources.update(source for source, _ in groups[i])
            if len(sources) >= size:
                break
        parts.append(part)
    rest = [pair for i in sorted(order) for pair in groups[i]]
    if not rest:
        raise InputError(f'{len(pairs)} pairs are too few for parts of {list(sizes)} '
                         'sources and a rest')
    return [*parts, rest]


def _joined_groups(pairs) -> list:
    """For each pair a number that is the same where pairs are joined by equal sides."""
    parents = {}

    def root(item):
        while parents.setdefault(item, item) != item:
            parents[item] = item = parents[parents[item]]
        return item

    for source, target in pairs:
        parents[root(('source', source))] = root(('target', target))
    return [root(('source', source)) for source, _ in pairs]
