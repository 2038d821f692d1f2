import pytest


@pytest.fixture
def page(section):
    return section('14.9')


def test_shapes_are_those_that_the_book_prints(page):
    result = page.run()
    assert list(result['shapes'].values()) == [
        [512, 64], [512, 64], [512], [512, 10], [512, 10], [512, 10], [512]]
    assert len(result['examples']) == 2 and len(result['as on the page']) == 4


@pytest.mark.parametrize('way', ['examples', 'as on the page'])
def test_both_ways_give_pairs_with_words_to_be_predicted(smoke_run, way):
    for example in smoke_run('14.9').result[way]:
        tokens = example['tokens'].split()
        assert tokens[0] == '<cls>' and tokens[-1] == '<sep>'
        assert tokens.count('<sep>') == 2
        words = example['to be predicted']
        assert len(words) == max(1, round(len(tokens) * .15))
        assert not {tokens[int(i)] for i in words} & {'<cls>', '<sep>', '<pad>'}
