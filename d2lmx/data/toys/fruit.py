"""Toy banana detection: crescents drawn from a seed, pasted on varied backgrounds.

A banana is a function of the plane: an arc around a centre whose width narrows to a
stem and a tip. How much of each pixel it covers is known, and with it the exact box and
shape. As in the set itself all are one cut-out, turned and scaled. All draws are
uniform, so that every machine makes the same pictures, up to rounding.
"""
import csv
import io
import zipfile

import numpy as onp

from ...files import hub

__all__ = ['toy_fruit']

SIDE = 256
COUNTS = {'bananas_train': 1000, 'bananas_val': 100}  # as in the book's set
NUM_BACKGROUNDS = 40
LENGTHS = 44, 60  # of bananas, in pixels: boxes are as large as those of the set
BEND, THICKNESS = 1.15, .145  # half the arc's angle; half the width of the length
COLUMNS = ('img_name', 'label', 'xmin', 'ymin', 'xmax', 'ymax')


def toy_fruit(num_examples: int, seed: int = 0, num_fruits: int = 1, lengths=LENGTHS):
    """Pictures of bananas, made from a seed, with their boxes and shapes.

    Gives pictures (n, 256, 256, 3), uint8 RGB; labels (n, num_fruits, 5), float32:
    class 0 and the corners (x1, y1, x2, y2) in 0 to 1, as `read_data_bananas` gives
    them; and masks (n, num_fruits, 256, 256), bool: the pixels of each banana, whose
    box is the smallest around them. Bananas of one picture do not overlap. lengths:
    the least and the largest, in pixels, from end to end.
    ValueError for more than 9 of them, for no example, and for bananas longer than the
    place that each has: up to 210 pixels alone, 103 where there are 2 to 4, else 67.

    Ours, for 13.6
    """
    if num_examples < 1 or not 1 <= num_fruits <= 9:
        raise ValueError('one example at least and 1 to 9 bananas a picture are '
                         f'needed, got {num_examples} and {num_fruits}')
    (low, high), most = lengths, longest(num_fruits)
    if not 8 <= low <= high <= most:
        raise ValueError(f'lengths must rise from 8 to at most {most} pixels for '
                         f'{num_fruits} bananas a picture, got {lengths}')
    made = list(examples(num_examples, onp.random.RandomState(seed), num_fruits,
                         lengths))
    images, boxes, numbers = (onp.stack(parts) for parts in zip(*made))
    classes = onp.zeros((*boxes.shape[:2], 1))
    labels = onp.concatenate([classes, boxes / SIDE], axis=2).astype('float32')
    order = onp.arange(1, num_fruits + 1)[:, None, None]
    return images, labels, numbers[:, None] == order


@hub.toy('banana-detection')
def write_toy_bananas(path, rng) -> None:
    """Write the set as a .zip: pictures, ``label.csv``, and ``masks/`` beside both.

    A mask is a grey picture: 1 where the banana is, 0 elsewhere.
    """
    with zipfile.ZipFile(path, 'w') as archive:
        for part, count in COUNTS.items():
            folder, rows = f'banana-detection/{part}', [COLUMNS]
            for i, (image, boxes, numbers) in enumerate(examples(count, rng)):
                store(archive, f'{folder}/images/{i}.png', png(image[..., ::-1]))
                store(archive, f'{folder}/masks/{i}.png', png(numbers))
                rows.append((f'{i}.png', 0, *boxes[0]))
            table = io.StringIO()
            csv.writer(table, lineterminator='\n').writerows(rows)
            store(archive, f'{folder}/label.csv', table.getvalue())


@hub.toy('banana')
def write_toy_banana(path, rng) -> None:
    """Write the page's picture to detect on: four bananas, a JPEG."""
    import cv2  # late: all else works where its system libraries are missing
    (image, _, _), = examples(1, rng, num_fruits=4)
    content = cv2.imencode('.jpg', image[..., ::-1])[1]
    path.write_bytes(content.tobytes())


def store(archive, name, content):
    """Add a file without its time, so that the archive repeats."""
    archive.writestr(zipfile.ZipInfo(name), content)


