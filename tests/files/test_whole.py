"""Files and folders that appear whole or not at all, also where writers are killed."""
import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from d2lmx.files import whole


def names_below(folder):
    return sorted(path.name for path in folder.rglob('*'))


def write_file(out, text='new'):
    with whole.whole_folder(out / 'slug') as folder:
        (folder / 'file').write_text(text)


def test_the_folder_appears_when_all_is_written(tmp_path):
    with whole.whole_folder(tmp_path / 'a' / 'b' / 'slug') as folder:
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
    with pytest.raises(fault), whole.whole_folder(tmp_path / 'slug') as folder:
        (folder / 'file').write_text('half')
        raise fault
    assert names_below(tmp_path) == ['file', 'slug']
    assert (tmp_path / 'slug' / 'file').read_text() == 'old'


@pytest.mark.parametrize('fault,raised', [
    (KeyboardInterrupt(), KeyboardInterrupt),
    (OSError(errno.ENOSPC, 'No space left on device'), whole.Unwritable)])
def test_a_fault_between_the_two_renames_puts_the_older_folder_back(
        tmp_path, monkeypatch, fault, raised):
    write_file(tmp_path, 'old')
    rename, moved = Path.rename, []

    def into_place_fails(self, target):
        if target == tmp_path / 'slug':
            moved.append((self.parent / 'slug' / 'file').read_text())
            if len(moved) == 1:
                raise fault
        return rename(self, target)

    monkeypatch.setattr(Path, 'rename', into_place_fails)
    with pytest.raises(raised):
        write_file(tmp_path)
    assert moved == ['new', 'old']  # it was set aside by then, and came back
    assert names_below(tmp_path) == ['file', 'slug']
    assert (tmp_path / 'slug' / 'file').read_text() == 'old'


WRITER = """
import sys, time
from pathlib import Path
from d2lmx.files.whole import whole_folder
with whole_folder(Path(sys.argv[1], 'slug')) as folder:
    (folder / 'half').touch()
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.mark.processes
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
    with whole.whole_folder(tmp_path / 'slug') as folder:
        (folder / 'first').touch()
        write_file(tmp_path)
    assert names_below(tmp_path) == ['first', 'slug']


def leftover(out, name, **files):
    files = {f'.{file}': content for file, content in files.items()}
    for file, content in {'slug/half': b'', **files}.items():
        (out / name / file).parent.mkdir(parents=True, exist_ok=True)
        (out / name / file).write_bytes(content)


def test_a_folder_whose_writer_may_live_stays(tmp_path):
    dead = whole._running_system()
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

    leftover(tmp_path, '.slug-dead', lock=whole._running_system())
    monkeypatch.setattr('fcntl.flock', no_locks)
    with whole.whole_folder(tmp_path / 'slug') as folder:
        (folder / 'file').touch()
        assert not (folder.parent / '.lock').exists()  # which would be nobody's
    assert sorted(path.name for path in tmp_path.iterdir()) == ['.slug-dead', 'slug']


def test_a_folder_below_a_file_is_refused_with_the_option_to_change(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(whole.Unwritable, match='cannot write .*--out'):
        write_file(tmp_path / 'file' / 'below')


def test_interrupted_write_leaves_the_older_file_alone(tmp_path):
    file = tmp_path / 'weights.pt'
    file.write_text('older')
    with pytest.raises(KeyboardInterrupt), whole.whole_file(file) as part:
        part.write_text('half')
        raise KeyboardInterrupt
    assert names_below(tmp_path) == ['weights.pt'] and file.read_text() == 'older'


def test_of_several_files_all_appear_or_none(tmp_path):
    files = [tmp_path / 'new' / name for name in ('a.json', 'b.params')]
    with pytest.raises(RuntimeError), whole.whole_files(*files) as parts:
        parts[0].write_text('a')
        raise RuntimeError
    assert names_below(tmp_path / 'new') == []
    with whole.whole_files(*files) as parts:
        for part in parts:
            part.write_text(part.name)
        assert not files[0].exists()
    assert [file.read_text() for file in files] == ['a.json', 'b.params']
    assert names_below(tmp_path / 'new') == ['a.json', 'b.params']


def test_a_folder_that_is_the_same_whoever_writes_it_stays(tmp_path):
    (tmp_path / 'slug').mkdir()
    (tmp_path / 'slug' / 'first').touch()
    with whole.whole_folder(tmp_path / 'slug', replace=False) as folder:
        (folder / 'second').touch()
    assert names_below(tmp_path) == ['first', 'slug']


def test_what_a_killed_writer_of_a_file_left_goes_with_the_next(tmp_path):
    leftover(tmp_path, '.a.json-dead', lock=whole._running_system())
    with whole.whole_file(tmp_path / 'a.json') as part:
        part.write_text('{}')
    assert names_below(tmp_path) == ['a.json']
