"""Objects and their shapes in a reader's own pictures, by an R-CNN that was saved."""
import numpy as onp
from mxnet import np

from ..data.images.detection import stretched
from ..models.rcnn import fixed_proposals

__all__ = ['detect_regions', 'outline']


def detect_regions(model, picture):
    """What a saved R-CNN sees in a picture: its rows, and a mask for each, or None.

    NumPy's rows (n, 6), the best score first: class, score, and corners (x1, y1, x2,
    y2) of the box in 0 to 1. Masks (n, 28, 28): how likely each cell of a grid over the
    box belongs to the object.

    Parameters
    ----------
    model
        As `load_model` gives it; ``about['size']`` is the side of the pictures that it
        takes, and ``about['cells']``, where it is there, that of `fixed_proposals`.
    picture
        uint8 (h, w, 3), RGB, as `read_picture` gives it.

    Ours, for 13.8
    """
    X = stretched(picture, model.about['size']).transpose(2, 0, 1)[None]
    inputs = [np.array(X, dtype='float32')]
    if model.about.get('cells'):
        inputs.append(np.expand_dims(fixed_proposals(model.about['cells']), 0))
    outputs = model(*inputs)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    rows, *masks = (Y[0].asnumpy() for Y in outputs)
    is_object = rows[:, 0] >= 0
    return rows[is_object], masks[0][is_object] if masks else None


def outline(mask, box) -> list:
    """The longest border of a mask at 0.5, as [x, y] in the unit of the box.

    mask (n, n), over a box (x1, y1, x2, y2); [] where no cell reaches 0.5.

    Ours, for 13.8
    """
    import cv2  # late: all else works where its system libraries are missing
    inside = onp.pad(mask >= 0.5, 1).astype('uint8')
    borders, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not borders:
        return []
    cells = max(borders, key=len)[:, 0] - 0.5  # middles, without the edge added
    x1, y1, x2, y2 = map(float, box)
    n = len(mask)
    return [[x1 + x / n * (x2 - x1), y1 + y / n * (y2 - y1)] for x, y in cells.tolist()]
