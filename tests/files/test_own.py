import zipfile
from pathlib import Path

import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.errors import InputError
from d2lmx.files import hub
from d2lmx.files.archives import BadData


@pytest.fixture
def folder(tmp_path, empty_hub):
    place = tmp_path / 'mine'
    (place / 'train').mkdir(parents=True)
    (place / 'train' / '1.png').write_text('one')
    return place


def sha1s():
    return [file['sha1'] for file in hub.used()]


def test_a_folder_is_used_as_it_is_and_counts_as_local(folder):
    assert d2l.own_folder(folder) == str(folder)
    assert [(file['name'], file['file'], file['data']) for file in hub.used()] == [
        ('mine', 'mine', 'local')]


def test_another_file_or_size_makes_it_another_data_set(folder):
    seen = []
    for name, text in (('train/1.png', 'one'), ('train/1.png', 'three'),
                       ('train/2.png', '')):
        (folder / name).write_text(text)
        d2l.own_folder(folder)
        seen += sha1s()
    assert len(set(seen)) == 3


def test_what_is_made_of_it_and_hidden_files_are_no_part_of_it(folder):
    d2l.own_folder(folder)
    before = sha1s()
    for name in ('train_valid_test/train/a', '.git', 'train/.cache'):
        (folder / name).mkdir(parents=True)
        (folder / name / 'file').write_text('x')
    (folder / 'train' / '.DS_Store').write_text('x')
    d2l.own_folder(folder)
    assert sha1s() == before


def test_an_archive_is_unpacked_beside_itself(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / 'zoo.zip', 'w') as archive:
        archive.writestr('zoo/train/1.png', 'one')
    place = Path(d2l.own_folder(tmp_path / 'zoo.zip'))
    assert (place / 'train' / '1.png').read_text() == 'one' and place.name == 'zoo'
    assert place.parent.parent == tmp_path
    assert [(file['file'], file['data'], file['sha1']) for file in hub.used()] == [
        ('zoo.zip', 'local', hub.sha1_of(tmp_path / 'zoo.zip'))]


def test_what_is_not_there_or_no_archive_is_one_clear_error(tmp_path, empty_hub):
    with pytest.raises(FileNotFoundError, match='no folder or archive .*none'):
        d2l.own_folder(tmp_path / 'none')
    (tmp_path / 'zoo.rar').write_text('x')
    with pytest.raises(InputError, match='zoo.rar is neither a folder nor an archive'):
        d2l.own_folder(tmp_path / 'zoo.rar')
    (tmp_path / 'zoo.zip').write_text('x')
    with pytest.raises(BadData, match='zoo.zip'):
        d2l.own_folder(tmp_path / 'zoo.zip')


def test_a_file_of_ones_own_counts_among_the_runs(tmp_path):
    file = tmp_path / 'words.txt'
    file.write_bytes(b'abc')
    assert d2l.own_file(file) == str(file)
    entry, = hub.used()
    # the standard's example
    assert entry == {'name': 'words', 'file': 'words.txt', 'data': 'local',
                     'sha1': 'a9993e364706816aba3e25717850c26c9cd0d89d'}


def test_no_file_is_told(tmp_path):
    for path in (tmp_path, tmp_path / 'none.txt'):
        with pytest.raises(FileNotFoundError, match='there is no file'):
            d2l.own_file(path)


def test_what_the_run_itself_wrote_is_none_of_its_data(tmp_path):
    mine, other = tmp_path / 'results' / 'vec.txt', tmp_path / 'other.txt'
    mine.parent.mkdir()
    for file in (mine, other):
        file.write_text('a 1\n')
    with running(files={}, out=mine.parent):
        d2l.own_file(mine)
        d2l.own_file(other)
        assert [entry['name'] for entry in hub.used()] == ['other']
