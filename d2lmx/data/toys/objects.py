"""Toy CIFAR-10, also as Kaggle gives it: ten kinds of drawn things, 32 x 32 pixels."""
import io
import tarfile

from ...files.archives import write_gzip
from .sketch import Sketch, encoded, shade, write_members

__all__ = []

NUM_TRAIN, NUM_TEST = 400, 20
BATCHES, NUM_BATCH, NUM_TEST_BATCH = 5, 400, 500  # of the binary files
SIDE = 32
SKY, SEA, ROAD = (150, 190, 235), (40, 90, 140), (120, 120, 125)
GRASS, WOOD, ROOM, POND = (95, 150, 70), (70, 90, 50), (190, 170, 150), (90, 80, 50)
PAINTS = (200, 40, 40), (40, 70, 190), (235, 235, 235), (240, 190, 40), (40, 40, 45)
FURS = (150, 110, 70), (90, 85, 80), (215, 190, 150), (60, 45, 40)
DARK, LIGHT = (25, 25, 30), (240, 240, 235)


def write_objects(path, rng) -> None:
    """Write the archive kaggle_cifar10_tiny.zip of toy pictures to `path`."""
    members, rows = {}, ['id,label']
    names = list(THINGS)
    for part, count in (('train', NUM_TRAIN), ('test', NUM_TEST)):
        for number in range(1, count + 1):
            name = names[rng.randint(len(names))]
            picture = encoded(draw(name, rng), '.png')
            members[f'kaggle_cifar10_tiny/{part}/{number}.png'] = picture
            rows += [f'{number},{name}'] if part == 'train' else []
    members['kaggle_cifar10_tiny/trainLabels.csv'] = '\n'.join(rows) + '\n'
    write_members(path, members)


def write_cifar10(path, rng) -> None:
    """Write the archive cifar-10-binary.tar.gz of toy pictures to `path`."""
    names, archive = list(THINGS), io.BytesIO()
    with tarfile.open(fileobj=archive, mode='w') as file:
        for name, count in [*((f'data_batch_{i + 1}', NUM_BATCH)
                              for i in range(BATCHES)), ('test_batch', NUM_TEST_BATCH)]:
            content = b''.join(
                bytes([label]) + draw(names[label], rng).transpose(2, 0, 1).tobytes()
                for label in rng.randint(len(names), size=count))
            member = tarfile.TarInfo(f'{name}.bin')  # its date and owner are fixed
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    write_gzip(path, archive.getvalue())


def draw(name, rng, height=SIDE, width=SIDE):
    """A picture of that thing, uint8 (height, width, 3), RGB."""
    thing, ground, colors = THINGS[name]
    sketch = Sketch(height, width, [shade(color, rng) for color in ground], rng)
    thing(sketch, shade(colors[rng.randint(len(colors))], rng, 20))
    return sketch.pixels()


def _airplane(s, color):
    span = s.pick(.5, .9)
    s.oval(0, 0, .95, .14, color)
    s.polygon([(-.1, 0), (.3, 0), (-.2, span), (-.4, span)], color)
    s.polygon([(-.1, 0), (.3, 0), (-.1, -span / 2), (-.25, -span / 2)], color)
    s.polygon([(-.65, 0), (-.95, 0), (-1, -.45), (-.85, -.45)], color)


def _wheels(s, *places, radius=.2, down=.45):
    for x in places:
        s.oval(x, down, radius, radius, DARK)
        s.oval(x, down, radius / 2, radius / 2, ROAD)


def _automobile(s, color):
    roof = s.pick(-.5, -.35)
    s.polygon([(-.95, -.05), (.95, 0), (.95, .42), (-.95, .42)], color)
    s.polygon([(-.65, 0), (-.4, roof), (.3, roof), (.6, 0)], color)
    s.polygon([(-.5, -.05), (-.35, roof + .1), (.25, roof + .1), (.45, -.05)], SKY)
    _wheels(s, -.55, .55)


def _truck(s, color):
    top = s.pick(-.85, -.65)
    s.polygon([(-.95, top), (.4, top), (.4, .35), (-.95, .35)], color)
    s.polygon([(.4, -.3), (.75, -.3), (.98, .05), (.98, .35), (.4, .35)], LIGHT)
    s.polygon([(.5, -.2), (.7, -.2), (.85, .05), (.5, .05)], DARK)
    _wheels(s, -.65, -.2, .7)


def _ship(s, color):
    s.polygon([(-2, .4), (2, .4), (2, 2), (-2, 2)], shade(SEA, s.rng, 15))
    s.polygon([(-.95, .1), (.98, .05), (.7, .55), (-.75, .55)], color)
    s.polygon([(-.5, .1), (-.45, -.3), (.3, -.3), (.35, .1)], LIGHT)
    s.polygon([(-.2, -.3), (-.2, -.65), (.05, -.65), (.05, -.3)], (180, 60, 40))
    s.line([(.5, .05), (.5, -.8)], .06, DARK)


