"""``d2lmx tune``: trials within ranges, each apart; one that was killed goes on."""
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from d2lmx.commands import tune
from d2lmx.errors import InputError
from d2lmx.pages import checks, measures, sections, spaces
from d2lmx.pages.apart import RunFailed
from d2lmx.pages.options import parse
from d2lmx.pages.results import as_json
from d2lmx.version import VERSION
from d2lmx.viz.trials import draw_trials

HERE, DRAWN = Path(__file__).parent, tune.drawn
optuna = pytest.importorskip('optuna', reason='needs optuna')
SECTION = '''"""A bowl (碗)

Source: none
"""
from typing import Literal

SMOKE = dict(n=1)
RANGES = dict(n=(0, 6))


def run(*, x: float = 1.0, n: int = 3, kind: Literal['a', 'b'] = 'a', up: bool = False,
        text: str = '') -> dict:
    if x > 5:
        raise ValueError('too large')
    value = float('nan') if x < .5 else (x - 3) ** 2 + n + (kind == 'a')
    return {'final': {'train loss': -1.0, 'test loss': value, 'test size': 5},
            'one': {'test acc': x}}
'''
WORDS = '--x', '0.1..9:log', '--n', '1..4', '--kind', 'a,b'


def run_here(section, argv, out):
    """What a section's process would leave, made by this one."""
    module = sections.load(section)
    args, options = parse(section, module, argv)
    try:
        result = module.run(**options)
    except ValueError as error:
        (out / 'logs').mkdir(parents=True)
        (out / 'logs' / f'{section.slug}.txt').write_text(f'ValueError: {error}\n')
        raise RunFailed(str(error)) from error
    record = {'options': as_json(options), 'seed': args.seed, 'smoke': args.smoke,
              'hybridized': True, 'workers': 1, 'versions': {'d2lmx': VERSION},
              'data': 'none', 'result': as_json(result),
              'timing': {'total_seconds': .5}}
    (out / section.slug).mkdir(parents=True)
    (out / section.slug / 'metrics.json').write_text(json.dumps(record))
    return record


@pytest.fixture
def ran(monkeypatch):
    """The words of each run that was made, without pictures of what was found.

    `ends_at` is where Ctrl-C comes.
    """
    def run_apart(section, argv, out):
        if len(run_apart.words) == run_apart.ends_at:
            raise KeyboardInterrupt
        run_apart.words.append(argv)
        return run_here(section, argv, out)

    run_apart.words, run_apart.ends_at = [], None
    monkeypatch.setattr(checks, 'run_apart', run_apart)
    monkeypatch.setattr(tune, 'drawn', lambda *_: [])
    return run_apart


@pytest.fixture
def bowl(tmp_path):
    file = tmp_path / 'bowl.py'
    file.write_text(SECTION, encoding='utf-8')
    return file


def found(folder):
    """What a search left in its folder of results."""
    return json.loads((folder / 'tune' / 'bowl' / 'tune.json').read_text())


def test_a_search_tells_its_trials_the_best_and_how_to_repeat_it(call, capsys, bowl,
                                                                 ran, tmp_path):
    assert call('tune', bowl, *WORDS, '--trials', '25', '--out', tmp_path) == 0
    record, output = found(tmp_path), capsys.readouterr().out
    rows = record['trials']
    assert [row['trial'] for row in rows] == [*range(25)] and len(ran.words) == 25
    for row in rows:  # by the section's own rule
        x, n, kind = (row['values'][name] for name in ('x', 'n', 'kind'))
        assert .1 <= x <= 9 and n in range(1, 5) and kind in 'ab'
        assert x == float(f'{x:.4g}')
        if x > 5:
            assert row['state'] == 'failed' and row['reason'] == 'ValueError: too large'
        elif x < .5:
            assert row['reason'] == 'test loss is nan' and row['value'] is None
        else:
            assert row['value'] == pytest.approx((x - 3) ** 2 + n + (kind == 'a'))
    done = [row for row in rows if row['state'] == 'done']
    assert 0 < len(done) < 25
    best = min(done, key=lambda row: row['value'])
    assert record['best'] == best and record['metric'] == 'test loss'
    # a search that proposed at random alone would do worse than this mean
    assert best['value'] < sum(row['value'] for row in done) / len(done)
    values = best['values']
    assert (f'  d2lmx run {bowl} --x {values["x"]} --n {values["n"]} --kind '
            f'{values["kind"]}\n') in output
    assert record['command'][:3] == ['d2lmx', 'run', str(bowl)]
    assert record['versions']['optuna'] == optuna.__version__
    assert record['data'] == 'none' and record['timing']['total_seconds'] == (
        .5 * sum(row['reason'] != 'ValueError: too large' for row in rows))


