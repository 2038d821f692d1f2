"""You only look once (一次看完的检测 YOLO)

Source: deep-learning-specialization, topic 17

A grid lies over the picture; the cell that holds the middle of an object answers for
it, by the one of its priors whose shape is the nearest. What is learnt is where in the
cell the middle lies, how many times the prior the box is, whether there is an object,
and its class. Three claims are measured: one look finds objects; suppression of boxes
that overlap is worth its while; and shapes that are found by clustering fit better when
they are several. ``timing`` and ``mAP`` stand beside those of 13.8, from which the
features are; photographs want ``--backbone mobilenet_v2_1_0``.
"""
from functools import partial
from pathlib import Path
from typing import Literal

from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('banana-detection', 'banana')
SMOKE = dict(num_epochs=2, batch_size=16, size=64, num_seeds=2)
RANGES = dict(size=(64, 1024), num_priors=(1, 9))

STRIDE = 16            # pixels on either side of a cell
SURE = 0.5             # score from which on a box is shown
FOUND = 0.5            # mAP from which on objects count as found
NUM_TIMED = 16         # pictures, one by one
LOSSES = 'train loss', 'place', 'size', 'object', 'class'  # all, and its parts
STYLES = '-', 'm--', 'g-.', 'r:', 'c--'


class YOLO(nn.HybridBlock):
    """What each prior of each cell says.

    X (batch, 3, h, w), RGB in 0 to 255 -> (batch, h / 16 * w / 16 * priors, 5 +
    classes): two numbers of the place and two of the size, whether there is an object,
    and scores of classes, cell by cell in rows.
    """

    def __init__(self, num_classes, num_priors, features=None, **kwargs):
        super().__init__(**kwargs)
        self.num_numbers = 5 + num_classes
        self.features = features or d2l.small_features()
        self.head = d2l.cell_head(64, num_priors * self.num_numbers)

    def hybrid_forward(self, F, X):
        return d2l.cells_in_order(F, self.head(self.features(X)), self.num_numbers)


class Decoder(nn.HybridBlock):
    """A YOLO whose numbers become what `d2l.detect` takes of a detector.

    priors (n, 2), width and height in shares of a picture; grid: cells on its side.
    """

    def __init__(self, net, priors, grid, **kwargs):
        super().__init__(**kwargs)
        self.net, self.grid = net, grid
        self.decode = d2l.CellDecoder([priors], [grid])

    def hybrid_forward(self, F, X):
        return self.decode(self.net(X))


def build_net(num_classes=1, num_priors=3, features=None):
    """X (batch, 3, h, w) -> (batch, cells * priors, 5 + classes)."""
    return YOLO(num_classes, num_priors, features)


def example_inputs(batch_size=2, size=64):
    return (np.random.uniform(0, 255, (batch_size, 3, size, size)),)


def train(detector, data, priors, num_epochs, lr, batch_size):
    """Train the network of a decoder; the history has the mAP of each epoch."""
    train_iter, val_iter, classes = data
    net, device = detector.net, d2l.try_gpu()
    d2l.initialize_rest(detector, init.Xavier(), device)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X, Y):
        with autograd.pause():
            wanted = [np.array(array, ctx=X.ctx) for array in d2l.assign_cells(
                Y.asnumpy(), [priors], [detector.grid])]
        parts = d2l.cell_losses(net(X), *wanted)
        l = sum(parts)
        return l, {name: (part.sum(), part.size)
                   for name, part in zip(LOSSES, (l, *parts))}

    def evaluate():
        images, labels = val_iter.arrays
        found = d2l.detections(detector, images, batch_size)
        return {'mAP': d2l.detection_map(found, labels, class_names=classes)['mAP']}

    history = d2l.fit(d2l.measured_step(net, measure, trainer), train_iter, num_epochs,
                      evaluate=evaluate)
    d2l.plot_history(history, fmts=STYLES, names=LOSSES)
    d2l.plot_history(history, names=['mAP'])
    return history


def claims_of(detector, val_iter, batch_size, shapes, num_priors, num_seeds):
    """The three claims, on pictures not trained on; shapes are of those trained on.
    """
    images, labels = val_iter.arrays
    unseen = d2l.object_shapes(labels)
    maps = {name: d2l.detection_map(d2l.detections(
        detector, images, batch_size, overlap), labels)['mAP']
        for name, overlap in (('suppressed', 0.5), ('all boxes', 1))}
    fits = d2l.over_seeds(lambda: {
        f'IoU with the best of {n}': float(d2l.shape_overlaps(
            unseen, d2l.cluster_shapes(shapes, n)).max(axis=1).mean())
        for n in (1, num_priors)}, num_seeds)
    return [d2l.claim('one look at a picture finds its objects',
                      {'mAP': maps['suppressed']}, maps['suppressed'] > FOUND),
            d2l.claim('suppression of boxes that overlap raises the mAP', maps,
                      maps['suppressed'] > maps['all boxes']),
            d2l.claim('several clustered priors fit the objects better than one', fits,
                      d2l.exceeds(*reversed(fits.values())))]


def predict(model, *pictures, threshold: float = SURE) -> list:
    """The objects in pictures: class, score, and box in the picture's own pixels."""
    detector, found = d2l.load_model(model, classes=[str], size=d2l.SIDES), []
    for file in pictures:
        img = d2l.read_picture(file)
        objects = d2l.as_objects(d2l.detect(detector, img), img,
                                 detector.about['classes'], threshold)
        d2l.show_objects(img, objects)
        found.append({'picture': str(file), 'objects': objects})
    return found


def run(*, images: str = 'banana-detection',
        backbone: Literal['tiny', 'mobilenet_v2_1_0'] = 'tiny', num_epochs: int = 10,
        lr: float = 0.001, batch_size: int = 16, size: int = 128, num_priors: int = 3,
        num_seeds: int = 3, out: Path = Path('.')) -> dict:
    if size % STRIDE:
        raise d2l.InputError(f'--size must be a multiple of {STRIDE}, got {size}')
    data, device = d2l.load_data_detection(images, batch_size, size), d2l.try_gpu()
    train_iter, val_iter, classes = data
    shapes = d2l.object_shapes(train_iter.arrays[1])
    priors = d2l.cluster_shapes(shapes, num_priors)
    features = None if backbone == 'tiny' else d2l.photograph_features(
        d2l.pretrained_net(backbone, device))
    detector = Decoder(build_net(len(classes), num_priors, features), priors,
                       size // STRIDE)
    history = train(detector, data, priors, num_epochs, lr, batch_size)
    result = {'classes': classes, 'priors': priors.tolist(), **history.record(),
              'claims': claims_of(detector, val_iter, batch_size, shapes, num_priors,
                                  num_seeds)}
    with device:
        X = np.random.uniform(0, 255, (2, 3, size, size))
        d2l.save_model(out / 'model', detector, X, {'classes': classes, 'size': size},
                       other_inputs=[X[:1]])
        result['timing'].update({
            'sec/epoch': history.seconds / num_epochs, 'ms/picture': d2l.milliseconds(
                partial(d2l.detect, d2l.load_model(out / 'model')),
                val_iter.arrays[0][:NUM_TIMED].transpose(0, 2, 3, 1))})
        if images == 'banana-detection':
            result['found'] = predict(out / 'model', d2l.download('banana'))
    return result


if __name__ == '__main__':
    d2l.main(run)
