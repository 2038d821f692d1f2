"""Command lines made of the options themselves: each ends with a status and a line.

The suite parses them and stops where work would begin. ``D2LMX_FUZZ=1 scripts/test
tests/commands/test_fuzz.py`` runs the sections too, each option at its edges; those of
a chapter with ``-k '[7.'``.
"""
import argparse
import io
import os
import random
import re
import signal
import sys

import pytest

from d2lmx import commands
from d2lmx.bench import comparison, growth, quantization, records
from d2lmx.commands import doctor
from d2lmx.distributed import hosts, launcher
from d2lmx.errors import Unavailable
from d2lmx.files import hub
from d2lmx.pages import (artefacts, batch, checks, debugging, notebooks, runner,
                         sections, values)
from d2lmx.pages.options import Parser, flag, hyperparameters, ranges_of
from d2lmx.report import site
from d2lmx.viz import graphs, summaries

LONG = bool(os.environ.get('D2LMX_FUZZ'))
LIMIT = 120  # seconds that a smoke run may take at an edge
REACHED = 'the work would begin here'
WORK = [(records, 'step_record'), (records, 'epoch_record'), (growth, 'growth_record'),
        (runner, 'run_section'), (debugging, 'examination'),
        (batch, 'run_all'), (checks, 'check'),
        (comparison, 'comparison_record'), (artefacts, 'export_network'),
        (quantization, 'quantization_record'), (comparison, 'port_of'),
        (summaries, 'summary_table'), (graphs, 'draw_network'), (launcher.Job, 'run'),
        (site, 'read_entries'), (notebooks, 'notebook_of'),
        (doctor, 'checks'),
        (hub, 'download'), (hosts.socket, 'gethostbyname')]
NUMBERS = ['-1', '0', '1', '-0', '1e-40', '1e400', '9' * 5000, 'nan', 'inf', '-inf',
           '1_0', '0x10', '١٢', '1.5', '1e9', str(2 ** 63)]
TEXTS = ['', ' ', '-', '--', '---', '--x', '%s', '%', "'", 'a b', 'two\nlines', '卷积',
         '\x1b[31m', '\udc80', 'x' * 300, 'x/' * 3000, '1x0', '1x' * 99 + '1', '~',
         '1,2', 'gpu:', 'cpu:99999999999', 'lenet:', ':', '.py', '6.6.6', '@file']


@pytest.fixture
def ends(monkeypatch, capsys):
    """``ends(*words)``: the status of a command line that ends as it should."""
    def run(*words):
        monkeypatch.setattr(sys, 'stdin', io.StringIO(''))
        with pytest.raises(SystemExit) as stop:
            commands.main(list(words))
        output, errors = capsys.readouterr()
        status = stop.value.code
        assert status in (0, 1, 2), (words, status)
        assert 'Traceback' not in output + errors, words
        if status and 'FAILED: ' not in output:  # a table's verdict
            errors = re.sub(f'(d2lmx.*{REACHED}\\n)+', r'\1', errors)  # of --all
            assert re.fullmatch(r'd2lmx[^\n]*: [^\n]+\n', errors), (words, errors)
        return status

    return run


@pytest.fixture
def without_work(monkeypatch):
    """What takes long, or asks the network, says only that it was reached."""
    def reached(*args, **kwargs):
        raise Unavailable(REACHED)

    for place, name in WORK:
        monkeypatch.setattr(place, name, reached)


@pytest.fixture
def words(tmp_path):
    """Values that an option may be given, right ones and others."""
    files = {'empty.py': b'', 'broken.py': b'def run(:', 'zero.py': b'\0',
             'bytes.py': b'\xff\xfe', 'data.py': b'DATA = 5', 'quiet.py': b'run = 1',
             'text': b'a\nb', 'bytes': bytes(range(256)), 'hosts': b'-oProxyCommand=x'}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / 'folder.py').mkdir()
    paths = [tmp_path, tmp_path / 'missing', tmp_path / 'missing.py',
             tmp_path / 'text' / 'below', tmp_path / 'folder.py',
             *(tmp_path / name for name in files)]
    return NUMBERS + TEXTS + list(map(str, paths))


def options_of(name):
    """What a command takes: argparse's actions."""
    parser = Parser(prog=name)
    commands.importlib.import_module(f'd2lmx.commands.{name}').options(parser)
    return [action for action in parser._actions if action.dest != 'help']


def lines(chance, words):
    """Command lines of all commands: each option with every word, or with some."""
    for name in commands.names():
        actions = options_of(name)
        needed = [chance.choice(['lenet', '10.7', '2.1']) for action in actions
                  if not action.option_strings and action.nargs != argparse.REMAINDER]
        for action in actions:
            for word in chance.sample(words, 12 if LONG else 8):
                given = ([word] if not action.option_strings else
                         [action.option_strings[-1]]
                         + ([word] if action.nargs != 0 else []))
                yield [name, *chance.choice([needed, []]), *given]
        yield from ([name, *chance.choices(words, k=3)] for _ in range(12))
    yield from ([word] for word in words)
    yield from (['launch', *chance.choices(words, k=2), '--', 'run', word]
                for word in words)


@pytest.mark.slow
def test_every_command_line_ends_with_a_status_and_a_line(ends, without_work, words):
    chance = random.Random(5)
    made = list(lines(chance, words))
    statuses = [ends(*line) for line in made]
    assert len(made) > 500 and set(statuses) == {0, 1, 2}


@pytest.mark.slow
def test_every_option_of_every_section_ends_with_a_status_and_a_line(
        ends, without_work, words):
    chance, statuses = random.Random(6), []
    for section in sections.sections():
        module = sections.load(section)
        for name in hyperparameters(module.run):
            statuses += [ends('run', section.number, flag(name), word)
                         for word in chance.sample(words, 9 if LONG else 1)]
    assert len(statuses) > 150 and set(statuses) == {1, 2}  # 1: reached


# ---- the long form: sections are run


def edges():
    """(section, option, value) of each number at its lowest and the next."""
    for section in sections.sections():
        module = sections.load(section)
        for name, (kind, default) in hyperparameters(module.run).items():
            if kind in (int, float):
                low = ranges_of(module).get(name, (values.least(kind, default),))[0]
                yield section.number, name, low
                if kind is int and name != 'num_epochs':
                    yield section.number, name, low + 1


@pytest.fixture
def limit():
    """Fail a test that takes longer than LIMIT."""
    def too_long(*args):
        pytest.fail(f'longer than {LIMIT} s')

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize('number,name,value', edges() if LONG else [])
def test_a_section_ends_at_the_edges_of_its_options(ends, limit, tmp_path, number, name,
                                                    value):
    ends('run', number, '--smoke', '--data', 'toy', flag(name), str(value), '--out',
         str(tmp_path))