def test_after_ctrl_c_a_search_ends_as_if_left_alone(call, capsys, bowl, ran, tmp_path):
    def words(name, trials=14):
        return ['tune', bowl, *WORDS, '--trials', trials, '--out', tmp_path / name]

    assert call(*words('whole')) == 0
    expected, lines = found(tmp_path / 'whole')['trials'], list(ran.words)
    ran.words.clear()
    for ends_at in (0, 5, 12):  # when it is all chance, and when it is not
        ran.ends_at = ends_at
        assert call(*words('part')) == 130
        assert (f'interrupted, {ends_at} of 14 trials are done: the same command goes '
                'on' in capsys.readouterr().err)
    ran.ends_at = None
    assert call(*words('part')) == 0
    assert found(tmp_path / 'part')['trials'] == expected and ran.words == lines
    assert call(*words('part')) == 0 and len(ran.words) == 14  # nothing is left
    assert call(*words('part', 15)) == 0 and len(ran.words) == 15
    assert call(*words('part'), '--again') == 0 and len(ran.words) == 29


KILLED = '''
import sys, time
sys.path[:0] = sys.argv[1:2]
import test_tune as tests
from d2lmx import commands

def slow(*args):
    print(flush=True)
    time.sleep(.02)
    return tests.run_here(*args)

tests.checks.run_apart = slow
sys.exit(commands.call('tune', sys.argv[2:]))
'''


