"""The command ``d2lmx``: each command is a file of this folder, found by its name.

A command's file holds a docstring, whose first line is its help; ``options(parser)``,
which adds its arguments; and ``obey(args)``, which does it and returns the exit status,
or None for 0. Everything that prints, and that sets a status, stands in this folder.
"""
import argparse
import ast
import importlib
import logging
import os
import sys
from pathlib import Path

from ..errors import InputError, Unavailable
from ..pages.options import Parser

HERE = Path(__file__).parent


def main(argv=None) -> None:
    """Parse and obey one command; exits with its status.

    0: done; 1: something is out of reach, or a check failed; 2: wrong usage; 130 after
    Ctrl-C.
    """
    parser = Parser(
        prog='d2lmx', usage='d2lmx COMMAND [arguments]', epilog=summary(),
        description='Dive into Deep Learning on MXNet/Gluon (动手学深度学习)',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command', choices=names(), metavar='COMMAND',
                        help='one of those below; d2lmx COMMAND --help tells more')
    parser.add_argument('arguments', nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    sys.exit(call(args.command, args.arguments))


def call(name: str, argv: list) -> int:
    """Parse and obey the command of that name; its exit status."""
    command = importlib.import_module(f'{__name__}.{name}')
    help_line = (command.__doc__ or '').partition('\n')[0]
    parser = Parser(prog=f'd2lmx {name}', description=help_line)
    command.options(parser)
    args = parser.parse_args(argv)
    return status_of(command.obey, args)


def status_of(obey, *args) -> int:
    """What ``obey(*args)`` returns, or the status of what it complains of in a line."""
    show_log()
    try:
        status = obey(*args) or 0
        sys.stdout.flush()
        return status
    except (InputError, Unavailable) as error:
        complain(error)
        return error.status
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        complain('interrupted')
        return 130


def complain(text) -> None:
    """One line on standard error."""
    print(f'd2lmx: {text}', file=sys.stderr)


def show_log() -> None:
    """From now on, what the library warns of is a line on standard error each."""
    log = logging.getLogger('d2lmx')
    if not any(isinstance(handler, _Lines) for handler in log.handlers):
        log.addHandler(_Lines())
        log.propagate = False


class _Lines(logging.Handler):
    def emit(self, record):
        complain(record.getMessage())


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
