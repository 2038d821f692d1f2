"""Multiscale object detection (多尺度目标检测)

Source: chapter_computer-vision/multiscale-object-detection
"""
from mxnet import np

import d2lmx as d2l

DATA = ('catdog',)
SMOKE = {}


def display_anchors(fmap_w, fmap_h, s):
    """The anchors of a feature map's pixels, spread evenly over the picture; drawn.

    s: sizes, in heights of the picture.
    """
    d2l.set_figsize()
    img = d2l.read_picture(d2l.download('catdog'))
    h, w = img.shape[:2]
    fmap = np.zeros((1, 10, fmap_h, fmap_w))  # its values mean nothing here
    anchors = d2l.multibox_prior(fmap, sizes=s, ratios=[1, 2, 0.5])
    bbox_scale = np.array((w, h, w, h))
    d2l.plt.figure()
    d2l.show_bboxes(d2l.plt.imshow(img).axes, anchors[0] * bbox_scale)
    return anchors


def run() -> dict:
    counts = {}
    for side, s in ((4, [0.15]), (2, [0.4]), (1, [0.8])):  # small objects to large
        anchors = display_anchors(fmap_w=side, fmap_h=side, s=s)
        counts[f'{side} x {side}'] = anchors.shape[1]
    return {'anchors': counts}


if __name__ == '__main__':
    d2l.main(run)
