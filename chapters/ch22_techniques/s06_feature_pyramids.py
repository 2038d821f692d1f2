"""Feature pyramids (特征金字塔)

Source: FPN (Lin et al., 2017), PANet (Liu et al., 2018), BiFPN (Tan et al., 2020)

A detector looks for small objects on fine maps, which have passed few layers, and for
large ones on coarse maps. A neck lets these maps know of each other before the heads
read them: FPN goes from the coarse ones down to the fine ones, PAN then up again, BiFPN
does both several times by weighted sums of cheap convolutions. Each is put between the
same backbone and the same heads, those of SSD (13.7) and of YOLO (21.17), and is
measured against maps that know nothing of each other: mAP, and that of the small, the
middle and the large third of the objects; parameters, multiplications and time.

The pictures are drawn, with bananas from small to large. A reader's own, all of them,
are taken by ``--images FOLDER_OR_ZIP``; photographs want ``--size 160`` and
``--backbone mobilenet_v2_1_0``, whose features come from ImageNet and stay as they are:
necks and heads alone are trained, and timed, on maps that are computed once.
"""
import math
from functools import partial
from typing import Literal

import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_seeds=1, num_epochs=1, num_train=8, num_val=4, batch_size=8, size=64)
RANGES = dict(size=(64, 1024), num_train=(8, 100000), num_val=(3, 100000))

NECKS = 'none', 'fpn', 'pan', 'bifpn'
STRIDES = 8, 16, 32     # pixels on either side of a cell of each map
PRIORS = 3              # shapes of boxes for a cell of each map
THIRDS = 'small', 'middle', 'large'
LENGTHS = 24, 100       # of bananas, in pixels of 256
FRUITS = 4              # bananas of a picture
NUM_ROUNDS = 10         # in which networks take turns to be timed
LITTLE = 0.02           # of mAP, by which who is worse is as good
SURE, SHOWN = 0.3, 8    # score from which on a box is shown, and how many at most
STYLES = 'k-', 'm--^', 'g-.s', 'r:o'


class NeckAndHeads(nn.HybridBlock):
    """What each prior of each cell of three maps says.

    Three maps, finest first -> (batch, n, 5 + classes), in the order of
    `d2l.grid_cells`. SSD reads scores of the background and of the classes, then four
    offsets; YOLO as `d2l.CellDecoder` does.
    """

    def __init__(self, neck, num_classes, num_channels, **kwargs):
        super().__init__(**kwargs)
        self.num_numbers = 5 + num_classes
        self.neck = neck
        for i in range(len(STRIDES)):
            setattr(self, f'head_{i}', d2l.cell_head(num_channels,
                                                     PRIORS * self.num_numbers))

    def hybrid_forward(self, F, *maps):
        return F.np.concatenate([
            d2l.cells_in_order(F, getattr(self, f'head_{i}')(Y), self.num_numbers)
            for i, Y in enumerate(self.neck(*maps))], axis=1)


class PyramidDetector(nn.HybridBlock):
    """X (batch, 3, h, w), RGB in 0 to 255 -> (batch, n, 5 + classes)."""

    def __init__(self, stages, top, **kwargs):
        super().__init__(**kwargs)
        self.stages, self.top = stages, top

    def hybrid_forward(self, F, X):
        return self.top(*self.stages(X))


def build_net(variant: Literal['none', 'fpn', 'pan', 'bifpn'] = 'fpn', num_classes=1,
              num_channels=32, stages=None):
    """X (batch, 3, h, w) -> (batch, cells * priors, 5 + classes).

    `none`: FPN's convolutions, without its way down. stages: the backbone; None: a
    small one.
    """
    necks = {'none': lambda: d2l.FPN(num_channels, top_down=False),
             'fpn': lambda: d2l.FPN(num_channels),
             'pan': lambda: d2l.PAN(num_channels),
             'bifpn': lambda: d2l.BiFPN(num_channels)}
    return PyramidDetector(stages or d2l.small_stages(), NeckAndHeads(
        necks[variant](), num_classes, num_channels))


