import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData
from d2lmx.files.whole import Unwritable


def test_a_line_is_a_word_and_the_shortest_numbers(tmp_path):
    file = tmp_path / 'new' / 'words.txt'
    d2l.write_vectors(file, ['naïve', '<unk>'], np.array([[.1, -2.5], [0, 1e-7]]))
    assert file.read_bytes() == 'naïve 0.1 -2.5\n<unk> 0.0 1e-07\n'.encode()


def test_what_was_written_is_read_back_bit_for_bit(tmp_path):
    bits = onp.random.RandomState(0).randint(0, 2**32, (500, 20), dtype='uint32')
    vectors = bits.view('float32')  # of all sizes, also the tiniest
    vectors[~onp.isfinite(vectors)] = 0
    vocab = d2l.Vocab([f'w{i}' for i in range(499)])
    d2l.write_vectors(tmp_path / 'a.txt', vocab, vectors)
    tokens, again = d2l.read_vectors(tmp_path / 'a.txt')
    assert tokens == vocab.idx_to_token and again.dtype == 'float32'
    assert (again.view('uint32') == vectors.view('uint32')).all()


@pytest.mark.parametrize('content', [
    b'a 1 2\nb 3 4\n', b'\xef\xbb\xbfa 1 2\r\nb 3 4\r\n', b'2 2\na 1 2 \nb 3 4 \n',
    b'\na 1 2\n\nb 3e0 4.'])
def test_files_of_other_programs_are_read(tmp_path, content):
    (tmp_path / 'vec.txt').write_bytes(content)
    tokens, vectors = d2l.read_vectors(tmp_path / 'vec.txt')
    assert tokens == ['a', 'b'] and vectors.tolist() == [[1, 2], [3, 4]]


def test_words_may_hold_spaces_and_what_else_is_no_line(tmp_path):
    words = ['.', '. . .', 'x\u2028y\xa0z', '3', '🙂', 'w' * 10**5]
    (tmp_path / 'vec.txt').write_text(''.join(f'{word} 1 2\n' for word in words),
                                      encoding='utf-8')
    assert d2l.read_vectors(tmp_path / 'vec.txt')[0] == words


@pytest.mark.parametrize('content,told', [
    (b'', 'it is empty'), (b'alone\n', "line 1 is 'alone'"),
    (b'a 1 2\nb 3\n', "2 numbers a line.*line 2 is 'b 3'"),
    (b'a 1 2\n\nb 3 x\n', "line 3 is 'b 3 x'"), (b'a 1 nan\n', 'line 1'),
    (b' 1 2\n 3 4\n', 'line 1'), (b'a 1 2\n\xff 3 4\n', 'line 2 is not')])
def test_other_files_are_told_by_their_line(tmp_path, content, told):
    (tmp_path / 'vec.txt').write_bytes(content)
    with pytest.raises(BadData, match=told):
        d2l.read_vectors(tmp_path / 'vec.txt')


@pytest.mark.parametrize('tokens,vectors,told', [
    (['a'], onp.zeros((2, 3)), r'must be \(1, size\)'),
    (['a'], onp.zeros((1, 0)), 'must be'), (['a'], onp.zeros(1), 'must be'),
    (['a b'], onp.zeros((1, 3)), "white space, got 'a b'"),
    ([''], onp.zeros((1, 3)), 'white space'),
    (['a', 'a'], onp.zeros((2, 3)), 'come twice'),
    (['\ud800'], onp.zeros((1, 3)), 'UTF-8'),
    (['a'], onp.full((1, 3), onp.nan), 'finite')])
def test_what_cannot_be_written_leaves_no_file(tmp_path, tokens, vectors, told):
    with pytest.raises(InputError, match=told):
        d2l.write_vectors(tmp_path / 'vec.txt', tokens, vectors)
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(Unwritable, match='cannot write'):
        d2l.write_vectors(tmp_path / 'file' / 'vec.txt', ['a'], onp.zeros((1, 2)))


def test_the_real_vectors_of_glove(real_data):
    folder = d2l.download_extract('glove.6b.50d')
    tokens, vectors = d2l.read_vectors(f'{folder}/vec.txt')
    assert tokens[:3] == ['the', ',', '.'] and vectors.shape[1] == 50
    assert vectors[0, :2].tolist() == [onp.float32(.418), onp.float32(.24968)]
