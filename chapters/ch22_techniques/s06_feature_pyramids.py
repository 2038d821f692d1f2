"""Feature pyramids (特征金字塔)

Source: FPN (Lin et al., 2017), PANet (Liu et al., 2018), BiFPN (Tan et al., 2020)

A detector looks for small objects on fine maps, which have passed few layers, and for
large ones on coarse maps. A neck lets these maps know of each other before the heads
read them: FPN goes from the coarse ones down to the fine ones, PAN then up again, BiFPN
does both several times by weighted sums of cheap convolutions. Each is put between the
same backbone and the same heads, those of SSD (13.7) and of YOLO (21.17), and is
measured against maps that know nothing of each other: mAP, and that of the small, the
middle and the large third of the objects; parameters, multiplications and time. All
necks have the same normalization and activation, and each the rate of several that is
best on training pictures set aside, with a seed that is not measured.

The pictures are drawn, with bananas from small to large. A reader's own, all of them,
are taken by ``--images FOLDER_OR_ZIP``; photographs want ``--size 160`` and
``--backbone mobilenet_v2_1_0``, whose features come from ImageNet and stay as they are:
necks and heads alone are trained, judged and timed, on maps that are computed once.
"""
import math
from functools import partial
from typing import Literal, NamedTuple

import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_seeds=1, num_rates=1, num_epochs=1, num_train=8, num_val=4,
             batch_size=8, size=64, num_rounds=1)
RANGES = dict(size=(64, 1024), num_train=(8, 100000), num_val=(3, 100000),
              num_rates=(1, 3))

NECKS = 'none', 'fpn', 'pan', 'bifpn'
STRIDES = 8, 16, 32     # pixels on either side of a cell of each map
PRIORS = 3              # shapes of boxes for a cell of each map
THIRDS = 'small', 'middle', 'large'
LENGTHS = 24, 100       # of bananas, in pixels of 256
FRUITS = 4              # bananas of a picture
RATES = 0.01, 0.003, 0.03  # that are tried, the likeliest first
APART = 4               # a part of so many is set aside, by which they are chosen
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


def as_ssd(priors, grids):
    """P -> probabilities and boxes, as of 13.7, and the loss by labels Y."""
    read = AnchorDecoder(priors, grids)

    def loss(P, Y):
        anchors, cls_preds, bbox_preds = read(P)
        with autograd.pause():
            bbox_labels, bbox_masks, cls_labels = d2l.multibox_target(anchors, Y)
        return d2l.calc_loss(cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks)

    return d2l.Detector(read), loss


def as_yolo(priors, grids):
    """The same as of 21.17: an object belongs to the map of its nearest prior."""
    def loss(P, Y):
        with autograd.pause():
            wanted = [np.array(array, ctx=P.ctx) for array in d2l.assign_cells(
                Y.asnumpy(), priors, grids)]
        return sum(d2l.cell_losses(P, *wanted))

    return d2l.CellDecoder(priors, grids), loss


DETECTORS = {'SSD': as_ssd, 'YOLO': as_yolo}
NAMES = tuple(f'{kind}, {neck}' for kind in DETECTORS for neck in NECKS)


