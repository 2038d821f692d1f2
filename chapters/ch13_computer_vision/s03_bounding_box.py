"""Object detection and bounding boxes (目标检测和边界框)

Source: chapter_computer-vision/bounding-box
"""
from mxnet import np

import d2lmx as d2l

DATA = ('catdog',)
SMOKE = {}


def run() -> dict:
    d2l.set_figsize()
    img = d2l.read_picture(d2l.download('catdog'))
    d2l.plt.imshow(img)
    # corners, in pixels from the upper left of the picture
    dog_bbox, cat_bbox = [60.0, 45.0, 378.0, 516.0], [400.0, 112.0, 655.0, 493.0]
    boxes = np.array((dog_bbox, cat_bbox))
    centers = d2l.box_corner_to_center(boxes)
    come_back = d2l.box_center_to_corner(centers) == boxes
    print(come_back)

    d2l.plt.figure()
    fig = d2l.plt.imshow(img)
    fig.axes.add_patch(d2l.bbox_to_rect(dog_bbox, 'blue'))
    fig.axes.add_patch(d2l.bbox_to_rect(cat_bbox, 'red'))
    return {'boxes': boxes.tolist(), 'centers': centers.tolist(),
            'come back': come_back.tolist()}


if __name__ == '__main__':
    d2l.main(run)
