"""Film reviews: files of every kind, arrays of numbers, the toy set, the real one."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.data.toys import reviews as toy_reviews
from d2lmx.files import hub
from d2lmx.files.archives import BadData


@pytest.fixture
def folder(tmp_path):
    """A folder in the data set's layout, each text of one word: its sentiment."""
    for part in ('train', 'test'):
        for sentiment in ('pos', 'neg'):
            place = tmp_path / part / sentiment
            place.mkdir(parents=True)
            (place / '0_5.txt').write_text(sentiment)
    return tmp_path


def test_reviews_come_in_the_order_of_their_names_positive_ones_first(folder):
    (folder / 'train' / 'pos' / '1_9.txt').write_text('second')
    (folder / 'train' / 'pos' / '._1_9.txt').write_bytes(b'\x00\xff of a Mac')
    (folder / 'train' / 'pos' / 'notes.md').write_text('no review')
    assert d2l.read_imdb(folder, is_train=True) == (['pos', 'second', 'neg'], [1, 1, 0])
    assert d2l.read_imdb(folder, False) == (['pos', 'neg'], [1, 0])


@pytest.mark.parametrize('content, text', [
    (b'\xef\xbb\xbfgood film', 'good film'), (b'one\r\ntwo\nthree', 'one two three'),
    (b'', ''), ('schön 😀'.encode(), 'schön 😀'), (b'x' * 100_000, 'x' * 100_000)])
def test_marks_new_lines_emoji_long_words_and_empty_reviews_are_read(folder, content,
                                                                     text):
    (folder / 'test' / 'neg' / '0_5.txt').write_bytes(content)
    assert d2l.read_imdb(folder, False)[0][1] == text


@pytest.mark.parametrize('content', ['schön'.encode('latin-1'),
                                     'film'.encode('utf-16')])
def test_a_review_in_another_encoding_is_named(folder, content):
    (folder / 'train' / 'neg' / '0_5.txt').write_bytes(content)
    with pytest.raises(BadData, match='0_5.txt must be in UTF-8, but line 1 is not'):
        d2l.read_imdb(folder, True)


def test_missing_and_empty_folders_are_named(folder):
    (folder / 'train' / 'pos' / '0_5.txt').unlink()
    with pytest.raises(BadData, match='train.pos must hold reviews.* and holds none'):
        d2l.read_imdb(folder, True)
    with pytest.raises(BadData, match='train.pos must hold reviews.* and is no folder'):
        d2l.read_imdb(folder / 'nowhere', True)


def test_lines_become_one_array_as_truncate_pad_makes_each():
    rng = onp.random.RandomState(0)
    lines = [[f'w{i}' for i in rng.randint(0, 12, length)]
             for length in (0, 3, 5, 6, 20)]
    vocab = d2l.Vocab(lines[:4], min_freq=2, reserved_tokens=['<pad>'])
    found = d2l.pad_lines(iter(lines), vocab, 5)
    assert found.dtype == onp.int32 and found.tolist() == [
        d2l.truncate_pad(vocab[line], 5, vocab['<pad>']) for line in lines]
    assert (found == vocab.unk).any()
    assert d2l.pad_lines([], vocab, 5).shape == (0, 5)


def test_batches_are_the_reviews_and_rare_words_unknown():
    with running(data='toy'):
        train_iter, test_iter, vocab = d2l.load_data_imdb(64, num_steps=12)
        folder = hub.download_extract('aclImdb', 'aclImdb')
    reviews, labels = d2l.read_imdb(folder, True)
    X, y = next(iter(train_iter))
    assert X.shape == (64, 12) and y.shape == (64,) and X.dtype == y.dtype == onp.int32
    assert vocab['<unk>'] == 0 and vocab['<pad>'] == 1
    counts = d2l.count_corpus([review.split() for review in reviews])
    # the page's vocabulary, of which it prints 49346, is without '<pad>'
    pages = d2l.Vocab([review.split() for review in reviews], min_freq=5)
    assert len(vocab) - len(pages) == d2l.IMDB_VOCAB_SIZE - 49346
    assert set(vocab) - {'<unk>', '<pad>'} == {
        word for word, count in counts.items() if count >= 5}
    ids = train_iter.arrays[0]
    for i in (0, 400, 799):
        words = reviews[i].split()[:12]
        assert vocab.to_tokens(ids[i])[:len(words)] == words
    assert train_iter.arrays[1].tolist() == labels
    assert [len(iterator.arrays[0]) for iterator in (train_iter, test_iter)] == [
        800, 200]
    first, again = ([batch[1].tolist() for batch in test_iter] for _ in range(2))
    assert first == again and sum(first, []) == [1] * 100 + [0] * 100


@pytest.mark.parametrize('sizes', [(0, 500), (64, 0), (64, 2.5)])
def test_sizes_that_are_none_are_refused(sizes):
    with pytest.raises(d2l.InputError, match='must be a whole number of at least 1'):
        d2l.load_data_imdb(*sizes)


def opinions(text, negations):
    """Good opinions less bad ones, a 'not' before a word turning it round, or not."""
    total, sign = 0, 1
    for word in text.split():
        if word == 'not' and negations:
            sign = -1
        value = (word in toy_reviews.GOOD) - (word in toy_reviews.BAD)
        total += sign * value
        sign = 1 if value else sign
    return total


def test_toy_reviews_follow_from_words_in_their_place_not_from_words_alone(tmp_path):
    with running(data='toy'):
        folder = hub.download_extract('aclImdb', 'aclImdb')
    reviews, labels = d2l.read_imdb(folder, True)
    right, bag = ([(opinions(review, negations) > 0) == label
                   for review, label in zip(reviews, labels)]
                  for negations in (True, False))
    assert all(right) and .6 < onp.mean(bag) < .9
    for name in ('one', 'two'):
        toy_reviews.write_reviews(tmp_path / name, onp.random.RandomState(0))
    assert (tmp_path / 'one').read_bytes() == (tmp_path / 'two').read_bytes()


def test_toy_words_have_toy_vectors():
    with running(data='toy'):
        embedding = d2l.TokenEmbedding('glove.6b.100d')
    words = {*toy_reviews.GOOD, *toy_reviews.BAD, *toy_reviews.THINGS, 'not'}
    assert [word for word in words if word not in embedding] == []


def test_the_real_reviews_are_read(real_data):
    with running(files={}, data='book'):
        folder = hub.download_extract('aclImdb', 'aclImdb')
        reviews, labels = d2l.read_imdb(folder, False)
    assert sum(labels) * 2 == len(labels) == len(reviews) >= 2000
    assert 200 < onp.mean([len(review.split()) for review in reviews]) < 260
