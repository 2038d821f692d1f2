"""MovieLens: the file read, split and made examples of; toy films with a taste."""
from pathlib import Path

import numpy as onp
import pandas as pd
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.data.tables import movielens
from d2lmx.files.archives import BadData

# users 1, 2, 3; user 1 rated two films last at the same time
TABLE = pd.DataFrame([(1, 2, 3, 50), (2, 1, 5, 9), (1, 4, 4, 70), (3, 3, 1, 1),
                      (1, 1, 5, 70), (2, 4, 2, 8), (1, 3, 2, 10), (3, 1, 4, 2)],
                     columns=movielens.NAMES)


@pytest.fixture
def files(monkeypatch, tmp_path):
    """``files(ratings, titles)`` puts both texts, or bytes, where the reader looks."""
    monkeypatch.setattr(movielens.hub, 'download_extract', lambda name: str(tmp_path))

    def write(ratings='1\t1\t3\t5\n', titles=b'1|One|x\n'):
        (tmp_path / 'u.data').write_text(ratings, encoding='utf-8')
        (tmp_path / 'u.item').write_bytes(titles)

    return write


def last_by_loop(data):
    """Of each user the last rating, as the page finds it: a later one is later."""
    last = {}
    for user, item, rating, time in data.itertuples(index=False):
        if user not in last or last[user][3] < time:
            last[user] = (user, item, rating, time)
    return last


