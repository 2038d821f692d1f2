"""Region-based CNNs (R-CNNs) (区域卷积神经网络 R-CNN 系列)

Source: chapter_computer-vision/rcnn

After the page's cells, one of the networks that it tells of is trained on the pictures
of 13.6: ``--variant fast|faster|mask``. All three take their regions by RoI Align.
`fast` is given boxes of all sizes laid over the picture, in place of selective search;
`mask` needs pictures with the shapes of their objects, as the toy set has them. The
default options take some ten minutes on two cores; ``--variant page`` trains nothing.
For photographs ``--backbone mobilenet_v2_1_0`` begins with weights from ImageNet.
"""
from functools import partial
from pathlib import Path
from typing import Literal

from mxnet import gluon, init, np, npx

import d2lmx as d2l

DATA = ('banana-detection', 'banana')
SMOKE = dict(num_epochs=2, batch_size=16, size=64)
RANGES = dict(size=(64, 1024))

NETWORKS = {'fast': d2l.FastRCNN, 'faster': d2l.FasterRCNN, 'mask': d2l.MaskRCNN}
CELLS = 8       # on either side of a picture, each with regions for Fast R-CNN
NUM_TIMED = 16  # pictures, one by one
STYLES = '-', 'm--', 'g-.', 'r:', 'c--', 'k-'  # of at most six losses


def roi_pooling():
    """The page's two regions of a 4 x 4 map, each pooled to 2 x 2."""
    X = np.arange(16).reshape(1, 1, 4, 4)
    rois = np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30]])
    return npx.roi_pooling(X, rois, pooled_size=(2, 2), spatial_scale=0.1)


def build_net(variant='faster', num_classes=1, features=None):
    """X (batch, 3, h, w) -> (batch, 10, 6): class, score and box of objects.

    For `fast` with regions (batch, n, 4) beside X; for `mask` masks (batch, 10, 28, 28)
    beside the output.
    """
    if variant not in NETWORKS:
        raise ValueError(f'the networks are {", ".join(NETWORKS)}, got {variant!r}')
    return NETWORKS[variant](num_classes, features=features)


def example_inputs(batch_size=2, size=64, variant='faster'):
    return with_regions(np.random.uniform(0, 255, (batch_size, 3, size, size)), variant)


def with_regions(X, variant):
    """What a network takes: X, for `fast` also the regions, the same for each picture.
    """
    if variant != 'fast':
        return (X,)
    boxes = np.expand_dims(d2l.fixed_proposals(CELLS), 0).as_in_ctx(X.ctx)
    return X, np.repeat(boxes, len(X), axis=0)  # (batch, n, 4)


def load_data(images, batch_size, size, variant):
    """Batches to train on, pictures and labels to measure on, and names of classes.

    A batch is X (batch, 3, size, size) and Y (batch, m, 5), for `mask` also (batch, m,
    64, 64).
    """
    train_iter, val_iter, classes = d2l.load_data_detection(images, batch_size, size)
    if variant == 'mask':
        masks = d2l.read_detection_masks(d2l.detection_folder(images))
        train_iter = d2l.BatchIterator([*train_iter.arrays, masks], batch_size,
                                       shuffle=True, transform=train_iter.transform)
    return train_iter, val_iter.arrays, classes


def detections(net, images, batch_size, variant, device):
    """All rows that a network finds in pictures: NumPy's (n, rows, 6)."""
    found = []
    for i in range(0, len(images), batch_size):
        X = np.array(images[i:i + batch_size], dtype='float32', ctx=device)
        Y = net(*with_regions(X, variant))
        found.append(Y[0] if variant == 'mask' else Y)
    return np.concatenate(found).asnumpy()


