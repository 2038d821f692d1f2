"""Objects in a reader's own pictures, by a detector that was trained and saved."""
from mxnet import np

from ..data.images.detection import stretched
from ..vision.anchors import nms

__all__ = ['detect', 'as_objects']


def detect(model, picture, iou_threshold: float = 0.5) -> np.ndarray:
    """What a saved detector sees in a picture: (n, 6), the best score first.

    A row is a class, its score in 0 to 1, and the corners (x1, y1, x2, y2) of its box
    in 0 to 1, which lie within the picture. Of two boxes that overlap by more than
    `iou_threshold` the better one stays.

    Parameters
    ----------
    model
        ``model(X) -> scores (1, n, classes), boxes (1, n, 4)`` of X (1, 3, size, size),
        RGB in 0 to 255; its ``about['size']`` tells the size.
    picture
        uint8 (h, w, 3), RGB, as `read_picture` gives it.

    Ours, for 13.7
    """
    X = stretched(picture, model.about['size']).transpose(2, 0, 1)[None]
    scores, boxes = (Y[0] for Y in model(np.array(X, dtype='float32')))
    best, label = scores.max(axis=1), scores.argmax(axis=1).astype('float32')
    rows = np.concatenate([label.reshape(-1, 1), best.reshape(-1, 1),
                           np.clip(boxes, 0, 1)], axis=1)
    return rows[nms(boxes, best, iou_threshold)]


def as_objects(rows, picture, classes: list, threshold: float) -> list:
    """The rows of `detect` with at least a score as dicts: class, score and box.

    A box is (x1, y1, x2, y2) in pixels of the picture (h, w, 3). classes: their names.

    Ours, for 13.7
    """
    height, width = picture.shape[:2]
    return [{'class': classes[int(label)], 'score': score,
             'box': [x1 * width, y1 * height, x2 * width, y2 * height]}
            for label, score, x1, y1, x2, y2 in rows.tolist() if score >= threshold]