def _bird(s, color):
    s.oval(0, .05, .55, .32, color)
    s.oval(.5, -.35, .25, .22, color)
    s.polygon([(.7, -.4), (1, -.28), (.68, -.24)], (240, 170, 40))
    s.polygon([(-.4, 0), (-.98, -.25), (-.9, .1)], color)
    s.oval(-.1, 0, .3, .16, shade(color, s.rng, 60))
    s.oval(.56, -.4, .06, .06, DARK)
    for x in (-.05, .15):
        s.line([(x, .3), (x, .8)], .06, (200, 140, 60))


def _face(s, color):
    s.oval(0, .1, .7, .6, color)
    for x in (-.28, .28):
        s.oval(x, 0, .11, .12, LIGHT)
        s.oval(x, 0, .06, .09, DARK)


def _cat(s, color):
    for side in (-1, 1):
        s.polygon([(.65 * side, .05), (.6 * side, -.9), (.1 * side, -.4)], color)
    _face(s, color)
    s.polygon([(-.08, .22), (.08, .22), (0, .32)], (230, 140, 150))
    for y in (.3, .42):
        s.line([(-.95, y - .08), (-.3, y)], .04, LIGHT)
        s.line([(.95, y - .08), (.3, y)], .04, LIGHT)


def _dog(s, color):
    _face(s, color)
    dark = tuple(value // 2 for value in color)
    for side in (-1, 1):
        s.oval(.68 * side, .15, .2, .55, dark)
    s.oval(0, .42, .32, .26, LIGHT)
    s.oval(0, .3, .14, .1, DARK)
    s.oval(0, .62, .1, .16, (225, 90, 110))


def _legs(s, color, *places):
    for x in places:
        s.line([(x, .2), (x + s.pick(-.1, .1), .95)], .11, color)


def _deer(s, color):
    _legs(s, color, -.5, -.35, .2, .35)
    s.oval(-.1, .15, .55, .22, color)
    s.polygon([(.2, .2), (.5, -.45), (.65, -.35), (.45, .2)], color)
    s.oval(.68, -.42, .22, .12, color)
    for x, y in ((.35, -.95), (.75, -1)):
        s.line([(.55, -.5), (x, y)], .06, (215, 200, 170))
        s.line([((.55 + x) / 2, (y - .5) / 2), (x + .25, y + .15)], .06,
               (215, 200, 170))


def _horse(s, color):
    _legs(s, color, -.55, -.4, .3, .45)
    s.oval(-.05, .05, .65, .32, color)
    s.polygon([(.2, .1), (.5, -.75), (.8, -.7), (.6, .15)], color)
    s.polygon([(.5, -.8), (.75, -.8), (1, -.35), (.85, -.25), (.55, -.5)], color)
    s.line([(.1, -.1), (.45, -.8)], .16, DARK)  # the mane
    s.line([(-.65, -.05), (-.9, .5)], .14, DARK)


def _frog(s, color):
    for side in (-1, 1):
        s.oval(.6 * side, .5, .35, .2, color)
        s.oval(.32 * side, -.38, .2, .2, color)
    s.oval(0, .2, .68, .52, color)
    for side in (-1, 1):
        s.oval(.32 * side, -.4, .1, .12, (250, 220, 60))
        s.oval(.32 * side, -.4, .05, .09, DARK)
    s.line([(-.45, .15), (0, .28), (.45, .15)], .05, DARK)


GREENS = (70, 160, 60), (110, 190, 70), (60, 120, 60)
# kind: what draws it, background at top and bottom, and its colours
THINGS = {'airplane': (_airplane, (SKY, LIGHT), (LIGHT, (150, 155, 165))),
          'automobile': (_automobile, (SKY, ROAD), PAINTS),
          'bird': (_bird, (SKY, GRASS), ((130, 70, 50), (60, 90, 150), (200, 60, 50))),
          'cat': (_cat, (ROOM, ROOM), FURS),
          'deer': (_deer, (WOOD, GRASS), ((165, 110, 60), (140, 95, 60))),
          'dog': (_dog, (GRASS, ROOM), FURS),
          'frog': (_frog, (POND, POND), GREENS),
          'horse': (_horse, (SKY, GRASS), ((110, 65, 35), (70, 45, 30), LIGHT)),
          'ship': (_ship, (SKY, SKY), (DARK, (150, 40, 40), (50, 60, 90))),
          'truck': (_truck, (SKY, ROAD), PAINTS)}
