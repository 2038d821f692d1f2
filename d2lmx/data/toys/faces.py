"""Drawn faces: people made up from a seed, each in pictures of its own.

What is a person's stays: the shape of the face, hair, where eyes and mouth stand. What
is a picture's changes: place, size, slant, light and its colour, what lies behind, the
mood, and whether there are spectacles.
"""
from typing import NamedTuple

import numpy as onp

from .sketch import Sketch, shade

__all__ = ['draw_faces']

SKINS = [(245, 214, 186), (224, 178, 138), (190, 135, 95), (140, 92, 62), (98, 64, 45)]
HAIRS = [(40, 32, 30), (92, 60, 38), (160, 110, 60), (220, 185, 110), (150, 145, 145)]
STYLES = ['bald', 'short', 'long', 'bun', 'fringe']
EYES = [(70, 45, 30), (60, 100, 70), (60, 95, 150)]
WHITE, LIPS, DARK = (250, 250, 250), (170, 70, 75), (30, 28, 30)


class Person(NamedTuple):
    """What does not change from picture to picture."""

    skin: tuple       # RGB, as hair and eye
    hair: tuple
    eye: tuple
    style: str
    beard: bool
    width: float      # lengths in a plane from -1 to 1
    height: float
    eye_gap: float
    eye_size: float
    eye_level: float
    brow: float       # how thick
    frown: float      # how much it slants
    nose: float
    mouth: float


def make_up(rng) -> Person:
    """A new person."""
    def one_of(choices):
        return choices[rng.randint(len(choices))]

    def between(low, high):
        return rng.uniform(low, high)

    return Person(
        shade(one_of(SKINS), rng, 15), shade(one_of(HAIRS), rng, 20), one_of(EYES),
        one_of(STYLES), rng.uniform() < .2, between(.42, .66), between(.6, .82),
        between(.14, .3), between(.07, .12), between(-.25, 0), between(.03, .09),
        between(-.08, .08), between(.1, .32), between(.1, .28))


def draw_faces(num_people: int, num_pictures: int, seed: int = 0, size: int = 32):
    """So many pictures of each of so many people, made from a seed.

    uint8 (num_people, num_pictures, size, size, 3), RGB. ValueError for numbers below
    1.

    Ours, for 21.18
    """
    if min(num_people, num_pictures, size) < 1:
        raise ValueError('num_people, num_pictures and size must be at least 1, got '
                         f'{num_people}, {num_pictures} and {size}')
    rng = onp.random.RandomState(seed)
    people = [make_up(rng) for _ in range(num_people)]
    return onp.array([[draw(person, rng, size) for _ in range(num_pictures)]
                      for person in people])


def draw(person, rng, size):
    """A picture of someone, uint8 (size, size, 3)."""
    behind = [tuple(rng.randint(60, 230, 3).tolist()) for _ in range(2)]
    s = Sketch(size, size, behind, rng, slant=.15)
    _back_of_hair(s, person)
    for side in (-1, 1):
        s.oval(side * person.width, .05, .09, .14, person.skin)  # ears
    s.oval(0, .05, person.width, person.height, person.skin)
    if person.beard:
        s.oval(0, .6, person.width * .75, .28, person.hair)
    _hair(s, person)
    _eyes(s, person, has_glasses=rng.uniform() < .25)
    _mouth(s, person)
    light = rng.uniform(.55, 1.1) * rng.uniform(.85, 1.15, 3)
    return (s.pixels() * light).clip(0, 255).astype('uint8')


def _back_of_hair(s, person):
    """What of the hair is behind the head."""
    if person.style == 'long':
        s.oval(0, .15, person.width + .2, .95, person.hair)
    elif person.style == 'bun':
        s.oval(0, -.9, .25, .22, person.hair)
    if person.style != 'bald':
        s.oval(0, -.2, person.width + .1, .72, person.hair)


def _hair(s, person):
    """What of it is before the forehead."""
    top, width = .05 - person.height, person.width
    if person.style == 'fringe':
        s.polygon([(-width, -.3), (-width * .6, top), (width * .6, top), (width, -.3)],
                  person.hair)
    elif person.style in ('short', 'bun'):
        s.oval(0, top + .06, width * .75, .15, person.hair)
    elif person.style == 'long':
        s.polygon([(-width, .1), (-width * .5, top), (0, top)], person.hair)
        s.polygon([(width, .1), (width * .5, top), (0, top)], person.hair)


def _eyes(s, person, has_glasses):
    look, level = s.pick(-.03, .03), person.eye_level
    for side in (-1, 1):
        x = side * person.eye_gap
        s.oval(x, level, person.eye_size * 1.4, person.eye_size, WHITE)
        s.oval(x + look, level, person.eye_size * .7, person.eye_size * .8, person.eye)
        brow = level - person.eye_size - .09
        s.line([(x - side * .1, brow + person.frown), (x + side * .1, brow)],
               person.brow, person.hair if person.style != 'bald' else DARK)
        if has_glasses:
            s.line([(x - .16, level - .1), (x + .16, level - .1), (x + .16, level + .1),
                    (x - .16, level + .1), (x - .16, level - .1)], .03, DARK)


def _mouth(s, person):
    """Nose and mouth, which smiles or not."""
    end = person.eye_level + .1 + person.nose
    dark = tuple(value * 3 // 4 for value in person.skin)
    s.line([(0, person.eye_level + .1), (.06, end), (-.04, end)], .04, dark)
    mood, half = s.pick(-.08, .1), person.mouth
    s.line([(-half, .45 - mood), (0, .45), (half, .45 - mood)], .06, LIPS)
