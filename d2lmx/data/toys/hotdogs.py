"""Toy hot dogs: drawn sausages in buns, and other drawn food, of various sizes."""
from .sketch import Sketch, encoded, shade, write_members

__all__ = []

COUNTS = {'train': 100, 'test': 25}  # of each class
SHORTEST, LONGEST = 90, 150          # pixels of a side
TABLES = ((170, 120, 75), (225, 225, 220), (90, 110, 120), (200, 60, 50), (60, 60, 65))
BUN, SAUSAGE, MUSTARD = (215, 160, 90), (170, 65, 40), (240, 200, 50)
TOMATO, LEAF, CHEESE, MEAT = (205, 50, 40), (95, 160, 60), (245, 205, 90), (95, 55, 35)


def write_hotdogs(path, rng) -> None:
    """Write the archive hotdog.zip of toy pictures to `path`."""
    members = {}
    for part, count in COUNTS.items():
        for folder, foods in (('hotdog', [_hotdog]), ('not-hotdog', OTHERS)):
            for i in range(count):
                members[f'hotdog/{part}/{folder}/{i}.png'] = encoded(
                    draw(foods[i % len(foods)], rng), '.png')
    write_members(path, members)


def draw(food, rng):
    """A picture of that food, uint8 (height, width, 3), RGB."""
    table = TABLES[rng.randint(len(TABLES))]
    height, width = rng.randint(SHORTEST, LONGEST + 1, 2)
    sketch = Sketch(height, width, [shade(table, rng), shade(table, rng)], rng,
                    slant=.9)
    food(sketch, lambda color: shade(color, rng, 20))
    return sketch.pixels()


def _hotdog(s, near):
    for down in (-.25, .25):
        s.oval(0, down, .95, s.pick(.25, .35), near(BUN))
    s.oval(0, 0, s.pick(.95, 1.1), s.pick(.15, .2), near(SAUSAGE))
    zigzag = [(x / 10, .09 * (-1) ** x) for x in range(-8, 9)]
    s.line(zigzag, .06, near((MUSTARD, TOMATO)[s.rng.randint(2)]))


def _roll(s, near):
    """The same bun, empty or with a leaf in it."""
    for down in (-.25, .25):
        s.oval(0, down, .95, s.pick(.25, .35), near(BUN))
    if s.pick(0, 1) < .5:
        s.oval(0, 0, .9, .15, near(LEAF))


def _burger(s, near):
    s.oval(0, .3, .8, .35, near(BUN))
    s.oval(0, .1, .85, .3, near(MEAT))
    s.oval(0, -.05, .9, .22, near(LEAF))
    s.oval(0, -.2, .8, .5, near(BUN))


def _pizza(s, near):
    s.oval(0, 0, .95, .95, near(BUN))
    s.oval(0, 0, .82, .82, near(CHEESE))
    for _ in range(6):
        s.oval(s.pick(-.5, .5), s.pick(-.5, .5), .16, .16, near(SAUSAGE))


def _salad(s, near):
    s.oval(0, 0, .95, .9, near((235, 235, 230)))
    for color in [LEAF] * 8 + [TOMATO] * 3:
        s.oval(s.pick(-.5, .5), s.pick(-.5, .5), s.pick(.15, .35), .18, near(color))


def _sausages(s, near):
    """Without a bun, on a plate."""
    s.oval(0, 0, 1, .9, near((235, 235, 230)))
    for down in (-.3, .3):
        s.oval(0, down, .6, .15, near(SAUSAGE))


OTHERS = _roll, _burger, _pizza, _salad, _sausages
