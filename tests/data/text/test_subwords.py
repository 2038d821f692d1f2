import pytest

import d2lmx as d2l
from d2lmx.errors import InputError


@pytest.mark.parametrize('text, value', [
    # of the authors' list of test vectors
    ('', 0x811c9dc5), ('a', 0xe40c292c), ('b', 0xe70c2de5), ('foobar', 0xbf9cf968)])
def test_the_hash_is_fnv1a(text, value):
    assert d2l.fnv1a(text) == value


def test_the_hash_is_of_bytes_in_utf8():
    value = 2166136261
    for byte in (0xc3, 0xa9):  # of an e with an acute accent
        value = (value ^ byte) * 16777619 % 2 ** 32
    assert d2l.fnv1a('é') == value


def test_the_pages_word_has_the_pages_ngrams():
    assert d2l.character_ngrams('where', (3, 3)) == ['<wh', 'whe', 'her', 'ere', 're>']
    assert d2l.character_ngrams('her') == ['<he', 'her', 'er>', '<her', 'her>', '<her>']
    assert d2l.character_ngrams('a') == ['<a>'] and d2l.character_ngrams('') == []


def test_a_word_of_100_kb_has_the_ngrams_of_its_start():
    ngrams = d2l.character_ngrams('w' * 10 ** 5)
    assert len(ngrams) == sum(64 + 2 - n + 1 for n in range(3, 7))
    assert d2l.subword_rows(['w' * 10 ** 5], 100).shape == (1, len(ngrams))


def test_rows_are_the_words_own_then_its_ngrams_and_0_pads():
    rows = d2l.subword_rows(['<unk>', 'to', 'a'], 50, {'<unk>': 0, 'to': 1})
    bucket = [1 + d2l.fnv1a(ngram) % 50 for ngram in ('<to', 'to>', '<to>', '<a>')]
    assert rows.dtype == 'int32' and rows.min() == 0 and rows[:2].max() == 50 + 2
    assert rows[0, 0] == 50 + 1
    assert rows[1].tolist() == [50 + 2, *bucket[:3], *[0] * (rows.shape[1] - 4)]
    assert rows[2].tolist() == [bucket[3], *[0] * (rows.shape[1] - 1)]
    assert d2l.subword_rows([''], 5).tolist() == [[0]]


def test_no_buckets_are_told():
    with pytest.raises(InputError, match='num_buckets must be.* at least 1, got 0'):
        d2l.subword_rows(['a'], 0)
