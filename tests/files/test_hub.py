import errno
import hashlib
import os
import zipfile

import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.files import hub, transfer
from d2lmx.files.catalogue import FILES, DataFile

from .conftest import CONTENT, SHA1


@pytest.fixture
def sample(empty_hub, server):
    """The name of a file that the local server has."""
    hub.DATA_HUB['sample'] = (server.url + 'good/sample.bin', SHA1)
    return 'sample'


@pytest.fixture
def roots(empty_hub, tmp_path, monkeypatch):
    """Two data roots, in the order of the search path."""
    folders = tmp_path / 'one', tmp_path / 'two'
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv('D2LMX_DATA', os.pathsep.join(map(str, folders)))
    return folders


def files_below(folder):
    return sorted(path.name for path in folder.rglob('*') if path.is_file())


def test_flat_namespace_shares_the_dict(empty_hub):
    assert d2l.DATA_URL == 'http://d2l-data.s3-accelerate.amazonaws.com/'
    assert d2l.DATA_HUB['kaggle_house_train'] == (
        d2l.DATA_URL + 'kaggle_house_pred_train.csv',
        '585e9cc93e70b39160e7921475f9bcd7d31219ce')


def test_unknown_name_suggests_the_nearest(empty_hub):
    with pytest.raises(ValueError, match="Did you mean 'kaggle_house_train'"):
        d2l.download('kaggle_house_trian')


def test_download_goes_to_the_cache_and_is_the_books(sample, empty_hub):
    path = d2l.download(sample)
    assert path == str(empty_hub / 'sample.bin')
    assert hub.used() == [
        {'name': sample, 'file': 'sample.bin', 'data': 'book', 'sha1': SHA1}]


def test_second_download_asks_nobody(sample, server):
    assert d2l.download(sample) == d2l.download(sample)
    assert server.requests == ['good']


def test_roots_are_searched_in_order_before_the_network(sample, roots, server):
    (roots[1] / 'sample.bin').write_bytes(CONTENT)
    assert d2l.download(sample) == str(roots[1] / 'sample.bin')
    (roots[0] / 'sample.bin').write_bytes(b'mine')
    assert d2l.download(sample) == str(roots[0] / 'sample.bin')
    assert server.requests == []


def test_file_with_other_bytes_is_used_and_reported_as_local(sample, roots):
    (roots[0] / 'sample.bin').write_bytes(b'mine')
    d2l.download(sample)
    assert hub.used() == [{'name': sample, 'file': 'sample.bin', 'data': 'local',
                           'sha1': hashlib.sha1(b'mine').hexdigest()}]


def test_changed_file_changes_its_provenance(sample, roots):
    (roots[0] / 'sample.bin').write_bytes(CONTENT)
    assert hub.locate(sample)[1] == 'book'
    (roots[0] / 'sample.bin').write_bytes(b'changed')
    assert hub.locate(sample)[1] == 'local'


def test_another_file_of_the_same_size_is_not_taken_for_the_first(sample, roots):
    path, other = roots[0] / 'sample.bin', CONTENT[::-1]
    for content, kind, seconds in ((CONTENT, 'book', 1), (other, 'local', 2)):
        path.write_bytes(content)
        os.utime(path, (seconds, seconds))  # two writes may come within a clock's tick
        assert hub.locate(sample)[1] == kind
        assert hub.sha1_of(path) == hashlib.sha1(content).hexdigest()


def test_a_part_of_a_data_set_serves_as_local_where_the_whole_is_not(roots):
    hub.register('whole', DataFile('http://127.0.0.1:9/whole.tar', SHA1,
                                   parts=('part.zip',)))
    (roots[0] / 'part.zip').write_bytes(b'a part')
    assert hub.locate('whole') == (roots[0] / 'part.zip', 'local')
    (roots[0] / 'whole.tar').write_bytes(CONTENT)
    assert hub.locate('whole') == (roots[0] / 'whole.tar', 'book')


def test_known_repack_counts_as_the_books_and_own_folder_is_searched(roots):
    repack = b'same content, other wrapper'
    hub.register('packed', DataFile('http://127.0.0.1:9/p.gz', SHA1, folder='set',
                                    twins=[hashlib.sha1(repack).hexdigest()]))
    (roots[0] / 'set').mkdir()
    (roots[0] / 'set' / 'p.gz').write_bytes(repack)
    assert hub.locate('packed') == (roots[0] / 'set' / 'p.gz', 'book')


def test_system_packages_are_searched(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, 'SYSTEM_ROOT', tmp_path)
    (tmp_path / 'sample.bin').write_bytes(CONTENT)
    assert hub.locate(sample) == (tmp_path / 'sample.bin', 'book')


