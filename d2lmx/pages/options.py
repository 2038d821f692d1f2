"""Command-line options from the signature of a section's ``run``."""
import argparse
import inspect
import sys
import typing
from pathlib import Path

from ..errors import InputError
from .values import devices, number, one_line, path, text


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, with exit status 2.

    No argument can be empty, but of type str, and none of type Path such as no file
    system can have.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register('type', None, text)
        self.register('type', Path, path)

    def print_help(self, file=None):
        (file or sys.stdout).write(self.format_help())  # argparse hides what goes wrong

    def error(self, message):
        self.exit(2, f'{self.prog}: {one_line(message)} (--help shows the options)\n')


def parse(section, module, argv, command: str = 'run', more=None):
    """The runner's own options, and the keyword arguments for the section's run.

    command: whose words these are; ``more(parser)`` adds options of its own.
    InputError for a section that no command line can be made of.
    """
    need_run(section, module)
    parser = Parser(prog=f'd2lmx {command} {section.number or section.path.name}',
                    description=f'{section.title} {section.title_zh}')
    if more:
        more(parser)
    add_own_options(parser.add_argument_group('every section'))
    taken = vars(parser.parse_args([]))
    hyper = parser.add_argument_group('this section, with the book\'s values')
    defaults = hyperparameters(module.run)
    ranges = ranges_of(module)
    for name, (kind, default) in defaults.items():
        if name in taken:
            raise InputError(f"run's argument {name!r} would be an option that every "
                             'section has: rename it, or leave it out')
        add_option(hyper, name, kind, default, ranges.get(name))
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error('--resume needs --checkpoint DIR, where the training was saved')
    given = {name: getattr(args, name) for name in defaults if hasattr(args, name)}
    values = {name: default for name, (_, default) in defaults.items()}
    args.data = args.data or ('toy' if args.smoke else 'auto')
    return args, {**values, **(smoke_options(module) if args.smoke else {}), **given}


def need_run(section, module) -> None:
    """InputError for a section without a function run."""
    if not hasattr(module, 'run'):
        raise InputError(f'{section.path} has no function run: write def run(*, '
                         'num_epochs: int = 10) -> dict, or without arguments')


def add_own_options(own) -> None:
    """Those of the runner, which every section has."""
    own.add_argument('--smoke', action='store_true',
                     help='a run of seconds, on toy data unless --data says otherwise')
    own.add_argument('--seed', type=number('seed', int, 0), default=0,
                     help='random seed (default: 0)')
    own.add_argument('--out', type=Path, default=Path('results'),
                     help='where the results folder is made (default: results)')
    own.add_argument('--data', choices=['auto', 'book', 'toy'],
                     help='book: the real files or an error; toy: generated stand-ins; '
                          'auto: real, else toy (default: auto)')
    own.add_argument('--devices', type=devices, metavar='LIST',
                     help='train on cpu:4 (four contexts of the CPU) or gpu:0,1 (these '
                          'GPUs), each batch split over them (default: the first GPU, '
                          'else the CPU)')
    own.add_argument('--checkpoint', type=Path, metavar='DIR',
                     help='save the training there after each epoch')
    own.add_argument('--resume', action='store_true',
                     help='go on from what --checkpoint DIR holds')
    own.add_argument('--no-hybridize', dest='hybridize', action='store_false',
                     help='leave networks imperative (default: they are compiled)')
    own.add_argument('--show', action='store_true', help='open the figures in windows')


def smoke_options(module) -> dict:
    """A section's options of a run of seconds; InputError where it names none."""
    if not hasattr(module, 'SMOKE'):
        raise InputError('the section has no SMOKE: write SMOKE = dict(num_epochs=1), '
                         'or whatever options make a run of seconds, above its run')
    return known(module, 'SMOKE')


def ranges_of(module) -> dict:
    """{name: (lowest, highest)} of a section's hyperparameters, where it names any."""
    return known(module, 'RANGES') if hasattr(module, 'RANGES') else {}


def known(module, table: str) -> dict:
    """A section's table by that name; InputError unless its keys are run's arguments.
    """
    arguments = hyperparameters(module.run)
    found = getattr(module, table)
    if not isinstance(found, dict):
        raise InputError(f'{table} must be a dict by the names of run\'s arguments, '
                         f'got {type(found).__name__}')
    if unknown := set(found) - set(arguments):
        raise InputError(f'{table} names {", ".join(sorted(map(str, unknown)))}, which '
                         'run does not take: its arguments are '
                         f'{", ".join(arguments) or "none"}')
    return found


def hyperparameters(run, called: str = 'run', without=('out',)) -> dict:
    """{name: (type, default)} of a section's function; ``out`` is the runner's to give.

    InputError for an argument without a type or a default, and for no function.
    """
    if not inspect.isfunction(run):
        raise InputError(f'run must be a function, got {type(run).__name__}')
    kinds, found = typing.get_type_hints(run), {}
    for name, parameter in inspect.signature(run).parameters.items():
        if name in without:
            continue
        if name not in kinds or parameter.default is parameter.empty:
            raise InputError(
                f"{called}'s argument {name!r} becomes the option {flag(name)}: write "
                f'its type and its default, as in {called}(*, {name}: int = 10)')
        found[name] = kinds[name], parameter.default
    return found


def flag(name: str) -> str:
    """The option of an argument: '--num-epochs'."""
    return f'--{name.replace("_", "-")}'


def add_option(group, name, kind, default, bounds=None) -> None:
    """Add ``--name``, absent from the parsed arguments unless the user gives it.

    bounds: the section's own, of numbers.
    """
    options = {'default': argparse.SUPPRESS, 'dest': name,
               'help': f'default: {default}'.replace('%', '%%')}
    if kind is bool:
        options['action'] = argparse.BooleanOptionalAction
    elif typing.get_origin(kind) is typing.Literal:
        options['choices'] = typing.get_args(kind)
        options['type'] = type(options['choices'][0])
    elif kind in (int, float):
        options['type'] = number(name, kind, default, bounds)
        options['metavar'] = kind.__name__.upper()
    elif kind in (str, Path):
        options['type'] = None if kind is str else kind
    else:
        raise InputError(f"run's argument {name!r} is no option of a command line: its "
                         f'type must be int, float, bool, str, Path or Literal, got '
                         f'{kind}')
    group.add_argument(flag(name), **options)


def shape(given) -> tuple:
    """The axes of an array, written 1x224x224 or 1,224,224, each at least 1."""
    parts = given.replace('x', ',').split(',')
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError('expected the axes of one example, such as '
                                         f'1x224x224, got {given!r}')
    return tuple(map(int, parts))
