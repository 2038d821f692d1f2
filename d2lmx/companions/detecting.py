"""Objects in a reader's own pictures, by a detector that was trained and saved."""
import numpy as onp
from matplotlib import pyplot as plt
from mxnet import np

from ..data.images.detection import stretched
from ..errors import InputError
from ..runtime.devices import try_gpu
from ..runtime.timing import Timer
from ..vision.anchors import nms
from ..viz.boxes import show_bboxes

__all__ = ['detect', 'detected', 'detections', 'as_objects', 'show_objects',
           'milliseconds']

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
    return detected(probs, boxes, nms_threshold)


def detected(probs, boxes, nms_threshold: float = 0.5) -> onp.ndarray:
    """The rows of `detect` of what a detector gives for a picture, by NumPy.

    probs (n, classes + 1), background first; boxes (n, 4), corners in shares. With an
    nms_threshold of 1 all boxes stay.

    Ours, for 21.17
    """
    best, label = probs[:, 1:].max(axis=1), probs[:, 1:].argmax(axis=1)
    rows = onp.concatenate([label[:, None], best[:, None], boxes], axis=1)
    rows = rows[best >= LOWEST_SCORE]  # lower ones suppress none of these
    rows = rows[nms(rows[:, 2:], rows[:, 1], nms_threshold)]
    return onp.clip(rows, 0, [onp.inf, 1, 1, 1, 1, 1])


def detections(detector, images, batch_size: int, nms_threshold: float = 0.5) -> list:
    """For each picture the rows of `detected`, by a detector in memory.

    detector: HybridBlock, as `SavedModel` in `detect`; images (n, 3, h, w).

    Ours, for 21.17
    """
    rows = []
    for i in range(0, len(images), batch_size):
        X = np.array(images[i:i + batch_size], dtype='float32', ctx=try_gpu())
        rows += [detected(probs, boxes, nms_threshold) for probs, boxes in zip(
            *(Y.asnumpy() for Y in detector(X)))]
    return rows


def as_objects(rows, picture, classes: list, threshold: float) -> list:
    """The rows of `detect` with at least this score as dicts: class, score and box.

    A box is [x1, y1, x2, y2] in pixels of the picture (h, w, 3). classes: their names;
    InputError where a row is of a class without one.

    Ours, for 13.7
    """
    height, width = picture.shape[:2]
    most = int(rows[:, 0].max(initial=-1)) + 1
    if most > len(classes):
        raise InputError(f'the detector tells {most} classes or more apart, and there '
                         f'are names of {len(classes)}: both must come from one '
                         'training')
    return [{'class': classes[int(label)], 'score': score,
             'box': [x1 * width, y1 * height, x2 * width, y2 * height]}
            for label, score, x1, y1, x2, y2 in rows.tolist() if score >= threshold]


def show_objects(picture, objects) -> None:
    """Draw a picture with the objects of `as_objects` in a figure of its own.

    Ours, for 21.17
    """
    axes = plt.figure(figsize=(5, 5)).gca()
    axes.imshow(picture)
    show_bboxes(axes, [thing['box'] for thing in objects], [
        f'{thing["class"]} {thing["score"]:.2f}' for thing in objects], 'w')


def milliseconds(see, pictures) -> float:
    """Mean time that ``see(picture)`` takes, one picture after the other.

    Ours, for 13.8
    """
    see(pictures[0])
    timer = Timer()
    for picture in pictures:
        see(picture)
    return 1000 * timer.stop() / len(pictures)
