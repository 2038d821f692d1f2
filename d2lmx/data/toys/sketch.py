"""Coloured things drawn from a seed, and archives of pictures that repeat.

A thing lies in a plane, x from -1 at the left to 1 at the right, y from -1 at the top
to 1 at the bottom; a `Sketch` moves, turns and mirrors it as a whole.
"""
import zipfile

import numpy as onp

__all__ = []

FINER = 4  # so many times the pixels while drawing, for smooth edges


class Sketch:
    """A picture of (height, width) pixels to draw a thing on; ``pixels()`` gives it.

    rng decides where the thing stands, how large, how slanted, and to which side it
    looks; background: the colours at top and bottom, RGB, which fade into each other.
    """

    def __init__(self, height, width, background, rng, slant=.15):
        self.rng, self.shape = rng, (height * FINER, width * FINER)
        top, bottom = (onp.array(color, 'float32') for color in background)
        share = onp.linspace(0, 1, self.shape[0], dtype='float32')[:, None, None]
        rows = top * (1 - share) + bottom * share  # (height, 1, 3)
        self.image = onp.repeat(rows, self.shape[1], axis=1).round().astype('uint8')
        size = self.pick(.6, .85) * min(self.shape) / 2
        turn = self.pick(-slant, slant)  # its sine, or nearly
        side = size * (1 if self.pick(0, 1) < .5 else -1)
        self.matrix = onp.array([[side, -turn * size], [turn * side, size]])
        self.middle = onp.array(self.shape[::-1]) * [self.pick(.42, .58),
                                                     self.pick(.42, .58)]
        self.size = size

    def pick(self, low, high):
        """A number between two."""
        return self.rng.uniform(low, high)

    def polygon(self, points, color):
        """Fill the inside of corners [(x, y), ...]."""
        import cv2  # late: all else works where its system libraries are missing
        cv2.fillPoly(self.image, [self._at(points)], color)

    def line(self, points, width, color):
        """Join points by strokes of that width."""
        import cv2
        cv2.polylines(self.image, [self._at(points)], False, color,
                      max(1, round(width * self.size)))

    def oval(self, x, y, across, down, color):
        """Fill an ellipse around (x, y) with these radii."""
        angle = onp.arange(24) * (onp.pi / 12)
        self.polygon(onp.stack([x + across * onp.cos(angle),
                                y + down * onp.sin(angle)], 1), color)

    def _at(self, points):
        places = onp.array(points, 'float64') @ self.matrix.T + self.middle
        return places.round().astype('int32')

    def pixels(self, noise=12):
        """uint8 (height, width, 3), RGB, with as much noise in each value."""
        import cv2
        height, width = self.shape
        small = cv2.resize(self.image, (width // FINER, height // FINER),
                           interpolation=cv2.INTER_AREA).astype('int32')
        small += self.rng.randint(-noise, noise + 1, small.shape)
        return small.clip(0, 255).astype('uint8')


def shade(color, rng, by=30):
    """A colour near to another."""
    return tuple(int(min(255, max(0, value + rng.randint(-by, by + 1))))
                 for value in color)


def encoded(pixels, ending: str) -> bytes:
    """A picture, RGB, as the content of a file: '.png', or '.jpg' of quality 92."""
    import cv2
    options = [cv2.IMWRITE_JPEG_QUALITY, 92] if ending == '.jpg' else []
    return cv2.imencode(ending, pixels[..., ::-1], options)[1].tobytes()


def write_members(path, members: dict) -> None:
    """Write a zip archive of files, {name: bytes or text}, whose bytes repeat."""
    with zipfile.ZipFile(path, 'w') as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # its date is fixed