def png(image) -> bytes:
    """A PNG file, packed fast."""
    import cv2
    packing = [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    return cv2.imencode('.png', image, packing)[1].tobytes()


def cells_of(num_fruits):
    """Places in a row of a picture, each of which has one banana at most."""
    return 1 if num_fruits == 1 else 2 if num_fruits <= 4 else 3


def longest(num_fruits):
    """The length up to which a banana, however turned, has room in its place."""
    return int((SIDE // cells_of(num_fruits) - 4) / 1.2)


def examples(count, rng, num_fruits=1, lengths=LENGTHS):
    """Yield pictures, boxes (num_fruits, 4) in pixels, and whose each pixel is.

    Numbers, uint8 (256, 256), count the bananas from 1; 0 is the background.
    """
    scenes = backgrounds(rng, min(count, NUM_BACKGROUNDS))
    cells = cells_of(num_fruits)
    cell = SIDE // cells
    for _ in range(count):
        image = scene(scenes[rng.randint(len(scenes))], rng)
        boxes, numbers = [], onp.zeros((SIDE, SIDE), onp.uint8)
        for k, place in enumerate(rng.permutation(cells ** 2)[:num_fruits]):
            cover, color = banana(rng, rng.uniform(*lengths))
            h, w = cover.shape
            top = place // cells * cell + rng.randint(cell - h + 1)
            left = place % cells * cell + rng.randint(cell - w + 1)
            part = (slice(top, top + h), slice(left, left + w))
            mixed = image[part] + (color - image[part]) * cover[..., None]
            image[part] = onp.rint(mixed)
            inside = cover >= .5
            numbers[part][inside] = k + 1
            boxes.append(box_of(inside) + onp.array([left, top] * 2))
        yield image, onp.stack(boxes), numbers


def box_of(inside):
    """(x1, y1, x2, y2): the edges of the smallest box around the true pixels."""
    columns, rows = (onp.flatnonzero(inside.any(axis=axis)) for axis in (0, 1))
    return onp.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def banana(rng, length):
    """One banana, `length` pixels from end to end: cover (h, w), color (h, w, 3).

    Of one shape, turned and lit by chance; the arrays are cut to what is covered.
    """
    turn = rng.uniform(-onp.pi, onp.pi)
    radius, thick = length / (2 * onp.sin(BEND)), THICKNESS * length
    reach = int(length * .8 + 4)
    y, x = onp.mgrid[-reach:reach + 1, -reach:reach + 1].astype('float32')
    x, y = (x * onp.cos(turn) + y * onp.sin(turn),
            y * onp.cos(turn) - x * onp.sin(turn) + radius * (1 + onp.cos(BEND)) / 2)
    along = onp.arctan2(x, y) / BEND                       # -1 and 1 at the ends
    across = onp.hypot(x, y) - radius
    body = thick * onp.sqrt(onp.clip(1 - along ** 4, 0, 1)) + .04 * length
    stem = .045 * length
    width = onp.where(along > .96, onp.where(along < 1.22, stem, -9), body)
    width = onp.where(along < -1.04, -9, width)
    cover = onp.clip(width - onp.abs(across) + .5, 0, 1)
    color = peel(rng, along, across / onp.maximum(body, 1))
    x1, y1, x2, y2 = box_of(cover > 0)
    return cover[y1:y2, x1:x2], color[y1:y2, x1:x2]


def peel(rng, along, across):
    """Pale yellow with a dark outline, as of a picture that was cut out."""
    yellow = onp.array([245, 215, 125]) + rng.uniform(-10, 10, 3)
    outline = onp.maximum(onp.clip((onp.abs(across) - .78) / .12, 0, 1),
                          onp.clip((onp.abs(along) - .9) / .05, 0, 1))
    color = yellow * (1 - .1 * onp.clip(across, -1, 1) ** 2)[..., None]
    return color + (onp.array([35, 30, 15]) - color) * outline[..., None]


def scene(background, rng):
    """A part of a background, mirrored, tinted and with strewn discs by chance."""
    top, left = rng.randint(0, background.shape[0] - SIDE + 1, 2)
    image = background[top:top + SIDE, left:left + SIDE]
    image = image[::rng.choice([-1, 1]), ::rng.choice([-1, 1])]
    image = image * rng.uniform(.75, 1.15, 3).astype('float32')
    for _ in range(rng.randint(4)):
        disc(image, rng, rng.uniform(5, 22))
    return onp.clip(image, 0, 255, out=image).astype('uint8')


def backgrounds(rng, count):
    """Pictures (count, 320, 320, 3) to cut from, float32 in 0 to 255.

    Colours that flow, under a texture: grain, coarse patches, stripes or discs; paler
    than these would be, so that a short training tells bananas from them.
    """
    size = SIDE + 64
    made = onp.empty((count, size, size, 3), 'float32')
    y, x = onp.mgrid[:size, :size].astype('float32')
    for i, image in enumerate(made):
        image[:] = flow(rng, rng.randint(2, 6), size) * 255
        if i % 4 == 0:
            image += (flow(rng, rng.randint(40, 160), size) - .5) * rng.uniform(20, 90)
        elif i % 4 == 1:
            image += (flow(rng, rng.randint(10, 30), size) - .5) * rng.uniform(60, 200)
        elif i % 4 == 2:
            slant, period = rng.uniform(-1, 1), rng.uniform(8, 50)
            band = (x * slant + y * (1 - abs(slant))) / period % 1
            stripes = onp.clip(onp.abs(band - .5) * 8 - 2, -1, 1)
            image += stripes[..., None] * rng.uniform(-50, 50, 3)
        else:
            for _ in range(rng.randint(20, 60)):
                disc(image, rng, rng.uniform(6, 60))
        grey = image.mean(axis=(0, 1))
        onp.clip(grey + .6 * (image - grey), 0, 255, out=image)
    return made


def flow(rng, knots, size):
    """Muted colours (size, size, 3) in 0 to 1, interpolated between random knots."""
    grid = muted(rng.uniform(size=(knots, knots, 3)))
    places = onp.linspace(0, knots - 1, size)
    weights = onp.clip(1 - onp.abs(places[:, None] - onp.arange(knots)), 0, 1)
    return onp.einsum('yk,klc,xl->yxc', weights, grid, weights, optimize=True)


def muted(colors):
    """Half as far from grey, as most of a photograph is."""
    return (colors + colors.mean(axis=-1, keepdims=True)) / 2


def disc(image, rng, radius):
    """Draw an ellipse of a random muted colour, in place."""
    height, width = image.shape[:2]
    cx, cy, squeeze = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(.4, 1)
    color = muted(rng.uniform(0, 255, 3))
    top, left = max(0, int(cy - radius)), max(0, int(cx - radius))
    part = image[top:int(cy + radius) + 2, left:int(cx + radius) + 2]
    y, x = onp.mgrid[top:top + part.shape[0], left:left + part.shape[1]]
    distance = onp.hypot((x - cx) / squeeze, y - cy)
    cover = onp.clip((radius - distance) * squeeze + .5, 0, 1)[..., None]
    part += (color - part) * cover
