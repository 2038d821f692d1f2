"""Texts as numbers and batches of sequences of the first edition."""
import random
import zipfile

import numpy as onp
import pytest

from d2lmx.edition1 import lyrics
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData


@pytest.fixture
def write_lyrics(data_dir):
    def write(content, member='jaychou_lyrics.txt'):
        with zipfile.ZipFile(data_dir / 'jaychou_lyrics.txt.zip', 'w') as archive:
            archive.writestr(member, content)
    return write


def test_the_readers_lyrics_are_numbered_by_code_points(write_lyrics):
    write_lyrics('分b\r\n开a分'.encode())
    numbers, char_to_idx, idx_to_char, vocab_size = lyrics.load_data_jay_lyrics()
    assert idx_to_char == [' ', 'a', 'b', '分', '开']  # the end of a line is one space
    assert numbers == [3, 2, 0, 4, 1, 3]
    assert char_to_idx == {' ': 0, 'a': 1, 'b': 2, '分': 3, '开': 4}
    assert vocab_size == 5


def test_ten_thousand_characters_are_used(write_lyrics):
    write_lyrics(b'a' * 9999 + b'bc')
    numbers, _, idx_to_char, _ = lyrics.load_data_jay_lyrics()
    assert len(numbers) == 10000 and idx_to_char == ['a', 'b']


def test_the_toy_text_has_the_pages_prefixes_and_enough_characters(data_dir, caplog):
    numbers, char_to_idx, idx_to_char, vocab_size = lyrics.load_data_jay_lyrics()
    assert len(numbers) == 10000
    assert set('不分开') < set(char_to_idx) and vocab_size == len(idx_to_char) > 90
    assert 'jaychou_lyrics is TOY DATA' in caplog.text


@pytest.mark.parametrize('content, member, told', [
    (b'', 'other.txt', 'holds no plain file jaychou_lyrics.txt'),
    ('分开'.encode('gbk'), 'jaychou_lyrics.txt',
     r'^jaychou_lyrics.txt in \.\./data/jaychou_lyrics.txt.zip .* line 1 is not'),
    (b'', 'jaychou_lyrics.txt',
     r'^jaychou_lyrics.txt in \.\./data/jaychou_lyrics.txt.zip holds no text')])
def test_wrong_archives_are_told(write_lyrics, content, member, told):
    write_lyrics(content, member)
    with pytest.raises(BadData, match=told):
        lyrics.load_data_jay_lyrics()


def test_a_damaged_archive_is_told(data_dir):
    (data_dir / 'jaychou_lyrics.txt.zip').write_bytes(b'PK')
    with pytest.raises(BadData, match='cut off or damaged'):
        lyrics.load_data_jay_lyrics()


def test_the_time_machine_is_in_small_letters_whatever_the_locale(data_dir,
                                                                  monkeypatch):
    monkeypatch.setenv('LC_ALL', 'C')
    (data_dir / 'timemachine.txt').write_bytes('Ça\nÇA'.encode())
    numbers, _, idx_to_char, vocab_size = lyrics.load_data_time_machine()
    assert idx_to_char == [' ', 'a', 'ç'] and vocab_size == 3
    assert numbers == [2, 1, 0, 2, 1]


def test_an_empty_time_machine_is_told(data_dir):
    (data_dir / 'timemachine.txt').write_bytes(b'')
    with pytest.raises(BadData, match='data/timemachine.txt holds no text'):
        lyrics.load_data_time_machine()


def test_consecutive_batches_are_those_that_the_page_prints():
    pairs = list(lyrics.data_iter_consecutive(list(range(30)), 2, 6))
    for i, (X, Y) in enumerate(pairs):
        rows = onp.array([onp.arange(6), onp.arange(15, 21)]) + 6 * i
        onp.testing.assert_array_equal(X.asnumpy(), rows)
        onp.testing.assert_array_equal(Y.asnumpy(), rows + 1)
    assert len(pairs) == 2


@pytest.mark.parametrize('data_iter', [lyrics.data_iter_random,
                                       lyrics.data_iter_consecutive])
def test_an_array_of_numbers_is_a_text_too(data_iter):
    found = []
    for corpus in (list(range(30)), lyrics.nd.arange(30)):
        random.seed(3)
        found.append([X.asnumpy().tolist() for X, _ in data_iter(corpus, 2, 6)])
    assert found[0] == found[1]


def test_random_batches_are_the_pages_places_each_once_by_the_seed():
    def run():
        random.seed(3)
        return [(X.asnumpy(), Y.asnumpy()) for X, Y in
                lyrics.data_iter_random(list(range(30)), 2, 6)]

    pairs = run()
    rows = onp.concatenate([X for X, _ in pairs])
    assert sorted(rows[:, 0]) == [0, 6, 12, 18]  # the page's, without overlap
    onp.testing.assert_array_equal(rows, rows[:, :1] + onp.arange(6))
    assert all((Y == X + 1).all() for X, Y in pairs)
    assert all((a[0] == b[0]).all() for a, b in zip(pairs, run()))


@pytest.mark.parametrize('data_iter, shortest', [  # 2 rows of 6, and the last Y's end
    (lyrics.data_iter_random, 13), (lyrics.data_iter_consecutive, 14)])
def test_the_shortest_text_gives_a_batch_and_a_shorter_one_is_told(data_iter, shortest):
    assert len(list(data_iter(range(shortest), 2, 6))) == 1
    for sizes in ((2, 6), (0, 6), (2, 0)):
        with pytest.raises(InputError, match='for 12 characters'):
            data_iter(range(12), *sizes)


def test_one_hot_rows_come_by_step():
    X = lyrics.nd.arange(10).reshape((2, 5))
    rows = lyrics.to_onehot(X, 1027)
    assert [row.shape for row in rows] == [(2, 1027)] * 5  # as the page prints
    onp.testing.assert_array_equal(
        onp.stack([row.asnumpy() for row in rows]),
        onp.eye(1027)[onp.arange(10).reshape(2, 5).T])
