"""Files of tagged words are read as they stand, or a line says what is wrong."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.toys import tagged as toys
from d2lmx.files.archives import BadData


def written(tmp_path, content, encoding='utf-8'):
    file = tmp_path / 'words.txt'
    file.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return file


EXPECTED = [(['Ann', 'ran'], ['B-PER', 'O']), (['so'], ['O'])]


@pytest.mark.parametrize('content', [
    'Ann\tB-PER\nran\tO\n\nso\tO\n', 'Ann\tB-PER\nran\tO\n\nso\tO',
    '\ufeffAnn\tB-PER\r\nran\tO\r\n\r\n\r\nso\tO\r\n',
    'Ann\tNNP\tB-PER\nran\tVBD\tO\n  \nso\tRB\tO\n\n\n',
    '# text = Ann ran\nAnn\tB-PER\nran\tO\n\n# so\nso\tO\n',
    '-DOCSTART- -X- O\n\nAnn NNP B-PER\nran VBD O\n\nso RB O\n'],
    ids=['tabs', 'no end', 'BOM and CRLF', 'more columns', 'remarks', 'spaces'])
def test_sentences_are_read_in_all_usual_forms(tmp_path, content):
    assert d2l.read_tagged(written(tmp_path, content)) == EXPECTED


def test_columns_of_universal_dependencies(tmp_path):
    rows = [['1-2', "don't", '_', '_', '_'], ['1', 'do', 'do', 'AUX', 'VBP'],
            ['2', "n't", 'not', 'PART', 'RB'], ['2.1', 'x', '_', '_', '_']]
    file = written(tmp_path, '\n'.join(['# id = 1', *map('\t'.join, rows)]))
    assert d2l.read_tagged(file, 2, 4) == [(['do', "n't"], ['AUX', 'PART'])]
    assert d2l.read_tagged(file, 2, -2) == d2l.read_tagged(file, 2, 4)


def test_words_that_are_not_in_the_text_are_no_words(tmp_path):
    rows = [['1', 'Sue', 'Sue', 'PROPN'], ['2', 'likes', 'like', 'VERB'],
            ['3', '8.1', '8.1', 'NUM'], ['3.1', 'likes', 'like', 'VERB'],
            ['10.25', '!', '!', 'PUNCT']]
    file = written(tmp_path, '\n'.join('\t'.join(row + ['_'] * 6) for row in rows))
    assert d2l.read_tagged(file, 2, 4) == [
        (['Sue', 'likes', '8.1'], ['PROPN', 'VERB', 'NUM'])]
    # elsewhere such a number is a word like others
    (words, _), = d2l.read_tagged(file, 1, 4)
    assert words[3:] == ['3.1', '10.25']


@pytest.mark.parametrize('space', ['\xa0', '\u3000', '\x0b', '\u2028'])
def test_in_a_file_of_spaces_others_are_letters(tmp_path, space):
    content = f' 10{space}000  CD   O\nAnn NNP B-PER \n'
    assert d2l.read_tagged(written(tmp_path, content)) == [
        ([f'10{space}000', 'Ann'], ['O', 'B-PER'])]


@pytest.mark.parametrize('word', ['\u3000', '#', '😀', 'a b', 'x' * 100_000, '\x0b'],
                         ids=['space', 'hash', 'emoji', 'two', 'long', 'line break'])
def test_odd_words_are_words(tmp_path, word):
    sentence, = d2l.read_tagged(written(tmp_path, f'{word}\tO\nran\tO\n'))
    assert sentence == ([word, 'ran'], ['O', 'O'])
    vocab = d2l.Vocab(sentence[0])
    assert d2l.word_features(sentence[0], vocab, vocab)[:, 0].tolist() == [1, 2]


@pytest.mark.parametrize('content, told', [
    ('', 'holds no sentence'), ('\n \r\n\n', 'holds no sentence'),
    ('Ann\t_\nran\t_\n', "which is not '_'"),
    ('# a remark\t\n', 'line 1'), ('Ann\tB-PER\nran\n', "line 2, .*'ran'"),
    ('Ann\nran\n', 'line 1'), ('a\tO\n\tO\n', 'line 2'), ('a\tO\nb\t\n', 'line 2'),
    ('a' * 100_000, r"line 1, .*'a{60}'"),
    ('A\tS-PER\nb\tO\nC\tB-LOC\n', "tag 'S-PER'"),
    ('Jos\xe9\tB-PER\n'.encode('latin-1'), 'line 1 .*byte 0xe9'),
    ('Ann\tO\n'.encode('utf-16'), 'UTF-8')])
def test_what_is_no_such_file_is_told_in_a_line(tmp_path, content, told):
    with pytest.raises(BadData, match=told) as caught:
        d2l.read_tagged(written(tmp_path, content))
    assert '\n' not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize('columns', [(0, -1), (1, 0)])
def test_there_is_no_column_0(tmp_path, columns):
    with pytest.raises(d2l.InputError, match='numbered from 1'):
        d2l.read_tagged(written(tmp_path, 'a\tO\n'), *columns)


def test_a_file_without_such_a_column_is_told(tmp_path):
    with pytest.raises(BadData, match='column 3'):
        d2l.read_tagged(written(tmp_path, 'a\tO\n'), 1, 3)


@pytest.mark.parametrize('sentence, words', [
    ('Ann ran.', ['Ann', 'ran', '.']), ("(Ann's) dog,  no?!", [
        '(', "Ann's", ')', 'dog', ',', 'no', '?', '!']),
    ('Acme Inc. fell...', ['Acme', 'Inc.', 'fell', '.', '.', '.']), (' \t', []),
    ('东京 很 大。', ['东京', '很', '大', '。'])])
def test_marks_are_words_unless_they_belong_to_a_known_one(sentence, words):
    assert d2l.split_words(sentence, {'Inc.'}) == words


@pytest.mark.parametrize('word, shape', [
    ('...', 'no letters'), ('1,000', 'number'), ('2b', 'with digits'),
    ("it's", 'small'), ('Ann', 'Capital'), ('I', 'Capital'), ('USA', 'CAPITALS'),
    ('McAdam', 'mixed'),
    ('eBay', 'mixed'), ('東京', 'without case'), ('', 'no letters')])
def test_how_a_word_is_written(word, shape):
    vocab = d2l.Vocab(['ann'])
    row, = d2l.word_features([word], vocab, vocab)
    assert d2l.WORD_SHAPES[row[2]] == shape


def test_a_new_word_is_known_by_its_suffix_and_shape():
    words, suffixes = d2l.Vocab(['Rosville']), d2l.Vocab(['lle', 'an'])
    found = d2l.word_features(['Rosville', 'ELVILLE', 'An', 'zz'], words, suffixes)
    assert found.dtype == 'int32'
    assert found[:, :2].tolist() == [[1, 1], [0, 1], [0, 2], [0, 0]]
    assert d2l.word_features([], words, suffixes).shape == (0, 3)


def test_the_toy_file_repeats_and_its_shared_names_are_of_all_kinds(tmp_path):
    files = [tmp_path / name for name in 'ab']
    for file in files:
        toys.write_toy(file, onp.random.RandomState(3))
    assert files[0].read_bytes() == files[1].read_bytes()
    sentences = d2l.read_tagged(files[0])
    assert len(sentences) == toys.NUM_SENTENCES
    assert len({tuple(words) for words, _ in sentences}) == len(sentences)
    begun = {(words[0], tags[0]) for words, tags in sentences}
    for name in toys.SHARED:  # the first word of a sentence: only what follows tells
        assert {(name, f'B-{kind}') for kind in ('PER', 'LOC', 'ORG')} <= begun
    assert {('Will', 'O'), ('Will', 'B-PER'), ('May', 'O'), ('May', 'B-PER')} <= begun
