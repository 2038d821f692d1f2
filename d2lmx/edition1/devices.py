"""Devices, a stopwatch, folders."""
import os

from ..errors import InputError
from ..runtime import devices
from ..runtime.timing import Timer

__all__ = ['try_gpu', 'try_all_gpus', 'Benchmark', 'mkdir_if_not_exist']


def try_gpu():
    """The first GPU where MXNet has one, else the CPU.

    Edition 1: 5.5
    """
    return devices.try_gpu()


def try_all_gpus() -> list:
    """All GPUs that MXNet has, or a list with the CPU alone.

    Edition 1: 9.1
    """
    return devices.try_all_gpus()


class Benchmark:
    """``with Benchmark('queued'):`` prints the seconds that its block took.

    Whatever MXNet has not finished when the block ends is not counted, and what it had
    not finished before is, where the block waits for it: page 8.2 shows just that.

    Edition 1: 8.2
    """

    def __init__(self, prefix: str = None):
        self.prefix = f'{prefix} ' if prefix else ''

    def __enter__(self):
        self.timer = Timer()

    def __exit__(self, *error):
        print(f'{self.prefix}time: {self.timer.stop():.4f} sec')


def mkdir_if_not_exist(path: list) -> None:
    """Make the folder ``os.path.join(*path)``, and those above it, unless it is there.

    InputError where path is no list of words, or a file has that name.

    Edition 1: 9.12
    """
    if not isinstance(path, (list, tuple)) or not path:
        raise InputError("path must be a list of a path's parts, such as ['..', "
                         f"'data'], got {path!r}")
    folder = os.path.join(*path)
    try:
        os.makedirs(folder, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(f'{folder} cannot be a folder: a file has that name, or that '
                         'of a folder above it') from error
