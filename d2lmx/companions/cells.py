"""Cells of grids over a picture that answer for objects, as YOLO's do.

The cell that holds the middle of an object answers for it, by the one of its priors
whose shape is the nearest. There may be several grids, with priors of their own, as in
YOLO's third version: then the nearest of all priors decides on the grid, too. Whatever
is of all cells stands in one order: grid by grid, in a grid by rows, in a cell by
priors.
"""
import numpy as onp
from mxnet import np, npx
from mxnet.gluon import nn

__all__ = ['CellDecoder', 'assign_cells', 'cell_head', 'cell_losses', 'cells_in_order',
           'cluster_shapes', 'grid_cells', 'object_shapes', 'shape_overlaps']

PLACE, EMPTY = 5, 0.5  # weights of boxes, and of cells without object


def cell_head(num_channels: int, num_outputs: int):
    """What the cells of a map (batch, any, h, w) say: (batch, num_outputs, h, w).

    Ours, for 21.17
    """
    head = nn.HybridSequential()
    head.add(nn.Conv2D(num_channels, 3, padding=1, use_bias=False), nn.BatchNorm(),
             nn.Activation('relu'), nn.Conv2D(num_outputs, 1))
    return head


def cells_in_order(F, P, num_numbers: int):
    """P (batch, priors * numbers, h, w) as (batch, h * w * priors, numbers).

    Ours, for 21.17
    """
    P = F.np.transpose(P, (0, 2, 3, 1))             # (batch, h, w, priors * numbers)
    return F.npx.reshape(P, (-2, -1, num_numbers))


class CellDecoder(nn.HybridBlock):
    """What cells say becomes what `detect` takes of a detector.

    Parameters
    ----------
    priors, grids
        As of `grid_cells`.

    Inputs
        P (batch, n, 5 + classes), of all priors of all cells in order: two numbers of
        the place, two of the size, whether there is an object, and scores of classes

    Outputs
        probabilities (batch, n, classes + 1), background first
        boxes (batch, n, 4), corners in shares of the picture's sides

    Ours, for 21.17
    """

    def __init__(self, priors, grids, **kwargs):
        super().__init__(**kwargs)
        for name, values in zip(('corners', 'sides', 'shapes'),
                                grid_cells(priors, grids)):
            setattr(self, name, self.params.get_constant(name, values))

    def hybrid_forward(self, F, P, corners, sides, shapes):
        middle = F.npx.sigmoid(P[:, :, :2]) * sides + corners
        half = F.np.exp(P[:, :, 2:4]) * shapes / 2
        is_object = F.npx.sigmoid(P[:, :, 4:5])
        probs = F.np.concatenate([1 - is_object,
                                  is_object * F.npx.softmax(P[:, :, 5:])], axis=2)
        return probs, F.np.concatenate([middle - half, middle + half], axis=2)


def grid_cells(priors, grids):
    """Where the cells of square grids are, for all priors of all cells in order.

    Gives upper left corners (n, 2), sides (n, 1) and shapes (n, 2) of the priors,
    float32, in shares of the picture's sides. grids: cells on a side of each grid;
    priors: for each grid (k, 2), width and height of its priors in such shares.

    Ours, for 21.17
    """
    parts = []
    for shapes, grid in zip(priors, grids):
        y, x = onp.mgrid[:grid, :grid].reshape(2, -1, 1) / grid
        corners = onp.concatenate([x, y], axis=1).repeat(len(shapes), axis=0)
        parts.append((corners, onp.full((len(corners), 1), 1 / grid),
                      onp.tile(shapes, (grid ** 2, 1))))
    return tuple(onp.concatenate(part).astype('float32') for part in zip(*parts))


def shape_overlaps(shapes, priors):
    """IoU of boxes (m, 2) with priors (n, 2) laid upon the same corner: (m, n).

    Ours, for 21.17
    """
    both = onp.minimum(shapes[:, None], priors).prod(axis=2)
    return both / (shapes.prod(axis=1)[:, None] + priors.prod(axis=1) - both)


def cluster_shapes(shapes, k: int, num_steps: int = 30):
    """Priors (k, 2), by k-means in which the greater IoU is the nearer.

    shapes (m, 2), at least k, from which NumPy's global seed draws the first priors.

    Ours, for 21.17
    """
    priors = shapes[onp.random.choice(len(shapes), k, replace=False)]
    for _ in range(num_steps):
        nearest = shape_overlaps(shapes, priors).argmax(axis=1)
        priors = onp.stack([onp.median(shapes[nearest == i], axis=0)
                            if (nearest == i).any() else priors[i]
                            for i in range(k)])
    return priors


def object_shapes(labels):
    """Width and height (n, 2) of all objects in labels (pictures, m, 5).

    Ours, for 21.17
    """
    boxes = labels[labels[:, :, 0] >= 0]
    return boxes[:, 3:] - boxes[:, 1:3]


def assign_cells(labels, priors, grids):
    """What is to be learnt of pictures' labels (batch, m, 5); class -1 is no object.

    places (batch, n, 4), as `CellDecoder` reads them, after the sigmoid of the first
    two; whether there is an object, and its class, each (batch, n): of all priors of
    all cells in order. Of two objects in one place the later counts. priors, grids: as
    of `grid_cells`.

    Ours, for 21.17
    """
    counts, grids = onp.array([len(shapes) for shapes in priors]), onp.array(grids)
    shapes, sizes = onp.concatenate(priors), counts * grids ** 2
    shape = len(labels), sizes.sum()
    places = onp.zeros((*shape, 4), 'float32')
    is_object, classes = onp.zeros(shape, 'float32'), onp.zeros(shape, 'float32')
    picture, row = onp.nonzero(labels[:, :, 0] >= 0)
    objects = labels[picture, row]
    sides = objects[:, 3:] - objects[:, 1:3]
    best = shape_overlaps(sides, shapes).argmax(axis=1)
    which = onp.arange(len(grids)).repeat(counts)[best]       # of the grids
    grid, prior = grids[which], best - (counts.cumsum() - counts)[which]
    middle = (objects[:, 1:3] + objects[:, 3:]) / 2 * grid[:, None]
    # on the last edge, in the last
    cell = onp.minimum(middle.astype(int), grid[:, None] - 1)
    index = picture, ((sizes.cumsum() - sizes)[which]
                      + (cell[:, 1] * grid + cell[:, 0]) * counts[which] + prior)
    places[index] = onp.concatenate([middle - cell, onp.log(sides / shapes[best])], 1)
    is_object[index], classes[index] = 1, objects[:, 0]
    return places, is_object, classes


def binary_loss(z, y):
    """Cross-entropy of the probability sigmoid(z) of y, 0 or 1."""
    return npx.relu(z) - z * y + np.log1p(np.exp(-np.abs(z)))


def cell_losses(P, places, is_object, classes):
    """Four losses of each picture, summed over cells: place, size, object, class.

    P: as of `CellDecoder`; the others: what `assign_cells` gives, as arrays.

    Ours, for 21.17
    """
    place = np.square(npx.sigmoid(P[:, :, :2]) - places[:, :, :2]).sum(axis=2)
    size = np.square(P[:, :, 2:4] - places[:, :, 2:]).sum(axis=2)
    weights = is_object + EMPTY * (1 - is_object)
    seen = binary_loss(P[:, :, 4], is_object) * weights
    cls = -npx.pick(npx.log_softmax(P[:, :, 5:]), classes)
    return [(l * w).sum(axis=1) for l, w in (
        (place, PLACE * is_object), (size, PLACE * is_object), (seen, 1),
        (cls, is_object))]