def load_data(images, batch_size, size, num_train, num_val):
    """Batches to train on, others, and the names of classes: a reader's, or drawn."""
    if images:
        return d2l.load_data_detection(images, batch_size, size)
    pictures, labels, _ = d2l.toy_fruit(num_train + num_val,
                                        onp.random.randint(2 ** 31), FRUITS, LENGTHS)
    X = onp.stack([d2l.stretched(picture, size).transpose(2, 0, 1)
                   for picture in pictures])
    train, val = onp.split(onp.arange(len(X)), [num_train])
    train_iter, val_iter = (
        d2l.BatchIterator((X[rows], labels[rows]), batch_size, shuffle=rows is train,
                          transform=d2l.as_floats)
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
    """The loss of each epoch in which an initialized network learns labels of batches.

    By Adam, whose rate falls in a line: at a constant one the last steps decide much.
    """
    schedule = d2l.ByEpoch(lambda epoch: lr * (1 - epoch / num_epochs), len(batches))
    trainer = gluon.Trainer(net.collect_params(), 'adam', {
        'learning_rate': lr, 'lr_scheduler': schedule})

    def measure(*batch):
        *inputs, Y = batch
        l = loss(net(*inputs), Y)
        return l, {'train loss': (l.sum(), l.size)}

    history = d2l.fit(d2l.measured_step(net, measure, trainer), batches, num_epochs)
    return [value for _, value in history.series['train loss']]


def thirds_of(labels):
    """Labels (pictures, m, 5) for each of THIRDS: objects of another size are marked.

    A sixth number says so; found or not, they count neither way.
    """
    areas = (labels[:, :, 3:] - labels[:, :, 1:3]).prod(axis=2)
    third = onp.digitize(areas, onp.quantile(areas[labels[:, :, 0] >= 0],
                                             [1 / 3, 2 / 3]))
    return {name: onp.concatenate([labels, (third != i)[:, :, None]], axis=2)
            for i, name in enumerate(THIRDS)}


def stages_of(backbone):
    """The maps of ImageNet's features; None for the small backbone of `build_net`."""
    if backbone == 'tiny':
        return None
    return d2l.photograph_stages(d2l.pretrained_net(backbone, d2l.try_gpu()))


def set_aside(batches):
    """Batches without the first of APART parts of their examples, and those of it."""
    count = len(batches.arrays[0]) // APART
    return [d2l.BatchIterator([array[rows] for array in batches.arrays],
                              batches.batch_size, is_train, batches.transform)
            for rows, is_train in ((slice(count, None), True), (slice(count), False))]


class Task(NamedTuple):
    """What detectors have in common."""

    stages: nn.HybridBlock  # as of `build_net`
    num_classes: int
    num_channels: int
    priors: list
    grids: list
    num_epochs: int


class Learnt(NamedTuple):
    """A detector that has been trained."""

    net: nn.HybridBlock      # from pictures
    learner: nn.HybridBlock  # from what batches hold: all of it, or neck and heads
    decoder: nn.HybridBlock
    losses: list             # of epochs


def learn(task, name, lr, batches):
    """A new detector of NAMES, trained on batches."""
    kind, neck = name.split(', ')
    net = build_net(neck, task.num_classes, task.num_channels, task.stages)
    learner = net if task.stages is None else net.top
    decoder, loss = DETECTORS[kind](task.priors, task.grids)
    for block in (learner, decoder):
        d2l.initialize_rest(block, init.Xavier(), d2l.try_gpu())
    return Learnt(net, learner, decoder,
                  train(learner, loss, batches, task.num_epochs, lr))


def found_by(learnt, batches):
    """What a detector finds in each picture of batches: rows of `d2l.detected`."""
    device = d2l.try_gpu()
    P = onp.concatenate([learnt.learner(*(array.as_in_ctx(device) for array in inputs)
                                        ).asnumpy() for *inputs, _ in batches])
    return d2l.detections(learnt.decoder, P, batches.batch_size)


def precisions(found, labels):
    """mAP of what was found, of all objects and of each third of them."""
    return {name: d2l.detection_map(found, truth)['mAP'] for name, truth in (
        ('all', labels), *thirds_of(labels).items())}


def try_rates(task, batches, num_rates):
    """{name: {rate: mAP on examples that are set aside}} of each detector of NAMES.

    Of one rate, where nothing is to be chosen, the mAP is None.
    """
    if num_rates == 1:
        return {name: {RATES[0]: None} for name in NAMES}
    kept, aside = set_aside(batches)

    def precision(name, rate):
        found = found_by(learn(task, name, rate, kept), aside)
        return d2l.detection_map(found, aside.arrays[-1])['mAP']

    maps = d2l.over_seeds(lambda: {(name, rate): precision(name, rate) for name in NAMES
                                   for rate in RATES[:num_rates]}, 1)
    return {name: {rate: maps[name, rate][0] for rate in RATES[:num_rates]}
            for name in NAMES}


def best_rates(tried):
    """{name: the rate of the highest mAP, the first of equal ones}."""
    return {name: max(maps, key=maps.get) for name, maps in tried.items()}


def num_learnt(block):
    """How many numbers of a block are learnt."""
    return sum(math.prod(param.shape) for param in block.collect_params().values()
               if param.grad_req != 'null')


def counted(net, X):
    """Parameters that are learnt, those of the neck, and multiplications of a picture.
    """
    return {'parameters': num_learnt(net),
            'parameters of the neck': num_learnt(net.top.neck),
            'multiplications': d2l.multiply_adds(net, X)}


def timed(nets, inputs, num_rounds):
    """Milliseconds that each of {name: net} takes for a picture: medians."""
    times = d2l.time_in_turn({name: partial(net, *inputs)
                              for name, net in nets.items()}, num_rounds)
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


def show_losses(losses):
    """Draw the mean loss of each epoch, a figure for each detector."""
    for kind in DETECTORS:
        means = [onp.mean(losses[f'{kind}, {neck}'], axis=0) for neck in NECKS]
        d2l.plot(range(1, len(means[0]) + 1), means, 'epoch', 'train loss', list(NECKS),
                 yscale='log', fmts=STYLES)
        d2l.plt.title(kind)


def show_found(found, picture):
    """Draw what {name: rows} were found in a picture (3, h, w)."""
    axes = d2l.show_images([picture.transpose(1, 2, 0)] * len(found), len(DETECTORS),
                           len(NECKS), list(found), scale=2)
    for ax, rows in zip(axes, found.values()):
        rows = rows[rows[:, 1] >= SURE][:SHOWN]
        d2l.show_bboxes(ax, rows[:, 2:] * picture.shape[2], colors='w')


def table_of(sizes, found, losses):
    """{neck: its sizes, and means over the seeds of mAPs and of the last losses}."""
    return {neck: {**size, **{
        f'{kind}: {what}': onp.mean(found[f'{kind}, {neck}: {what}'])
        for kind in DETECTORS for what in ('all', *THIRDS)}, **{
        f'{kind}: train loss': onp.mean(losses[f'{kind}, {neck}'], axis=0)[-1]
        for kind in DETECTORS}} for neck, size in sizes.items()}


def run(*, images: str = '', backbone: Literal['tiny', 'mobilenet_v2_1_0'] = 'tiny',
        num_epochs: int = 20, num_rates: int = 3, batch_size: int = 16, size: int = 96,
        num_channels: int = 32, num_train: int = 360, num_val: int = 80,
        num_seeds: int = 3, num_rounds: int = 10) -> dict:
    if size % STRIDES[-1]:
        raise d2l.InputError(f'--size must be a multiple of {STRIDES[-1]}, got {size}')
    *parts, classes = load_data(images, batch_size, size, num_train, num_val)
    stages = stages_of(backbone)
    batches, val_batches = parts if stages is None else (
        d2l.batches_of_maps(part, stages) for part in parts)
    task = Task(stages, len(classes), num_channels, priors_of(batches.arrays[-1]),
                [size // stride for stride in STRIDES], num_epochs)
    tried = try_rates(task, batches, num_rates)
    rates, learnt, shown = best_rates(tried), {}, {}

    def measure():
        row = {}
        for name in NAMES:
            learnt[name] = learn(task, name, rates[name], batches)
            rows = found_by(learnt[name], val_batches)
            shown[name] = rows[0]
            row[name] = learnt[name].losses
            row.update({f'{name}: {what}': value for what, value in
                        precisions(rows, val_batches.arrays[-1]).items()})
        return row

    found = d2l.over_seeds(measure, num_seeds)
    losses = {name: found.pop(name) for name in NAMES}
    *inputs, _ = (array.as_in_ctx(d2l.try_gpu()) for array in next(iter(batches)))
    of_neck = {neck: learnt[f'SSD, {neck}'] for neck in NECKS}
    sizes = {neck: counted(one.net, np.zeros((1, 3, size, size)))
             for neck, one in of_neck.items()}
    show_losses(losses)
    show_thirds(found)
    show_found(shown, parts[1].arrays[0][0])
    return {'claims': claims_of(found, sizes), 'classes': classes, 'mAP': found,
            'rates tried': {name: {str(rate): value for rate, value in maps.items()}
                            for name, maps in tried.items()},
            'rates': rates, 'losses': losses, 'necks': table_of(sizes, found, losses),
            'timing': {'ms/picture': timed({neck: one.learner for neck, one
                                            in of_neck.items()}, inputs, num_rounds)}}


if __name__ == '__main__':
    d2l.main(run)