def test_each_run_knows_the_files_that_it_used_itself(sample, roots):
    hub.DATA_HUB['other'] = ('http://127.0.0.1:9/other.bin', SHA1)
    for name in ('sample.bin', 'other.bin'):
        (roots[0] / name).write_bytes(CONTENT)
    d2l.download(sample)
    with running(files={}):
        assert hub.used() == []
        d2l.download('other')
        assert [file['name'] for file in hub.used()] == ['other']
    assert [file['name'] for file in hub.used()] == [sample]


def test_locate_does_not_download(sample, server):
    assert hub.locate(sample) is None
    assert server.requests == []


def test_download_goes_to_the_first_root_that_can_be_written(sample, roots):
    roots[0].chmod(0o555)
    assert d2l.download(sample) == str(roots[1] / 'sample.bin')


def test_download_never_goes_to_the_systems_folder(sample, empty_hub, tmp_path,
                                                   monkeypatch):
    monkeypatch.setattr(hub, 'SYSTEM_ROOT', tmp_path)
    empty_hub.parent.write_text('a file where the cache should be')
    with pytest.raises(hub.DataUnavailable, match=str(empty_hub)):
        d2l.download(sample)
    assert not (tmp_path / 'sample.bin').exists()


def test_explicit_folder_is_searched_alone_and_made(sample, roots, tmp_path):
    (roots[0] / 'sample.bin').write_bytes(b'mine')
    path = d2l.download(sample, os.path.join(tmp_path, 'data'))
    assert path == str(tmp_path / 'data' / 'sample.bin')


def test_missing_root_is_named(empty_hub, monkeypatch, tmp_path):
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path / 'nowhere'))
    with pytest.raises(ValueError, match='nowhere, which is no folder'):
        d2l.download('kaggle_house_train')


def test_pasted_entry_is_downloaded(empty_hub, server):
    d2l.DATA_HUB['pasted'] = (server.url + 'good/x.bin', SHA1)
    assert d2l.download('pasted') == str(empty_hub / 'x.bin')


def test_unavailable_file_names_folder_addresses_reasons_and_switch(roots, server):
    hub.DATA_HUB['gone'] = (server.url + 'missing/gone.bin', SHA1)
    with pytest.raises(hub.DataUnavailable) as caught:
        d2l.download('gone')
    for words in ('gone.bin', str(roots[0]), str(hub.cache()), '--data toy',
                  server.url + 'missing/gone.bin: HTTP status 404', 'D2LMX_DATA=toy'):
        assert words in str(caught.value)
    assert '\n' not in str(caught.value)  # commands say it in a line
    assert hub.used() == []


def test_mirror_is_tried_when_the_first_address_fails(empty_hub, server, monkeypatch):
    monkeypatch.setattr(hub, 'MIRRORS',
                        {server.url + 'missing/': (server.url + 'good/',)})
    hub.DATA_HUB['mirrored'] = (server.url + 'missing/m.bin', SHA1)
    d2l.download('mirrored')
    assert server.requests == ['missing', 'good']


def test_folder_below_a_file_cannot_be_written_and_is_named(sample, tmp_path):
    (tmp_path / 'file').write_text('no folder')
    with pytest.raises(hub.DataUnavailable, match='file/data.*D2LMX_DATA'):
        d2l.download(sample, tmp_path / 'file' / 'data')


def test_unwritable_folder_is_named(sample, empty_hub, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, 'Permission denied')

    monkeypatch.setattr(transfer.pooch, 'retrieve', refuse)
    with pytest.raises(hub.DataUnavailable, match=f'{empty_hub}: Permission denied'):
        d2l.download(sample)


def test_full_disk_is_one_clear_error_and_leaves_nothing(sample, empty_hub,
                                                         monkeypatch):
    class Full:
        def __init__(self, *args):
            """Opens like any file."""

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return False

        def write(self, chunk):
            raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(transfer, 'open', Full, raising=False)
    with pytest.raises(hub.DataUnavailable, match='No space left.*D2LMX_DATA'):
        d2l.download(sample)
    assert files_below(empty_hub) == []


def test_toy_policy_serves_the_toy_file_even_where_a_real_one_lies(sample, roots):
    (roots[0] / 'sample.bin').write_bytes(CONTENT)
    hub.toy(sample)(lambda path, rng: path.write_bytes(rng.bytes(8)))
    with running(data='toy'):
        assert hub.locate(sample) is None
        path = d2l.download(sample)
        assert hub.locate(sample)[1] == 'toy'
    assert os.path.getsize(path) == 8
    assert hub.used()[0]['data'] == 'toy'
    assert hub.locate(sample)[1] == 'book'


