"""``d2lmx run``, in processes where that alone shows it."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from d2lmx import hooks

ROOT = Path(__file__).parents[2]
LENET = ROOT / 'chapters' / 'ch06_convolutional_neural_networks' / 's06_lenet.py'


def start(*argv, cwd):
    """A Python process that finds this checkout and has its start-up line."""
    line = hooks.start_up_line(repr(hooks.__file__))
    (cwd / 'sitecustomize.py').write_text(line, encoding='ascii')
    return subprocess.Popen(
        [sys.executable, *argv], cwd=cwd, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([str(cwd), str(ROOT)])})


def untimed(file):
    record = json.loads(file.read_text(encoding='utf-8'))
    del record['timing']
    return record


def test_run_alone_says_what_it_needs(complaint):
    assert 'are required: SECTION' in complaint(2, 'run')


def test_help_tells_how_to_run_and_where_a_sections_options_are(call, capsys):
    for words in (['--help'], ['-h', '6.6']):
        assert call('run', *words) == 0
        text = ' '.join(capsys.readouterr().out.split())
        assert 'd2lmx run SECTION [options]' in text
        assert '`run SECTION --help` for more' in text


def test_help_of_a_section_shows_its_hyperparameters(call, capsys):
    assert call('run', 'lenet', '--help') == 0
    assert '--batch-size INT' in capsys.readouterr().out


@pytest.mark.slow
def test_a_sections_file_does_what_the_command_does(tmp_path):
    options = ['--smoke', '--num-epochs', '1']
    processes = [start(*command, *options, '--out', out, cwd=tmp_path)
                 for command, out in ((['-m', 'd2lmx', 'run', '6.6'], 'a'),
                                      ([str(LENET)], 'b'))]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    folders = [tmp_path / name / '06.06_lenet' for name in 'ab']
    first, second = (untimed(folder / 'metrics.json') for folder in folders)
    assert first == second and first['data'] == 'toy'
    assert 'numbers: a/06.06_lenet/metrics.json' in outputs[0][0].splitlines()


@pytest.mark.slow
@pytest.mark.processes
def test_ctrl_c_leaves_no_half_written_file_or_folder(tmp_path):
    process = start('-m', 'd2lmx', 'run', 'lenet', '--smoke', '--num-epochs', '1000',
                    '--out', 'out', cwd=tmp_path)
    try:
        while not (begun := list(tmp_path.glob('out/.06.06_lenet-*'))):
            assert process.poll() is None, process.communicate()
            time.sleep(.05)
        time.sleep(.5)  # in the midst of training
        process.send_signal(signal.SIGINT)
        _, message = process.communicate(timeout=60)
    finally:
        process.kill()
    assert begun and process.returncode == 130
    assert message == 'd2lmx: interrupted, nothing was written\n'
    assert list((tmp_path / 'out').iterdir()) == []


def test_a_section_may_be_named_by_the_first_editions_number(call, capsys, tmp_path):
    assert call('run', '2.3', '--edition', '1', '--out', tmp_path) == 0  # autograd
    output, errors = capsys.readouterr()
    assert (tmp_path / '02.05_autograd' / 'metrics.json').is_file()
    assert errors.startswith('d2lmx: 2.3 of the first edition (autograd) is 2.5 here')


@pytest.mark.parametrize('words', [['6.3'], ['--all'], ['3.4']])
def test_the_first_editions_numbers_that_name_no_one_section_are_told(complaint, words):
    assert complaint(2, 'run', *words, '--edition', '1').startswith('d2lmx: ')
