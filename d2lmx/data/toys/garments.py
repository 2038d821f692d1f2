"""Toy Fashion-MNIST: ten garment silhouettes drawn from a seed, in the IDX format.

A garment is a function of the plane: u runs from -1 at the left to 1 at the right,
v from -1 at the top to 1 at the bottom. It gives how far a point lies inside the
outline (negative outside) and the brightness there. All numbers come from uniform
draws, sums, products and comparisons, so that every machine draws the same bytes.
"""
import struct

import numpy as onp

from ...files.archives import write_gzip

__all__ = []

# by the first part of the file's name; LeNet's plateau is two hundred batches long, and
# the book's ten epochs of 256 are to leave it early on
COUNTS = {'train': 12000, 't10k': 1000}
SIDE = 28
PIXEL = 2 / SIDE


def write_labels(path, _rng) -> None:
    """Write the toy labels, gzipped IDX, to `path`; its name tells the part."""
    write_numbers(path, COUNTS)


def write_images(path, rng) -> None:
    """Write the toy pictures, gzipped IDX, to `path`; its name tells the part."""
    write_idx(path, COUNTS, lambda label, count: draw(GARMENTS[label], count, rng))


def write_numbers(path, counts) -> None:
    """Write labels of ten classes, as many as `counts` says of the part."""
    labels = _labels(path, counts)
    write_gzip(path, struct.pack('>BBBBI', 0, 0, 8, 1, len(labels)) + labels.tobytes())


def write_idx(path, counts, draw_class) -> None:
    """Write pictures to these labels: `draw_class(label, count)` gives those of one."""
    labels = _labels(path, counts)
    images = onp.empty((len(labels), SIDE, SIDE), onp.uint8)
    for label in range(10):
        chosen = labels == label
        images[chosen] = draw_class(label, chosen.sum())
    write_gzip(path, struct.pack('>BBBBIII', 0, 0, 8, 3, *images.shape)
               + images.tobytes())


def _labels(path, counts):
    """The labels both files of a part agree on, uint8 (n,)."""
    count = counts[path.name.split('-')[0]]
    return onp.random.RandomState(count).randint(0, 10, count).astype('u1')


def draw(garment, count: int, rng):
    """`count` pictures of one garment, uint8 (count, 28, 28).

    Shift, size, slant, brightness, edge and noise differ from picture to picture.
    """
    def pick(low, high):
        return rng.uniform(low, high, (count, 1, 1)).astype(onp.float32)

    axis = ((onp.arange(SIDE) - (SIDE - 1) / 2) * PIXEL).astype(onp.float32)
    x, y = axis[None, None, :] - pick(-.05, .05), axis[None, :, None] - pick(-.04, .04)
    size, slant = pick(.93, 1.05), pick(-.1, .1)
    u, v = x / (size * pick(.88, 1.1)) + slant * y, y / size
    inside, tone = garment(u, v, pick)
    cover = onp.clip((inside + pick(-.03, .03)) / PIXEL + .5, 0, 1)
    light = pick(.87, 1) * (1 + pick(-.25, .25) * u + pick(-.2, .2) * v)
    first, second = (onp.frombuffer(rng.bytes(cover.size), onp.uint8) for _ in '12')
    noise = ((first.astype(onp.float32) + second) / 255 - 1).reshape(cover.shape)
    value = cover * light * tone + noise * (.06 + .3 * cover * light)
    return (onp.clip(value, 0, 1) * 255 + .5).astype(onp.uint8)


def _box(u, v, left, right, top, bottom):
    return onp.minimum(onp.minimum(u - left, right - u),
                       onp.minimum(v - top, bottom - v))


def _taper(u, v, top, bottom, width_top, width_bottom):
    """A symmetric piece whose half width changes linearly from top to bottom."""
    width = width_top + (width_bottom - width_top) * (v - top) / (bottom - top)
    return _box(u, v, -width, width, top, bottom)


def _disc(u, v, across, down, radius_u, radius_v):
    """An ellipse around the point (across, down)."""
    a, b = (u - across) / radius_u, (v - down) / radius_v
    return (1 - a * a - b * b) * onp.minimum(radius_u, radius_v) / 2


def _either(*pieces):
    return onp.maximum.reduce(onp.broadcast_arrays(*pieces))


def _without(piece, hole):
    return onp.minimum(piece, -hole)


def _marks(where, depth):
    """Brightness 1, lower by `depth` where the piece `where` lies."""
    return 1 - depth * onp.clip(where / PIXEL + .5, 0, 1)


def _sleeves(u, v, length, spread, thick):
    """Both sleeves: slanted bands from the shoulders down and out."""
    middle = .4 + spread * (v + .75)
    return onp.minimum(thick - onp.abs(onp.abs(u) - middle),
                       onp.minimum(v + .85, length - v))


def _upper_body(u, v, pick, length, bottom, neck, spread, width=.42):
    """Torso and sleeves with a round neck opening."""
    torso = _taper(u, v, -.85, bottom, pick(width, width + .08),
                   pick(width, width + .1))
    sleeves = _sleeves(u, v, length, spread, pick(.13, .19))
    return _without(_either(torso, sleeves), _disc(u, v, 0, -.9, pick(.16, .22), neck))


