"""Word vectors by their words: of GloVe, fastText, or of a file of one's own."""
import json
import logging
from pathlib import Path

import numpy as onp
from mxnet import np

from ...errors import InputError, MissingFile
from ...files import hub
from ...files.own import own_file
from ..toys.words import write_toy
from .vectors import read_vectors

__all__ = ['TokenEmbedding']

LOG = logging.getLogger('d2lmx')
VECTORS, RECORD = 'vec.txt', 'metrics.json'  # as a run calls its files

# the data files of vectors, and the numbers that each of their words has
SIZES = {'glove.6b.50d': 50, 'glove.6b.100d': 100, 'glove.42b.300d': 300,
         'wiki.en': 300}


def _enter_toy(name, size):
    folder = hub.known(name).file[:-len('.zip')]

    @hub.toy(name)
    def write(path, rng):
        write_toy(path, rng, folder, size, header=name == 'wiki.en')


for _name, _size in SIZES.items():
    _enter_toy(_name, _size)


class TokenEmbedding:
    """Vectors of words: ``embedding[['king', 'queen']]`` is an array (2, size).

    Number 0 is '<unk>', whose vector is zero, and which all other words have. A word
    that stands twice in a file has the vector of its first line.

    Parameters
    ----------
    embedding_name
        'glove.6b.50d', 'glove.6b.100d', 'glove.42b.300d' or 'wiki.en'; or the path of a
        text file of vectors, or of a run's folder with one, which then counts among
        the files of the run in force.

    Attributes: ``idx_to_token``, a list; ``token_to_idx``, a dict; ``idx_to_vec``, an
    array (words, size), float32; ``unknown_idx``, which is 0. ``len`` counts words.

    Vectors of a run on toy data are warned of in the log 'd2lmx'.

    InputError for another name; BadData, which names file and line, for a broken file.

    Book: 14.7 (sec_synonyms)
    """

    unknown_idx = 0

    def __init__(self, embedding_name):
        file = vectors_file(embedding_name)
        tokens, vectors = read_vectors(file)
        warn_of_toy(file)
        first = {}
        for i, token in enumerate(['<unk>', *tokens]):
            first.setdefault(token, i)
        vectors = onp.concatenate([onp.zeros_like(vectors[:1]), vectors])
        if len(first) < len(vectors):
            vectors = vectors[list(first.values())]
        self.idx_to_token = list(first)
        self.token_to_idx = {token: i for i, token in enumerate(self.idx_to_token)}
        self.idx_to_vec = np.array(vectors)

    def __getitem__(self, tokens):
        if isinstance(tokens, str):
            raise InputError(f'embedding[[{tokens!r}]] takes a list of words, got the '
                             f'single word {tokens!r}')
        rows = [self.token_to_idx.get(token, self.unknown_idx) for token in tokens]
        return self.idx_to_vec[np.array(rows, dtype='int32')]

    def __len__(self):
        return len(self.idx_to_token)

    def __contains__(self, token):
        return token in self.token_to_idx


def vectors_file(name) -> Path:
    """The file of vectors that `TokenEmbedding` is to read."""
    if str(name) in SIZES:
        return Path(hub.download_extract(str(name))) / 'vec.txt'
    path = Path(name).expanduser()
    places = [path, path / VECTORS, path.parent / VECTORS] if path.exists() else []
    for place in places:
        if place.is_file():
            return Path(own_file(place))
    if places:
        raise MissingFile(f'{path} is a folder without a file {VECTORS}: `d2lmx run` '
                          'of 14.4, 14.5 or 14.6 writes one into its results')
    raise InputError(f'embedding_name must be one of {", ".join(SIZES)}, or a file of '
                     f'vectors, or the folder of a run; there is no {str(name)!r}')


def warn_of_toy(file) -> None:
    """Say it, where what a run wrote beside its vectors says that its data were toy."""
    try:
        record = json.loads(file.with_name(RECORD).read_text('utf-8'))
    except (OSError, ValueError):
        return  # no run's, or not as one wrote it
    if isinstance(record, dict) and record.get('data') == 'toy':
        LOG.warning('*** the vectors in %s were trained on TOY DATA: what they say of '
                    'real words means nothing ***', file)
