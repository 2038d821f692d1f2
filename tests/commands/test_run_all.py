"""``d2lmx run --all``: each section apart, what is done is not done again."""
import json
import os

import pytest

from d2lmx.pages import batch, sections
from d2lmx.pages.apart import RunFailed
from d2lmx.pages.options import parse
from d2lmx.version import VERSION

SECTION = '''"""Number {0} (第{0}节)"""
SMOKE = dict(x=2.0)


def run(*, x: float = 1.0) -> dict:
    return {{}}
'''
ONE = {'ours': 1, 'book': 1, 'lowest': 0, 'highest': 2}
INSIDE = {'numbers': {'loss': {**ONE, 'inside': True}}}
OUTSIDE = {'numbers': {'loss': {**ONE, 'inside': False},
                       'acc': {**ONE, 'inside': True}}}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Four sections of two chapters, for the whole book."""
    for chapter, number in [(3, 1), (3, 2), (4, 1), (4, 2)]:
        file = (tmp_path / 'chapters' / f'ch0{chapter}_some' /
                f's0{number}_name{chapter}{number}.py')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SECTION.format(f'{chapter}.{number}'), encoding='utf-8')
    monkeypatch.setattr(sections, 'chapters_folder', lambda: tmp_path / 'chapters')


@pytest.fixture
def ran(monkeypatch):
    """The runs made; `ends` may hold what becomes of a section, by its number."""
    def run_apart(section, argv, out):
        run_apart.lines.append((section.number, argv))
        end = run_apart.ends.get(section.number)
        if isinstance(end, BaseException):
            raise end
        args, options = parse(section, sections.load(section), argv)
        record = {'options': options, 'seed': args.seed, 'smoke': args.smoke,
                  'hybridized': True, 'workers': 1, 'versions': {'d2lmx': VERSION},
                  'data': 'toy' if args.smoke else 'book', 'result': {}, 'book': end,
                  'timing': {'total_seconds': 1.25}}
        (out / section.slug).mkdir(parents=True, exist_ok=True)
        (out / section.slug / 'metrics.json').write_text(json.dumps(record))
        return record

    run_apart.lines, run_apart.ends = [], {}
    monkeypatch.setattr(batch, 'run_apart', run_apart)
    return run_apart


def numbers(ran):
    """Of the sections run since the last time."""
    found = [number for number, _ in ran.lines]
    ran.lines.clear()
    return found


def test_all_are_run_in_order_and_stand_in_a_table_and_a_file(call, capsys, book, ran,
                                                              tmp_path):
    ran.ends = {'3.1': INSIDE, '3.2': OUTSIDE, '4.1': {'reason': 'why'}}
    assert call('run', '--all', '--out', tmp_path / 'out', '--seed', '3') == 0
    assert [argv for _, argv in ran.lines] == [['--seed', '3']] * 4
    assert numbers(ran) == ['3.1', '3.2', '4.1', '4.2']
    output, errors = capsys.readouterr()
    assert errors == ''  # no bar where there is no terminal
    rows = [line.split() for line in output.splitlines()[1:5]]
    assert [row[0] for row in rows] == ['3.1', '3.2', '4.1', '4.2']
    assert [' '.join(row[5:]) for row in rows] == ['inside', 'outside', 'not compared',
                                                   '-']
    assert '3.2 name32: OUTSIDE: loss\n' in output
    rows = json.loads((tmp_path / 'out' / 'summary.json').read_text())
    assert rows[1] == {'section': '3.2', 'name': 'name32', 'title': 'Number 3.2',
                       'state': 'done', 'reason': '', 'data': 'book', 'seconds': 1.25,
                       'book': 'outside', 'outside': ['loss']}


def test_one_that_fails_stops_no_other_and_is_in_the_status(call, capsys, book, ran,
                                                            tmp_path):
    ran.ends = {'3.2': RunFailed('ZeroDivisionError: of a kind')}
    assert call('run', '--all', '--smoke', '--out', tmp_path / 'out') == 1
    assert numbers(ran) == ['3.1', '3.2', '4.1', '4.2']
    assert ('3.2 name32: FAILED: ZeroDivisionError: of a kind\n'
            in capsys.readouterr().out)
    ran.ends.clear()  # mended: it alone is left
    assert call('run', '--all', '--smoke', '--out', tmp_path / 'out') == 0
    assert numbers(ran) == ['3.2']


@pytest.mark.parametrize('chapters,expected', [
    ('3', ['3.1', '3.2']), ('ch4', ['4.1', '4.2']),
    ('4,3,4', ['4.1', '4.2', '3.1', '3.2'])])
def test_chapters_alone(call, book, ran, tmp_path, chapters, expected):
    assert call('run', '--chapters', chapters, '--out', tmp_path / 'out') == 0
    assert numbers(ran) == expected


def test_after_ctrl_c_the_same_command_goes_on(call, capsys, book, ran, tmp_path):
    ran.ends = {'4.1': KeyboardInterrupt()}
    assert call('run', '--all', '--out', tmp_path / 'out') == 130
    assert capsys.readouterr().err == (
        'd2lmx: interrupted, 2 of 4 sections are done: the same command goes on with '
        'the others\n')
    rows = json.loads((tmp_path / 'out' / 'summary.json').read_text())
    assert [row['section'] for row in rows] == ['3.1', '3.2']
    ran.ends.clear()
    numbers(ran)
    assert call('run', '--all', '--out', tmp_path / 'out') == 0
    assert numbers(ran) == ['4.1', '4.2']
    assert '2 of 4 were done before' in capsys.readouterr().out


def test_other_options_or_again_run_all(call, book, ran, tmp_path):
    out = '--chapters', '3', '--out', tmp_path / 'out'
    assert call('run', *out) == 0 and numbers(ran) == ['3.1', '3.2']
    assert call('run', *out) == 0 and numbers(ran) == []
    for other in (['--smoke'], ['--seed', '1'], ['--seed', '1', '--again']):
        assert call('run', *out, *other) == 0 and numbers(ran) == ['3.1', '3.2']
    assert call('run', *out, '--seed', '1', '--data', 'toy') == 0
    assert numbers(ran) == ['3.1', '3.2']  # those before were of the book's data


def test_a_section_that_is_no_python_hides_no_other(call, book, ran, tmp_path):
    out = '--chapters', '3', '--out', tmp_path / 'out'
    assert call('run', *out) == 0
    numbers(ran)
    file, = tmp_path.glob('chapters/*/s01_name31.py')
    file.write_text('def run(:', encoding='utf-8')
    ran.ends = {'3.1': RunFailed('line 1: invalid syntax')}
    assert call('run', *out) == 1 and numbers(ran) == ['3.1']


@pytest.mark.parametrize('words,text', [
    (['--chapters', '3,19'], "no chapter '19'"),
    (['--chapters', '3,'], "no chapter ''"),
    (['--all', '3.1'], "--all and --chapters stand alone, got '3.1' too"),
    (['--smoke', '3.1'], '--smoke comes after the section, as in d2lmx run 3.1 --s'),
    (['--seed', '0', '3.1'], '--seed comes after the section'),
    (['--smoke'], 'are required: SECTION, or --all'),
    (['--all', '--seed', 'x'], 'expected a whole number')])
def test_what_cannot_be_meant_is_one_line(complaint, book, ran, words, text):
    assert text in complaint(2, 'run', *words) and ran.lines == []


def test_what_failed_before_stays_in_the_summary_until_it_has_results(tmp_path):
    failed = [{'section': number, 'state': 'failed', 'reason': 'so'}
              for number in ('2.1', '2.2')]
    summary = tmp_path / 'summary.json'
    summary.write_text(json.dumps([*failed, {'section': '2.3', 'state': 'done'}]))
    batch.run_all([], [], tmp_path)  # of other chapters
    assert json.loads(summary.read_text()) == failed
    os.utime(summary, (1, 1))
    (tmp_path / '02.02_pandas').mkdir()
    (tmp_path / '02.02_pandas' / 'metrics.json').write_text('{}')
    batch.run_all([], [], tmp_path)
    assert json.loads(summary.read_text()) == failed[:1]
