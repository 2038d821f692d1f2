"""Toy pictures for style transfer, drawn from a seed: a landscape and autumn leaves.

The one has large smooth areas, the other small strokes of strong colours. Both are JPEG
files, as the book's photographs are.
"""
import numpy as onp

from ...files import hub

__all__ = []

WIDTH, HEIGHT = 300, 200
NUM_LEAVES = 150
AUTUMN = onp.array([(225, 160, 30), (215, 90, 20), (170, 35, 25), (240, 200, 70),
                    (110, 60, 25), (150, 140, 40)], 'float32')  # RGB


@hub.toy('rainier')
def write_landscape(path, rng) -> None:
    """A snowy mountain behind a lake, and firs before it."""
    x, y = axes()
    picture = mixed((95, 150, 215), (215, 230, 240), y / .6)
    ridge = .5 - .36 * onp.clip(1 - onp.abs(x - .55) / .42, 0, 1) ** 1.4
    ridge = ridge + .02 * sum(onp.sin(x * k + rng.uniform(0, 6)) / k * 20
                              for k in (20, 37, 71))
    rock = mixed((250, 250, 255), (90, 95, 120), (y - ridge) / .16)
    picture = onp.where(inside(y - ridge), rock, picture)
    lake = mixed((120, 165, 200), (40, 75, 110), (y - .62) / .3)
    picture = onp.where(inside(y - .62), lake, picture)
    for position in onp.sort(rng.uniform(0, 1, 40)):
        top, green = rng.uniform(.45, .7), rng.uniform(35, 80)
        width = .05 * (y - top) * (1 + .5 * (y * 24 % 1))
        fir = onp.minimum(y - top, width - onp.abs(x - position))
        picture = onp.where(inside(fir), onp.array([green / 3, green, green / 2]),
                            picture)
    write(path, picture)


@hub.toy('autumn-oak')
def write_leaves(path, rng) -> None:
    """Lobed leaves in the colours of autumn, over each other, with dark veins."""
    x, y = axes()
    picture = onp.broadcast_to(onp.array([60., 45, 30]), (HEIGHT, WIDTH, 3))
    for _ in range(NUM_LEAVES):
        across, down = rng.uniform(-.05, WIDTH / HEIGHT + .05), rng.uniform(-.05, 1.05)
        angle, length = rng.uniform(0, 2 * onp.pi), rng.uniform(.18, .36)
        a, b = x * (WIDTH / HEIGHT) - across, y - down
        along = (a * onp.cos(angle) + b * onp.sin(angle)) / length
        aside = onp.abs(b * onp.cos(angle) - a * onp.sin(angle)) / length
        width = along * (1 - along) * (1.1 + .5 * onp.cos(along * 22))
        leaf = onp.minimum(onp.minimum(along, 1 - along), width - aside)
        color = AUTUMN[rng.randint(len(AUTUMN))] * rng.uniform(.8, 1.1)
        vein = onp.where(inside(.02 - aside) | inside(.03 - leaf), .55, 1)
        picture = onp.where(inside(leaf), color * vein, picture)
    write(path, picture)


def axes():
    """x (1, width, 1) and y (height, 1, 1), from 0 to 1."""
    return (onp.linspace(0, 1, WIDTH)[None, :, None],
            onp.linspace(0, 1, HEIGHT)[:, None, None])


def inside(depth):
    """Where a shape lies, of how deep in it each point is."""
    return depth > 0


def mixed(first, second, share):
    """A colour that goes over into another as share goes from 0 to 1."""
    share = onp.clip(share, 0, 1)
    return onp.array(first) * (1 - share) + onp.array(second) * share


def write(path, picture) -> None:
    """Write RGB (height, width, 3), from 0 to 255, as JPEG."""
    import cv2
    pixels = picture.clip(0, 255).round().astype('uint8')
    _, content = cv2.imencode('.jpg', pixels[..., ::-1])
    content.tofile(path)
