import socket
import time
import zipfile

import pytest

from d2lmx.files import hub, transfer
from d2lmx.files.catalogue import FILES, WEIGHTS

from .conftest import CONTENT, SHA1


def left_in(folder):
    return sorted(path.name for path in folder.rglob('*'))


def test_good_file_arrives_whole_and_readable_by_others(server, tmp_path):
    path = tmp_path / 'new' / 'file.bin'
    transfer.fetch([server.url + 'good/file.bin'], SHA1, path)
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o777 == 0o644
    assert left_in(tmp_path) == ['file.bin', 'new']


@pytest.mark.parametrize('way, words', [
    ('cut', 'broken off'), ('wrong', 'SHA-1 is not'), ('missing', 'HTTP status 404'),
    ('silent', 'no answer in 1 s'), ('stalled', 'nothing came for 1 s'),
    ('trickle', 'bytes in 1 s')])
def test_bad_answer_ends_soon_names_its_reason_and_leaves_nothing(
        server, tmp_path, way, words):
    start = time.monotonic()
    with pytest.raises(transfer.TransferError, match=words) as caught:
        transfer.fetch([f'{server.url}{way}/f'], SHA1, tmp_path / 'f')
    assert time.monotonic() - start < 5
    assert f'{server.url}{way}/f' in caught.value.reasons[0]
    assert left_in(tmp_path) == []


def test_the_slowest_speed_is_a_mean_over_all_seconds(server, tmp_path, monkeypatch):
    # 5,000 bytes at once and then 20 a second: below 4,000 a second after 1.3 s
    monkeypatch.setattr(transfer, 'SLOWEST', 4000)
    start = time.monotonic()
    with pytest.raises(transfer.TransferError, match='bytes in 1 s'):
        transfer.fetch([f'{server.url}crawl/f'], SHA1, tmp_path / 'f')
    assert 1 < time.monotonic() - start < 5


def test_second_address_is_tried_after_the_first_failed(server, tmp_path):
    ways = 'missing', 'cut', 'good'
    transfer.fetch([f'{server.url}{way}/f' for way in ways], SHA1, tmp_path / 'f')
    assert server.requests == ['missing', 'cut', 'good']
    assert (tmp_path / 'f').read_bytes() == CONTENT


def test_cut_off_download_restarts_cleanly(server, tmp_path):
    urls = [server.url + 'flaky/f']
    with pytest.raises(transfer.TransferError):
        transfer.fetch(urls, SHA1, tmp_path / 'f')
    transfer.fetch(urls, SHA1, tmp_path / 'f')
    assert left_in(tmp_path) == ['f']
    assert (tmp_path / 'f').read_bytes() == CONTENT


def test_refused_connection_says_so(tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    with pytest.raises(transfer.TransferError, match='no connection'):
        transfer.fetch([f'http://127.0.0.1:{port}/f'], SHA1, tmp_path / 'f')


def test_unknown_host_says_so(tmp_path, monkeypatch):
    for name in ('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(transfer.TransferError, match='host name is not known'):
        transfer.fetch(['http://d2lmx.invalid/f'], SHA1, tmp_path / 'f')


def test_interrupt_in_mid_download_leaves_nothing(server, tmp_path, monkeypatch):
    class Impatient(transfer.tqdm):
        def update(self, n=1):
            raise KeyboardInterrupt

    monkeypatch.setattr(transfer, 'tqdm', Impatient)
    with pytest.raises(KeyboardInterrupt):
        transfer.fetch([server.url + 'good/f'], SHA1, tmp_path / 'f')
    assert left_in(tmp_path) == []


def test_no_more_is_taken_than_the_file_has(server, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, 'SIZES', {SHA1: len(CONTENT) - 1})
    with pytest.raises(transfer.TransferError, match='more came than the 16383 bytes'):
        transfer.fetch([server.url + 'good/f'], SHA1, tmp_path / 'f')
    assert left_in(tmp_path) == []
    monkeypatch.setattr(transfer, 'SIZES', {SHA1: len(CONTENT)})
    transfer.fetch([server.url + 'good/f'], SHA1, tmp_path / 'f')
    assert (tmp_path / 'f').read_bytes() == CONTENT


@pytest.mark.data
def test_the_known_sizes_are_those_of_the_books_files(real_data):
    known = {**FILES, **WEIGHTS}
    places = {name: hub.locate(name) for name in known if known[name].size}
    assert {path.stat().st_size: kind for path, kind in places.values()} == {
        known[name].size: 'book' for name in places}


def test_a_member_of_an_archive_arrives_whole_or_not_at_all(server, tmp_path,
                                                            monkeypatch):
    def stream(url, output_file, _pooch, size):
        with zipfile.ZipFile(output_file, 'w') as file:
            file.writestr('a/f.params', CONTENT)

    monkeypatch.setattr(transfer, '_stream', stream)
    for member, sha1, words in [('a/f.params', '0' * 40, 'SHA-1 is not'),
                                ('f.params', SHA1, 'not what was expected')]:
        with pytest.raises(transfer.TransferError, match=words):
            transfer.fetch(['http://x/f.zip'], sha1, tmp_path / 'f', member)
        assert left_in(tmp_path) == []
    transfer.fetch(['http://x/f.zip'], SHA1, tmp_path / 'f', 'a/f.params')
    assert (tmp_path / 'f').read_bytes() == CONTENT
    assert left_in(tmp_path) == ['f']