def example_inputs(batch_size=2, size=64):
    return (np.random.uniform(size=(batch_size, 3, size, size)),)


class AnchorDecoder(nn.HybridBlock):
    """What SSD reads of cells: P -> anchors (1, n, 4), scores, offsets (batch, n * 4).

    anchors: the priors, laid upon the middles of their cells.
    """

    def __init__(self, priors, grids, **kwargs):
        super().__init__(**kwargs)
        corners, sides, shapes = d2l.grid_cells(priors, grids)
        middle = corners + sides / 2
        self.anchors = self.params.get_constant('anchors', onp.concatenate(
            [middle - shapes / 2, middle + shapes / 2], axis=1)[None])

    def hybrid_forward(self, F, P, anchors):
        return anchors, P[:, :, :-4], F.npx.reshape(P[:, :, -4:], (-2, -1))


def as_ssd(net, priors, grids):
    """A detector of what a network says, as of 13.7, and its loss by labels Y."""
    read = AnchorDecoder(priors, grids)

    def loss(P, Y):
        anchors, cls_preds, bbox_preds = read(P)
        with autograd.pause():
            bbox_labels, bbox_masks, cls_labels = d2l.multibox_target(anchors, Y)
        return d2l.calc_loss(cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks)

    return d2l.Detector(d2l.sequence(net, read)), loss


def as_yolo(net, priors, grids):
    """The same as of 21.17: an object belongs to the map of its nearest prior."""
    def loss(P, Y):
        with autograd.pause():
            wanted = [np.array(array, ctx=P.ctx) for array in d2l.assign_cells(
                Y.asnumpy(), priors, grids)]
        return sum(d2l.cell_losses(P, *wanted))

    return d2l.sequence(net, d2l.CellDecoder(priors, grids)), loss


DETECTORS = {'SSD': as_ssd, 'YOLO': as_yolo}


def load_data(images, batch_size, size, num_train, num_val):
    """Batches to train on, others, and the names of classes: a reader's, or drawn."""
    if images:
        return d2l.load_data_detection(images, batch_size, size)
    pictures, labels, _ = d2l.toy_fruit(num_train + num_val,
                                        onp.random.randint(2 ** 31), FRUITS, LENGTHS)
    X = onp.stack([d2l.stretched(picture, size) for picture in pictures])
    train, val = onp.split(onp.arange(len(X)), [num_train])
    train_iter, val_iter = (
        d2l.BatchIterator((X[rows].transpose(0, 3, 1, 2), labels[rows]), batch_size,
                          shuffle=rows is train, transform=d2l.as_floats)
        for rows in (train, val))
    return train_iter, val_iter, ['banana']


def priors_of(labels):
    """Shapes found by clustering, from small to large: for each map (PRIORS, 2)."""
    shapes = d2l.object_shapes(labels)
    if len(shapes) < PRIORS * len(STRIDES):
        raise d2l.InputError(f'{len(shapes)} objects to train on are too few for '
                             f'{PRIORS * len(STRIDES)} shapes')
    priors = d2l.cluster_shapes(shapes, PRIORS * len(STRIDES))
    return onp.split(priors[priors.prod(axis=1).argsort()], len(STRIDES))


def train(net, loss, batches, num_epochs, lr):
    """Train an initialized network on batches of its inputs and labels Y.

    By Adam, whose rate falls in a line: at a constant one the last steps decide much.
    """
    schedule = d2l.ByEpoch(lambda epoch: lr * (1 - epoch / num_epochs), len(batches))
    trainer = gluon.Trainer(net.collect_params(), 'adam', {
        'learning_rate': lr, 'lr_scheduler': schedule})

    def measure(*batch):
        *inputs, Y = batch
        l = loss(net(*inputs), Y)
        return l, {'train loss': (l.sum(), l.size)}

    d2l.fit(d2l.measured_step(net, measure, trainer), batches, num_epochs)


