import sys

import pytest
from mxnet import np

import d2lmx as d2l

LINES = ['the cat saw the dog', '', 'the dog ran']


def test_words_are_split_at_white_space_and_an_empty_line_has_none():
    assert d2l.tokenize(['a  bc\td ', '']) == [['a', 'bc', 'd'], []]


def test_characters_include_spaces():
    assert d2l.tokenize(['a b', '时间'], 'char') == [['a', ' ', 'b'], ['时', '间']]


def test_unknown_kind_of_token_is_an_error_that_lists_the_kinds():
    with pytest.raises(ValueError, match="'word', 'char' or 'jieba', got 'letter'"):
        d2l.tokenize(LINES, 'letter')


def test_jieba_cuts_chinese_into_words_without_the_spaces():
    pytest.importorskip('jieba', reason='needs jieba: pip install jieba')
    assert d2l.tokenize(['我们 学习'], 'jieba') == [['我们', '学习']]


def test_missing_jieba_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, 'jieba', None)  # as where it is not installed
    with pytest.raises(ImportError, match='pip install jieba, or cut into characters'):
        d2l.tokenize(['时间机器'], 'jieba')


def test_frequent_tokens_come_first_and_equals_in_the_order_of_the_text():
    vocab = d2l.Vocab(d2l.tokenize(LINES))
    assert vocab.idx_to_token == ['<unk>', 'the', 'dog', 'cat', 'saw', 'ran']
    assert vocab.token_freqs == [('the', 3), ('dog', 2), ('cat', 1), ('saw', 1),
                                 ('ran', 1)]
    assert len(vocab) == 6 and vocab.token_to_idx['ran'] == 5


def test_unknown_tokens_have_number_zero_in_nested_lists_too():
    vocab = d2l.Vocab(['a', 'b', 'a'])
    assert vocab['c'] == vocab.unk == 0
    assert vocab[['b', ['a', 'c']]] == [2, [1, 0]]


def test_rare_tokens_are_left_out_and_reserved_ones_are_in():
    vocab = d2l.Vocab(['a', 'a', 'b'], min_freq=2, reserved_tokens=['<pad>', 'a'])
    assert vocab.idx_to_token == ['<unk>', '<pad>', 'a']


def test_empty_vocabulary_knows_the_unknown_alone():
    assert len(d2l.Vocab()) == len(d2l.Vocab([])) == 1


@pytest.mark.parametrize('indices, tokens', [
    (2, 'b'), ([1, 0], ['a', '<unk>']), (np.array([[2.0, 1.0]]), [['b', 'a']]),
    (np.array(1, dtype='int32'), 'a')])
def test_numbers_lists_and_arrays_turn_into_tokens(indices, tokens):
    assert d2l.Vocab(['a', 'b', 'a']).to_tokens(indices) == tokens


def test_bigrams_count_as_tokens():
    pairs = [('the', 'cat'), ('a', 'dog'), ('the', 'cat')]
    assert d2l.count_corpus(pairs) == {('the', 'cat'): 2, ('a', 'dog'): 1}
    assert d2l.Vocab(pairs).to_tokens([1, 2]) == [('the', 'cat'), ('a', 'dog')]


def test_lines_without_tokens_count_for_nothing():
    assert d2l.count_corpus([[], ['a'], []]) == {'a': 1}


def test_membership_and_iteration_are_of_tokens():
    vocab = d2l.Vocab([['a', 'b', 'a']])
    assert list(vocab) == ['<unk>', 'a', 'b']
    assert 'a' in vocab and 'c' not in vocab and 0 not in vocab


def test_unknown_tokens_are_told_once_each_and_within_bounds():
    vocab = d2l.Vocab([['a', 'b']])
    assert d2l.unknown_remarks(['b', 'a', 'b'], vocab) == []
    line, = d2l.unknown_remarks(['x' * 10 ** 5, 'a', 'y', 'y'], vocab)
    assert line == f'not in the vocabulary, and read as <unk>: {"x" * 40} y'
    line, = d2l.unknown_remarks([f'w{i}' for i in range(11)], vocab)
    assert line.endswith(': w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 ...')
