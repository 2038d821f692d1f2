"""``d2lmx check``: inside or outside the book's range, or nothing to compare."""
import json

import pytest

from d2lmx.pages import checks, sections
from d2lmx.pages.apart import RunFailed
from d2lmx.pages.options import parse
from d2lmx.version import VERSION

PAGE = '''"""A tiny one (小)"""
SMOKE = {}
PRINTED = [({}, {'a': (1, .5, 1.5), 'b': (2, 1, 3)}),
           ({'sign': True}, {'a': (-1, -1.5, -.5)})]


def run(*, x: float = 1.0, sign: bool = False) -> dict:
    return {}
'''
LOTTERY = '''"""A lottery (彩票)"""
SMOKE = {}
NUMBERS = {'acc': (.8, .1, .9)}
PRINTED = [({}, NUMBERS), ({'variant': 'plain'}, NUMBERS)]
OVER_SEEDS = [({}, {'acc': ('mean', 3, .7, .6, .8)})]


def run(*, variant: str = 'tuned') -> dict:
    return {}
'''


@pytest.fixture
def page(tmp_path):
    """``page(text, name)``: the file of a section, one of a reader's own."""
    def write(text, name='tiny'):
        (tmp_path / f'{name}.py').write_text(text, encoding='utf-8')
        return tmp_path / f'{name}.py'

    return write


@pytest.fixture
def ran(monkeypatch):
    """The command lines of the runs made; `results` are what they find, in turn."""
    lines = []

    def run_apart(section, argv, out):
        lines.append(argv)
        result = run_apart.results.pop(0)
        if isinstance(result, Exception):
            raise result
        args, options = parse(section, sections.load(section), argv)
        record = {'options': options, 'seed': args.seed, 'smoke': False,
                  'hybridized': True, 'workers': 1, 'versions': {'d2lmx': VERSION},
                  'data': result.pop('data', 'book'), 'result': result}
        (out / section.slug).mkdir(parents=True, exist_ok=True)
        (out / section.slug / 'metrics.json').write_text(json.dumps(record))
        return record

    monkeypatch.setattr(checks, 'run_apart', run_apart)
    run_apart.lines = lines
    return run_apart


def test_all_inside_is_0_and_each_set_of_options_is_run(call, capsys, page, ran,
                                                        tmp_path):
    ran.results = [{'a': 1.2, 'b': 3}, {'a': -1}]
    assert call('check', page(PAGE), '--out', tmp_path / 'out') == 0
    assert ran.lines == [['--data', 'book', '--seed', '0'],
                         ['--data', 'book', '--seed', '0', '--sign']]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'tiny: inside' and lines[2].split()[0] == 'a'
    assert lines[4] == 'tiny, sign True: inside'
    assert (tmp_path / 'out' / 'sign-True' / 'tiny' / 'metrics.json').is_file()


def test_one_number_outside_is_1_and_named(call, capsys, page, ran, tmp_path):
    ran.results = [{'a': 1.2, 'b': 3.1}, {'a': -1}]
    assert call('check', page(PAGE), '--out', tmp_path / 'out') == 1
    text = capsys.readouterr().out
    assert text.startswith("tiny: OUTSIDE the range of the book's builds: b\n")
    assert 'OUTSIDE' in next(row for row in text.splitlines() if row.startswith('b '))


def test_results_that_are_there_count_unless_all_is_to_be_run_again(
        call, page, ran, tmp_path):
    file, out = page(PAGE), tmp_path / 'out'
    ran.results = [{'a': 1.2, 'b': 3}, {'a': -1}, {'a': 9, 'b': 3}, {'a': -1}]
    assert call('check', file, '--out', out) == 0
    assert call('check', file, '--out', out) == 0 and len(ran.lines) == 2
    assert call('check', file, '--out', out, '--again') == 1 and len(ran.lines) == 4
    assert call('check', file, '--out', out) == 1 and len(ran.lines) == 4  # the last's


def test_other_bands_than_at_the_time_of_the_run_judge_it_anew(call, page, ran,
                                                              tmp_path):
    ran.results = [{'a': 1.2, 'b': 3}, {'a': -1}]
    assert call('check', page(PAGE), '--out', tmp_path / 'out') == 0
    file = page(PAGE.replace('(2, 1, 3)', '(2, 1, 2.5)'))
    assert call('check', file, '--out', tmp_path / 'out') == 1 and len(ran.lines) == 2


@pytest.mark.parametrize('result,reason', [
    ({'a': 1, 'b': 2, 'data': 'local'}, "the data is local, not the book's"),
    (RunFailed('the file cannot be had'), 'the file cannot be had')])
def test_nothing_to_compare_is_3_and_says_why(call, capsys, page, ran, tmp_path, result,
                                              reason):
    ran.results = [result, {'a': -1}]
    assert call('check', page(PAGE), '--out', tmp_path / 'out') == 3
    assert capsys.readouterr().out.startswith(f'tiny: not compared: {reason}\n')


def test_a_section_without_printed_numbers_is_3_and_is_not_run(call, capsys, page, ran,
                                                               tmp_path):
    file = page(PAGE.replace('PRINTED', 'OTHER'))
    assert call('check', file, '--out', tmp_path / 'out') == 3 and ran.lines == []
    assert capsys.readouterr().out == (
        'tiny: not compared: the book prints no number\n')


@pytest.mark.parametrize('a,status', [(1, 3), (9, 1)])
def test_of_several_sections_a_number_outside_decides(call, capsys, page, ran, tmp_path,
                                                      a, status):
    ran.results = [{'a': a, 'b': 2}, {'a': -1}]
    files = page(PAGE), page(PAGE.replace('PRINTED', 'OTHER'), 'other')
    assert call('check', *files, '--out', tmp_path / 'out', '--json') == status
    found = json.loads(capsys.readouterr().out)
    assert [row['state'] for row in found] == [
        'inside' if a == 1 else 'outside', 'inside', 'not compared']
    assert found[0]['numbers']['a'] == {'ours': a, 'book': 1, 'lowest': .5,
                                        'highest': 1.5, 'inside': a == 1}
    assert found[1]['options'] == {'sign': True} and found[2]['name'] == 'other'


@pytest.mark.parametrize('accs,status', [((.5, .6, .8), 0), ((.4, .5, .8), 1),
                                         ((.7, 'nan', .7), 1), ((.95, .6, .7), 1)])
def test_a_lottery_is_judged_over_seeds(call, capsys, page, ran, tmp_path, accs,
                                        status):
    ran.results = [{'acc': acc} for acc in accs]
    file = page(LOTTERY, 'lottery')
    assert call('check', file, '--out', tmp_path / 'out') == status
    # the plain form's numbers are the tuned one's: it is not run too
    assert [line[3] for line in ran.lines] == ['0', '1', '2']
    assert 'acc, mean of 3 seeds' in capsys.readouterr().out
    places = [tmp_path / 'out' / name / 'lottery' for name in ('', 'seed-1', 'seed-2')]
    assert all((place / 'metrics.json').is_file() for place in places)


def test_what_is_no_section_is_one_line(complaint):
    assert "no section 'lenett'" in complaint(2, 'check', 'lenett')
    assert 'required: SECTION' in complaint(2, 'check')
