"""The command d2lmx, in this process where that serves."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from d2lmx import cli, compat, datatool, sections

ROOT = Path(__file__).parent.parent
LENET = ROOT / 'chapters' / 'ch06_convolutional_neural_networks' / 's06_lenet.py'


def call(*argv):
    """The exit status of ``d2lmx argv...``."""
    with pytest.raises(SystemExit) as stop:
        cli.main(list(argv))
    return stop.value.code


def start(*argv, cwd):
    """A Python process that finds this checkout and has its start-up line."""
    line = compat.start_up_line(repr(compat.__file__))
    (cwd / 'sitecustomize.py').write_text(line, encoding='ascii')
    return subprocess.Popen(
        [sys.executable, *argv], cwd=cwd, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([str(cwd), str(ROOT)])})


def untimed(file):
    record = json.loads(file.read_text(encoding='utf-8'))
    del record['timing']
    return record


def test_list_has_a_line_a_section_and_the_same_as_json(capsys):
    assert call('list') == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(sections.sections())
    lenet = next(line for line in lines if ' lenet ' in line)
    assert lenet.split()[0] == '6.6' and 'fashion_mnist_train_images' in lenet
    assert call('list', '--json') == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row['name'] for row in rows] == [line.split()[1] for line in lines]
    assert all(row['title'] and row['title_zh'] for row in rows)


@pytest.mark.parametrize('argv,reason', [
    ((), 'COMMAND'), (('train',), "invalid choice: 'train'"),
    (('list', '--xml'), 'unknown arguments: --xml'),
    (('run', 'lenat'), "no section 'lenat': did you mean lenet"),
    (('run', '6.6', '--num-epochs', '0'), 'of at least 1'),
    (('run', '6.6', 'again'), 'unrecognized arguments: again'),
    (('bench', 'lenat'), 'did you mean lenet'), (('data',), 'ACTION'),
    (('data', 'path'), 'NAME'), (('data', 'burn'), "invalid choice: 'burn'"),
    (('data', 'path', 'fashion'), "'fashion' is not in DATA_HUB")])
def test_wrong_usage_is_one_line_and_status_2(argv, reason, capsys):
    assert call(*argv) == 2
    output, message = capsys.readouterr()
    assert output == '' and message.count('\n') == 1 and reason in message


def test_run_alone_says_how_it_is_used(capsys):
    assert call('run') == 2
    assert 'd2lmx run SECTION' in capsys.readouterr().err
    assert call('run', '--help') == 0
    assert 'd2lmx run SECTION' in capsys.readouterr().out


@pytest.mark.parametrize('argv', [('lenet', '--help'), ('-h', '6.6')])
def test_help_of_a_section_shows_its_hyperparameters(argv, capsys):
    assert call('run', *argv) == 0
    assert '--batch-size INT' in capsys.readouterr().out


def test_data_goes_to_the_data_tool(monkeypatch):
    calls = []
    monkeypatch.setattr(datatool, 'obey', lambda *args: calls.append(args) or 1)
    assert call('data', 'list') == call('data', 'verify') == 1
    assert call('data', 'path', 'time_machine') == 1
    assert calls == [('list', []), ('verify', []), ('path', ['time_machine'])]


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
    assert message == '\nd2lmx: interrupted, nothing was written\n'
    assert list((tmp_path / 'out').iterdir()) == []
