import io
import json

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.commands import call
from d2lmx.errors import InputError

# as the page prints them
SIMILAR = {'chip': {'chips': .856, 'intel': .749, 'electronics': .749},
           'baby': {'babies': .839, 'boy': .800, 'girl': .792},
           'beautiful': {'lovely': .921, 'gorgeous': .893, 'wonderful': .830}}
ANALOGIES = {'man woman son': 'daughter', 'beijing china tokyo': 'japan',
             'bad worst big': 'biggest', 'do did go': 'went'}


@pytest.fixture
def page(section):
    return section('14.7')


@pytest.fixture
def plane(tmp_path):
    """Vectors in a plane, whose angles are known: a file."""
    d2l.write_vectors(tmp_path / 'vec.txt', 'right steep up left longer'.split(),
                      [[1, 0], [1, 2], [0, 3], [-2, 0], [5, 1]])
    return tmp_path / 'vec.txt'


def test_the_toy_set_has_the_pages_analogies_and_classes(page):
    result = page.run()
    assert result['analogies'] == ANALOGIES
    assert set(result['similar']['chip']) <= {
        'chips', 'intel', 'electronics', 'computer', 'computers', 'software',
        'hardware', 'processor', 'microprocessor', 'memory', 'semiconductor',
        'machine', 'internet', 'data', 'network', 'program', 'device'}


@pytest.mark.data
def test_real_words_are_as_the_page_prints_them(page, real_data, capsys):
    result = page.run()
    assert result['analogies'] == ANALOGIES
    for token, words in SIMILAR.items():  # in the page's order, to its digits
        found = result['similar'][token]
        assert {word: round(c, 3) for word, c in found.items()} == words
        assert list(found) == list(words)
    output = capsys.readouterr().out
    assert 'cosine sim=0.856: chips\ncosine sim=0.749: intel\n' in output
    assert 'man is to woman as son is to daughter' in output


def test_the_word_itself_is_left_out_wherever_it_stands(page, tmp_path, capsys):
    # longer than 'a' and of its direction: the cosine of both is 1
    d2l.write_vectors(tmp_path / 'vec.txt', ['b', 'a', 'c'], [[2, 2], [1, 1], [0, 1]])
    embed = d2l.TokenEmbedding(tmp_path / 'vec.txt')
    assert list(page.get_similar_tokens('a', 2, embed)) == ['b', 'c']
    assert capsys.readouterr().out == 'cosine sim=1.000: b\ncosine sim=0.707: c\n'


def test_predict_gives_the_nearest_of_each_word(page, plane):
    first, second = page.predict(plane, 'right', 'up', k=2)
    assert first['word'] == 'right' and list(first['nearest']) == ['longer', 'steep']
    onp.testing.assert_allclose(list(first['nearest'].values()),
                                [5 / 26 ** .5, 1 / 5 ** .5], rtol=1e-6)
    assert list(second['nearest']) == ['steep', 'longer']
    assert list(page.predict(plane, 'up', k=99)[0]['nearest'])[-1] in ('right', 'left')


def test_an_analogy_is_a_vector_moved_and_none_of_its_words(page, plane):
    # up - right + right is up itself, which is asked with; next is steep
    result, = page.predict(plane, 'right', 'up', 'right', analogy=True, k=1)
    assert result['analogy'] == 'right is to up as right is to'
    assert list(result['nearest']) == ['steep']
    lines = page.predict(plane, 'right up left', 'up right left', analogy=True)
    assert len(lines) == 2


@pytest.mark.parametrize('words, options, told', [
    (['right', 'Up'], {}, 'no vector of: Up'), (['<unk>'], {}, 'no vector of: <unk>'),
    (['right', 'up'], {'analogy': True}, 'three words.*got 2'),
    (['  '], {'analogy': True}, 'got 0'), (['up', ' '], {}, 'one is empty'),
    (['up'], {'k': 0}, 'k must be'), (['up'], {'k': -2}, 'k must be'),
    (['up right', 'left up right up'], {'analogy': True}, "got 'up right'"),
    (['up right left', 'up right'], {'analogy': True}, "got 'up right'"),
    (['x' * 100000], {}, 'no vector of: x{40}$')])
def test_a_slip_is_one_line(page, plane, words, options, told):
    with pytest.raises(InputError, match=told):
        page.predict(plane, *words, **options)


def test_the_command_knows_the_vectors_and_takes_threes(capsys, monkeypatch):
    assert call('predict', ['similarity', 'man', 'woman', 'son', '--analogy', '--k',
                            '1', '--json']) == 0
    result, = json.loads(capsys.readouterr().out)['results']
    assert list(result['nearest']) == ['daughter']
    monkeypatch.setattr('sys.stdin', io.StringIO('do did go\nbad worst big\n'))
    assert call('predict', ['14.7', '--analogy', '--json']) == 0
    results = json.loads(capsys.readouterr().out)['results']
    assert [next(iter(found['nearest'])) for found in results] == ['went', 'biggest']
    assert call('predict', ['14.7', 'chip', '--model', 'nowhere']) == 2
    assert "there is no 'nowhere'" in capsys.readouterr().err


def test_an_analogy_has_its_own_name(capsys):
    results = []
    for start in (['analogy'], [' Analogy'], ['14.7', '--analogy']):
        assert call('predict', [*start, 'man', 'woman', 'son', '--json']) == 0
        results.append(capsys.readouterr().out)
    assert results[0] == results[1] == results[2] and 'daughter' in results[0]
    # an end of other names is none: 14.7 alone has it as an option
    assert call('predict', ['embedding', 'man']) == 2
    assert "no section 'embedding'" in capsys.readouterr().err
