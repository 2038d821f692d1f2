"""What a search is over: ranges and choices of a section's options, as texts say them.

``--lr 0.001..1:log`` is a range whose powers of ten are equally likely, ``--num-layers
1..4`` one of whole numbers, ``--batch-size 64,256`` are choices, as ``yes,no`` is of
an option that is either.
"""
import itertools
import math
import re
import typing
from dataclasses import dataclass

from ..errors import InputError
from .options import flag, hyperparameters, parse

RANGE = re.compile(r'(.+?)\.\.(.+?)(:log)?')
EITHER = {'yes': True, 'no': False}
DIGITS = 4  # of a number in a range: a command line is to be read


@dataclass(frozen=True)
class Dimension:
    """One option that is searched, by the text that says where."""

    text: str          # '0.001..1:log'
    kind: type         # int or float; of choices, whatever the option takes
    choices: tuple = ()
    low: float = 0
    high: float = 0
    log: bool = False

    @property
    def values(self):
        """All values, where they can be counted; else None."""
        if self.choices:
            return self.choices
        return range(self.low, self.high + 1) if self.kind is int else None

    def rounded(self, value):
        """A value that was proposed, as the option takes it."""
        if self.choices or self.kind is int:
            return value
        return min(max(float(f'{value:.{DIGITS}g}'), self.low), self.high)


def split(section, module, argv) -> tuple:
    """({name: `Dimension`}, the other words) of the words after a section.

    Either end, and each choice, is held to what the option itself takes; what cannot be
    meant is an InputError, or a complaint of the parser, which ends the process.
    """
    kinds = {flag(name): (name, kind)
             for name, (kind, _) in hyperparameters(module.run).items()}
    space, others, fixed, words = {}, [], set(), list(argv)
    while words:
        option, sign, text = words.pop(0).partition('=')
        name, kind = kinds.get(option, ('', None))
        given = text if sign or not words else words[0]
        if name in space:
            raise InputError(f'{option} is given twice: what is searched has one range')
        if name and searched(kind, given):
            space[name] = dimension(section, module, option, kind, given)
            words = words if sign else words[1:]
        else:
            others.append(option + sign + text)
            fixed.add(option)
    for name, part in space.items():
        for option in (flag(name), flag(f'no_{name}')):
            if option in fixed:
                raise InputError(f'{flag(name)} {part.text} is searched: leave '
                                 f'{option} out')
    return space, others


def searched(kind, text: str) -> bool:
    """Whether an option's text names several values."""
    if kind in (int, float):
        return '..' in text or ',' in text
    if kind is bool:
        return ',' in text
    return typing.get_origin(kind) is typing.Literal and ',' in text


def dimension(section, module, option, kind, text: str) -> Dimension:
    """The `Dimension` of an option's text."""
    def value(part):
        if kind is bool:
            if part not in EITHER:
                raise InputError(f'{option} is yes or no, got {part!r}')
            return EITHER[part]
        _, options = parse(section, module, [f'{option}={part}'], 'tune')
        return options[option[2:].replace('-', '_')]

    found = RANGE.fullmatch(text) if kind in (int, float) else None
    if not found:
        choices = tuple(map(value, text.split(',')))
        if len(set(choices)) < len(choices):
            raise InputError(f'{option} {text} names a value twice')
        return Dimension(text, kind, choices)
    low, high, log = value(found[1]), value(found[2]), bool(found[3])
    if low >= high:
        right = (f'as in {option} {found[2]}..{found[1]}{found[3] or ""}' if low > high
                 else f'else write {option} {found[1]}')
        raise InputError(f'{option} {text}: the first must be less than the second, '
                         + right)
    if log and low <= 0:
        raise InputError(f'{option} {text}: powers of ten begin above 0, got {low:g}')
    return Dimension(text, kind, (), low, high, log)


def grid(space: dict, at_most: int) -> list:
    """Each combination of values, {name: value}; [] where there are more than so many.
    """
    values = [part.values for part in space.values()]
    if None in values or math.prod(map(len, values)) > at_most:
        return []
    return [dict(zip(space, row)) for row in itertools.product(*values)]
