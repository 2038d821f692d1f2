"""A section by its number in the first edition: ``--edition 1`` of commands."""
import argparse

from ..errors import InputError
from . import edition1, sections
from .options import Parser


def add_edition(parser) -> None:
    """The option ``--edition`` of a command that takes sections."""
    parser.add_argument('--edition', choices=['1', '2'],
                        help='whose numbers are meant: 1, the printed first edition '
                             '(import d2lzh), or 2 (default)')


def by_our_numbers(args):
    """(args, remarks): a command's arguments, whose sections have our numbers.

    Of a command with `add_edition`, which may also stand among what the command leaves
    to the section. A remark says which section of ours it is where its number is
    another. InputError where there is none, or where several hold its subject.
    """
    args = argparse.Namespace(**vars(args))
    left = getattr(args, 'arguments', None) or []
    if any(word.partition('=')[0] == '--edition' for word in left):
        option = Parser(prog='d2lmx', add_help=False, allow_abbrev=False)
        add_edition(option)
        among, args.arguments = option.parse_known_args(left)
        args.edition = among.edition
    if args.edition != '1':
        return args, []
    name = 'sections' if hasattr(args, 'sections') else 'section'
    given = getattr(args, name)
    if not given:
        raise InputError('--edition 1 is of one section: name it')
    found = [ours(token) for token in (given if name == 'sections' else [given])]
    tokens = [token for token, _ in found]
    setattr(args, name, tokens if name == 'sections' else tokens[0])
    return args, [remark for _, remark in found if remark]


def ours(token: str) -> tuple:
    """(number here, remark or '') of a section of the first edition.

    A variant (``lenet:scratch``) stays; a file is no edition's.
    """
    if token.endswith('.py'):
        return token, ''
    name, colon, variant = token.partition(':')
    first = edition1.find(name)
    here, there = held(first)
    title = f'{first.number} of the first edition ({first.page})'
    if not here:
        elsewhere = (f'so is {first.second[0]} of the second' if first.second else
                     'docs/first-steps.md and `d2lmx doctor` tell of it')
        raise InputError(f'{title} is text without code: {elsewhere}')
    if len(here) > 1:
        raise InputError(f'{title} is {len(here)} sections here: '
                         + ', '.join(f'{section.number} {section.name}'
                                     for section in here)
                         + '; name one of them, without --edition 1')
    section, = here
    remark = '' if section.number == first.number else (
        f'{title} is {section.number} here, {section.name}'
        + ('' if first.has_code else ', and text without code there')
        + (f"; the second edition's {first.number} is {there.name}" if there else ''))
    return f'{section.number}{colon}{variant}', remark


def held(first) -> tuple:
    """The sections of ours that hold its subject, and the one of its number, or None.
    """
    index = {section.number: section for section in sections.sections()}
    return ([index[number] for number in first.second if number in index],
            index.get(first.number))
