"""The results folder: whole or not at all, and JSON that any reader takes."""
import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

from d2lmx import results

RECORD = {'section': '6.6', 'title': '卷积', 'result': {'final': {'test acc': .5}}}


def names_below(folder):
    return sorted(path.name for path in folder.rglob('*'))


def write_file(out, text='new'):
    with results.results_folder(out, 'slug') as folder:
        (folder / 'file').write_text(text)


def test_the_folder_appears_when_all_is_written(tmp_path):
    with results.results_folder(tmp_path / 'a' / 'b', 'slug') as folder:
        (folder / 'file').write_text('new')
        assert not (tmp_path / 'a' / 'b' / 'slug').exists()
    assert names_below(tmp_path) == ['a', 'b', 'file', 'slug']


def test_others_may_read_it_as_the_umask_says(tmp_path):
    before = os.umask(0o022)
    try:
        write_file(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / 'slug').stat().st_mode) == 0o755


def test_an_older_folder_is_replaced_whole(tmp_path):
    (tmp_path / 'slug').mkdir()
    (tmp_path / 'slug' / 'old').write_text('old')
    write_file(tmp_path)
    assert names_below(tmp_path) == ['file', 'slug']


@pytest.mark.parametrize('fault', [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_the_older_folder_and_nothing_else(tmp_path, fault):
    write_file(tmp_path, 'old')
    with pytest.raises(fault), results.results_folder(tmp_path, 'slug') as folder:
        (folder / 'file').write_text('half')
        raise fault
    assert names_below(tmp_path) == ['file', 'slug']
    assert (tmp_path / 'slug' / 'file').read_text() == 'old'


@pytest.mark.parametrize('fault,raised', [
    (KeyboardInterrupt(), KeyboardInterrupt),
    (OSError(errno.ENOSPC, 'No space left on device'), results.ResultsUnwritable)])
def test_a_fault_between_the_two_renames_puts_the_older_folder_back(
        tmp_path, monkeypatch, fault, raised):
    write_file(tmp_path, 'old')
    rename, calls = Path.rename, []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise fault
        return rename(self, target)

    monkeypatch.setattr(Path, 'rename', second_fails)
    with pytest.raises(raised):
        write_file(tmp_path)
    assert names_below(tmp_path) == ['file', 'slug']
    assert (tmp_path / 'slug' / 'file').read_text() == 'old'


WRITER = """
import sys, time
from pathlib import Path
from d2lmx.results import results_folder
with results_folder(Path(sys.argv[1]), 'slug') as folder:
    (folder / 'half').touch()
    print(folder, flush=True)
    time.sleep(600)
"""


def test_what_a_run_leaves_is_removed_once_it_is_dead_and_never_before(tmp_path):
    with subprocess.Popen([sys.executable, '-c', WRITER, str(tmp_path)], text=True,
                          stdout=subprocess.PIPE) as other:
        try:
            half = Path(other.stdout.readline().strip()) / 'half'
            write_file(tmp_path)
            assert half.exists() and (tmp_path / 'slug' / 'file').exists()
        finally:
            other.kill()
    assert half.exists()
    write_file(tmp_path, 'newer')
    assert names_below(tmp_path) == ['file', 'slug']


def test_two_runs_of_one_process_leave_each_other_alone(tmp_path):
    with results.results_folder(tmp_path, 'slug') as folder:
        (folder / 'first').touch()
        write_file(tmp_path)
    assert names_below(tmp_path) == ['first', 'slug']


def leftover(out, name, **files):
    for file, content in {'results/half': b'', **files}.items():
        (out / name / file).parent.mkdir(parents=True, exist_ok=True)
        (out / name / file).write_bytes(content)


def test_a_folder_whose_writer_may_live_stays(tmp_path):
    dead = results.running_system()
    leftover(tmp_path, '.slug-dead', lock=dead)
    leftover(tmp_path, '.other-dead', lock=dead)
    leftover(tmp_path, '.slug-elsewhere', lock=b'another machine')
    leftover(tmp_path, '.slug-starting', unlocked=dead)
    write_file(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        '.other-dead', '.slug-elsewhere', '.slug-starting', 'slug']


def test_without_locks_results_are_written_and_leftovers_stay(tmp_path, monkeypatch):
    def no_locks(*args):
        raise OSError(errno.ENOLCK, 'No locks available')

    leftover(tmp_path, '.slug-dead', lock=results.running_system())
    monkeypatch.setattr('fcntl.flock', no_locks)
    with results.results_folder(tmp_path, 'slug') as folder:
        (folder / 'file').touch()
        assert not (folder.parent / 'lock').exists()  # which would be nobody's
    assert sorted(path.name for path in tmp_path.iterdir()) == ['.slug-dead', 'slug']


def test_a_folder_below_a_file_is_refused_with_the_option_to_change(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(results.ResultsUnwritable, match='cannot write results .*--out'):
        write_file(tmp_path / 'file' / 'below')


def test_numbers_and_every_open_figure_are_written(tmp_path):
    for _ in range(2):
        plt.figure().gca().plot([1, 2])
    results.write(RECORD, tmp_path)
    assert json.loads((tmp_path / 'metrics.json').read_text('utf-8')) == RECORD
    assert names_below(tmp_path / 'figures') == ['1.png', '1.svg', '2.png', '2.svg']


def test_without_figures_there_is_no_folder_for_them(tmp_path):
    results.write(RECORD, tmp_path)
    assert names_below(tmp_path) == ['metrics.json']


def full_disk(*args, **kwargs):
    raise OSError(errno.ENOSPC, 'No space left on device')


@pytest.mark.parametrize('what', ['matplotlib.figure.Figure.savefig',
                                  'pathlib.Path.write_text'])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path, monkeypatch, what):
    plt.figure()
    monkeypatch.setattr(what, full_disk)
    with pytest.raises(results.ResultsUnwritable, match='No space left.*--out'):
        with results.results_folder(tmp_path, 'slug') as folder:
            results.write(RECORD, folder)
    assert names_below(tmp_path) == []


def test_a_json_file_cut_off_by_a_fault_leaves_the_older_one(tmp_path, monkeypatch):
    file = results.write_json(tmp_path / 'bench.json', {'rounds': 1})
    monkeypatch.setattr('pathlib.Path.write_text', full_disk)
    with pytest.raises(results.ResultsUnwritable):
        results.write_json(file, {'rounds': 2})
    assert json.loads(file.read_text()) == {'rounds': 1}
    assert names_below(tmp_path) == ['bench.json']


def test_values_become_json_and_what_is_not_finite_becomes_a_word():
    value = {'a': (1, onp.float32(.5)), 2: [onp.int64(3), None, True, 'x'],
             'loss': float('nan'), 'ratio': onp.float64('-inf')}
    assert results.as_json(value) == {'a': [1, .5], '2': [3, None, True, 'x'],
                                      'loss': 'nan', 'ratio': '-inf'}


def test_an_array_is_no_json_value():
    with pytest.raises(TypeError, match='a section returns JSON values, got ndarray'):
        results.as_json({'loss': np.ones(2)})


def test_people_see_numbers_data_and_places_but_no_series(tmp_path, capsys):
    (tmp_path / 'figures').mkdir()
    results.show({'data': 'toy', 'result': {
        'final': {'test acc': 1 / 3}, 'shapes': [['Dense', [1, 10]], ['Dense', [1, 2]]],
        'series': {'test acc': [[1, 1 / 3]]}}}, tmp_path)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        'final:', '  test acc: 0.333333',
        'shapes:', '  [Dense, [1, 10]]', '  [Dense, [1, 2]]',
        "data: toy (generated stand-ins, not the book's data)",
        f'numbers: {tmp_path / "metrics.json"}', f'figures: {tmp_path / "figures"}']
