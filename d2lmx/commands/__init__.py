"""The command ``d2lmx``: each command is a file of this folder, found by its name.

A command's file holds a docstring, whose first line is its help; ``options(parser)``,
which adds its arguments; and ``obey(args)``, which does it and returns the exit status,
or None for 0. Everything that prints, and that sets a status, stands in this folder.
"""
import argparse
import ast
import contextlib
import errno
import importlib
import logging
import os
import platform
import signal
import sys
import threading
import traceback
from pathlib import Path

from ..errors import InputError, Unavailable
from ..pages.editions import by_our_numbers
from ..pages.options import Parser
from ..pages.values import one_line
from ..version import VERSION

HERE = Path(__file__).parent
NEEDED = {'mxnet': 'MXNet', 'numpy': 'NumPy', 'matplotlib': 'matplotlib',
          'pandas': 'pandas', 'jinja2': 'Jinja2'}
# of standard output: what fails to be written to a file is `Unwritable`
LOST = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)
NO_ROOM = ('Failed to allocate', 'larger than 2^31 elements')  # MXNet's words


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a command as Ctrl-C does, with its own word and status."""


class CommandParser(Parser):
    """Its help ends with all commands, whose files are read only then."""

    def format_help(self):
        self.epilog = summary()
        return super().format_help()


def main(argv=None) -> None:
    """Parse and obey one command; exits with its status.

    0: done; 1: something is out of reach, or a check failed; 2: wrong usage; 3: a check
    found nothing to compare; 130 after Ctrl-C, 143 after SIGTERM.
    """
    status = status_of(obey, argv)
    try:
        sys.stderr.flush()
    except OSError:  # else Python would end with a status of its own
        give_up(sys.stderr)
    sys.exit(status)


def obey(argv) -> int:
    """What `main` does, without its end; alone it shows the help."""
    parser = CommandParser(
        prog='d2lmx', usage='d2lmx COMMAND [arguments]',
        description='Dive into Deep Learning on MXNet/Gluon (动手学深度学习)',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--version', action='store_true',
                        help='of d2lmx, and of what it stands on')
    parser.add_argument('command', nargs='?', choices=names(), metavar='COMMAND',
                        help='one of those below; d2lmx COMMAND --help tells more')
    parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                        help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.version:
        print(versions())
    elif args.command is None:
        parser.print_help()
    else:
        return call(args.command, args.arguments)


def call(name: str, argv: list) -> int:
    """Parse and obey the command of that name; its exit status."""
    def parse_and_obey():
        command = importlib.import_module(f'{__name__}.{name}')
        help_line = (command.__doc__ or '').partition('\n')[0]
        parser = Parser(prog=f'd2lmx {name}', description=help_line)
        command.options(parser)
        args = parser.parse_args(argv)
        if hasattr(args, 'edition') and name != 'list':
            args, remarks = by_our_numbers(args)
            for remark in remarks:
                complain(remark)
        return command.obey(args)

    return status_of(parse_and_obey)


def status_of(obey, *args) -> int:
    """What ``obey(*args)`` returns, or the status of what it complains of in a line."""
    show_log()
    mend_streams()
    try:
        with terminable():
            status = status_returned(obey, *args)
            sys.stdout.flush()
            return status
    except (InputError, Unavailable) as error:
        complain(error)
        return error.status
    except KeyboardInterrupt as stop:
        word = 'terminated' if isinstance(stop, Terminated) else 'interrupted'
        complain(', '.join([word, *stop.args]))
        exec('')  # Python would die of a Ctrl-C that left code run by exec, as MXNet's
        return status_after(stop)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        give_up(sys.stdout)
        return 1
    except OSError as error:
        if error.errno not in LOST:
            raise
        give_up(sys.stdout)
        complain(f'the output cannot be written ({error.strerror})')
        return 1
    except Exception as error:
        if not (reason := what_is_missing(error)):
            raise
        complain(reason)
        return 1


def status_returned(obey, *args) -> int:
    """What it returns, or ends with as a parser of options does."""
    try:
        return obey(*args) or 0
    except SystemExit as stop:
        return stop.code or 0


def status_after(stop) -> int:
    """Of a command that Ctrl-C or SIGTERM stopped, as shells count it."""
    return 128 + (signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT)


def what_is_missing(error) -> str:
    """A line for what a machine lacks: memory, or a package that can be imported.

    '' for a defect.
    """
    if isinstance(error, MemoryError) or any(words in str(error) for words in NO_ROOM):
        return 'there is not enough memory: choose smaller numbers'
    if error.__cause__ and (line := what_is_missing(error.__cause__)):
        return line
    places = [frame.f_globals.get('__name__', '')  # of modules that were being executed
              for frame, _ in traceback.walk_tb(error.__traceback__)
              if frame.f_code.co_name == '<module>']
    if isinstance(error, ImportError):
        places.append(error.name or '')
    packages = {place.partition('.')[0] for place in places}
    for package, name in NEEDED.items():
        if package in packages:
            return (f'{name} cannot be imported ({type(error).__name__}: {error}); run '
                    '`python -m d2lmx doctor` to see what is wrong and how to mend it')
    return ''


# ---- signals and streams


@contextlib.contextmanager
def terminable():
    """Within the block, SIGTERM raises `Terminated`, unless somebody else takes it."""
    def stop(number, frame):
        if os.getpid() != here:  # a fork, which whoever forked it ends
            os._exit(128 + number)
        raise Terminated

    here = os.getpid()
    if (threading.current_thread() is not threading.main_thread()
            or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL):
        yield
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def mend_streams() -> None:
    """From now on nothing is wrong with writing what a terminal cannot show.

    It becomes a question mark. A stream that is closed is there, and empty.
    """
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))
        elif getattr(stream, 'errors', None) in ('strict', 'surrogateescape') and (
                hasattr(stream, 'reconfigure')):
            stream.reconfigure(errors='replace')


def give_up(stream) -> None:
    """Let what is still to be written go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(text) -> None:
    """One line on standard error, where that can be written."""
    with contextlib.suppress(OSError):
        print(f'd2lmx: {one_line(text)}', file=sys.stderr)


def show_log() -> None:
    """From now on, what the library warns of is a line on standard error each."""
    log = logging.getLogger('d2lmx')
    if not any(isinstance(handler, _Lines) for handler in log.handlers):
        log.addHandler(_Lines())
        log.propagate = False


class _Lines(logging.Handler):
    def emit(self, record):
        complain(record.getMessage())


# ---- help


def versions() -> str:
    """Of d2lmx and of what it stands on, which is not imported."""
    from importlib import metadata
    found = {'d2lmx': VERSION}
    for package in ('mxnet', 'numpy'):
        try:
            found[NEEDED[package]] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[NEEDED[package]] = 'is not installed'
    found['Python'] = platform.python_version()
    return ', '.join(f'{name} {version}' for name, version in found.items())


def names() -> list:
    """Of all commands."""
    return sorted(path.stem for path in HERE.glob('[a-z]*.py'))


def summary() -> str:
    """A line for each command, from files that are read but not imported."""
    lines = ['commands:']
    for name in names():
        tree = ast.parse((HERE / f'{name}.py').read_text(encoding='utf-8'))
        first_line = (ast.get_docstring(tree) or '').partition('\n')[0]
        lines.append(f'  {name:11}{first_line}')
    return '\n'.join(lines)
