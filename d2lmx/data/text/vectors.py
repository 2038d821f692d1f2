"""Word vectors as text: a word and its numbers on each line, as GloVe's files."""
from collections import Counter

import numpy as onp

from ...errors import InputError
from ...files.archives import BadData
from ...files.reading import first_line, read_text
from ...files.whole import whole_file, writing

__all__ = ['write_vectors', 'read_vectors']

AT_ONCE = 10000  # lines whose numbers are read together


def write_vectors(file, tokens, vectors) -> None:
    """Write each token and its vector as a line of text, in UTF-8, without a header.

    Numbers are the shortest ones that are read back as the same float32. The file
    appears whole, or not at all.

    Parameters
    ----------
    file
        Path, whose folder is made where there is none.
    tokens
        Different words, without white space in them: a `Vocab`, or a list.
    vectors
        An array (tokens, size) of finite numbers, of MXNet or NumPy.

    InputError for what is no such token or number; Unwritable where there is no room.

    Ours, for 14.4
    """
    tokens = list(tokens)
    vectors = onp.asarray(getattr(vectors, 'asnumpy', lambda: vectors)(), 'float32')
    if vectors.ndim != 2 or len(vectors) != len(tokens) or not vectors.size:
        raise InputError(f'vectors must be ({len(tokens)}, size) for {len(tokens)} '
                         f'tokens, got {vectors.shape}')
    if not onp.isfinite(vectors).all():
        raise InputError('vectors must be finite numbers, and some are not: was the '
                         'learning rate too high?')
    for token in tokens:
        if token.encode('utf-8', 'replace').decode().split() != [token]:
            raise InputError('a token must be a word in UTF-8 without white space, got '
                             f'{token[:60]!r}')
    if len(set(tokens)) < len(tokens):
        raise InputError('tokens must be different, and some come twice')
    with whole_file(file) as part, writing(file):
        with open(part, 'w', encoding='utf-8', newline='\n') as text:
            for token, vector in zip(tokens, vectors):
                text.write(f'{token} {" ".join(map(str, vector))}\n')


def read_vectors(file):
    """The tokens of a text file of vectors, a list, and an array (tokens, size).

    The array is NumPy's, in float32. Files are as of `write_vectors`, of GloVe, or of
    word2vec and fastText, whose first line counts tokens and numbers. Tokens may hold
    spaces, as some of GloVe's do: the last `size` columns are the numbers. Empty lines
    do not count.

    BadData that names the line where the file is not of this kind, and where it holds
    no vector.

    Ours, for 14.4 and 14.7
    """
    lines = [(number, line.rstrip(' ')) for number, line
             in enumerate(read_text(file).split('\n'), start=1) if line.strip(' ')]
    if len(lines) > 1 and _is_header(lines[0][1], lines[1][1]):
        del lines[0]
    spaces = Counter(line.count(' ') for _, line in lines)
    size = spaces.most_common(1)[0][0] if lines else 0
    if not size:
        raise BadData(f'{file} must hold lines of a word and its numbers, with spaces '
                      'between; ' + (f'line 1 is {first_line(lines[0][1])}' if lines
                                     else 'it is empty'))
    tokens, vectors = [], onp.empty((len(lines), size), 'float32')
    for start in range(0, len(lines), AT_ONCE):
        part = lines[start:start + AT_ONCE]
        words, texts = zip(*(_split(line, size) for _, line in part))
        rows = _numbers(texts, size)
        if rows is None or '' in words:
            number, line = next((number, line) for (number, line), word, text
                                in zip(part, words, texts)
                                if not word or _numbers([text], size) is None)
            raise BadData(f'{file} must hold a word and {size} numbers a line, as most '
                          f'lines do; line {number} is {first_line(line)}')
        tokens += words
        vectors[start:start + AT_ONCE] = rows
    return tokens, vectors


def _split(line, size):
    """A line's word and the text of its last `size` columns."""
    if line.count(' ') == size:
        word, _, text = line.partition(' ')
    else:
        word = line.rsplit(' ', size)[0]
        text = line[len(word) + 1:]
    return word, text


def _numbers(texts, size):
    """An array (texts, size) of finite numbers, or None where texts are others."""
    if '' in texts:
        return None
    try:
        rows = onp.loadtxt(texts, 'float32', comments=None, delimiter=' ', ndmin=2)
    except ValueError:
        return None
    is_whole = rows.shape == (len(texts), size) and onp.isfinite(rows).all()
    return rows if is_whole else None


def _is_header(first: str, second: str) -> bool:
    """Whether a line counts tokens and numbers, as the line after it has them."""
    counts = first.split(' ')
    return (len(counts) == 2 and all(count.isdecimal() for count in counts)
            and second.count(' ') == int(counts[1]))
