"""``d2lmx list``: a line a section."""
import json

import pytest

from d2lmx.pages import sections


def test_list_has_a_line_a_section_and_the_same_as_json(call, capsys):
    assert call('list') == 0
    rows = capsys.readouterr().out.splitlines()
    lines = [line for line in rows if '.' in line.split()[0]]
    assert len(lines) == len(sections.sections())
    lenet = next(line for line in lines if ' lenet ' in line)
    assert lenet.split()[0] == '6.6' and lenet.endswith('  [fashion_mnist]')
    adadelta = rows[rows.index('11  Optimization') + 9].split()
    assert adadelta == ['11.9', 'adadelta', 'Adadelta', '[airfoil]']  # in both tongues
    assert sum(' / ' in line for line in lines) == len(lines) - 1
    assert call('list', '--json') == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row['name'] for row in rows] == [line.split()[1] for line in lines]
    assert all(row['title'] and row['title_zh'] for row in rows)


@pytest.mark.parametrize('chapter', ['ch4', 'ch04', '4', 'CH4'])
def test_a_chapter_is_listed_alone(call, capsys, chapter):
    assert call('list', chapter) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading == '4  Multilayer perceptrons'
    assert [line.split()[0] for line in lines] == [f'4.{n}' for n in range(1, 11)]


def test_a_chapter_that_is_not_there_is_one_line(complaint):
    assert complaint(2, 'list', 'ch19').startswith(
        "d2lmx: no chapter 'ch19': there are 2, 3, 4")


def test_the_first_edition_is_listed_with_our_numbers(call, capsys):
    assert call('list', '--edition', '1') == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 86
    assert '   5.5  lenet                              LeNet  -> 6.6 lenet' in lines
    assert lines[4 + 7].endswith('-> 4.1 mlp')  # 3.8, after the four of chapter 2
    assert call('list', 'ch6', '--edition', '1', '--json') == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[2]['second'] == ['8.2', '8.3'] and not rows[0]['has_code']


def test_a_chapter_that_the_first_edition_has_not_is_one_line(complaint):
    assert 'there are 2 to 10' in complaint(2, 'list', 'ch11', '--edition', '1')