def train(net, data, num_epochs, lr, batch_size, variant, device):
    """Train all parts of a network at once; the history has the mAP of each epoch."""
    train_iter, (images, labels), classes = data
    loss = d2l.RCNNLoss(net)
    d2l.initialize_rest(loss, init.Xavier(), device)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X, Y, *masks):
        X, *boxes = with_regions(X, variant)
        parts = loss(X, Y, *boxes, *masks)
        l = sum(parts)
        return l, {name: (part.sum(), part.size) for name, part
                   in zip(('train loss', *loss.names), (l, *parts))}

    def evaluate():
        found = detections(net, images, batch_size, variant, device)
        return {'mAP': d2l.detection_map(found, labels, class_names=classes)['mAP']}

    history = d2l.fit(d2l.measured_step(loss, measure, trainer), train_iter, num_epochs,
                      evaluate=evaluate)
    d2l.plot_history(history, fmts=STYLES, names=['train loss', *loss.names])
    d2l.plot_history(history, names=['mAP'])
    return history


def display(img, rows, masks, threshold, classes):
    """Draw a picture, and boxes and outlines of rows with at least a score.

    Gives the outlines, in pixels.
    """
    d2l.set_figsize((5, 5))
    d2l.plt.figure()
    axes = d2l.plt.imshow(img).axes
    height, width = img.shape[:2]
    outlines = []
    for i, row in enumerate(rows):
        if row[1] < threshold:
            continue
        bbox = row[2:] * (width, height, width, height)
        d2l.show_bboxes(axes, [bbox], f'{classes[int(row[0])]} {row[1]:.2f}', 'w')
        if masks is not None:
            outlines.append(d2l.outline(masks[i], bbox))
            axes.fill(*zip(*outlines[-1]), facecolor='none', edgecolor='r')
    return outlines


def predict(model, *pictures, threshold: float = 0.5) -> list:
    """The objects in pictures: class, score, box, and outline where masks are learnt.

    Boxes and outlines are in the picture's own pixels.
    """
    model = d2l.load_model(model, classes=[str], size=d2l.SIDES,
                           cells=range(CELLS + 1))
    classes, found = model.about['classes'], []
    for file in pictures:
        img = d2l.read_picture(file)
        rows, masks = d2l.detect_regions(model, img)
        objects = d2l.as_objects(rows, img, classes, threshold)
        outlines = display(img, rows, masks, threshold, classes)
        for thing, border in zip(objects, outlines):
            thing['outline'] = border
        found.append({'picture': str(file), 'objects': objects})
    return found


def run(*, variant: Literal['page', 'fast', 'faster', 'mask'] = 'faster',
        backbone: Literal['tiny', 'mobilenet_v2_1_0'] = 'tiny',
        images: str = 'banana-detection', num_epochs: int = 10, lr: float = 0.001,
        batch_size: int = 16, size: int = 256, out: Path = Path('.')) -> dict:
    result = {'roi pooling': roi_pooling().tolist()}
    print(result['roi pooling'])
    if variant == 'page':
        return result
    data, device = load_data(images, batch_size, size, variant), d2l.try_gpu()
    _, (val_images, _), classes = data
    features = None if backbone == 'tiny' else d2l.photograph_features(
        d2l.pretrained_net(backbone, device))
    net = build_net(variant, len(classes), features)
    history = train(net, data, num_epochs, lr, batch_size, variant, device)
    with device:
        X = np.random.uniform(0, 255, (2, 3, size, size))
        inputs = with_regions(X, variant)
        about = {'classes': classes, 'size': size,
                 'cells': CELLS if variant == 'fast' else 0}
        d2l.save_model(out / 'model', net, inputs, about,
                       other_inputs=[tuple(X[:1] for X in inputs)])
        result.update(variant=variant, classes=classes, **history.record())
        result['timing'].update({
            'sec/epoch': history.seconds / num_epochs,
            'ms/picture': d2l.milliseconds(
                partial(d2l.detect_regions, d2l.load_model(out / 'model')),
                val_images[:NUM_TIMED].transpose(0, 2, 3, 1))})
        if images == 'banana-detection':
            result['found'] = predict(out / 'model', d2l.download('banana'))
    return result


if __name__ == '__main__':
    d2l.main(run)
