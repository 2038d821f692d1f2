"""Toy sprites: drawn creatures of eight kinds on white."""
from typing import NamedTuple

from .sketch import Sketch, encoded, shade, write_members

__all__ = []

NUM_SPRITES, SIDE = 640, 64  # pixels
WHITE, BLACK, RED = (255, 255, 255), (30, 28, 34), (215, 70, 70)


class Kind(NamedTuple):
    """What a creature looks like."""

    skin: tuple   # RGB
    belly: tuple
    ears: str     # 'pointed', 'round', 'horns' or 'none'
    width: float  # of the body, which is as high as .55
    wings: bool
    tail: bool


KINDS = {'embercat': Kind((235, 125, 50), (250, 215, 150), 'pointed', .45, False, True),
         'drizzel': Kind((80, 145, 220), (215, 235, 250), 'round', .55, False, True),
         'mossling': Kind((95, 180, 95), (215, 235, 150), 'none', .6, False, False),
         'voltmouse': Kind((245, 205, 60), (255, 240, 175), 'pointed', .5, False, True),
         'nightwing': Kind((120, 85, 165), (205, 180, 225), 'pointed', .4, True, False),
         'pebblor': Kind((150, 135, 115), (200, 190, 170), 'horns', .65, False, False),
         'rosepuff': Kind((245, 165, 190), (255, 220, 230), 'round', .6, True, False),
         'frostcub': Kind((150, 210, 225), (240, 250, 252), 'horns', .5, False, True)}


def write_sprites(path, rng) -> None:
    """Write the archive pokemon.zip of toy pictures to `path`."""
    names = list(KINDS)
    write_members(path, {
        f'pokemon/{names[i % len(names)]}/{i // len(names)}.png':
        encoded(draw(names[i % len(names)], rng), '.png') for i in range(NUM_SPRITES)})


def draw(name, rng):
    """A creature of that kind, uint8 (64, 64, 3), RGB."""
    kind = KINDS[name]
    skin, belly = (shade(color, rng, 12) for color in kind[:2])
    dark = tuple(value * 3 // 5 for value in skin)
    s = Sketch(SIDE, SIDE, (WHITE, WHITE), rng, slant=.1)
    if kind.tail:
        s.line([(.3, .75), (.75, .6), (.95, s.pick(-.1, .3))], .16, dark)
    if kind.wings:
        spread = s.pick(.85, 1.05)
        for side in (-1, 1):
            s.polygon([(side * .3, .2), (side * spread, -.35), (side * .9, .45),
                       (side * .35, .6)], dark)
    for side in (-1, 1):
        s.oval(side * kind.width * .6, .95, .2, .12, dark)  # feet
        s.oval(side * (kind.width + .03), s.pick(.3, .45), .13, .2, skin)
    s.oval(0, .45, kind.width, .55, skin)
    s.oval(0, .55, kind.width * .6, .38, belly)
    _head(s, kind.ears, skin, dark)
    return s.pixels(noise=0)


def _head(s, ears, skin, dark):
    for side in (-1, 1):
        if ears == 'pointed':
            s.polygon([(side * .1, -.6), (side * .5, -1.15), (side * .48, -.3)], dark)
        elif ears == 'round':
            s.oval(side * .42, -.75, .2, .2, dark)
        elif ears == 'horns':
            s.line([(side * .25, -.6), (side * .45, -1.05)], .12, BLACK)
    s.oval(0, -.35, .52, .45, skin)
    for side in (-1, 1):
        s.oval(side * .2, -.4, .11, .13, WHITE)
        s.oval(side * .2, -.38, .07, .1, BLACK)
        s.oval(side * .36, -.2, .08, .05, RED)
    s.line([(-.12, -.12), (0, -.07), (.12, -.12)], .05, BLACK)
