"""Toy photographs of the book's cat and dog: drawn scenes of the pictures' own sizes.

In the picture of both they fill the boxes that the pages print. Shapes are OpenCV's,
whose drawing knows whole numbers only, so that every machine draws the same pixels.
"""
import numpy as onp

from ...files import hub

__all__ = []

WALL, FLOOR, DARK, WHITE = (205, 214, 222), (176, 152, 122), (40, 36, 34), (250,) * 3
DOG, DOG_EAR, DOG_CHEST = (196, 138, 74), (140, 88, 44), (236, 214, 178)
CAT, CAT_STRIPE, CAT_CHEST = (128, 128, 134), (84, 84, 92), (214, 212, 210)
PINK, GREEN = (214, 132, 140), (120, 170, 70)


@hub.toy('catdog')
def write_catdog(path, rng) -> None:
    """A dog in (60, 45, 378, 516) and a cat in (400, 112, 655, 493)."""
    image = room(561, 728, 400, rng)
    draw_dog(image, 60, 45, 318, 471)
    draw_cat(image, 400, 112, 255, 381)
    write(path, image)


@hub.toy('cat1')
def write_cat(path, rng) -> None:
    """A cat alone, in (150, 40, 360, 380)."""
    image = room(400, 500, 270, rng)
    draw_cat(image, 150, 40, 210, 340)
    write(path, image)


def write(path, image) -> None:
    """As a JPEG file."""
    import cv2  # late: all else works where its system libraries are missing
    path.write_bytes(cv2.imencode('.jpg', image[..., ::-1])[1].tobytes())


def room(height, width, horizon, rng):
    """A wall and a floor, with a little noise: uint8 (height, width, 3), RGB."""
    image = onp.empty((height, width, 3), 'uint8')
    image[:horizon], image[horizon:] = WALL, FLOOR
    return image - rng.randint(0, 12, image.shape).astype('uint8')


class Pen:
    """Draws in thousandths of a box, x, y, width and height of which are in pixels."""

    def __init__(self, image, x, y, width, height):
        import cv2
        self.cv2, self.image = cv2, image
        self.corner, self.sides = (x, y), (width, height)

    def scaled(self, *lengths):
        """Lengths across and down, in turn, in pixels."""
        return [length * self.sides[i % 2] // 1000 for i, length in enumerate(lengths)]

    def points(self, *numbers):
        """(n, 2) from x1, y1, x2, y2, ..."""
        pixels = onp.array(self.scaled(*numbers), 'int32').reshape(-1, 2)
        return pixels + onp.array(self.corner, 'int32')

    def disc(self, color, x, y, radius_x, radius_y, start=0, end=360, thick=-1):
        """An ellipse around (x, y), or an arc of it, degrees clockwise from east."""
        (center,), radii = self.points(x, y), self.scaled(radius_x, radius_y)
        self.cv2.ellipse(self.image, tuple(map(int, center)), tuple(radii), 0, start,
                         end, color, thick)

    def piece(self, color, *numbers):
        """A polygon with these corners."""
        self.cv2.fillPoly(self.image, [self.points(*numbers)], color)

    def line(self, color, thick, *numbers):
        """A line through these points."""
        self.cv2.polylines(self.image, [self.points(*numbers)], False, color, thick)


def draw_dog(image, *box) -> None:
    """A sitting dog that fills the box (x, y, width, height)."""
    pen = Pen(image, *box)
    pen.disc(DOG, 500, 690, 430, 300)                  # body
    pen.piece(DOG, 60, 560, 0, 420, 60, 390, 210, 620)  # tail
    for x in (330, 670):
        pen.disc(DOG, x, 780, 95, 215)                 # legs
        pen.disc(DOG_CHEST, x, 955, 120, 44)           # paws
    pen.disc(DOG_CHEST, 500, 620, 170, 200)
    pen.disc(DOG, 500, 250, 330, 250)                  # head
    pen.disc(DOG_EAR, 190, 270, 110, 210)
    pen.disc(DOG_EAR, 810, 270, 110, 210)
    pen.disc(DOG_CHEST, 500, 350, 180, 130)            # snout
    pen.disc(DARK, 500, 300, 70, 40)
    pen.disc(DARK, 500, 350, 90, 60, 20, 160, 4)       # mouth
    pen.disc(PINK, 500, 425, 45, 45)
    for x in (370, 630):
        pen.disc(WHITE, x, 190, 60, 45)
        pen.disc(DARK, x, 195, 35, 30)
    pen.piece(DOG, 880, 700, 1000, 840, 990, 900, 850, 860)  # hind leg


def draw_cat(image, *box) -> None:
    """A sitting cat that fills the box (x, y, width, height)."""
    pen = Pen(image, *box)
    pen.disc(CAT, 880, 800, 118, 150)                  # tail
    pen.disc(CAT, 500, 700, 380, 290)                  # body
    for x, tip in ((170, 130), (830, 870)):
        inward = (500 - x) // 3
        pen.piece(CAT, tip, 0, x - inward, 300, x + 2 * inward, 130)   # ears
        pen.piece(PINK, tip + inward // 4, 60, x, 250, x + inward, 160)
    for x in (380, 620):
        pen.disc(CAT, x, 820, 90, 160)                 # legs
        pen.disc(CAT_CHEST, x, 963, 110, 34)           # paws
    pen.disc(CAT_CHEST, 500, 640, 130, 150)
    pen.disc(CAT, 500, 290, 400, 210)                  # head
    for x in (400, 500, 600):
        pen.line(CAT_STRIPE, 8, x, 100, x, 170)
    for y in (600, 700, 800):
        for x, end in ((140, 270), (860, 730)):
            pen.line(CAT_STRIPE, 8, x, y, end, y + 20)
    for x in (330, 670):
        pen.disc(GREEN, x, 260, 90, 55)
        pen.disc(DARK, x, 260, 25, 50)
    pen.disc(PINK, 500, 345, 50, 24)                   # nose
    for x in (440, 560):
        pen.disc(DARK, x, 375, 60, 40, 10, 170, 3)     # mouth
    for y in (350, 390):
        pen.line(WHITE, 2, 0, y - 30, 330, y)          # whiskers
        pen.line(WHITE, 2, 670, y, 1000, y - 30)