def _t_shirt(u, v, pick):
    return _upper_body(u, v, pick, pick(-.3, -.05), pick(.75, .9), pick(.12, .25),
                       pick(.5, .75)), 1


def _trouser(u, v, pick):
    legs = _taper(u, v, -.95, .95, pick(.3, .38), pick(.3, .5))
    gap = _taper(u, v, pick(-.5, -.3), 1, .01, pick(.1, .22))
    return _without(legs, gap), 1


def _pullover(u, v, pick):
    hem = _either(_box(u, v, -1, 1, .68, .74), _box(u, v, -1, 1, -.72, -.68))
    return _upper_body(u, v, pick, pick(.6, .85), pick(.72, .88), pick(.06, .14),
                       pick(.2, .32)), _marks(hem, pick(.2, .5))


def _dress(u, v, pick):
    waist = pick(-.3, -.05)
    bodice = _taper(u, v, -.9, waist, pick(.26, .34), pick(.18, .24))
    skirt = _taper(u, v, waist - .02, .95, pick(.18, .24), pick(.38, .62))
    return _without(_either(bodice, skirt), _disc(u, v, 0, -.95, .14, pick(.15, .3))), 1


def _coat(u, v, pick):
    front = _either(_box(u, v, -.05, .05, -.9, 1),
                    _taper(u, v, -.9, pick(-.4, -.2), .2, .02))
    return _upper_body(u, v, pick, pick(.5, .75), pick(.92, 1), pick(.1, .18),
                       pick(.15, .28), .46), _marks(front, pick(.5, .8))


def _sandal(u, v, pick):
    ground = pick(.35, .5)
    heel = pick(.1, .45)
    sole = onp.minimum(_box(u, v, -.95, .95, -1, 1),
                       .07 - onp.abs(v - ground + heel * onp.maximum(u, -.2)))
    post = _box(u, v, .72, .9, ground - heel, ground + pick(0, .15))
    arc = _disc(u, v, pick(-.5, -.3), ground, .42, pick(.45, .6))
    toe = onp.minimum(pick(.07, .11) - onp.abs(arc), ground - v)
    strap = onp.minimum(pick(.05, .09) - onp.abs(u - .35 + .6 * (v + .1)),
                        _box(u, v, -1, 1, pick(-.6, -.35), ground - .2 * heel))
    back = _box(u, v, .72, .86, pick(-.5, -.2), ground - .5 * heel)
    return _either(sole, post, toe, strap, back), 1


def _shirt(u, v, pick):
    button = onp.minimum(.05 - onp.abs(u), .06 - onp.abs((v * 4) % 1 - .5) / 4)
    collar = .06 - onp.abs(onp.abs(u) + .7 * (v + .5) - .06)
    marks = _either(button, onp.minimum(collar, -.45 - v))
    return _upper_body(u, v, pick, pick(-.2, .7), pick(.8, .95), pick(.05, .1),
                       pick(.22, .45)), _marks(marks, pick(.6, .9))


def _shoe(u, v, pick, shaft):
    """A shoe from the side, toe to the left, `shaft` high at the right."""
    ground = pick(.42, .55)
    upper = _box(u, v, -.95, .92, -1, ground)
    instep = v - (pick(.05, .15) - .45 * onp.clip(u + .6, 0, .75))
    body = onp.minimum(upper, onp.minimum(instep, v - .25 + .9 * (u + .98)))
    leg = _box(u, v, pick(-.1, .05), .92, shaft, ground)
    sole = _box(u, v, -.97, .95, ground - .03, ground + pick(.08, .16))
    return body, leg, sole, ground


def _sneaker(u, v, pick):
    body, leg, sole, ground = _shoe(u, v, pick, pick(-.4, -.2))
    laces = onp.minimum(.05 - onp.abs((u * 5) % 1 - .5) / 5,
                        _box(u, v, -.45, .1, -1, ground - .25))
    stripe = _box(u, v, -1, 1, ground - .06, ground)
    return (_either(body, onp.minimum(leg, v + .2 + .3 * u), sole),
            _marks(_either(laces, stripe), pick(.4, .8)))


def _bag(u, v, pick):
    top = pick(-.3, 0)
    body = _taper(u, v, top, pick(.65, .9), pick(.55, .85), pick(.65, .9))
    handle = _disc(u, v, 0, top, pick(.38, .5), pick(.45, .65))
    ring = onp.minimum(pick(.07, .11) - onp.abs(handle - .04), top + .1 - v)
    clasp = _box(u, v, -.1, .1, top + .12, top + .28)
    return _either(body, ring), _marks(clasp, pick(.2, .8))


def _ankle_boot(u, v, pick):
    body, leg, sole, ground = _shoe(u, v, pick, pick(-.95, -.75))
    heel = _box(u, v, .5, .92, ground, ground + pick(.15, .35))
    welt = _box(u, v, -1, 1, ground - .05, ground)
    return _either(body, leg, sole, heel), _marks(welt, pick(.2, .6))


GARMENTS = (_t_shirt, _trouser, _pullover, _dress, _coat,
            _sandal, _shirt, _sneaker, _bag, _ankle_boot)
