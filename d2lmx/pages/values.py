"""The values that options take: each from its text, or a complaint of one line."""
import argparse
import math
import os
import tempfile
from pathlib import Path

from ..errors import InputError

LARGEST = {  # by a name's beginning, what a number can be; see `number`
    'dropout': 1 - 1e-6, 'gamma': 1 - 1e-6, 'rho': 1 - 1e-6, 'seed': 2 ** 32 - 1,
    'num_hiddens': 65536, 'ffn_num_hiddens': 65536, 'embed_size': 65536,
    'num_heads': 1024, 'num_layers': 100, 'beam_size': 100, 'resize': 512,
    'length_penalty': 100, 'threshold': 1, 'num_epochs': 10 ** 6, 'num_steps': 1000}
TIMES = 1000            # the book's value, where a count has no such limit
REAL = 1e-30, 1e30      # float32 holds the squares of neither, but every operator both
NAME, PATH = 255, 4096  # bytes, of a file and of the way to it


def one_line(text) -> str:
    """A text whose line ends, and what else would move a cursor, are escaped."""
    return ''.join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


def devices(text):
    """`parse_devices`, its complaint in the parser's words."""
    from ..runtime.devices import parse_devices  # late: `doctor` runs without MXNet
    try:
        return parse_devices(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def number(name, kind, default, bounds=None):
    """A parser of numbers in the range that a hyperparameter of that name can have.

    bounds: (lowest, highest), where what follows does not hold. Whole numbers count
    something: from 1, or from 0 where the default is 0, to a thousand times the default
    or what LARGEST says. Others are not negative, and such as float32 can hold.
    """
    lowest, highest = bounds or (least(kind, default), most(name, kind, default))
    noun = 'a whole number' if kind is int else 'a number'

    def parse_number(text):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(
                f'expected {noun} of at least {lowest} and at most {highest}, '
                f'got {text!r}')
        if 0 < abs(value) < REAL[0]:
            raise argparse.ArgumentTypeError(f'expected 0, or a number of at least '
                                             f'{REAL[0]}, got {text!r}')
        return value

    return parse_number


def least(kind, default) -> int:
    """The smallest value of a number."""
    return 1 if kind is int and default != 0 else 0


def most(name, kind, default):
    """The largest value of a number by that name."""
    limits = [limit for begin, limit in LARGEST.items() if name.startswith(begin)]
    if limits:
        return limits[0]
    return TIMES * max(1, default) if kind is int else REAL[1]


def text(given) -> str:
    """Anything but nothing: an empty variable of a shell is no name."""
    if not given:
        raise argparse.ArgumentTypeError("expected some text, got ''")
    return given


def path(given) -> Path:
    """The name of a file or folder, as file systems can have it."""
    parts = list(map(os.fsencode, Path(text(given)).parts))
    if ('\0' in given or len(os.fsencode(given)) > PATH
            or any(len(part) > NAME for part in parts)):
        raise argparse.ArgumentTypeError(
            f'expected the name of a file or folder, of at most {NAME} bytes a part, '
            f'got {given[:40]!r}...')
    return Path(given)


def folder(given) -> Path:
    """A folder in which files can be made, or which can be made; for ``--out``."""
    chosen = path(given)
    there = next(place for place in [chosen, *chosen.absolute().parents]
                 if os.path.lexists(place))
    try:
        with tempfile.TemporaryFile(dir=there):
            return chosen
    except OSError as error:
        raise argparse.ArgumentTypeError(f'cannot write in {str(there)!r} '
                                         f'({error.strerror})') from error
