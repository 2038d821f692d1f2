"""What a reader can mend: a command says these in one line, without a traceback.

All else, a ValueError too, comes from a defect and keeps its traceback.
"""

__all__ = ['InputError', 'Unavailable']


class InputError(ValueError):
    """An option, a file or a network that a reader gave cannot be used; exit status 2.

    The message says what is allowed, what came and what to do.

    Ours
    """

    status = 2


class Unavailable(Exception):
    """What is needed is out of reach, or what was made fails its check; exit status 1.

    Its kinds are also of Python's kind: an OSError, an ImportError, a RuntimeError.

    Ours
    """

    status = 1


class MissingFile(Unavailable, FileNotFoundError):
    """There is no such file. Ours"""


class MissingPackage(Unavailable, ImportError):
    """An optional package is not installed; says how to install it. Ours"""
