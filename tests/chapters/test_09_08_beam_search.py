import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('9.8')


def test_the_books_example_greedy_misses_the_likelier_sequence(page):
    found = page.example(beam_size=2, length_penalty=0.75)
    assert found['greedy search']['tokens'] == 'A B C'
    assert found['greedy search']['probability'] == pytest.approx(.5 * .4 * .4 * .6)
    for best in (found['exhaustive search, best'], found['beam search'][0]):
        assert best['tokens'] == 'A C B'
        assert best['probability'] == pytest.approx(.5 * .3 * .6 * .6)
    # 1 + 3 + 9 + 27 sequences that end within four steps, and 81 that are cut
    assert found['sequences in all'] == 121


def test_costs_are_those_of_the_page(page):
    assert page.costs() == {'greedy search': 10 ** 5, 'exhaustive search': 1e40,
                            'beam search': 2 * 10 ** 5}


def test_both_searches_translate_every_sentence(page):
    result = page.run(num_epochs=1)
    assert list(result['translations']) == list(d2l.NMT_SENTENCES)
    for found in result['translations'].values():
        assert list(found) == ['greedy', 'beam']
