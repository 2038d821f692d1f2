import random
import string

import pytest

import d2lmx as d2l
from d2lmx.files import hub


def test_toy_lines_are_small_letters_and_single_spaces():
    lines = d2l.read_time_machine()
    assert lines[0] == 'the time machine a toy text' and lines[1] == ''
    assert set(''.join(lines)) == set(string.ascii_lowercase + ' ')
    assert not any('  ' in line for line in lines)


def test_toy_text_is_long_enough_for_the_books_batches_and_speaks_of_the_traveller():
    lines = d2l.read_time_machine()
    assert sum(map(len, lines)) > 20000
    assert ' '.join(lines).count('time traveller') > 100


def test_corpus_numbers_the_characters_of_all_lines():
    corpus, vocab = d2l.load_corpus_time_machine()
    assert ''.join(vocab.to_tokens(corpus)) == ''.join(d2l.read_time_machine())
    assert len(vocab) == 28


def test_shortened_corpus_keeps_the_whole_vocabulary():
    corpus, vocab = d2l.load_corpus_time_machine(max_tokens=100)
    assert len(corpus) == 100 and len(vocab) == 28


@pytest.mark.parametrize('use_random_iter', [False, True])
def test_loader_can_be_read_again_from_another_start(use_random_iter):
    random.seed(1)
    data_iter, vocab = d2l.load_data_time_machine(4, 7, use_random_iter, max_tokens=500)
    first, second = ([X.tolist() for X, _ in data_iter] for _ in range(2))
    assert first != second and len(first) in (16, 17)  # 500 // 28 = 17
    assert len(vocab) == 28 and data_iter.corpus[:3].tolist() == vocab[list('the')]


def test_batches_larger_than_the_corpus_are_refused_at_once():
    with pytest.raises(ValueError, match='need a corpus of'):
        d2l.load_data_time_machine(batch_size=32, num_steps=35, max_tokens=1000)


@pytest.mark.data
def test_real_text_has_the_books_counts(real_data):
    lines = d2l.read_time_machine()
    assert len(lines) == 3221 and lines[0] == 'the time machine by h g wells'
    assert lines[10] == ('twinkled and his usually pale face was flushed and animated '
                         'the')
    corpus, vocab = d2l.load_corpus_time_machine()
    assert (len(corpus), len(vocab)) == (170580, 28)
    words = d2l.Vocab(d2l.tokenize(lines))
    assert words[['the', 'time', 'machine', 'by', 'h', 'g', 'wells']] == [
        1, 19, 50, 40, 2183, 2184, 400]  # as the book prints


@pytest.mark.parametrize('encoding, line', [('gbk', 2), ('utf-16', 1)])
def test_a_text_in_another_encoding_is_refused_by_file_and_line(
        tmp_path, monkeypatch, encoding, line):
    (tmp_path / 'timemachine.txt').write_bytes('one\n时间机器\n'.encode(encoding))
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(hub.BadData, match=f'timemachine.txt must.*line {line} is'):
        d2l.load_data_time_machine(32, 35)


def test_lines_end_where_files_have_line_ends(tmp_path, monkeypatch):
    (tmp_path / 'timemachine.txt').write_bytes(b'\xef\xbb\xbfA b\r\nc\x0cd\n\ne')
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    assert d2l.read_time_machine() == ['a b', 'c d', '', 'e']
