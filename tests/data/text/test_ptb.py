import random
import zipfile
from collections import Counter
from pathlib import Path

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.data.toys import trades
from d2lmx.errors import InputError
from d2lmx.files import hub
from d2lmx.files.archives import BadData

SENTENCES = [['a', 'b', 'a', 'c'], [], ['d'], ['b', 'a']]


@pytest.fixture
def own_ptb(tmp_path, monkeypatch):
    """A function that makes text the training part of one's own ptb.zip."""
    def put(content: bytes):
        with zipfile.ZipFile(tmp_path / 'ptb.zip', 'w') as archive:
            archive.writestr('ptb/ptb.train.txt', content)
        monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    return put


def corpus():
    return d2l.Corpus.of(SENTENCES, d2l.Vocab(SENTENCES))


def test_the_pages_numbers(real_data):
    sentences = d2l.read_ptb()
    vocab = d2l.Vocab(sentences, min_freq=10)
    assert (len(sentences), len(vocab)) == (42069, 6719)
    assert sentences[0][:3] == ['aer', 'banknote', 'berlitz'] and not sentences[-1]
    corpus, same = d2l.load_corpus_ptb()
    assert len(corpus.tokens) == 887521 and same.idx_to_token == vocab.idx_to_token
    assert corpus.lists()[1] == vocab[sentences[1]]
    counts = onp.bincount(corpus.tokens)[vocab[['the', 'join']]]
    assert counts.tolist() == [50770, 45]


def test_other_ends_of_lines_marks_and_words_are_read(own_ptb):
    own_ptb(b'\xef\xbb\xbf na\xc3\xafve \xf0\x9f\x99\x82 \r\n\r\n' + b'w' * 10**5)
    assert d2l.read_ptb() == [['naïve', '🙂'], [], ['w' * 10**5]]


@pytest.mark.parametrize('content,told', [(b' \n\n', 'is empty'),
                                          (b'a\nb\xe9\n', 'line 2 is not')])
def test_other_files_are_told(own_ptb, content, told):
    own_ptb(content)
    with pytest.raises(BadData, match=told):
        d2l.read_ptb()


def test_a_corpus_is_its_sentences_one_after_the_other():
    vocab = d2l.Vocab(SENTENCES)
    made = d2l.Corpus.of([*SENTENCES, ['new']], vocab)
    a, b, c, d = vocab[['a', 'b', 'c', 'd']]
    assert made.tokens.tolist() == [a, b, a, c, d, b, a, 0]
    assert made.offsets.tolist() == [0, 4, 4, 5, 7, 8]
    assert made.sentence.tolist() == [0, 0, 0, 0, 2, 3, 3, 4]
    assert made.lists() == [[a, b, a, c], [], [d], [b, a], [0]]


def test_tokens_are_dropped_and_sentences_stay():
    made = corpus()
    kept = made.kept(made.tokens != 1)  # the most frequent one
    assert kept.lists() == [[2, 3], [], [4], [2]]


def test_contexts_are_those_of_the_lists():
    tokens, counts = corpus().contexts(onp.array([1, 2, 1, 3, 5, 2, 1]))
    assert counts.tolist() == [1, 3, 2, 3, 0, 1, 1]
    assert tokens.tolist() == [2, 1, 1, 3, 2, 3, 1, 2, 1, 1, 2]
    assert corpus().contexts(1)[1].tolist() == [1, 2, 2, 1, 0, 1, 1]
    # no window reaches beyond its sentence, and no table of places does
    assert corpus().contexts(10**9)[1].tolist() == [3, 3, 3, 3, 0, 1, 1]


def test_a_text_without_known_words_is_told(own_ptb):
    own_ptb(b'none of these comes ten times\n')
    for num_noise_words in (5, 0):
        with pytest.raises(InputError, match='no sentence of two known words'):
            d2l.load_data_ptb(8, 5, num_noise_words)


def draws(kept, tokens):
    """Standard deviations between how many were kept and the chances of each token."""
    counts, total = Counter(tokens), len(tokens)
    for token, count in counts.items():
        chance = min(1, (1e-4 / (count / total)) ** .5)
        spread = (count * chance * (1 - chance)) ** .5
        yield abs(kept[token] - count * chance) / spread if spread else kept[
            token] - count


def test_frequent_tokens_are_dropped_by_their_chance():
    random.seed(1)
    onp.random.seed(1)
    tokens = ['a'] * 100000 + ['b'] * 50000 + ['c'] * 300 + ['d'] * 10
    sentences = [[*tokens, 'rare', 'rare']]
    vocab = d2l.Vocab(sentences, min_freq=3)
    (page,), counter = d2l.subsample(sentences, vocab)
    assert counter == Counter(tokens) and 'rare' not in page
    ours = d2l.Corpus.of(sentences, vocab)
    ours = ours.kept(ours.tokens > 0).subsampled().tokens
    for kept in (Counter(page), Counter(vocab.to_tokens(ours))):
        # 'd', less than 1e-4 of all, stays whole; others within 5 deviations
        assert kept['d'] == 10 and max(draws(kept, tokens)) < 5


def test_the_toy_has_the_form_of_the_file_and_its_words():
    with running(data='toy'):
        folder = Path(d2l.download_extract('ptb'))
        corpus, vocab = d2l.load_corpus_ptb()
    assert {file.name for file in folder.iterdir()} == {
        f'ptb.{part}.txt' for part in ('train', 'valid', 'test')}
    lines = (folder / 'ptb.train.txt').read_text().split('\n')
    assert all(line[0] == line[-1] == ' ' for line in lines[:-1]) and not lines[-1]
    assert 'N' in vocab and corpus.tokens.max() == len(vocab) - 1
    words = [{word for kind in trade.values() for word in kind}
             for trade in trades.TRADES.values()]
    assert not words[0] & words[1]
    assert all(word in vocab for word in words[0] | words[1])
    assert not any(set(line.split()) & words[0] and set(line.split()) & words[1]
                   for line in lines)


def test_the_toy_is_the_same_everywhere(tmp_path):
    for name in 'ab':
        hub.TOYS['ptb'](tmp_path / name, onp.random.RandomState(5))
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()
