from collections import Counter

import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('8.3')


def test_n_grams_are_neighbours_in_the_text(page):
    words, pairs, triples = (page.n_grams(n) for n in (1, 2, 3))
    assert words[:3] == ['the', 'time', 'machine']
    assert pairs[:2] == [('the', 'time'), ('time', 'machine')]
    assert triples[0] == ('the', 'time', 'machine')
    assert len(words) == len(pairs) + 1 == len(triples) + 2


def test_exponent_is_that_of_a_text_made_by_zipfs_law(page):
    # word number i occurs 5040 / i times, i up to 10
    vocab = d2l.Vocab([str(i) for i in range(1, 11) for _ in range(5040 // i)])
    assert page.zipf_exponent(vocab) == pytest.approx(1, abs=0.01)


def test_run_draws_frequencies_by_rank_on_logarithmic_axes(page):
    result = page.run()
    assert result['shape of a batch'] == (32, 35) and result['vocabulary'] == 28
    one, three = (plt.figure(number).axes[0] for number in plt.get_fignums())
    assert len(one.lines) == 1 and len(three.lines) == 3
    assert one.get_xscale() == one.get_yscale() == three.get_yscale() == 'log'
    assert len(result['random sampling']) == 3
    for n, name in enumerate(('unigram', 'bigram', 'trigram'), start=1):
        n_grams = page.n_grams(n)
        assert result[name]['different'] == len(set(n_grams))
        assert result[name]['occurring once'] == sum(
            count == 1 for count in Counter(n_grams).values())


@pytest.mark.data
def test_real_text_has_the_books_most_frequent_n_grams(page, real_data):
    result = page.frequencies()
    assert result['unigram']['most frequent'] == {
        'the': 2261, 'i': 1267, 'and': 1245, 'of': 1155, 'a': 816, 'to': 695,
        'was': 552, 'in': 541, 'that': 443, 'my': 440}
    assert list(result['bigram']['most frequent'].items())[:3] == [
        ('of the', 309), ('in the', 169), ('i had', 130)]
    assert list(result['trigram']['most frequent'].items())[:3] == [
        ('the time traveller', 59), ('the time machine', 30), ('the medical man', 24)]
    exponents = [result[name]['exponent of Zipf']
                 for name in ('unigram', 'bigram', 'trigram')]
    assert exponents[0] > exponents[1] > exponents[2] > 0  # the longer, the flatter