@pytest.mark.slow
@pytest.mark.processes
def test_a_killed_search_goes_on_to_the_same_end(call, bowl, ran, tmp_path):
    def words(name):
        return list(map(str, [bowl, *WORDS, '--trials', 12, '--out', tmp_path / name]))

    assert call('tune', *words('whole')) == 0
    process = subprocess.Popen([sys.executable, '-c', KILLED, str(HERE),
                                *words('part')], stdout=subprocess.PIPE)
    for _ in range(5):  # the fifth trial has begun
        process.stdout.readline()
    time.sleep(.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    before = len(ran.words)
    assert call('tune', *words('part')) == 0
    assert found(tmp_path / 'part')['trials'] == found(tmp_path / 'whole')['trials']
    assert len(ran.words) - before in (7, 8)


@pytest.mark.parametrize('goal, best', [('minimize', [3, 3, 1]),
                                        ('maximize', [3, 5, 5])])
def test_a_picture_shows_each_trial_and_the_best_so_far(goal, best):
    rows = [{'trial': i, 'value': value, 'values': {'x': x, 'n': n, 'kind': kind}}
            for i, (value, x, n, kind) in enumerate([
                (3, .1, 1, 'b'), (None, 9., 2, 'a'), (5, 1., 3, 'b'), (1, .5, 2, 'a')])]
    figure = draw_trials(rows, 'test loss', goal, {
        'x': 'log', 'n': 'linear', 'kind': ('a', 'b')})
    first, x, n, kind = figure.axes
    dots, course, failed = first.lines
    assert dots.get_xdata().tolist() == [0, 2, 3] and failed.get_xdata().tolist() == [1]
    assert course.get_ydata().tolist() == best and first.get_ylabel() == 'test loss'
    assert x.lines[0].get_xdata().tolist() == [.1, 1, .5] and x.get_xscale() == 'log'
    assert n.lines[0].get_xdata().tolist() == [1, 3, 2]
    assert [text.get_text() for text in kind.get_xticklabels()] == ['a', 'b']
    assert kind.lines[0].get_xdata().tolist() == [1, 1, 0]
    at = {'minimize': 2, 'maximize': 1}[goal]
    for ax in (x, n, kind):
        dots, star = ax.lines
        assert star.get_xydata().tolist() == [dots.get_xydata()[at].tolist()]
        assert star.get_ydata().tolist() == best[-1:] and ax.get_xlabel() in 'x n kind'


def test_the_picture_is_written_in_two_formats(call, bowl, ran, tmp_path, monkeypatch):
    monkeypatch.setattr(tune, 'drawn', DRAWN)
    assert call('tune', bowl, '--n', '1,2', '--out', tmp_path) == 0
    for suffix in ('svg', 'png'):
        assert (tmp_path / 'tune' / 'bowl' / f'tune.{suffix}').stat().st_size > 1000


def test_few_combinations_are_tried_once_each(call, bowl, ran, tmp_path):
    assert call('tune', bowl, '--n', '1..2', '--kind=a,b', '--up', 'no,yes', '--x', '3',
                '--seed', '7', '--out', tmp_path) == 0
    rows = [tuple(row['values'].values()) for row in found(tmp_path)['trials']]
    assert sorted(rows) == [(n, kind, up) for n in (1, 2) for kind in 'ab'
                            for up in (False, True)]
    assert found(tmp_path)['best']['value'] == 1
    assert ran.words[0] == ['--x', '3', '--seed', '7', '--n', '1', '--kind', 'a',
                            '--no-up']


@pytest.mark.parametrize('words, metric, best', [
    (['--metric', 'one/test acc'], 'one/test acc', 4),
    (['--metric', 'one/test acc', '--minimize'], 'one/test acc', 1),
    (['--metric', 'train loss'], 'train loss', -1)])
def test_the_metric_decides_which_way_is_better(call, bowl, ran, tmp_path, words,
                                                metric, best):
    assert call('tune', bowl, '--x', '1,4,2', *words, '--out', tmp_path) == 0
    record = found(tmp_path)
    assert (record['metric'], record['best']['value']) == (metric, best)
    assert record['goal'] == ('minimize' if best != 4 else 'maximize')


def test_when_all_fail_the_status_and_a_line_say_so(call, capsys, bowl, ran, tmp_path):
    assert call('tune', bowl, '--x', '6,7', '--out', tmp_path) == 1
    output, errors = capsys.readouterr()
    assert 'trial 0 FAILED: ValueError: too large\n' in output
    assert errors == ('d2lmx: every trial failed, the last by this: ValueError: too '
                      'large\n')
    assert found(tmp_path)['best'] is None


@pytest.mark.parametrize('words, told', [
    ([], 'nothing is searched: give an option a range, as in --lr 0.001..1:log'),
    (['--x', '2'], 'nothing is searched'),
    (['--text', 'a,b..c'], 'nothing is searched'),
    (['--x', '3..2'], '3..2: the first must be less than the second, as in --x 2..3\n'),
    (['--x', '1..0.1:log'], 'as in --x 0.1..1:log\n'),
    (['--x', '2..2'], 'the first must be less than the second, else write --x 2\n'),
    (['--x', '1..2', '--x', '1.5'], '--x is given twice'),
    (['--x', '1..2', '--x=2..3'], '--x is given twice'),
    (['--x', '1.5', '--x=1..2'], '--x 1..2 is searched: leave --x out'),
    (['--no-up', '--up', 'yes,no'], '--up yes,no is searched: leave --no-up out'),
    (['--x', '0..1:log'], 'powers of ten begin above 0'),
    (['--x', '0.1..1:lg'], "got '1:lg'"),
    (['--x', 'a..1'], "got 'a'"), (['--x', '1,,2'], "got ''"),
    (['--n', '1..7'], 'argument --n: expected a whole number of at least 0 and at'),
    (['--n', '1.5..3'], "got '1.5'"), (['--n', '2,2'], 'names a value twice'),
    (['--kind', 'a,c'], "argument --kind: invalid choice: 'c'"),
    (['--up', 'yes,maybe'], "--up is yes or no, got 'maybe'"),
    (['--y', '1..2'], 'unrecognized arguments: --y 1..2'),
    (['--x', '1..2', '--trials', '0'], 'argument --trials: expected a whole number'),
    (['--x', '1..2', '--metric', 'theta'], "'theta' does not tell which way is better"),
    (['--x', '1..2', '--maximize'], '--maximize what? name a number of the result'),
    (['--x', '1..2', '--resume', '--checkpoint', 'a'], '--checkpoint is of a single'),
    (['--x', '1..2', '--metric', 'tst acc'], "no number at 'tst acc' in the result of "
     'section bowl, which has train loss, test loss, test size')])
def test_what_cannot_be_meant_is_one_line(complaint, bowl, ran, tmp_path, words, told):
    assert told in complaint(2, 'tune', bowl, *words, '--out', tmp_path)
    assert len(ran.words) == ('tst acc' in words)


def test_without_a_default_metric_it_is_told_before_the_first_trial(
        call, complaint, bowl, ran, tmp_path):
    claims = "'claims': [{'claim': 'a', 'measured': {'e, f': [value, 2.0], 'a/b': 3}}]"
    bowl.write_text(SECTION.replace("'final': {", claims + ", 'last': {"))
    words = 'tune', bowl, '--x', '1,2', '--out', tmp_path
    told = complaint(2, *words)
    assert f'section {bowl} measures claims, none of which is what a search' in told
    assert f'd2lmx run {bowl} --smoke' in told and ran.words == []
    run_here(sections.find(str(bowl)), [], tmp_path)
    told = complaint(2, *words)
    assert told.endswith('it has last/train loss, last/test loss, last/test size, one/'
                         "test acc, 'claims/0/measured/e, f/0'\n") and ran.words == []
    assert call(*words, '--metric', 'claims/0/measured/e, f/0', '--minimize') == 0
    assert found(tmp_path)['best']['value'] == 5  # (2 - 3)^2 + 3 + 1


@pytest.mark.parametrize('number, may', [
    ('21.1', True), ('21.5', False), ('21.7', False), ('21.17', True), ('21.21', False),
    ('lenet', True)])
def test_a_section_of_claims_may_have_a_default_metric(number, may):
    section = sections.find(number)
    if may:
        measures.need_metric(section, None)
    else:
        with pytest.raises(InputError, match=f'section {number} measures claims'):
            measures.need_metric(section, None)


def test_the_best_command_has_the_words_of_its_trial(call, bowl, ran, tmp_path):
    # an option's beginning is enough for the parser, but what is searched comes last
    assert call('tune', bowl, '--x', '1..2', '--trials', '1', '--smoke', '--out',
                tmp_path) == 0
    assert found(tmp_path)['command'][3:] == ran.words[0]


def test_after_a_wrong_metric_the_right_one_begins(call, bowl, ran, tmp_path):
    words = ['tune', bowl, '--x', '1,2', '--out', tmp_path, '--metric']
    assert call(*words, 'tst acc') == 2 and call(*words, 'test loss') == 0


def test_a_folder_is_of_one_search(complaint, call, bowl, ran, tmp_path):
    words = ['tune', bowl, '--x', '1,2', '--out', tmp_path]
    assert call(*words) == 0
    for others, name in [(['--n', '1..2'], 'ranges'), (['--n', '2'], 'options'),
                         (['--seed', '1'], 'seed'), (['--smoke'], 'options'),
                         (['--metric', 'one/test acc'], 'metric')]:
        assert f'holds a search with other {name}' in complaint(2, *words, *others)
    assert call(*words, '--n', '1..2', '--again') == 0
    assert len(found(tmp_path)['trials']) == 4


def test_two_do_not_search_in_one_folder(complaint, bowl, ran, tmp_path):
    from d2lmx.pages.tuning import alone
    with alone(tmp_path / 'tune' / 'bowl'):
        assert 'another process searches in' in complaint(
            2, 'tune', bowl, '--x', '1,2', '--out', tmp_path)


def test_a_damaged_storage_is_one_line(complaint, call, bowl, ran, tmp_path):
    words = ['tune', bowl, '--x', '1,2', '--out', tmp_path]
    assert call(*words) == 0
    storage = tmp_path / 'tune' / 'bowl' / 'trials.log'
    storage.write_text('{"op_code":\n' + storage.read_text())
    assert 'trials.log is damaged' in complaint(1, *words)
    assert call(*words, '--again') == 0


def test_without_optuna_a_line_tells_how_to_have_it(complaint, bowl, ran, tmp_path,
                                                    monkeypatch):
    monkeypatch.setitem(sys.modules, 'optuna', None)
    assert 'pip install optuna' in complaint(1, 'tune', bowl, '--x', '1,2', '--out',
                                             tmp_path)
    assert ran.words == []


def test_help_of_a_section_has_the_search_too(call, capsys, bowl):
    assert call('tune', bowl, '--help') == 0
    output = capsys.readouterr().out
    assert '--trials' in output and '--kind {a,b}' in output


def test_the_first_editions_numbers_serve(call, capsys, ran, tmp_path):
    assert call('tune', '5.5', '--edition', '1', '--lr', '3..2') == 2
    assert 'is 6.6 here' in capsys.readouterr().err


# ---- ranges and names


@pytest.mark.parametrize('name, goal', [
    ('test acc', 'maximize'), ('train loss', 'minimize'), ('perplexity', 'minimize'),
    ('class error', 'minimize'), ('bbox mae', 'minimize'),
    ('valid log rmse', 'minimize'),
    ('as the page ranks/AUC', 'maximize'), ('as the page ranks/hit rate', 'maximize'),
    ('test F1', 'maximize'), ('theta', ''), ('loss/steps', ''), ('acc loss', '')])
def test_a_name_tells_which_way_is_better(name, goal):
    assert measures.goal_of(name) == goal


@pytest.mark.parametrize('final, name', [
    (['train loss', 'train acc', 'test acc'], 'test acc'),
    (['class error', 'bbox mae'], 'bbox mae'),
    (['valid loss', 'train acc'], 'valid loss'),
    (['test size', 'train loss'], 'train loss')])
def test_held_out_numbers_come_first(final, name):
    assert measures.default_metric({'final': dict.fromkeys(final, 1)}) == name


def test_a_number_keeps_four_digits_and_its_range():
    part = spaces.Dimension('', float, (), .123444, .98765, True)
    assert [part.rounded(x) for x in (.123444, .5 / 3, .98765)] == [
        .123444, .1667, .98765]
    whole = spaces.Dimension('', int, (), 1, 99999)
    assert whole.rounded(12345) == 12345


def test_a_grid_is_every_combination_or_none():
    space = {'n': spaces.Dimension('', int, (), 1, 3),
             'kind': spaces.Dimension('', str, ('a', 'b'))}
    assert spaces.grid(space, 6) == [{'n': n, 'kind': kind} for n in (1, 2, 3)
                                     for kind in 'ab']
    assert spaces.grid(space, 5) == []
    space['x'] = spaces.Dimension('', float, (), 0, 1)
    assert spaces.grid(space, math.inf) == []


def test_a_file_without_a_run_is_wrong_usage(complaint, tmp_path):
    (tmp_path / 'mine.py').write_text('')
    assert 'mine.py has no function run: write def run' in complaint(
        2, 'tune', tmp_path / 'mine.py', '--x', '1..2')
