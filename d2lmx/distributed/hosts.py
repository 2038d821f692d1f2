"""Machines and their addresses, and the port where all processes meet."""
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from ..errors import Unavailable

LOCAL = ('localhost', '127.0.0.1')


class LaunchError(Unavailable, RuntimeError):
    """A distributed training cannot start, or go on; `status`: of the launcher."""

    def __init__(self, message, status=1):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Host:
    """A machine: its name for ssh, and its numeric address for the others."""

    name: str
    address: str

    @property
    def is_here(self) -> bool:
        return self.name in LOCAL


def read_hosts(path: Path) -> list:
    """The hosts in a file: a name a line, its address behind it where ssh alone knows.

    Empty lines, and what follows a #, do not count. LaunchError for an unreadable
    file, for none, and for a name without an address, or one that ssh would take for an
    option.
    """
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except OSError as error:
        raise LaunchError(f'cannot read the hosts in {path}: {error.strerror}'
                          ) from error
    except UnicodeDecodeError as error:
        raise LaunchError(f'cannot read the hosts in {path}: it is no text in UTF-8'
                          ) from error
    rows = [words for words in (line.partition('#')[0].split() for line in lines)
            if words]
    if not rows:
        raise LaunchError(f'{path} names no host: write one name a line')
    for name in {words[0] for words in rows}:
        if not re.fullmatch(r'[\w.:@%[\]][\w.:@%[\]-]*', name):
            raise LaunchError(f'{path} has {name!r} in the place of a host: a name, or '
                              'user@name, of letters, digits and .-_ is expected')
    return [Host(name, rest[0] if rest else _address(name)) for name, *rest in rows]


def _address(name: str) -> str:
    try:
        return socket.gethostbyname(name)
    except (OSError, UnicodeError) as error:  # the latter where a part is too long
        raise LaunchError(f'the host {name} is not known ({error}): correct its name, '
                          'or write its address behind it') from error


def own_address(hosts, given=None) -> str:
    """This machine's address, under which the hosts can reach it."""
    if given:
        return _address(given)
    others = [host for host in hosts if not host.is_here]
    if not others:
        return '127.0.0.1'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((others[0].address, 9))  # sends nothing
        except OSError as error:
            raise LaunchError(f'there is no way to {others[0].name} at '
                              f'{others[0].address} ({error.strerror})') from error
        return probe.getsockname()[0]


def free_port(wanted=None) -> int:
    """The port wanted, or any that is free; LaunchError where it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('', wanted or 0))
        except OSError as error:
            raise LaunchError(f'port {wanted} cannot be used ({error.strerror}): '
                              'choose another with --port, or leave it out') from error
        return probe.getsockname()[1]
