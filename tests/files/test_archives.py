import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from d2lmx.files import archives


def make_zip(path, *members):
    with zipfile.ZipFile(path, 'w') as file:
        for name in members:
            file.writestr(name, 'text')
    return path


def make_tar(path, *members):
    with tarfile.open(path, 'w:gz' if path.name.endswith('gz') else 'w') as file:
        for member in members:
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(
                member)
            info.size = 4 if info.isreg() else 0
            file.addfile(info, io.BytesIO(b'text') if info.isreg() else None)
    return path


MAKERS = {'a.zip': make_zip, 'a.tar': make_tar, 'a.tar.gz': make_tar, 'a.tgz': make_tar}


@pytest.mark.parametrize('name', MAKERS)
def test_members_are_unpacked_in_their_folders(tmp_path, name):
    archive = MAKERS[name](tmp_path / name, 'a/one.txt', 'a/b/two.txt')
    archives.extract(archive, tmp_path / 'out')
    assert (tmp_path / 'out/a/one.txt').read_text() == 'text'
    assert (tmp_path / 'out/a/b/two.txt').read_text() == 'text'


@pytest.mark.parametrize('name', MAKERS)
@pytest.mark.parametrize('member', ['../evil', 'a/../../evil', '/tmp/evil', 'C:/evil',
                                    '..\\evil'])
def test_member_outside_is_refused_and_nothing_is_left(tmp_path, name, member):
    archive = MAKERS[name](tmp_path / name,
                           'a/good.txt', member)
    with pytest.raises(ValueError, match='points outside'):
        archives.extract(archive, tmp_path / 'deep' / 'out')
    assert sorted(path.name for path in tmp_path.rglob('*')) == [name, 'deep']


@pytest.mark.parametrize('kind', [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_tar_link_or_device_is_refused(tmp_path, kind):
    link = tarfile.TarInfo('a/link')
    link.type, link.linkname = kind, 'good.txt'
    archive = make_tar(tmp_path / 'a.tar', 'a/good.txt', link)
    with pytest.raises(ValueError, match='is a link or a device'):
        archives.extract(archive, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_zip_link_is_refused(tmp_path):
    info = zipfile.ZipInfo('a/link')
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / 'a.zip', 'w') as file:
        file.writestr(info, '/etc')
    with pytest.raises(ValueError, match='is a link or a device'):
        archives.extract(tmp_path / 'a.zip', tmp_path / 'out')


@pytest.mark.parametrize('name', ['a.zip', 'a.tar.gz'])
def test_truncated_archive_names_file_and_mending_and_leaves_nothing(tmp_path, name):
    archive = MAKERS[name](tmp_path / name, *(f'a/{i}' for i in range(200)))
    archive.write_bytes(archive.read_bytes()[:-150])
    with pytest.raises(ValueError, match=f'{name} is cut off or damaged.*Delete it'):
        archives.extract(archive, tmp_path / 'out')
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize('flag, words', [
    ((6, b'\1\0'), 'encrypted'), ((8, b'\x55\0'), 'compression method')])
def test_a_zip_that_python_cannot_unpack_says_why(tmp_path, flag, words):
    archive = make_zip(tmp_path / 'a.zip', 'a')
    place, value = flag  # of the flags and of the method, in the member's header
    content = bytearray(archive.read_bytes())
    for start in (place, content.index(b'PK\1\2') + place + 2):
        content[start:start + 2] = value
    archive.write_bytes(content)
    with pytest.raises(ValueError, match=f'a.zip cannot be unpacked.*{words}'):
        archives.extract(archive, tmp_path / 'out')
    assert [path.name for path in tmp_path.iterdir()] == ['a.zip']


@pytest.mark.parametrize('name', ['a.zip', 'a.tar'])
@pytest.mark.parametrize('members', [['a' * 300], ['a', 'a/b'], ['d/' * 2000 + 'a']])
def test_names_that_can_be_no_files_here_are_the_archives_fault(
        tmp_path, name, members):
    archive = MAKERS[name](tmp_path / name, *members)
    with pytest.raises(archives.BadData, match=f'{name} cannot be unpacked'):
        archives.extract(archive, tmp_path / 'out')
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_member_without_a_name_is_refused(tmp_path):
    archive = tmp_path / 'a.zip'
    info = zipfile.ZipInfo('a')
    info.filename = ''
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr(info, 'text')
    with pytest.raises(archives.BadData, match='a member without a name'):
        archives.extract(archive, tmp_path / 'out')


@pytest.mark.parametrize('name', ['a.zip', 'a.tar.gz'])
def test_what_unpacks_to_far_more_than_data_do_is_refused(tmp_path, name, monkeypatch):
    monkeypatch.setattr(archives, 'SPARED_BYTES', 1000)
    path = tmp_path / name
    (tmp_path / 'zeros').write_bytes(bytes(10 ** 6))
    if name == 'a.zip':
        with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
            file.write(tmp_path / 'zeros', 'zeros')
    else:
        with tarfile.open(path, 'w:gz') as file:
            file.add(tmp_path / 'zeros', 'zeros')
    with pytest.raises(archives.BadData, match='would unpack to 1000000 bytes'):
        archives.extract(path, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()
    monkeypatch.setattr(archives, 'SPARED_BYTES', 10 ** 6)  # as small files may
    archives.extract(path, tmp_path / 'out')


def test_other_files_are_no_archives(tmp_path):
    with pytest.raises(ValueError, match='only .zip, .tar'):
        archives.extract(tmp_path / 'a.rar', tmp_path / 'out')


def test_stem_drops_both_endings_of_a_tarball(tmp_path):
    names = ['x.zip', 'x.v1.tar.gz', 'x.tgz', 'x.tar']
    assert [archives.stem(tmp_path / name) for name in names] == ['x', 'x.v1', 'x', 'x']


@pytest.mark.parametrize('size', [0, 1, 0xffff, 0x10000, 200_000])
def test_written_gzip_is_read_by_python(tmp_path, size):
    content = bytes(i % 251 for i in range(size))
    archives.write_gzip(tmp_path / 'f.gz', content)
    assert gzip.decompress((tmp_path / 'f.gz').read_bytes()) == content


def read_gzip(path):
    with archives.opened_gzip(path) as file:
        return file.read()


def test_truncated_gzip_names_file_and_mending(tmp_path):
    path = tmp_path / 'f.gz'
    path.write_bytes(gzip.compress(b'text' * 1000)[:-9])
    with pytest.raises(ValueError, match='f.gz is cut off or damaged.*Delete it'):
        read_gzip(path)


def test_file_that_is_no_gzip_says_so(tmp_path):
    (tmp_path / 'f.gz').write_bytes(b'<html>')
    with pytest.raises(ValueError, match='f.gz is cut off or damaged'):
        read_gzip(tmp_path / 'f.gz')