def thirds_of(labels):
    """Labels (pictures, m, 5) for each of THIRDS: objects of another size are marked.

    A sixth number says so; found or not, they count neither way.
    """
    areas = (labels[:, :, 3:] - labels[:, :, 1:3]).prod(axis=2)
    third = onp.digitize(areas, onp.quantile(areas[labels[:, :, 0] >= 0],
                                             [1 / 3, 2 / 3]))
    return {name: onp.concatenate([labels, (third != i)[:, :, None]], axis=2)
            for i, name in enumerate(THIRDS)}


def evaluate(detector, val_iter, batch_size):
    """mAP of all objects, and of each third of them, on pictures not trained on."""
    images, labels = val_iter.arrays
    found = d2l.detections(detector, images, batch_size)
    return {name: d2l.detection_map(found, truth)['mAP'] for name, truth in (
        ('all', labels), *thirds_of(labels).items())}


def stages_of(backbone):
    """The maps of ImageNet's features; None for the small backbone of `build_net`."""
    if backbone == 'tiny':
        return None
    stages = d2l.photograph_stages(d2l.pretrained_net(backbone, d2l.try_gpu()))
    d2l.initialize_rest(stages, init.Zero(), d2l.try_gpu())  # but it has all weights
    return stages


def batches_of(train_iter, stages, batch_size):
    """What is trained on, with labels: pictures, or their maps where these stay."""
    if stages is None:
        return train_iter
    images, labels = train_iter.arrays
    batches = [stages(np.array(images[i:i + batch_size], dtype='float32',
                               ctx=d2l.try_gpu()))
               for i in range(0, len(images), batch_size)]
    maps = [onp.concatenate([C.asnumpy() for C in of_all]) for of_all in zip(*batches)]
    return d2l.load_array((*maps, labels), batch_size)


def counted(net, X):
    """Parameters that are learnt, those of the neck, and multiplications of a picture.
    """
    of_neck = net.top.neck.collect_params().values()
    return {'parameters': d2l.summary(net, X)[-1][2],
            'parameters of the neck': sum(math.prod(param.shape) for param in of_neck
                                          if param.grad_req != 'null'),
            'multiplications': d2l.multiply_adds(net, X)}


def timed(nets, inputs):
    """Milliseconds that each of {name: net} takes for a picture: medians."""
    times = d2l.time_in_turn({name: partial(net, *inputs)
                              for name, net in nets.items()}, NUM_ROUNDS)
    return {name: 1000 * onp.median(seconds) / len(inputs[0])
            for name, seconds in times.items()}


def of(found, neck, what):
    """The mAPs of a neck: detectors one after the other, a number a seed."""
    return onp.concatenate([found[f'{kind}, {neck}: {what}'] for kind in DETECTORS])


def gains(found, better, worse, what):
    """By how much one neck's mAP is above another's, seed by seed."""
    return of(found, better, what) - of(found, worse, what)


def claims_of(found, sizes):
    """What the papers claim. A mean counts where it exceeds its standard error.

    It is taken of differences between two necks, over seeds and both detectors.
    """
    def claim(text, necks, whats, holds, **more):
        names = [f'{kind}, {neck}: {what}' for kind in DETECTORS for what in whats
                 for neck in necks]
        return d2l.claim(text, {**{name: found[name] for name in names}, **more}, holds)

    small, large = (gains(found, 'fpn', 'none', what) for what in ('small', 'large'))
    up, sums = (gains(found, *pair, 'all') for pair in (('pan', 'fpn'),
                                                        ('bifpn', 'pan')))
    is_smaller = all(sizes['bifpn'][what] < sizes['pan'][what] for what in sizes['pan'])
    return [
        claim('a way down raises the mAP of small objects', ('none', 'fpn'), ('small',),
              d2l.exceeds(small, 0)),
        claim('it does more for small objects than for large ones', ('none', 'fpn'),
              ('small', 'large'), d2l.exceeds(small, large)),
        claim('a way up after it raises the mAP further', ('fpn', 'pan'), ('all',),
              d2l.exceeds(up, 0)),
        claim('weighted sums of cheap convolutions do as well, with fewer parameters '
              'and multiplications', ('pan', 'bifpn'), ('all',),
              is_smaller and d2l.exceeds(sums, -LITTLE), **{
                  f'{neck}: {what}': sizes[neck][what] for what in sizes['pan']
                  for neck in ('pan', 'bifpn')})]