def test_policies_nest_and_others_are_refused(empty_hub, monkeypatch):
    monkeypatch.setenv('D2LMX_DATA', 'toy')
    assert hub.policy() == 'toy'
    with running(data='book'):
        assert hub.policy() == 'book'
        with running(data='toy'):
            assert hub.policy() == 'toy'
    with pytest.raises(ValueError, match="'book' or 'toy', got 'auto'"):
        with running(data='auto'):
            pass


def test_toy_without_writer_says_which_have_one(sample):
    with running(data='toy'), pytest.raises(hub.DataUnavailable,
                                            match='kaggle_house_train'):
        d2l.download(sample)


def test_failed_toy_writer_leaves_nothing(sample, empty_hub):
    def full(path, rng):
        path.write_bytes(b'half')
        raise OSError(errno.ENOSPC, 'No space left on device')

    hub.toy(sample)(full)
    with running(data='toy'), pytest.raises(hub.DataUnavailable,
                                            match='XDG_CACHE_HOME'):
        d2l.download(sample)
    assert files_below(empty_hub) == []


@pytest.mark.parametrize('changed', ['writer', 'helper'])
def test_changed_writer_or_helper_gets_a_new_folder(sample, tmp_path, changed):
    names = {'__name__': 'd2lmx.data.toy_sample'}

    def define(part, code):
        source = tmp_path / f'{part}.py'
        source.write_text(code)
        exec(compile(code, str(source), 'exec'), names)

    paths = []
    for size in (3, 5):
        sizes = {'writer': 1, 'helper': 1, changed: size}
        define('helper', f'def content():\n    return b"x" * {sizes["helper"]}')
        define('writer', 'def write(path, rng):\n'
                         f'    path.write_bytes(content() * {sizes["writer"]})')
        hub.toy(sample)(names['write'])
        with running(data='toy'):
            paths.append(d2l.download(sample))
    assert [os.path.getsize(path) for path in paths] == [3, 5]


@pytest.fixture
def session_cache():
    """The folder whose toys all tests share."""
    return os.environ['XDG_CACHE_HOME']


# toys of these, by writers that others have too, would fill 340 and 575 MB
@pytest.mark.slow
@pytest.mark.parametrize('name', sorted(set(FILES) - {'bert.base', 'vgg19'}))
def test_toy_files_are_the_same_bytes_each_time(name, session_cache, empty_hub,
                                                monkeypatch):
    contents = []
    for home in (session_cache, empty_hub):  # maybe by another test, in any process
        monkeypatch.setenv('XDG_CACHE_HOME', str(home))
        with running(data='toy'), open(d2l.download(name), 'rb') as file:
            contents.append(file.read())
    assert contents[0] == contents[1]


@pytest.fixture
def zipped(sample, roots):
    """A zip archive in the first root: folder sample, and folder other."""
    hub.DATA_HUB[sample] = ('http://127.0.0.1:9/sample.zip', SHA1)
    with zipfile.ZipFile(roots[0] / 'sample.zip', 'w') as file:
        file.writestr('sample/a.txt', 'one')
        file.writestr('other/b.txt', 'two')
    return sample


def test_extract_gives_the_folder_named_like_the_archive_or_the_one_asked_for(zipped):
    assert os.listdir(d2l.download_extract(zipped)) == ['a.txt']
    assert os.listdir(d2l.download_extract(zipped, 'other')) == ['b.txt']


def test_extract_without_such_a_folder_gives_all_or_says_what_there_is(zipped, roots):
    with zipfile.ZipFile(roots[0] / 'sample.zip', 'w') as file:
        file.writestr('flat.txt', 'three')
    assert os.listdir(d2l.download_extract(zipped)) == ['flat.txt']
    with pytest.raises(ValueError, match="no folder 'other'.*flat.txt"):
        d2l.download_extract(zipped, 'other')


def test_changed_archive_is_unpacked_anew(zipped, roots):
    d2l.download_extract(zipped)
    with zipfile.ZipFile(roots[0] / 'sample.zip', 'w') as file:
        file.writestr('sample/new.txt', 'four')
    assert os.listdir(d2l.download_extract(zipped)) == ['new.txt']


def test_extract_goes_to_the_cache_where_the_root_is_read_only(zipped, roots):
    roots[0].chmod(0o555)
    assert d2l.download_extract(zipped).startswith(str(hub.cache()))
    assert files_below(roots[0]) == ['sample.zip']


def test_extract_refuses_what_is_no_archive(sample):
    with pytest.raises(ValueError, match='only .zip, .tar'):
        d2l.download_extract(sample)