@pytest.mark.parametrize('kind', ['by hand', 'toy'])
def test_seq_aware_tests_on_the_last_rating_of_each_user(kind):
    with running(data='toy'):
        data = TABLE if kind == 'by hand' else d2l.read_data_ml100k()[0]
    if kind == 'toy':
        data = data.assign(timestamp=data.timestamp // 5000)  # many at the same time
    train, test = d2l.split_data_ml100k(data, 3, 4, 'seq-aware')
    last = last_by_loop(data)
    assert {row[0]: tuple(row) for row in test.to_numpy().tolist()} == last
    rest = [row for row in data.to_numpy().tolist() if tuple(row) not in last.values()]
    # sorted by user and time, the file's order where these are equal
    assert train.to_numpy().tolist() == sorted(rest, key=lambda row: (row[0], row[3]))


def test_random_takes_a_share_and_loses_none():
    data = pd.concat([TABLE] * 500, ignore_index=True)
    d2l.set_seed(0)
    train, test = d2l.split_data_ml100k(data, 3, 4, test_ratio=.3)
    assert sorted([*train.index, *test.index]) == list(range(4000))
    # four standard deviations of a binomial draw
    assert abs(len(test) - 1200) < 4 * (4000 * .3 * .7) ** .5


def test_explicit_feedback_is_a_matrix_of_ratings_items_first():
    users, items, scores, inter = d2l.load_data_ml100k(TABLE, 3, 5)
    assert (users[:3], items[:3], scores[:3]) == ([0, 1, 0], [1, 0, 3], [3, 5, 4])
    assert inter.tolist() == [[5, 5, 4], [3, 0, 0], [2, 0, 1], [4, 2, 0], [0, 0, 0]]


def test_implicit_feedback_is_the_items_of_each_user_in_order():
    _, _, scores, inter = d2l.load_data_ml100k(TABLE, 3, 4, 'implicit')
    assert scores == [1] * 8
    assert inter == {0: [1, 3, 0, 2], 1: [0, 3], 2: [2, 0]}


def test_batches_hold_every_rating_once():
    with running(data='toy'):
        data, *counts = d2l.read_data_ml100k()
        *found, train_iter, test_iter = d2l.split_and_load_ml100k(batch_size=1000)
    assert found == counts
    rows = [onp.stack([a.asnumpy() for a in batch], 1) for iterator in
            (train_iter, test_iter) for batch in iterator]
    assert max(map(len, rows)) == 1000
    rows = onp.concatenate(rows) + [1, 1, 0]
    assert sorted(rows.tolist()) == sorted(data.iloc[:, :3].to_numpy().tolist())


def test_titles_are_read_in_latin_1_or_utf_8_in_the_order_of_numbers(files):
    for encoding in ('latin-1', 'utf-8'):
        files(titles='2|Zwei|x\n\n1|Misérables, Les (1995)|y|z\n'.encode(encoding))
        assert d2l.read_titles_ml100k() == ['Misérables, Les (1995)', 'Zwei']


def test_films_are_titles_and_what_each_user_has_rated(files):
    files('2\t1\t3\t5\n1\t2\t1\t9\n2\t2\t4\t1\n', b'1|A|\n2|B|\n3|C|\n')
    assert d2l.films_ml100k() == {'titles': ['A', 'B'], 'seen': [[1], [0, 1]]}


@pytest.mark.parametrize('ratings, told', [
    ('', 'holds no rating'), ('\n\n', 'holds no rating'),
    ('1\t1\t3\t5\n\n1\t2\t3\n', 'line 3 must be user_id'),
    ('1\t1\t3\t5\t8\n', 'line 1 must be'), ('1\t1\t3.5\t5\n', 'line 1 must be'),
    ('1\t1\tgood\t5\n', 'line 1 must be'), ('0\t1\t3\t5\n', 'above 0'),
    ('1\t1\t6\t5\n', 'the rating at most 5'), ('1 1 3 5\n', 'with a tab between'),
    ('1\t1\t3\t99999999999999999999999\n', 'whole'),
    ('1\t1\t3\t5\n3\t1\t3\t5\n', '2 users have numbers from 1 to 3'),
    ('1\t2\t3\t5\n', '1 items have numbers from 2 to 2')])
def test_a_file_that_holds_something_else_is_told_in_a_line(files, ratings, told):
    files(ratings)
    with pytest.raises(BadData, match=told) as error:
        d2l.read_data_ml100k()
    assert 'u.data' in str(error.value) and '\n' not in str(error.value)


@pytest.mark.parametrize('titles, told', [
    (b'1\n', 'line 1 must begin'), (b'one|One|\n', 'line 1 must begin'),
    (b'2|Two|\n', 'no title of item 1'), (b'', 'has 0 titles')])
def test_titles_that_are_missing_are_told_in_a_line(files, titles, told):
    files(titles=titles)
    with pytest.raises(ValueError, match=told):
        d2l.films_ml100k()


@pytest.mark.parametrize('call, told', [
    (lambda: d2l.split_data_ml100k(TABLE, 3, 4, 'seq'), "'random' or 'seq-aware'"),
    (lambda: d2l.split_data_ml100k(TABLE, 3, 4, test_ratio=1.), 'test_ratio'),
    (lambda: d2l.load_data_ml100k(TABLE, 3, 4, 'clicks'), "'explicit' or 'implicit'"),
    (lambda: d2l.load_data_ml100k(TABLE, 2, 4), 'users must be 1 to 2, got 3'),
    (lambda: d2l.load_data_ml100k(TABLE, 3, 3), 'items must be 1 to 3, got 4')])
def test_other_choices_and_numbers_are_refused(call, told):
    with pytest.raises(d2l.InputError, match=told):
        call()


@pytest.mark.data
def test_the_real_file_has_the_pages_counts(real_data):
    data, num_users, num_items = d2l.read_data_ml100k()
    assert (len(data), num_users, num_items) == (100000, 943, 1682)
    assert data.head(3).to_numpy().tolist() == [  # printed
        [196, 242, 3, 881250949], [186, 302, 3, 891717742], [22, 377, 1, 878887116]]
    assert d2l.read_titles_ml100k()[0] == 'Toy Story (1995)'


@pytest.mark.data
def test_the_real_ratings_are_all_of_the_set(real_data):
    """Whoever has compressed it: those of its own parts, which share them."""
    path, kind = movielens.hub.locate('ml-100k')
    assert kind == 'book'
    parts = Path(movielens.hub.download_extract('ml-100k'))
    for part in ('u1', 'u5', 'ua'):
        rows = [line for half in ('base', 'test') for line in
                (parts / f'{part}.{half}').read_text().splitlines()]
        assert sorted(rows) == sorted((parts / 'u.data').read_text().splitlines())


def test_marks_ends_of_lines_and_rare_letters_change_nothing(files, tmp_path):
    files(titles=b'1|Wait\x85 (1990)|x\r\n2|Two|x\r\n')  # an ellipsis of Windows
    assert d2l.read_titles_ml100k() == ['Wait\x85 (1990)', 'Two']
    (tmp_path / 'u.data').write_bytes(b'\xef\xbb\xbf1\t1\t3\t5\r\n2\t1\t4\t6\r\n')
    data, *counts = d2l.read_data_ml100k()
    assert data.to_numpy().tolist() == [[1, 1, 3, 5], [2, 1, 4, 6]]
    assert counts == [2, 1]
