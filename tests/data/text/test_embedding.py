import warnings
import zipfile

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.data.toys import words as toys
from d2lmx.errors import InputError, MissingFile
from d2lmx.files.archives import BadData


def test_number_0_is_unknown_and_zero(tmp_path):
    (tmp_path / 'vec.txt').write_text('the 1 2\n<unk> 7 7\ncat 3 4\nthe 5 6\n')
    embed = d2l.TokenEmbedding(tmp_path / 'vec.txt')
    assert embed.idx_to_token == ['<unk>', 'the', 'cat'] and len(embed) == 3
    assert embed.token_to_idx == {'<unk>': 0, 'the': 1, 'cat': 2}
    assert embed.unknown_idx == 0 and 'cat' in embed and 'dog' not in embed
    # the first line of a word counts
    assert embed[['cat', 'dog', 'the', '<unk>']].tolist() == [[3, 4], [0, 0], [1, 2],
                                                              [0, 0]]
    with pytest.raises(InputError, match="takes a list of words, got .* 'cat'"):
        embed['cat']


def test_a_file_of_ones_own_is_told_by_a_run(tmp_path, monkeypatch):
    d2l.write_vectors(tmp_path / 'mine.txt', ['a'], [[1, 2]])
    monkeypatch.setenv('HOME', str(tmp_path))
    with running(files={}) as run:
        assert d2l.TokenEmbedding('~/mine.txt').idx_to_token == ['<unk>', 'a']
    assert run.files['mine']['file'] == 'mine.txt' and run.kind == 'local'


def test_a_folder_is_one_of_a_run(tmp_path):
    d2l.write_vectors(tmp_path / 'vec.txt', ['a'], [[1, 2]])
    (tmp_path / 'model').mkdir()
    for place in (tmp_path, tmp_path / 'model'):
        assert d2l.TokenEmbedding(str(place)).idx_to_vec.tolist() == [[0, 0], [1, 2]]
    (tmp_path / 'other' / 'model').mkdir(parents=True)
    with pytest.raises(MissingFile, match='without a file vec.txt'):
        d2l.TokenEmbedding(tmp_path / 'other' / 'model')
    with pytest.raises(InputError, match="glove.6b.50d.*there is no 'glove.6B.50d'"):
        d2l.TokenEmbedding('glove.6B.50d')


@pytest.mark.parametrize('record, is_told', [
    ('{"data": "toy"}', True), ('{"data": "book"}', False), ('[]', False),
    ('{', False)])
def test_vectors_of_a_toy_run_are_warned_of(tmp_path, caplog, record, is_told):
    d2l.write_vectors(tmp_path / 'vec.txt', ['a'], [[1, 2]])
    (tmp_path / 'metrics.json').write_text(record)
    assert d2l.TokenEmbedding(tmp_path)[['a']].tolist() == [[1, 2]]
    assert ('TOY DATA' in caplog.text) == is_told


@pytest.mark.parametrize('line, told', [
    ('a 1 2 3-4', None), ('a 1\t2 3', None), ('a 1  3', None), ('a 1 2 3x', None),
    ('a 1 2 3 4', None), ('a 1 2', "line 3 is 'a 1 2'"), ('1 2', 'line 3'),
    ('a', "line 3 is 'a'")])
def test_columns_that_are_no_number_are_found(tmp_path, line, told):
    good = 'x 1 2 3\ny 4 5 6\n'
    (tmp_path / 'vec.txt').write_text(f'{good}{line}\n')
    if line == 'a 1 2 3 4':  # a word with a space
        assert d2l.TokenEmbedding(tmp_path / 'vec.txt').idx_to_token[-1] == 'a 1'
        return
    with warnings.catch_warnings(), pytest.raises(BadData, match=told or 'line 3 is'):
        warnings.simplefilter('error')  # as NumPy's, of a text without numbers
        d2l.TokenEmbedding(tmp_path / 'vec.txt')


def test_a_broken_line_far_down_is_told(tmp_path):
    lines = [f'w{i} {i} {i}.5' for i in range(25000)]
    lines[23456] = 'broken 1 ?'
    (tmp_path / 'vec.txt').write_text('\n'.join(lines))
    with pytest.raises(BadData, match="line 23457 is 'broken 1 .'"):
        d2l.read_vectors(tmp_path / 'vec.txt')
    lines[23456] = 'mended 1 2'
    (tmp_path / 'vec.txt').write_text('\n'.join(lines))
    words, vectors = d2l.read_vectors(tmp_path / 'vec.txt')
    assert words[23456] == 'mended' and vectors.shape == (25000, 2)
    onp.testing.assert_array_equal(vectors[23457:, 1], onp.arange(23457, 25000) + .5)


@pytest.mark.parametrize('name, size', [('glove.6b.50d', 50), ('glove.6b.100d', 100),
                                        ('glove.42b.300d', 300), ('wiki.en', 300)])
def test_each_set_has_its_size(name, size):
    embed = d2l.TokenEmbedding(name)
    assert embed.idx_to_vec.shape == (len(embed), size)
    assert {'the', 'movie', 'chip', 'queen', 'did'} <= set(embed.idx_to_token)


def test_the_toy_of_wiki_has_fasttexts_header(tmp_path):
    toys.write_toy(tmp_path / 'wiki.en.zip', onp.random.RandomState(0), 'wiki.en', 300,
                   header=True)
    with zipfile.ZipFile(tmp_path / 'wiki.en.zip') as archive:
        lines = archive.read('wiki.en/vec.txt').decode().split('\n')
    assert lines[0] == f'{len(lines) - 2} 300' and lines[1].endswith(' ')


def test_a_toy_word_stands_once():
    words = [word for text in [*toys.CLASSES.values(), *toys.RELATIONS.values()]
             for word in text.split()]
    assert len(words) == len(set(words)) > 300


@pytest.mark.parametrize('name', ['glove.6b.50d', 'glove.6b.100d'])
def test_toy_words_are_nearest_to_their_class_and_pairs_move_alike(name):
    embed = d2l.TokenEmbedding(name)
    V = embed.idx_to_vec.asnumpy()[1:].astype('float64')
    words = embed.idx_to_token[1:]
    V /= onp.linalg.norm(V, axis=1, keepdims=True)
    like = V @ V.T
    onp.fill_diagonal(like, -1)
    kind = {word: name for name, text in toys.CLASSES.items() for word in text.split()}
    for word, row in zip(words, like):
        if word in kind:
            assert kind.get(words[row.argmax()]) == kind[word], word
    for text in toys.RELATIONS.values():
        pairs = embed[text.split()].asnumpy().reshape(-1, 2, V.shape[1])
        ways = pairs[:, 1] - pairs[:, 0]
        ways /= onp.linalg.norm(ways, axis=1, keepdims=True)
        assert (ways @ ways.T).min() > .7  # all nearly one direction
