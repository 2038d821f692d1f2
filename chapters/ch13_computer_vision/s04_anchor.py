"""Anchor boxes (锚框)

Source: chapter_computer-vision/anchor
"""
from mxnet import np

import d2lmx as d2l

DATA = ('catdog',)
SMOKE = {}
RANGES = dict(nms_threshold=(0, 1))

LABELS = ['dog', 'cat']


def show_picture(img, figsize=None):
    """The axes of a new figure with the picture."""
    d2l.plt.figure(figsize=figsize)
    return d2l.plt.imshow(img).axes


def show_anchors_of_a_pixel(img, bbox_scale):
    """All anchors of a picture's pixels: their number, and the first of a pixel."""
    h, w = img.shape[:2]
    X = np.random.uniform(size=(1, 3, h, w))
    Y = d2l.multibox_prior(X, sizes=[0.75, 0.5, 0.25], ratios=[1, 2, 0.5])
    boxes = Y.reshape(h, w, 5, 4)
    # book: pixel (250, 250); the reader's picture may be smaller
    row, column = min(250, h // 2), min(250, w // 2)
    axes = show_picture(img, (7, 5.25))  # with room for five labels
    d2l.show_bboxes(axes, boxes[row, column] * bbox_scale, [
        's=0.75, r=1', 's=0.5, r=1', 's=0.25, r=1', 's=0.75, r=2', 's=0.75, r=0.5'])
    return Y.shape, boxes[row, column, 0]


def label_anchors(img, bbox_scale):
    """Offsets, mask and classes that five anchors are taught by a dog and a cat."""
    ground_truth = np.array([[0, 0.1, 0.08, 0.52, 0.92],
                             [1, 0.55, 0.2, 0.9, 0.88]])
    anchors = np.array([[0, 0.1, 0.2, 0.3], [0.15, 0.2, 0.4, 0.4],
                        [0.63, 0.05, 0.88, 0.98], [0.66, 0.45, 0.8, 0.8],
                        [0.57, 0.3, 0.92, 0.9]])
    axes = show_picture(img)
    d2l.show_bboxes(axes, ground_truth[:, 1:] * bbox_scale, LABELS, 'k')
    d2l.show_bboxes(axes, anchors * bbox_scale, ['0', '1', '2', '3', '4'])
    return d2l.multibox_target(np.expand_dims(anchors, axis=0),
                               np.expand_dims(ground_truth, axis=0))


def detect(img, bbox_scale, nms_threshold):
    """What is left of four predictions by non-maximum suppression: (1, 4, 6)."""
    anchors = np.array([[0.1, 0.08, 0.52, 0.92], [0.08, 0.2, 0.56, 0.95],
                        [0.15, 0.3, 0.62, 0.91], [0.55, 0.2, 0.9, 0.88]])
    offset_preds = np.array([0] * anchors.size)
    cls_probs = np.array([[0] * 4,                # background
                          [0.9, 0.8, 0.7, 0.1],   # dog
                          [0.1, 0.2, 0.3, 0.9]])  # cat
    d2l.show_bboxes(show_picture(img), anchors * bbox_scale,
                    ['dog=0.9', 'dog=0.8', 'dog=0.7', 'cat=0.9'])
    output = d2l.multibox_detection(np.expand_dims(cls_probs, axis=0),
                                    np.expand_dims(offset_preds, axis=0),
                                    np.expand_dims(anchors, axis=0),
                                    nms_threshold=nms_threshold)
    axes = show_picture(img)
    for class_id, conf, *bbox in output[0].tolist():
        if class_id >= 0:
            label = f'{LABELS[int(class_id)]}={conf:.1f}'
            d2l.show_bboxes(axes, [np.array(bbox) * bbox_scale], label)
    return output


def run(*, nms_threshold: float = 0.5) -> dict:
    d2l.set_figsize()
    img = d2l.read_picture(d2l.download('catdog'))
    h, w = img.shape[:2]
    print(h, w)
    bbox_scale = np.array((w, h, w, h))
    shape, box = show_anchors_of_a_pixel(img, bbox_scale)
    offset, mask, classes = label_anchors(img, bbox_scale)
    output = detect(img, bbox_scale, nms_threshold)
    print(shape)
    for array in (box, classes, mask, offset, output):
        print(array.asnumpy().round(2))
    return {'size': [h, w], 'anchors': list(shape), 'anchor of a pixel': box.tolist(),
            'classes': classes.tolist(), 'mask': mask.tolist(),
            'offsets': offset.tolist(), 'output': output.tolist()}


if __name__ == '__main__':
    d2l.main(run)
