"""One file from the first of several addresses that has it: whole, verified, or not.

Nothing here can hang. Connection and headers have one limit together, each read has
one, and a transfer that crawls is given up.
"""
import functools
import queue
import tempfile
import threading
import time
from pathlib import Path

import requests
import urllib3
from tqdm import tqdm

from .archives import take
from .catalogue import FILES, WEIGHTS
from .fetcher import pooch

__all__ = []

pooch.get_logger().setLevel('WARNING')  # the bar and the errors here say it all

CONNECT_SECONDS = 5    # for each network address of a host
ANSWER_SECONDS = 8     # for name, connection and headers together
READ_SECONDS = 30      # without a single byte
SLOWEST = 1024         # bytes a second, on average after READ_SECONDS
CHUNK = 1 << 18
LARGEST = 20 * 10 ** 9  # bytes of a file whose size is not known
SIZES = {known.sha1: known.size for known in (*FILES.values(), *WEIGHTS.values())}


class TransferError(OSError):
    """No address gave the file. ``reasons``: one line an address."""

    def __init__(self, reasons: list):
        super().__init__('; '.join(reasons))
        self.reasons = reasons


class Slow(requests.Timeout):
    """One of the limits above was passed; its text says which."""


class TooLarge(requests.RequestException):
    """More bytes came than the file has."""


def fetch(urls, sha1: str, path: Path, member: str = '') -> None:
    """Download `path` from the first of `urls` that gives bytes of that SHA-1.

    member: at the addresses are zip archives, and it is this file of them.

    The bytes go to a temporary file in the same folder, which is moved into place
    once its SHA-1 is right; nothing is left behind otherwise. A progress bar shows on
    a terminal. TransferError where all fail, OSError where the folder cannot be
    written. No more is taken than the bytes that a known file has.
    """
    stream, reasons = functools.partial(_stream, size=SIZES.get(sha1) or LARGEST), []
    if member:
        stream = functools.partial(_stream_member, member=member, stream=stream)
    for url in urls:
        try:
            pooch.retrieve(url, f'sha1:{sha1}', path.name, path.parent,
                           downloader=stream)
            path.chmod(0o644)  # pooch's temporary files are for the owner alone
            return
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reasons.append(f'{url}: {_reason(error)}')
        except ValueError:  # pooch's word for a wrong hash
            reasons.append(f'{url}: the content is not what was expected '
                           f'(SHA-1 is not {sha1})')
    raise TransferError(reasons)


def _stream(url, output_file, _pooch, size):
    """The downloader pooch calls. Bytes are taken as they come, and counted."""
    with _answer(url) as response, open(output_file, 'wb') as file, \
            tqdm(total=int(response.headers.get('content-length', 0)) or None,
                 desc=url.rsplit('/', 1)[-1], unit='B', unit_scale=True,
                 disable=None) as bar:  # None: only on a terminal
        start, received = time.monotonic(), 0
        while True:
            chunk = response.raw.read1(CHUNK)
            if not chunk:
                return
            file.write(chunk)
            received += len(chunk)
            if received > size:
                raise TooLarge(f'more came than the {size} bytes expected')
            bar.update(len(chunk))
            seconds = time.monotonic() - start
            if seconds > READ_SECONDS and received < SLOWEST * seconds:
                raise Slow(f'only {received} bytes in {seconds:.0f} s')


def _stream_member(url, output_file, _pooch, member, stream):
    """A downloader that takes one file out of a zip archive."""
    with tempfile.TemporaryDirectory(dir=Path(output_file).parent) as folder:
        archive = Path(folder) / 'archive.zip'
        stream(url, archive, _pooch)
        take(archive, member, output_file)


def _answer(url):
    """The response, its headers read, within ANSWER_SECONDS in all.

    A thread asks, because time-outs of the name service and of each network address
    of a host add up to minutes. It is left to end by itself where it is too slow.
    """
    answers = queue.Queue()

    def ask():
        try:
            answers.put(requests.get(url, stream=True,
                                     timeout=(CONNECT_SECONDS, READ_SECONDS),
                                     headers={'Accept-Encoding': 'identity'}))
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_SECONDS)
    except queue.Empty:
        raise Slow(f'no answer in {ANSWER_SECONDS} s') from None
    if isinstance(answer, Exception):
        raise answer
    answer.raise_for_status()
    return answer


def _reason(error) -> str:
    """Why a download failed, in a few plain words."""
    if isinstance(error, requests.HTTPError):
        return f'HTTP status {error.response.status_code}'
    if isinstance(error, (Slow, TooLarge)):
        return str(error)
    if isinstance(error, requests.ReadTimeout):  # before any header came
        return f'no answer in {READ_SECONDS} s'
    if isinstance(error, requests.Timeout):
        return 'no answer in time'
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return f'nothing came for {READ_SECONDS} s'
    if 'Failed to resolve' in str(error) or 'NameResolution' in str(error):
        return 'the host name is not known here (no network?)'
    if isinstance(error, requests.exceptions.ProxyError):
        return 'the proxy refused or could not be reached'
    if isinstance(error, requests.ConnectionError):
        return 'no connection'
    return f'broken off ({error})'