def show_thirds(found):
    """Draw the mean mAP of each third of the objects, a figure for each detector."""
    for kind in DETECTORS:
        d2l.plot(range(len(THIRDS)), [[
            onp.mean(found[f'{kind}, {neck}: {third}']) for third in THIRDS]
            for neck in NECKS], 'third of the objects', 'mAP', list(NECKS),
            fmts=STYLES)
        d2l.plt.xticks(range(len(THIRDS)), THIRDS)
        d2l.plt.title(kind)


def show_found(detectors, picture):
    """Draw what each of {name: detector} finds in a picture (3, h, w)."""
    axes = d2l.show_images([picture.transpose(1, 2, 0)] * len(detectors),
                           len(DETECTORS), len(NECKS), list(detectors), scale=2)
    for ax, detector in zip(axes, detectors.values()):
        rows, = d2l.detections(detector, picture[None], 1)
        rows = rows[rows[:, 1] >= SURE][:SHOWN]
        d2l.show_bboxes(ax, rows[:, 2:] * picture.shape[2], colors='w')


def run(*, images: str = '', backbone: Literal['tiny', 'mobilenet_v2_1_0'] = 'tiny',
        num_epochs: int = 10, lr: float = 0.006, batch_size: int = 16, size: int = 96,
        num_channels: int = 32, num_train: int = 240, num_val: int = 80,
        num_seeds: int = 3) -> dict:
    if size % STRIDES[-1]:
        raise d2l.InputError(f'--size must be a multiple of {STRIDES[-1]}, got {size}')
    train_iter, val_iter, classes = load_data(images, batch_size, size, num_train,
                                              num_val)
    grids, stages = [size // stride for stride in STRIDES], stages_of(backbone)
    batches, priors = (batches_of(train_iter, stages, batch_size),
                       priors_of(train_iter.arrays[1]))
    nets, detectors, learners = {}, {}, {}

    def measure():
        found = {}
        for kind, as_detector in DETECTORS.items():
            for neck in NECKS:
                net = build_net(neck, len(classes), num_channels, stages)
                detector, loss = as_detector(net, priors, grids)
                d2l.initialize_rest(detector, init.Xavier(), d2l.try_gpu())
                learner = net if stages is None else net.top
                train(learner, loss, batches, num_epochs, lr)
                found.update({f'{kind}, {neck}: {what}': value for what, value in
                              evaluate(detector, val_iter, batch_size).items()})
                nets[neck], learners[neck] = net, learner
                detectors[f'{kind}, {neck}'] = detector
        return found

    found = d2l.over_seeds(measure, num_seeds)
    *inputs, _ = (array.as_in_ctx(d2l.try_gpu()) for array in next(iter(batches)))
    X = np.zeros((1, 3, size, size))
    sizes = {neck: counted(net, X) for neck, net in nets.items()}
    show_thirds(found)
    show_found(detectors, val_iter.arrays[0][0])
    return {'claims': claims_of(found, sizes), 'classes': classes, 'mAP': found,
            'necks': {neck: {**size, **{f'{kind}: {what}': onp.mean(
                found[f'{kind}, {neck}: {what}']) for kind in DETECTORS
                for what in ('all', *THIRDS)}} for neck, size in sizes.items()},
            'timing': {'ms/picture': timed(learners, inputs)}}


if __name__ == '__main__':
    d2l.main(run)
