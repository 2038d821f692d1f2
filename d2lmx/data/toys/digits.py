"""Toy MNIST: the ten digits as strokes of a pen, drawn from a seed, in the IDX format.

A digit is a line in the plane, x from -1 at the left to 1 at the right, y from -1
at the top to 1 at the bottom. All numbers come from uniform draws, sums, products,
roots and comparisons, so that every machine draws the same bytes.
"""
import numpy as onp

from .garments import PIXEL, SIDE, write_idx, write_numbers

__all__ = []

COUNTS = {'train': 2000, 't10k': 400}  # by the first part of the file's name
STROKES = (  # of each digit, one line: its corners
    [(-.3, -.6), (.3, -.6), (.5, 0), (.3, .6), (-.3, .6), (-.5, 0), (-.3, -.6)],
    [(-.2, -.4), (.1, -.7), (.1, .7)],
    [(-.4, -.4), (-.1, -.7), (.3, -.6), (.4, -.3), (-.4, .7), (.5, .7)],
    [(-.4, -.6), (.2, -.7), (.4, -.35), (0, -.05), (.4, .3), (.2, .7), (-.4, .6)],
    [(.2, .7), (.2, -.7), (-.5, .2), (.5, .2)],
    [(.4, -.7), (-.3, -.7), (-.35, -.1), (.2, -.15), (.4, .3), (.1, .7), (-.4, .6)],
    [(.3, -.7), (-.2, -.3), (-.4, .3), (-.1, .7), (.3, .6), (.3, .15), (-.35, .15)],
    [(-.45, -.6), (.45, -.6), (-.1, .7)],
    [(0, -.05), (-.35, -.35), (0, -.7), (.35, -.35), (0, -.05), (-.4, .35), (0, .7),
     (.4, .35), (0, -.05)],
    [(.4, -.2), (-.2, -.05), (-.4, -.4), (0, -.7), (.4, -.4), (.3, .7)])


def write_labels(path, _rng) -> None:
    """Write the toy labels, gzipped IDX, to `path`; its name tells the part."""
    write_numbers(path, COUNTS)


def write_images(path, rng) -> None:
    """Write the toy pictures, gzipped IDX, to `path`; its name tells the part."""
    write_idx(path, COUNTS, lambda digit, count: draw(STROKES[digit], count, rng))


def draw(corners, count: int, rng):
    """`count` pictures of one digit, uint8 (count, 28, 28).

    Place, size, slant, pen and every corner differ from picture to picture.
    """
    def pick(low, high):
        return rng.uniform(low, high, (count, 1, 1))

    axis = (onp.arange(SIDE) - (SIDE - 1) / 2) * PIXEL
    x, y = axis[None, None, :] - pick(-.12, .12), axis[None, :, None] - pick(-.1, .1)
    size, slant = pick(.85, 1.15), pick(-.25, .45)
    x, y = x / (size * pick(.8, 1.1)) + slant * y, y / size
    nearest = onp.full((count, SIDE, SIDE), 9.)
    shaken = [(a + pick(-.09, .09), b + pick(-.09, .09)) for a, b in corners]
    for start, end in zip(shaken, shaken[1:]):
        nearest = onp.minimum(nearest, squared_distance(x, y, start, end))
    ink = (pick(.08, .16) - onp.sqrt(nearest)) / PIXEL + .5
    return (onp.clip(ink, 0, 1) * pick(200, 255)).astype(onp.uint8)


def squared_distance(x, y, start, end):
    """Of points from the line between two corners."""
    (a, b), across, down = start, end[0] - start[0], end[1] - start[1]
    along = ((x - a) * across + (y - b) * down) / (across * across + down * down)
    along = onp.clip(along, 0, 1)
    return (x - a - along * across) ** 2 + (y - b - along * down) ** 2
