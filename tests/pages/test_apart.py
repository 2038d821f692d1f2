"""A section in a process of its own: its record, its last words, its end."""
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from d2lmx.pages import apart, sections
from d2lmx.pages.apart import RunFailed, is_of, run_apart, saved
from d2lmx.version import VERSION

TINY = '''"""A tiny one (小)

Source: none
"""
SMOKE = dict(x=2.0)
PRINTED = [({}, {'values/1': (3, 2, 4)})]


def run(*, x: float = 1.0) -> dict:
    print('working on', x)
    return {'values': [x, 3 * x]}
'''
ARGS = SimpleNamespace(seed=0, smoke=False, hybridize=True, data='auto')


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / 'tiny.py').write_text(TINY, encoding='utf-8')
    return sections.read_section(tmp_path / 'tiny.py')


@pytest.mark.slow
@pytest.mark.processes
def test_a_run_apart_leaves_its_record_and_what_it_said(tiny, tmp_path):
    out = tmp_path / 'out'
    record = run_apart(tiny, ['--x', '1.5', '--seed', '4'], out)
    assert record == saved(tiny, out) and record['options'] == {'x': 1.5}
    assert record['result'] == {'values': [1.5, 4.5]} and record['seed'] == 4
    assert (out / 'logs' / 'tiny.txt').read_text().startswith('working on 1.5\n')


@pytest.mark.parametrize('words,line', [
    ('Traceback\nRuntimeError: too much\n', 'RuntimeError: too much (all of it: '),
    ('', 'it ended with status 5 (all of it: ')])
def test_a_run_that_fails_is_said_in_its_last_line(tiny, tmp_path, monkeypatch, words,
                                                   line):
    def fail(command, file):
        file.write(words)
        return 5

    monkeypatch.setattr(apart, 'status_of_process', fail)
    with pytest.raises(RunFailed) as error:
        run_apart(tiny, [], tmp_path)
    assert str(error.value) == f'{line}{tmp_path}/logs/tiny.txt)'


@pytest.mark.parametrize('words,line', [
    ('one\n\nd2lmx: no data\n\n', 'no data'), ('', ''), ('\xff a', '\xff a'),
    (f'd2lmx: {"a" * 200}', 'a' * 200), (f'd2lmx: {"a" * 201}', f'{"a" * 200} ...')])
def test_the_last_line_of_a_log(tmp_path, words, line):
    (tmp_path / 'log').write_text(words, encoding='utf-8')
    assert apart.last_line(tmp_path / 'log') == line


@pytest.mark.parametrize('text', [None, '{', '[1]', '\x00'])
def test_what_is_no_record_is_none(tiny, tmp_path, text):
    (tmp_path / 'tiny').mkdir()
    if text is not None:
        (tmp_path / 'tiny' / 'metrics.json').write_text(text)
    assert saved(tiny, tmp_path) is None


def record(**changes):
    return {'options': {'x': 1.0}, 'seed': 0, 'smoke': False, 'hybridized': True,
            'workers': 1, 'versions': {'d2lmx': VERSION}, 'data': 'none', **changes}


@pytest.mark.parametrize('changes,data,same', [
    ({}, 'auto', True), ({}, 'book', True), ({}, 'toy', True),
    ({'data': 'toy'}, 'auto', True), ({'data': 'toy'}, 'book', False),
    ({'data': 'book'}, 'toy', False), ({'data': 'local'}, 'book', True),
    ({'options': {'x': 2.0}}, 'auto', False), ({'options': {}}, 'auto', False),
    ({'seed': 1}, 'auto', False), ({'smoke': True}, 'auto', False),
    ({'hybridized': False}, 'auto', False), ({'workers': 2}, 'auto', False),
    ({'versions': {'d2lmx': '0'}}, 'auto', False)])
def test_a_record_is_of_a_run_with_the_same_options(changes, data, same):
    args = SimpleNamespace(**{**vars(ARGS), 'data': data})
    assert is_of(record(**changes), args, {'x': 1.0}) is same


WAITS = '''
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print('tidied up'), sys.exit(7)))
print('ready', flush=True)
time.sleep(60)
'''


@pytest.mark.processes
def test_ctrl_c_ends_the_process_which_tidies_up(tmp_path, monkeypatch):
    started = []

    def start(*args, **options):
        started.append(subprocess_popen(*args, **options))
        return started[-1]

    subprocess_popen = subprocess.Popen
    monkeypatch.setattr(apart.subprocess, 'Popen', start)

    def interrupt_when_ready(*_):
        if (tmp_path / 'log').read_text():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt_when_ready)
    signal.setitimer(signal.ITIMER_REAL, .05, .05)
    try:
        with open(tmp_path / 'log', 'w') as file, pytest.raises(KeyboardInterrupt):
            apart.status_of_process([sys.executable, '-c', WAITS], file)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert started[0].returncode == 7
    assert (tmp_path / 'log').read_text() == 'ready\ntidied up\n'


@pytest.mark.processes
def test_a_process_that_will_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(apart, 'PATIENCE', .1)
    process = subprocess.Popen([sys.executable, '-c', 'import signal, time\n'
                                'signal.signal(signal.SIGTERM, signal.SIG_IGN)\n'
                                'print(flush=True)\ntime.sleep(60)'],
                               stdout=subprocess.PIPE)
    process.stdout.readline()
    apart.end(process)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_a_place_that_cannot_be_written_is_said(tiny, tmp_path):
    (tmp_path / 'logs').write_text('a file')
    with pytest.raises(apart.Unavailable, match='cannot write .*tiny.txt'):
        run_apart(tiny, [], tmp_path)
