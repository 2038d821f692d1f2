"""``d2lmx data``: what is here, what is the book's, where, and what is missing."""
import hashlib

import pytest

from d2lmx.commands.data import readable_size
from d2lmx.files import hub, transfer

CONTENT = b'small' * 300  # 1500 bytes
SHA1 = hashlib.sha1(CONTENT).hexdigest()


@pytest.fixture
def root(monkeypatch, tmp_path):
    """The only data root; the hub knows three files, 'small', 'own' and 'none'."""
    folder = tmp_path / 'root'
    folder.mkdir()
    monkeypatch.setenv('D2LMX_DATA', str(folder))
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.setattr(hub, 'SYSTEM_ROOT', tmp_path / 'nothing')
    monkeypatch.setattr(hub, 'DATA_HUB', {
        name: (f'http://example.invalid/{name}.bin', SHA1)
        for name in ('small', 'own', 'none')})
    (folder / 'small.bin').write_bytes(CONTENT)
    (folder / 'own.bin').write_bytes(b'mine')
    return folder


@pytest.fixture
def network(monkeypatch):
    """``network(reachable)`` decides whether downloads succeed; asks are listed."""
    asked = []

    def put(reachable):
        def fetch(urls, sha1, path, member):
            asked.append(path.name)
            if not reachable:
                raise transfer.TransferError(['no connection'])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(CONTENT)

        monkeypatch.setattr(transfer, 'fetch', fetch)
        return asked

    return put


def test_list_shows_name_file_kind_size_and_folder(call, root, capsys):
    assert call('data', 'list') == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows == [['name', 'file', 'which', 'size', 'folder'],
                    ['small', 'small.bin', 'book', '1.5', 'kB', str(root)],
                    ['own', 'own.bin', 'local', '4', 'B', str(root)],
                    ['none', 'none.bin', 'missing', '-', '-']]


def test_list_under_toy_shows_toy_files_once_they_are_made(call, capsys):
    name = 'kaggle_house_test'
    call('data', 'fetch', name)
    capsys.readouterr()
    assert call('data', 'list') == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    row, = (row for row in rows if row[0] == name)
    assert row[:3] == [name, 'kaggle_house_pred_test.csv', 'toy']


def test_fetch_downloads_what_is_not_here_and_says_where(call, root, network, capsys):
    asked = network(reachable=True)
    assert call('data', 'fetch') == 0
    assert asked == ['none.bin']
    assert capsys.readouterr().out.splitlines() == [
        f'{name}: {root / name}.bin' for name in ('small', 'own', 'none')]


def test_fetch_goes_on_after_a_failure_and_reports_it(call, root, network, capsys):
    network(reachable=False)
    assert call('data', 'fetch', 'none', 'small') == 1
    output, message = capsys.readouterr()
    assert output == f'small: {root / "small.bin"}\n'
    assert 'none.bin' in message and 'no connection' in message


def test_verify_passes_the_books_file(call, root, capsys):
    assert call('data', 'verify', 'small') == 0
    assert capsys.readouterr().out == 'small: book\n'


def test_verify_fails_for_other_bytes_and_shows_both_sums(call, root, capsys):
    assert call('data', 'verify', 'small', 'own') == 1
    text = capsys.readouterr().out
    assert text.startswith('small: book\nown: local')
    assert SHA1 in text and hashlib.sha1(b'mine').hexdigest() in text


def test_verify_fails_for_a_missing_file_only_where_it_is_named(call, root, capsys):
    assert call('data', 'verify', 'none') == 1
    assert capsys.readouterr().out == 'none: missing\n0 of 1 files are here\n'
    (root / 'own.bin').write_bytes(CONTENT)
    assert call('data', 'verify') == 0
    assert capsys.readouterr().out.endswith('none: missing\n2 of 3 files are here\n')


def test_verify_of_nothing_is_no_success(call, root, capsys):
    for path in root.glob('*.bin'):
        path.unlink()
    assert call('data', 'verify') == 1
    assert capsys.readouterr().out.endswith('0 of 3 files are here\n')


def test_path_prints_nothing_but_the_path(call, root, capsys):
    assert call('data', 'path', 'own') == 0
    assert capsys.readouterr() == (f'{root / "own.bin"}\n', '')


def test_path_of_a_missing_file_says_how_to_get_it(call, root, capsys):
    assert call('data', 'path', 'none') == 1
    output, message = capsys.readouterr()
    assert output == '' and 'd2lmx data fetch none' in message


@pytest.mark.parametrize('action', ['fetch', 'verify', 'path'])
def test_an_unknown_name_is_one_line_and_nothing_is_done(complaint, root, network,
                                                         action):
    asked = network(reachable=True)
    names = ['smal'] if action == 'path' else ['none', 'smal']
    assert "Did you mean 'small'?" in complaint(2, 'data', action, *names)
    assert asked == []


def test_a_data_folder_that_does_not_exist_is_named(complaint, root, monkeypatch):
    monkeypatch.setenv('D2LMX_DATA', str(root / 'gone'))
    assert f'D2LMX_DATA names {root / "gone"}' in complaint(2, 'data', 'list')


@pytest.mark.parametrize('value', ['~nobody/x', 'x' * 5000, '/dev/null', ' '])
def test_a_data_folder_that_can_be_none_is_one_line_everywhere(
        complaint, tmp_path, monkeypatch, value):
    monkeypatch.setenv('D2LMX_DATA', value)
    for arguments in (['data', 'list'], ['data', 'fetch', 'time_machine'],
                      ['run', '8.2', '--data', 'book', '--out', tmp_path],
                      ['run', '8.2', '--out', tmp_path]):
        assert 'which is no folder' in complaint(2, *arguments)


@pytest.mark.parametrize('size,text', [
    (0, '0 B'), (999, '999 B'), (30_900_000, '30.9 MB'), (2_000_000_000, '2 GB')])
def test_sizes_are_readable(size, text):
    assert readable_size(size) == text
