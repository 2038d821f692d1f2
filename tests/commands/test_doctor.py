"""``d2lmx doctor``: the report, and what makes it a failure."""
import os
import subprocess
import sys
from pathlib import Path

from d2lmx.commands import doctor
from d2lmx.diagnosis.checks import Check

ROOT = Path(__file__).parents[2]
FINE, REMARK = Check('a', True, 'good'), Check('b', None, 'so so')
BROKEN = Check('c', False, 'bad', 'do this')


def test_the_report_has_a_line_a_check_and_how_to_mend_it(call, capsys, monkeypatch):
    monkeypatch.setattr(doctor, 'checks', lambda: [FINE, REMARK, BROKEN])
    assert call('doctor') == 1
    assert capsys.readouterr().out.splitlines() == [
        'ok     a: good', 'note   b: so so', 'BROKEN c: bad', '       mend: do this',
        '', '1 broken']


def test_only_a_broken_check_makes_the_exit_status_1(call, capsys, monkeypatch):
    monkeypatch.setattr(doctor, 'checks', lambda: [FINE, REMARK])
    assert call('doctor') == 0
    assert capsys.readouterr().out.endswith('\nAll that is needed works.\n')


def test_the_command_runs_where_mxnet_cannot_be_imported(tmp_path):
    (tmp_path / 'mxnet.py').write_text("raise OSError('libgomp.so.1: no such file')\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run([sys.executable, '-m', 'd2lmx', 'doctor'], text=True,
                          capture_output=True, env={**os.environ, 'PYTHONPATH': path})
    assert done.returncode == 1, done.stderr
    assert 'BROKEN MXNet' in done.stdout and 'libgomp.so.1' in done.stdout
    assert 'libgomp1' in done.stdout  # the package that has it
