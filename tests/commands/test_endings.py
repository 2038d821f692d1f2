"""How a command ends: Ctrl-C, SIGTERM, streams that are closed, full or narrow."""
import errno
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from d2lmx import commands

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ended(tmp_path):
    """``ended(shell command)``: (status, output, errors) of a process, without MXNet's
    part in it; `d2lmx` is the command, and what lies in tmp_path is imported first."""
    def run(command, **variables):
        places = os.pathsep.join([str(tmp_path), str(ROOT)])
        done = subprocess.run(
            ['bash', '-c', f'd2lmx() {{ {sys.executable} -m d2lmx "$@"; }}; {command}'],
            capture_output=True, cwd=tmp_path,
            env={**os.environ, 'PYTHONPATH': places, **variables})
        return done.returncode, done.stdout, done.stderr.decode()

    return run


# ---- streams


@pytest.mark.parametrize('words', ['list', 'run --help'])
def test_a_pipe_that_is_closed_early_ends_in_silence(ended, words):
    # nobody reads, from the first line on
    status, _, errors = ended(f'd2lmx {words} | true; exit ${{PIPESTATUS[0]}}')
    assert (status, errors) in ((1, ''), (0, ''))  # all may have fitted into the pipe


@pytest.mark.parametrize('words', ['list', '--help'])
def test_a_full_disk_behind_the_output_is_one_line(ended, words):
    assert ended(f'd2lmx {words} >/dev/full') == (
        1, b'', 'd2lmx: the output cannot be written (No space left on device)\n')


def test_streams_that_are_closed_are_no_fault(ended):
    assert ended('d2lmx list >&-') == (0, b'', '')
    assert ended('d2lmx list <&- >&- 2>&-') == (0, b'', '')
    assert ended('d2lmx list --xml 2>&-') == (2, b'', '')
    assert ended('d2lmx list --xml 2>/dev/full') == (2, b'', '')


@pytest.mark.parametrize('encoding', ['ascii', 'latin-1'])
def test_what_a_terminal_cannot_show_is_a_question_mark(ended, encoding):
    status, output, errors = ended('d2lmx list ch2', PYTHONIOENCODING=encoding)
    assert (status, errors) == (0, '')
    assert output.splitlines()[2].split() == [b'2.2', b'pandas', b'Data',
                                              b'preprocessing', b'/', b'?????']


def test_json_is_whole_in_every_terminal(ended):
    status, output, _ = ended('d2lmx list ch2 --json', PYTHONIOENCODING='ascii')
    assert status == 0 and b'\\u6570\\u636e\\u64cd\\u4f5c' in output  # of 2.1


def test_only_a_lost_output_is_no_defect():
    def fail(number):
        raise OSError(number, os.strerror(number))

    with pytest.raises(PermissionError):
        commands.status_of(fail, errno.EACCES)


# ---- signals


def signals_itself(name):
    return f'import os, signal\nos.kill(os.getpid(), signal.{name})\n'


def section_file(folder, body):
    path = folder / 'mine.py'
    path.write_text(f'def run() -> dict:\n    {body}\n    return {{}}\n')
    return path


@pytest.mark.parametrize('words,name,status,word', [
    ('run lenet', 'SIGINT', 130, 'interrupted'),
    ('show lenet', 'SIGINT', 130, 'interrupted'),
    ('launch -- run 3.3', 'SIGTERM', 143, 'terminated')])
def test_a_command_that_is_stopped_as_it_imports_says_a_word(ended, tmp_path, words,
                                                            name, status, word):
    (tmp_path / 'mxnet.py').write_text(signals_itself(name))
    assert ended(f'd2lmx {words}') == (status, b'', f'd2lmx: {word}\n')


@pytest.mark.parametrize('name,status,word', [('SIGINT', 130, 'interrupted'),
                                              ('SIGTERM', 143, 'terminated')])
def test_a_run_that_is_stopped_tells_what_is_left(call, capsys, tmp_path, name, status,
                                                  word):
    before = signal.getsignal(signal.SIGTERM)
    path = section_file(tmp_path, signals_itself(name).replace('\n', '; '))
    out = '--out', tmp_path / 'out'
    assert call('run', path, *out) == status
    assert capsys.readouterr().err == f'd2lmx: {word}, nothing was written\n'
    saved = tmp_path / 'saved'
    assert call('run', path, *out, '--checkpoint', saved) == status
    assert capsys.readouterr().err == (
        f'd2lmx: {word}, go on from {saved} with --resume\n')
    assert list((tmp_path / 'out').iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_forked_process_ends_without_a_word_on_sigterm(call, capfd, tmp_path):
    body = ('import os, signal; child = os.fork(); '
            'child or (os.kill(os.getpid(), signal.SIGTERM), os._exit(9)); '
            'return {"status": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}')
    assert call('run', section_file(tmp_path, body), '--out', tmp_path / 'out') == 0
    output, errors = capfd.readouterr()
    assert 'status: 143' in output.splitlines() and errors == ''


def test_sigterm_that_somebody_takes_is_left_to_them(monkeypatch):
    taken = []
    before = signal.signal(signal.SIGTERM, lambda *what: taken.append(what))
    try:
        assert commands.status_of(os.kill, os.getpid(), signal.SIGTERM) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(taken) == 1


# ---- what the machine lacks


@pytest.mark.parametrize('words', ['page 2.1', 'run lenet', 'launch -- run 3.3'])
def test_a_package_that_cannot_be_imported_is_named_with_what_to_do(ended, tmp_path,
                                                                   words):
    (tmp_path / 'mxnet.py').write_text('raise TypeError("no docstrings")')
    assert ended(f'd2lmx {words}') == (
        1, b'', 'd2lmx: MXNet cannot be imported (TypeError: no docstrings); run '
                '`python -m d2lmx doctor` to see what is wrong and how to mend it\n')


def test_a_wrong_backend_of_matplotlib_is_one_line(ended, tmp_path):
    (tmp_path / 'mxnet.py').write_text('')
    path = section_file(tmp_path, 'pass')
    status, output, errors = ended(f'd2lmx run {path}', MPLBACKEND='nonsense')
    assert (status, output) == (1, b'') and errors.count('\n') == 1
    assert errors.startswith('d2lmx: matplotlib cannot be imported (ValueError: ')


@pytest.mark.parametrize('body', [
    'raise MemoryError', '__import__("mxnet").np.zeros((2 ** 20, 2 ** 20))',
    '__import__("numpy").zeros(2 ** 50)'])
def test_a_lack_of_memory_is_one_line(call, capsys, tmp_path, body):
    assert call('run', section_file(tmp_path, body), '--out', tmp_path / 'out') == 1
    assert capsys.readouterr().err == (
        'd2lmx: there is not enough memory: choose smaller numbers\n')


@pytest.mark.parametrize('error', [AttributeError('numpy', name='numpy')
                                   if sys.version_info >= (3, 10) else ValueError(),
                                   ImportError('a defect', name='d2lmx.gone')])
def test_other_errors_are_no_lack(error):
    def fail():
        raise error

    with pytest.raises(type(error)):
        commands.status_of(fail)


def test_complaints_are_one_line_whatever_they_quote(monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr(sys, 'stderr', told)
    commands.complain('two\nlines, a \x1b[31m colour, 卷积 and \udc80')
    assert told.getvalue() == (
        'd2lmx: two\\nlines, a \\x1b[31m colour, 卷积 and \\udc80\n')
