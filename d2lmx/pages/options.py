"""Command-line options from the signature of a section's ``run``."""
import argparse
import math
import typing
from inspect import signature
from pathlib import Path

from ..errors import InputError


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, with exit status 2."""

    def error(self, message):
        self.exit(2, f'{self.prog}: {message} (--help shows the options)\n')


def parse(section, module, argv):
    """The runner's own options, and the keyword arguments for the section's run."""
    parser = Parser(prog=f'd2lmx run {section.number or section.path.name}',
                    description=f'{section.title} {section.title_zh}')
    own = parser.add_argument_group('every section')
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
    taken = vars(parser.parse_args([]))
    hyper = parser.add_argument_group('this section, with the book\'s values')
    defaults = hyperparameters(module.run)
    for name, (kind, default) in defaults.items():
        if name in taken:
            raise InputError(f"run's argument {name!r} would be an option that every "
                             'section has: rename it, or leave it out')
        add_option(hyper, name, kind, default)
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error('--resume needs --checkpoint DIR, where the training was saved')
    given = {name: getattr(args, name) for name in defaults if hasattr(args, name)}
    values = {name: default for name, (_, default) in defaults.items()}
    args.data = args.data or ('toy' if args.smoke else 'auto')
    return args, {**values, **(smoke_options(module) if args.smoke else {}), **given}


def smoke_options(module) -> dict:
    """A section's options of a run of seconds; InputError where it names none."""
    if not hasattr(module, 'SMOKE'):
        raise InputError('the section has no SMOKE: write SMOKE = dict(num_epochs=1), '
                         'or whatever options make a run of seconds, above its run')
    unknown = set(module.SMOKE) - set(hyperparameters(module.run))
    if unknown:
        raise InputError(f'SMOKE names {", ".join(sorted(unknown))}, which run does '
                         'not take: its arguments are '
                         f'{", ".join(hyperparameters(module.run)) or "none"}')
    return module.SMOKE


def hyperparameters(run) -> dict:
    """{name: (type, default)} of a run function; ``out`` is the runner's to give.

    InputError for an argument without a type or a default.
    """
    kinds, found = typing.get_type_hints(run), {}
    for name, parameter in signature(run).parameters.items():
        if name == 'out':
            continue
        if name not in kinds or parameter.default is parameter.empty:
            raise InputError(
                f"run's argument {name!r} becomes the option {flag(name)}: write its "
                f'type and its default, as in run(*, {name}: int = 10)')
        found[name] = kinds[name], parameter.default
    return found


def flag(name: str) -> str:
    """The option of an argument: '--num-epochs'."""
    return f'--{name.replace("_", "-")}'


def add_option(group, name, kind, default) -> None:
    """Add ``--name``, absent from the parsed arguments unless the user gives it."""
    options = {'default': argparse.SUPPRESS, 'dest': name,
               'help': f'default: {default}'}
    if kind is bool:
        options['action'] = argparse.BooleanOptionalAction
    elif typing.get_origin(kind) is typing.Literal:
        options['choices'] = typing.get_args(kind)
    elif kind in (int, float):
        options['type'] = number(name, kind, default)
        options['metavar'] = kind.__name__.upper()
    else:
        options['type'] = kind
    group.add_argument(flag(name), **options)


def devices(text):
    """`parse_devices`, its complaint in the parser's words."""
    from ..runtime.devices import parse_devices  # late: `doctor` runs without MXNet
    try:
        return parse_devices(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def number(name, kind, default):
    """A parser of numbers in the range that a hyperparameter of that name can have.

    Whole numbers count something: from 1, or from 0 where the default is 0. Others are
    finite and not negative; chances to drop are below 1, seeds what NumPy takes.
    """
    lowest = 1 if kind is int and default != 0 else 0
    below = 1 if name.startswith('dropout') else 2 ** 32 if name == 'seed' else math.inf
    noun = 'a whole number' if kind is int else 'a number'
    expected = f'expected {noun} of at least {lowest}'
    expected += f' and below {below}' if below < math.inf else ''

    def parse_number(text):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not lowest <= value < below:
            raise argparse.ArgumentTypeError(f'{expected}, got {text!r}')
        return value

    return parse_number


def shape(text) -> tuple:
    """The axes of an array, written 1x224x224 or 1,224,224, each at least 1."""
    parts = text.replace('x', ',').split(',')
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError('expected the axes of one example, such as '
                                         f'1x224x224, got {text!r}')
    return tuple(map(int, parts))
