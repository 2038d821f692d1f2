"""Sentences with a tag for each word, in columns, and what of a word a network reads.
"""
import re

import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import first_line, read_text
from ..toys.tagged import write_toy

__all__ = ['read_tagged', 'split_words', 'word_suffix', 'word_features', 'WORD_SHAPES']

hub.toy('iob_sents')(write_toy)

WORD_SHAPES = ['no letters', 'number', 'with digits', 'small', 'Capital', 'CAPITALS',
               'mixed', 'without case']
SUFFIX = 3  # characters
EMPTY_NODE = re.compile(r'\d+\.\d+')  # in the first of ten columns
MARKS = '.,;:!?()[]{}"\'«»„“”‘’…。、，！？；：（）「」'


def read_tagged(path, word_column: int = 1, tag_column: int = -1) -> list:
    """(words, tags) of each sentence in a file, two equally long lists of strings.

    A line has a word and its tag, an empty line ends a sentence. In a file with tabs
    these divide columns, and a line without one that begins with '#' is a remark; in
    others spaces do. So files of the shared tasks of CoNLL are read, and those of
    Universal Dependencies, by columns 2 and 4. No word is what has the tag '_' there,
    or a number such as 8.1, by which these count words that are not in the text; nor
    is '-DOCSTART-'.

    Parameters
    ----------
    path
        A text file in UTF-8, with or without a byte order mark.
    word_column, tag_column
        Which column is which: from 1 on, or from -1, the last, backwards.

    BadData names the file, and the line that has no such columns; and says so where
    there is no sentence, or where tags of entities are of another form than BIO.

    Ours, for 20.2
    """
    if not word_column or not tag_column:
        raise InputError('columns are numbered from 1, or backwards from -1, got 0')
    text, sentences, words, tags = read_text(path), [], [], []
    separator = '\t' if '\t' in text else ' '
    for number, line in enumerate([*text.split('\n'), ''], start=1):
        if not line.strip():
            if words:
                sentences.append((words, tags))
            words, tags = [], []
            continue
        if separator == '\t' and line[0] == '#' and separator not in line:
            continue
        columns = line.split(separator)
        if separator == ' ':  # several count as one
            columns = list(filter(None, columns))
        word, tag = (_column(columns, i) for i in (word_column, tag_column))
        if not word or not tag or len(columns) < 2:
            raise BadData(
                f'{path}, line {number}, has no word in column {word_column} with a '
                f'tag in column {tag_column} (-1 is the last): {first_line(line)}. A '
                'line must be a word, a tab and its tag; an empty one ends a sentence')
        is_empty_node = (word_column != 1 and len(columns) == 10
                         and EMPTY_NODE.fullmatch(columns[0]))
        if tag != '_' and word != '-DOCSTART-' and not is_empty_node:
            words.append(word)
            tags.append(tag)
    if not sentences:
        raise BadData(f"{path} holds no sentence: it must have lines of a word, a tab "
                      "and its tag, which is not '_'")
    _check_tags(path, sentences)
    return sentences


def _column(columns, number) -> str:
    """One of them without spaces around; '' where there are too few."""
    index = number - 1 if number > 0 else number
    return columns[index].strip(' ') if -len(columns) <= index < len(columns) else ''


def _check_tags(path, sentences):
    """BadData for tags as of BIOES or IOBES among tags of entities."""
    found = sorted({tag for _, tags in sentences for tag in tags})
    others = [tag for tag in found if re.match('[A-Z]-', tag) and tag[0] not in 'BI']
    if others and any(tag[:2] in ('B-', 'I-') for tag in found):
        raise BadData(f'{path} has the tag {first_line(others[0])}: entities must be '
                      "tagged by 'B-' for the first word, 'I-' for others, and 'O' "
                      'outside of them')


def split_words(sentence: str, known=()) -> list:
    """The words of a sentence, and its marks, as they stand in files of tagged words.

    White space divides words; marks before and after a word are words of their own,
    unless the whole is one of the `known`, as 'Inc.' may be.

    Ours, for 20.2
    """
    words = []
    for part in sentence.split():
        if part in known:
            words.append(part)
            continue
        inner = part.strip(MARKS)
        start = part.index(inner)
        words += [*part[:start], *filter(None, [inner]), *part[start + len(inner):]]
    return words


def word_suffix(word: str) -> str:
    """The last three characters, small.

    Ours, for 20.2
    """
    return word[-SUFFIX:].lower()


def word_shape(word: str) -> int:
    """The number in WORD_SHAPES of how a word is written."""
    has_digit = any(map(str.isdigit, word))
    if not any(map(str.isalpha, word)):
        return 1 if has_digit else 0
    if has_digit:
        return 2
    if word.lower() == word.upper():
        return 7
    if word.islower():
        return 3
    if len(word) > 1 and word.isupper():
        return 5
    return 4 if word[0].isupper() and word[1:] == word[1:].lower() else 6


def word_features(words, vocab, suffixes) -> onp.ndarray:
    """Three numbers of each word, (words, 3) in int32, by which a new one is known.

    They are the word's in its vocabulary, that of `word_suffix` in the vocabulary of
    these, and that of its way of writing in WORD_SHAPES.

    Ours, for 20.2
    """
    rows = [(vocab[word], suffixes[word_suffix(word)], word_shape(word))
            for word in words]
    return onp.array(rows, 'int32').reshape(-1, 3)
