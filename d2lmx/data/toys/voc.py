"""Toy VOC 2012: drawn scenes with masks in VOC's colours, in the data set's own files.

Up to three things of five classes stand before a plain ground: each class has a shape
and a range of colours, size, place, shade and noise differ. As in VOC the masks have
a border of five pixels, which is of no class, around each thing.
"""
import io
import tarfile

import numpy as onp

from . import MARK, MARK_TEXT

__all__ = []

COUNTS = {'train': 64, 'val': 32}  # a batch of the book's at least
FOLDER = 'VOCdevkit/VOC2012'
SIZES = ((375, 500), (366, 500), (333, 500), (375, 490))  # all hold the book's crop
GROUND, VOID = (0, 0, 0), (224, 224, 192)
BORDER = 5


def write_voc(path, rng) -> None:
    """Write the toy archive, .tar, to `path`."""
    lists = {}
    with tarfile.open(path, 'w') as archive:
        _add(archive, MARK, MARK_TEXT)
        for part, count in COUNTS.items():
            lists[part] = [f'2012_{part}{i:03}' for i in range(count)]
            for name in lists[part]:
                picture, mask = scene(rng)
                _add(archive, f'JPEGImages/{name}.jpg', _encoded('.jpg', picture))
                _add(archive, f'SegmentationClass/{name}.png', _encoded('.png', mask))
        lists['trainval'] = lists['train'] + lists['val']
        for part, names in lists.items():
            _add(archive, f'ImageSets/Segmentation/{part}.txt',
                 '\n'.join([*names, '']).encode())


def _add(archive, name, content):
    member = tarfile.TarInfo(f'{FOLDER}/{name}')
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _encoded(kind, picture):
    import cv2  # late: all else works where its system libraries are missing
    return cv2.imencode(kind, onp.ascontiguousarray(picture[..., ::-1]))[1].tobytes()


def scene(rng):
    """A picture and its mask, both RGB, uint8 (height, width, 3)."""
    import cv2
    height, width = SIZES[rng.randint(len(SIZES))]
    tone, other = rng.randint(70, 180, (2, 1)) + rng.randint(-25, 26, (2, 3))
    slope = onp.linspace(0, 1, height, dtype=onp.float32)[:, None, None]
    picture = onp.repeat(tone * (1 - slope) + other * slope, width, axis=1)
    mask = onp.full((height, width, 3), GROUND, onp.uint8)
    kernel = onp.ones((BORDER, BORDER), onp.uint8)
    for _ in range(rng.randint(1, 4)):
        draw, color, lowest, highest = THINGS[rng.randint(len(THINGS))]
        size = rng.randint(150, 300)
        left, top = rng.randint(0, width - size), rng.randint(0, height - size)
        shades = [rng.randint(lowest, onp.add(highest, 1)).tolist() for _ in '12']
        inside = onp.zeros((height, width), onp.uint8)
        for layer, points in enumerate(draw(rng)):
            corners = onp.round(points * size + (left, top)).astype(onp.int32)
            cv2.fillPoly(picture, [corners], shades[layer > 0])
            cv2.fillPoly(inside, [corners], 1)
        mask[inside > 0] = color
        mask[cv2.dilate(inside, kernel) > cv2.erode(inside, kernel)] = VOID
    light = .75 + .25 * onp.linspace(0, 1, width)[:, None]  # from the right
    noise = onp.frombuffer(rng.bytes(picture.size), onp.uint8).reshape(picture.shape)
    picture = picture * light + noise / 8 - 16
    return onp.clip(picture, 0, 255).astype(onp.uint8), mask


def _polygon(*points):
    return onp.array(points, float)


def _oval(x, y, radius_x, radius_y):
    angle = onp.linspace(0, 2 * onp.pi, 33)[:-1]
    return onp.stack((x + radius_x * onp.cos(angle), y + radius_y * onp.sin(angle)), 1)


def _box(left, top, right, bottom):
    return _polygon((left, top), (right, top), (right, bottom), (left, bottom))


# Things as polygons in the unit square, y downwards; the first has the first shade.

def _boat(rng):
    mast, deck = rng.uniform(.4, .6), rng.uniform(.65, .75)
    return [_polygon((0, deck), (1, deck), (.85, 1), (.15, 1)),
            _polygon((mast, 0), (mast + .35, deck), (mast, deck)),
            _polygon((mast, .15), (mast, deck), (mast - .35, deck))]


def _bottle(rng):
    half, neck = rng.uniform(.15, .25), rng.uniform(.05, .08)
    return [_polygon((.5 - neck, 0), (.5 + neck, 0), (.5 + neck, .25), (.5 + half, .4),
                     (.5 + half, 1), (.5 - half, 1), (.5 - half, .4), (.5 - neck, .25)),
            _box(.5 - half, .55, .5 + half, rng.uniform(.75, .85))]


def _bus(rng):
    top = rng.uniform(.2, .35)
    return [_box(0, top, 1, .9), *(_box(x, top + .08, x + .16, top + .3)
                                   for x in (.06, .29, .52, .75)),
            _oval(.22, .9, .1, .1), _oval(.78, .9, .1, .1)]


def _plant(rng):
    half = rng.uniform(.15, .25)
    leaves = [_oval(.5 + x, .35 + y, .2, rng.uniform(.2, .3))
              for x, y in ((-.22, .05), (.22, .05), (0, -.05))]
    pot = _polygon((.5 - half, .65), (.5 + half, .65), (.5 + .7 * half, 1),
                   (.5 - .7 * half, 1))
    return [pot, *leaves]


def _sheep(rng):
    face = rng.uniform(.12, .2)
    return [_oval(.5, .5, .42, rng.uniform(.25, .32)), _oval(face, .35, .12, .15),
            _box(.25, .7, .33, 1), _box(.65, .7, .73, 1)]


# drawing, colour of the mask, and the range of its colours
THINGS = ((_boat, (0, 0, 128), (20, 60, 170), (90, 130, 255)),
          (_bottle, (128, 0, 128), (120, 10, 110), (200, 70, 200)),
          (_bus, (0, 128, 128), (200, 20, 10), (255, 110, 50)),
          (_plant, (0, 64, 0), (10, 110, 10), (90, 200, 60)),
          (_sheep, (128, 64, 0), (225, 215, 190), (255, 250, 235)))
