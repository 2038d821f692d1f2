"""The reader's data come first, and archives are unpacked whole, or not at all."""
import io
import tarfile

import pytest

from d2lmx.context import current, running
from d2lmx.edition1 import places
from d2lmx.files import hub
from d2lmx.files.archives import BadData


def write_archive(path, members):
    with tarfile.open(path, 'w:gz') as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def below(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_readers_file_comes_before_toys(data_dir, caplog):
    (data_dir / 'timemachine.txt').write_text('mine', encoding='ascii')
    path = places.find('../data/timemachine.txt', 'time_machine')
    assert path == '../data/timemachine.txt' and not caplog.records
    assert current().files['timemachine']['data'] == 'local'


def test_toys_are_warned_of(data_dir, caplog):
    path = places.find('../data/timemachine.txt', 'time_machine')
    assert path == hub.download('time_machine')
    assert 'time_machine is TOY DATA' in caplog.text


def test_an_archive_is_unpacked_once_beside_the_readers_other_data(data_dir):
    write_archive(data_dir / 'aclImdb_v1.tar.gz', {'aclImdb/train/a.txt': b'one'})
    (data_dir / 'other').write_text('')
    for content in (b'one', b'mine'):  # what the reader changes there, stays
        assert places.unpack_into('../data', 'aclImdb', 'aclImdb') == '../data/aclImdb'
        file = data_dir / 'aclImdb' / 'train' / 'a.txt'
        assert file.read_bytes() == content
        file.write_bytes(b'mine')
    assert below(data_dir) == ['aclImdb', 'aclImdb_v1.tar.gz', 'other']
    assert below(data_dir / 'aclImdb') == ['train']


@pytest.mark.parametrize('member, told', [('../evil.txt', 'points outside its folder'),
                                          ('other/a.txt', 'holds no folder aclImdb')])
def test_of_a_wrong_archive_nothing_is_left(data_dir, member, told):
    write_archive(data_dir / 'aclImdb_v1.tar.gz', {member: b'x'})
    with pytest.raises(BadData, match=told):
        places.unpack_into('../data', 'aclImdb', 'aclImdb')
    assert below(data_dir) == ['aclImdb_v1.tar.gz']
    assert below(data_dir.parent) == ['code', 'data']


def test_unpacked_toys_give_way_to_the_readers_archive(data_dir, caplog, empty_hub):
    with running(data='toy'):
        places.unpack_into('../data', 'aclImdb', 'aclImdb')
        assert places.data_folder('aclImdb', 'aclImdb', '../data/aclImdb') == (
            '../data/aclImdb')
        assert '../data/aclImdb is TOY DATA' in caplog.text
    assert below(data_dir / 'aclImdb') == ['README', 'TOY-DATA.txt', 'test', 'train']
    write_archive(data_dir / 'aclImdb_v1.tar.gz', {'aclImdb/train/a.txt': b'one'})
    with running(data='book'):
        places.unpack_into('../data', 'aclImdb', 'aclImdb')
    assert below(data_dir / 'aclImdb') == ['train']


def test_what_is_nowhere_is_told_with_what_to_do(data_dir, empty_hub):
    with pytest.raises(hub.DataUnavailable, match='jaychou_lyrics.txt.zip .* is in no '
                       'data folder and there is no address'):
        places.find('../data/jaychou_lyrics.txt.zip', 'jaychou_lyrics')
