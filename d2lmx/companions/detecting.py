"""Objects in a reader's own pictures, by a detector that was trained and saved."""
import numpy as onp

from ..data.images.detection import stretched
from ..vision.anchors import nms

__all__ = ['detect', 'as_objects']

LOWEST_SCORE = 0.01  # as of multibox_detection


def detect(model, picture, nms_threshold: float = 0.5) -> onp.ndarray:
    """What a saved detector sees in a picture, the best score first: (k, 6).

    A row is a class, its score, from 0.01 on, and the corners (x1, y1, x2, y2) of its
    box in shares of the picture's sides, which do not leave it. Of two boxes that
    overlap by more than `nms_threshold` the better stays, whatever their classes.

    Parameters
    ----------
    model
        `SavedModel` of a `Detector` for X (batch, 3, size, size), RGB in 0 to 255; its
        ``about['size']`` tells the size.
    picture
        uint8 (h, w, 3), RGB, as `read_picture` gives it; stretched to that size.

    Ours, for 13.7
    """
    X = stretched(picture, model.about['size']).transpose(2, 0, 1)[None]
    probs, boxes = (Y[0].asnumpy() for Y in model(X.astype('float32')))
    best, label = probs[:, 1:].max(axis=1), probs[:, 1:].argmax(axis=1)
    rows = onp.concatenate([label[:, None], best[:, None], boxes], axis=1)
    rows = rows[best >= LOWEST_SCORE]  # lower ones suppress none of these
    rows = rows[nms(rows[:, 2:], rows[:, 1], nms_threshold)]
    return onp.clip(rows, 0, [onp.inf, 1, 1, 1, 1, 1])


def as_objects(rows, picture, classes: list, threshold: float) -> list:
    """The rows of `detect` with at least this score as dicts: class, score and box.

    A box is [x1, y1, x2, y2] in pixels of the picture (h, w, 3). classes: their names.

    Ours, for 13.7
    """
    height, width = picture.shape[:2]
    return [{'class': classes[int(label)], 'score': score,
             'box': [x1 * width, y1 * height, x2 * width, y2 * height]}
            for label, score, x1, y1, x2, y2 in rows.tolist() if score >= threshold]
