"""The command d2lmx: its help, its statuses, and what a command costs."""
import ast
import logging
import platform
import shutil
import sys

import mxnet as mx
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx import commands
from d2lmx.errors import InputError, MissingFile, Unavailable

GREET = '''"""A greeting, for whoever is named.

Said once.
"""


def options(parser):
    parser.add_argument('name')


def obey(args):
    print(f'Good day, {args.name}')
    return 3
'''


def test_help_lists_each_command_with_the_first_line_of_its_file(call, capsys):
    assert call('--help') == 0
    listed = capsys.readouterr().out.partition('commands:\n')[2].splitlines()
    files = sorted(commands.HERE.glob('[a-z]*.py'))
    assert len(files) >= 12
    for line, file in zip(listed, files):
        name, _, text = line.strip().partition(' ')
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding='utf-8')))
        assert (name, text.strip()) == (file.stem, docstring.partition('\n')[0])
    assert len(listed) == len(files)


@pytest.mark.parametrize('name', commands.names())
def test_a_commands_own_help_begins_with_the_same_line(name, call, capsys):
    assert call(name, '--help') == 0
    line = next(line for line in commands.summary().splitlines()
                if line.split()[0] == name)
    text = ' '.join(capsys.readouterr().out.split())
    assert text.startswith('usage: d2lmx ') and line.split(None, 1)[1] in text


def test_a_command_costs_one_file(call, capsys, tmp_path, monkeypatch):
    folder = tmp_path / 'commands'
    shutil.copytree(commands.HERE, folder)
    (folder / 'greet.py').write_text(GREET, encoding='utf-8')
    monkeypatch.setattr(commands, 'HERE', folder)
    monkeypatch.setattr(commands, '__path__', [str(folder)])
    try:
        assert call('--help') == 0
        assert '  greet      A greeting, for whoever is named.' in (
            capsys.readouterr().out.splitlines())
        assert call('greet', 'reader') == 3
        assert capsys.readouterr().out == 'Good day, reader\n'
        assert call('greet') == 2
        assert capsys.readouterr().err == (
            'd2lmx greet: the following arguments are required: name (--help shows the '
            'options)\n')
    finally:
        sys.modules.pop('d2lmx.commands.greet', None)


@pytest.mark.parametrize('words,reason', [
    (('train',), "invalid choice: 'train'"),
    (('list', '--xml'), 'unrecognized arguments: --xml'),
    (('run', 'lenat'), "no section 'lenat': did you mean lenet"),
    (('run', '3.4'), 'of chapter 3 with code are 3.1, 3.2, 3.3, 3.5, 3.6, 3.7;'),
    (('run', '19.1'), 'chapters 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, '
     '16, 17, 18, 20, 21, 22, 23 '),
    (('run', '6.6', '--num-epochs', '0'), 'of at least 1'),
    (('run', '6.6', 'again'), 'unrecognized arguments: again'),
    (('bench', 'lenat'), 'did you mean lenet'), (('data',), 'ACTION'),
    (('data', 'path'), 'NAME'), (('data', 'burn'), "invalid choice: 'burn'"),
    (('data', 'path', 'fashion'), "'fashion' is not in DATA_HUB"),
    (('worker', '6.6'), 'd2lmx launch')])
def test_wrong_usage_is_one_line_and_status_2(words, reason, complaint):
    assert reason in complaint(2, *words)


def test_alone_it_shows_the_help(call, capsys):
    assert call('--help') == 0
    shown = capsys.readouterr().out
    assert call() == 0
    assert capsys.readouterr() == (shown, '')


def test_versions_are_those_that_the_modules_say(call, capsys):
    assert call('--version') == 0
    assert capsys.readouterr().out == (
        f'd2lmx {d2l.__version__}, MXNet {mx.__version__}, NumPy {onp.__version__}, '
        f'Python {platform.python_version()}\n')


# ---- statuses


def raises(error):
    def obey():
        raise error

    return obey


class Odd(Unavailable):
    status = 77


@pytest.mark.parametrize('error,status,line', [
    (InputError('k must be positive'), 2, 'd2lmx: k must be positive\n'),
    (MissingFile('there is no such file'), 1, 'd2lmx: there is no such file\n'),
    (Odd('lost'), 77, 'd2lmx: lost\n'),
    (KeyboardInterrupt(), 130, 'd2lmx: interrupted\n')])
def test_what_a_reader_can_mend_is_a_line_and_a_status(error, status, line, capsys):
    assert commands.status_of(raises(error)) == status
    assert capsys.readouterr() == ('', line)


@pytest.mark.parametrize('kind', [ValueError, OSError, ImportError, RuntimeError])
def test_a_defect_keeps_its_traceback(kind):
    with pytest.raises(kind, match='a defect'):
        commands.status_of(raises(kind('a defect')))


def test_a_command_that_returns_nothing_has_done_its_work():
    assert commands.status_of(lambda: None) == 0
    assert commands.status_of(lambda: 1) == 1


def test_a_reader_of_the_output_who_leaves_early_ends_the_command(monkeypatch, capfd):
    moved = []
    monkeypatch.setattr(commands.os, 'dup2', lambda *ends: moved.append(ends))
    assert commands.status_of(raises(BrokenPipeError())) == 1
    assert len(moved) == 1  # the rest goes nowhere
    assert capfd.readouterr() == ('', '')


def test_what_the_library_warns_of_is_a_line_each(capsys):
    def obey():
        logging.getLogger('d2lmx').warning('%s may differ', 'the last bits')

    for _ in range(2):  # however often a process obeys
        assert commands.status_of(obey) == 0
    assert capsys.readouterr().err == 2 * 'd2lmx: the last bits may differ\n'
