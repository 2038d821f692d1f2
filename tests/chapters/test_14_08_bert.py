import pytest


@pytest.fixture
def page(section):
    return section('14.8')


def test_shapes_are_those_that_the_book_prints(page):
    assert page.run()['shapes'] == {
        'encoded': [2, 8, 768], 'masked words': [2, 3, 10000], 'their losses': [6],
        'next sentence': [2, 2], 'its losses': [2]}


def test_sequences_by_hand(page):
    found = page.sequences()
    assert found['one'] == (['<cls>', 'this', 'movie', 'is', 'great', '<sep>'], [0] * 6)
    tokens, segments = found['a pair']
    assert tokens == ['<cls>', 'this', 'movie', 'is', 'great', '<sep>', 'i', 'like',
                      'it', '<sep>']
    assert segments == [0] * 6 + [1] * 4
