import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.pages import sections


@pytest.fixture
def by_the_page():
    """``by_the_page(token_freqs, num_merges)``: what the page's loop gives."""
    page = sections.load(sections.find('14.6'))

    def learn(token_freqs, num_merges):
        merges, symbols = [], []
        for _ in range(num_merges):
            if not any(' ' in token for token in token_freqs):
                break
            merges.append(page.get_max_freq_pair(token_freqs))
            token_freqs = page.merge_symbols(merges[-1], token_freqs, symbols)
        return merges, token_freqs

    return learn


def test_the_pages_words_give_the_pages_merges():
    merges, token_freqs = d2l.learn_bpe({
        'f a s t _': 4, 'f a s t e r _': 3, 't a l l _': 5, 't a l l e r _': 4}, 10)
    assert merges == [('t', 'a'), ('ta', 'l'), ('tal', 'l'), ('f', 'a'), ('fa', 's'),
                      ('fas', 't'), ('e', 'r'), ('er', '_'), ('tall', '_'),
                      ('fast', '_')]
    assert token_freqs == {'fast_': 4, 'fast er_': 3, 'tall_': 5, 'tall er_': 4}


@pytest.mark.parametrize('letters, seed', [('ab', 0), ('abc', 1), ('abcdefgh', 2),
                                           ('a', 3), ('aab', 4)])
def test_merges_are_those_of_counting_anew(by_the_page, letters, seed):
    # few letters: runs of one letter, many equals, symbols that end alike
    rng = onp.random.RandomState(seed)
    token_freqs = {' '.join(rng.choice(list(letters), rng.randint(1, 9))):
                   int(rng.randint(1, 4)) for _ in range(60)}
    before = dict(token_freqs)
    for num_merges in (0, 1, 7, 1000):
        learnt = d2l.learn_bpe(token_freqs, num_merges)
        assert learnt == by_the_page(token_freqs, num_merges)
        assert list(learnt[1]) == list(by_the_page(token_freqs, num_merges)[1])
    assert token_freqs == before


def test_merges_of_the_treebank_are_those_of_counting_anew(by_the_page):
    words = {' '.join(f'{word}_'): count for word, count
             in d2l.count_corpus(d2l.read_ptb()).items()}
    assert d2l.learn_bpe(words, 150) == by_the_page(words, 150)


def test_nothing_to_merge_ends_it_and_less_than_nothing_is_told():
    assert d2l.learn_bpe({}, 5) == ([], {})
    assert d2l.learn_bpe({'a': 3, '': 1}, 5)[0] == []
    with pytest.raises(InputError, match='num_merges must be.* at least 0, got -1'):
        d2l.learn_bpe({'a b': 1}, -1)
