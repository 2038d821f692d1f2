"""Losses of boxes (边界框损失)

Source: UnitBox, GIoU, DIoU, CIoU, EIoU, Alpha-IoU, SIoU, Wise-IoU (2016 to 2023)

A box can be learnt by the overlap that it is judged by, and nine papers say how to do
that better. Two things are measured. Thousands of boxes around a target, of seven
shapes and seven sizes, are moved by descent alone, as in the paper on DIoU: how many
steps until their mean IoU is 0.9, and what becomes of those that do not touch it. And
the detector of 13.7 is trained by each loss on the boxes that it decodes, from the same
first weights, beside its own L1 on offsets: its mean average precision, over the
thresholds 0.5 to 0.95. Losses differ in scale, so each has a weight of its own beside
the loss of classes: that of several by which a detector was best on training pictures
set aside, with a seed that is not measured.

Other pictures want other weights, which ``--choose-weights`` finds before all else.
Photographs want ``--backbone mobilenet_v2_1_0 --size 160``, too: its features, of
ImageNet, stay as they are, and what reads them is trained on maps computed once.
"""
import random
from typing import Literal

import numpy as onp
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('banana-detection',)
SMOKE = dict(num_seeds=1, num_points=1, num_iterations=3, num_epochs=1, batch_size=4,
             num_train=4, num_val=3)
RANGES = dict(size=(64, 1024), num_seeds=(1, 100))

LOSSES = {'IoU': d2l.iou_loss, 'GIoU': d2l.giou_loss, 'DIoU': d2l.diou_loss,
          'CIoU': d2l.ciou_loss, 'EIoU': d2l.eiou_loss,
          'focal EIoU': d2l.focal_eiou_loss, 'alpha IoU': d2l.alpha_iou_loss,
          'SIoU': d2l.siou_loss, 'WIoU': d2l.wiou_loss}
V3 = 'WIoU v3'  # which asks for a mean over boxes, too
# beside the loss of classes: those that --choose-weights tries, and those that it chose
# for the bananas
TRIED = 2, 5, 10, 20, 50
WEIGHTS = {'L1': 5, 'IoU': 20, 'GIoU': 10, 'DIoU': 20, 'CIoU': 10, 'EIoU': 10,
           'focal EIoU': 10, 'alpha IoU': 20, 'SIoU': 10, 'WIoU': 20, V3: 20}
STILL = 'IoU', 'focal EIoU', 'alpha IoU'  # have no gradient where nothing overlaps
# what papers say: the first is faster, or better, than the second
FASTER = ('DIoU', 'GIoU'), ('CIoU', 'DIoU'), ('EIoU', 'CIoU'), ('SIoU', 'CIoU')
BETTER = (('IoU', 'L1'), ('GIoU', 'IoU'), ('DIoU', 'GIoU'), ('CIoU', 'DIoU'),
          ('EIoU', 'CIoU'), ('focal EIoU', 'EIoU'), ('alpha IoU', 'IoU'),
          ('SIoU', 'CIoU'), ('WIoU', 'CIoU'), (V3, 'WIoU'))
RATIOS = 1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4     # width / height of boxes, and of targets
AREAS = 0.5, 0.67, 0.75, 1, 1.33, 1.5, 2     # of boxes; targets have 1
RADIUS = 3                                   # of the disc of the boxes' middles
RATE = 0.02  # a fifth of the paper's, by which boxes swing about where they should rest
LEAST = onp.array([-onp.inf, -onp.inf, 0.01, 0.01])  # sides, however large the step
GOAL = 0.9
THRESHOLDS = onp.arange(50, 100, 5) / 100    # of a detector's overlap, as COCO's
LEFT = 0.05  # of its first value, in a running mean at the end
STYLES = '-', 'm--', 'g-.', 'r:', 'c-', 'k--', 'y-.', 'b:', 'm-', 'g--'

cls_loss, l1_loss = gluon.loss.SoftmaxCrossEntropyLoss(), gluon.loss.L1Loss()


# ---- boxes alone

def wiou_v3_loss(boxes, targets):
    """Version 3 of WIoU, by the mean of these boxes, which are all that there are."""
    return d2l.wiou_loss(boxes, targets, d2l.iou_loss(boxes, targets).mean())


def starts(num_points):
    """Boxes and their targets, middles and sides: twice (num_points * 7³, 4)."""
    radius = RADIUS * onp.sqrt(onp.random.uniform(size=num_points))
    angle = onp.random.uniform(0, 2 * onp.pi, num_points)
    middles = onp.stack([radius * onp.cos(angle), radius * onp.sin(angle)], axis=1)
    roots = onp.sqrt(RATIOS)
    shapes = onp.stack([roots, 1 / roots], axis=1)
    point, target, size, shape = (index.ravel() for index in onp.indices(
        (num_points, len(RATIOS), len(AREAS), len(RATIOS))))
    sides = shapes[shape] * onp.sqrt(AREAS)[size, None]
    return (onp.concatenate([middles[point], sides], axis=1),
            onp.concatenate([0 * middles[point], shapes[target]], axis=1))


class Regression(nn.HybridBlock):
    """Boxes and targets, middles and sides (n, 4) -> losses (n,) and IoUs (n,)."""

    def __init__(self, loss, **kwargs):
        super().__init__(**kwargs)
        self.loss = loss

    def hybrid_forward(self, F, boxes, targets):
        boxes, targets = map(d2l.box_center_to_corner, (boxes, targets))
        return self.loss(boxes, targets), 1 - d2l.iou_loss(boxes, targets)


def regress(loss, boxes, targets, num_iterations):
    """IoUs of boxes with their targets, by descent: (num_iterations + 1, n).

    A step is the gradient times a rate, and 2 - IoU, as in the paper.
    """
    B, T, least = (np.array(X, dtype='float32', ctx=d2l.try_gpu())
                   for X in (boxes, targets, LEAST))
    B.attach_grad()
    regression = Regression(loss)

    def descend():
        with autograd.record():
            l, IoU = regression(B, T)
        l.backward()
        B[:] = np.maximum(B - RATE * np.expand_dims(2 - IoU, 1) * B.grad, least)
        return IoU.asnumpy()

    step = d2l.Step(descend, trains=regression)  # which compiles it
    return onp.stack([*(step() for _ in range(num_iterations)),
                      regression(B, T)[1].asnumpy()])


def simulate(num_points, num_iterations):
    """For each loss: steps to the goal, or None; mean IoUs; what becomes of the apart.
    """
    boxes, targets = starts(num_points)
    is_apart = d2l.iou_loss(*map(d2l.box_center_to_corner, (boxes, targets))) == 1
    row = {}
    for name, loss in {**LOSSES, V3: wiou_v3_loss}.items():
        IoUs = regress(loss, boxes, targets, num_iterations)
        means = IoUs.mean(axis=1).tolist()
        row[f'{name}: mean IoUs'] = means
        row[f'{name}: steps'] = next(
            (i for i, mean in enumerate(means) if mean >= GOAL), None)
        row[f'{name}: apart, then touching'] = float(
            (IoUs[-1][is_apart] > 0).mean())
    return row


# ---- the detector

class RunningMean:
    """The mean of a loss of boxes over many batches: version 3 of WIoU asks for it.

    It begins with 1, of which `LEFT` is left after so many batches: the paper's
    momentum, for the epochs until precision rises slowly, and here for all of them.
    """

    def __init__(self, num_batches):
        self.value = np.ones(1, ctx=d2l.try_gpu())
        self.momentum = 1 - LEFT ** (1 / num_batches)

    def add(self, l, is_object):
        """Losses of a batch's boxes, and which of them count: 1 or 0, of one shape."""
        with autograd.pause():
            count = is_object.sum().astype(l.dtype)
            mean = (l * is_object).sum() / np.maximum(count, 1)
            share = self.momentum * np.minimum(count, 1)  # 0 where there is no object
            mean, share = (X.as_in_ctx(self.value.ctx) for X in (mean, share))
            self.value[:] = (1 - share) * self.value + share * mean


def losses(name, found, taught, weight, mean=None):
    """Losses of pictures (batch,): of classes as in 13.7, and weight times of boxes.

    found: anchors, scores and offsets of a TinySSD; taught: offsets, their mask and
    classes, as of `multibox_target`. mean: for version 3 of WIoU, a `RunningMean`.
    """
    anchors, cls_preds, bbox_preds = found
    bbox_labels, bbox_masks, cls_labels = taught
    cls = cls_loss(cls_preds, cls_labels)
    if name == 'L1':
        return cls + weight * l1_loss(bbox_preds * bbox_masks, bbox_labels * bbox_masks)
    boxes, targets = (d2l.offset_inverse(anchors, offsets.reshape(len(cls), -1, 4))
                      for offsets in (bbox_preds, bbox_labels))
    is_object = bbox_masks.reshape(len(cls), -1, 4)[:, :, 0]
    if name == V3:
        mean.add(d2l.iou_loss(boxes, targets), is_object)
        l = d2l.wiou_loss(boxes, targets, mean.value.as_in_ctx(boxes.ctx))
    else:
        l = LOSSES[name](boxes, targets)
    return cls + weight * (l * is_object).mean(axis=1)


def train(net, name, train_iter, num_epochs, lr, weight):
    """Train a TinySSD by one loss of boxes."""
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    # each device's part of a batch counts
    mean = RunningMean(num_epochs * len(train_iter) * len(d2l.try_all_gpus()))

    def measure(*batch):
        *inputs, Y = batch
        found = net(*inputs)
        with autograd.pause():
            taught = d2l.multibox_target(found[0], Y)
        l = losses(name, found, taught, weight, mean)
        return l, {'train loss': (l.sum(), len(l))}

    step = d2l.measured_step(net, measure, trainer)
    step.trains = net, trainer, mean.value  # which checkpoints save
    d2l.fit(step, train_iter, num_epochs)


def precisions(net, val_iter):
    """Mean average precisions on pictures not trained on, over all thresholds and two.
    """
    found, (*inputs, labels) = [], val_iter.arrays
    for i in range(0, len(labels), val_iter.batch_size):
        anchors, cls_preds, bbox_preds = net(*(
            np.array(array[i:i + val_iter.batch_size], dtype='float32',
                     ctx=d2l.try_gpu()) for array in inputs))
        cls_probs = npx.softmax(cls_preds).transpose(0, 2, 1)
        found += list(d2l.multibox_detection(cls_probs, bbox_preds, anchors).asnumpy())
    maps = [d2l.detection_map(found, labels, iou=iou)['mAP'] for iou in THRESHOLDS]
    return {'mAP': float(onp.mean(maps)), 'mAP@0.5': maps[0], 'mAP@0.75': maps[5]}


def new_detector(num_classes, inputs):
    """A TinySSD of a batch's inputs: pictures, or maps of the first scales."""
    known = len(inputs) if len(inputs) > 1 else 0
    net = d2l.TinySSD(num_classes, lambda i: None if i < known else d2l.get_blk(i))
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    net(*(np.zeros((1, *array.shape[1:]), ctx=d2l.try_gpu()) for array in inputs))
    return net


def detect(data, num_classes, ways, num_epochs, lr):
    """Precisions of a detector for each of ways, (loss, its weight): a list of dicts.

    The detectors begin alike and see the same batches.
    """
    train_iter, val_iter = data
    net, found = new_detector(num_classes, train_iter.arrays[:-1]), []
    first = [(param, param.data(d2l.try_gpu()).copy())
             for param in net.collect_params().values()]
    seed = random.randrange(2 ** 31)
    for name, weight in ways:
        for param, value in first:
            param.set_data(value)
        d2l.set_seed(seed)
        train(net, name, train_iter, num_epochs, lr, weight)
        found.append(precisions(net, val_iter))
    return found


def try_weights(train_iter, num_classes, num_epochs, lr):
    """{loss: {weight: mAP on training pictures that are set aside}}."""
    ways = [(name, weight) for name in WEIGHTS for weight in TRIED]
    rows = d2l.over_seeds(lambda: dict(zip(ways, detect(
        d2l.set_aside(train_iter), num_classes, ways, num_epochs, lr))), 1)
    return {name: {weight: rows[name, weight][0]['mAP'] for weight in TRIED}
            for name in WEIGHTS}


def best_weights(tried):
    """{loss: the weight of the highest mAP, the first of equal ones}."""
    return {name: max(maps, key=maps.get) for name, maps in tried.items()}


def load(images, batch_size, size, num_train, num_val):
    """`load_data_detection` with the first pictures of either part."""
    *parts, classes = d2l.load_data_detection(images, batch_size, size)
    for part, count in zip(parts, (num_train, num_val)):
        part.arrays = [array[:count] for array in part.arrays]
    return parts, len(classes)


def as_maps(parts, backbone):
    """Batches of what ImageNet's features make of pictures, in the place of these.

    Of the three maps the detector of 13.7 has use for two, a 16th and a 32nd as large.
    """
    stages = d2l.photograph_stages(d2l.pretrained_net(backbone, d2l.try_gpu()))
    return [d2l.batches_of_maps(part, lambda X: stages(X)[1:]) for part in parts]


# ---- what came of it

def steps(values):
    """Their mean; no end where the goal was not reached."""
    return onp.mean([onp.inf if value is None else value for value in values])


def claims_of(found):
    """What papers say, beside what each seed gave.

    Of two losses of which neither reaches the goal with any seed, none is faster.
    """
    def measured(key, *names):
        return {name: found[f'{name}: {key}'] for name in names}

    touching = measured('apart, then touching', *LOSSES)
    rows = [d2l.claim(
        f'boxes that do not touch stay apart by {", ".join(STILL[:-1])} and '
        f'{STILL[-1]}, and most are brought together by the others', touching,
        max(max(touching[name]) for name in STILL) == 0 and all(
            min(values) > 0.5 for name, values in touching.items()
            if name not in STILL))]
    for one, other in FASTER:
        both = measured('steps', one, other)
        if any(value is not None for values in both.values() for value in values):
            rows.append(d2l.claim(
                f'{one} reaches a mean IoU of {GOAL} in fewer steps than {other}', both,
                steps(both[one]) < steps(both[other])))
    for one, other in BETTER:
        both = measured('mAP', one, other)
        rows.append(d2l.claim(
            f'a detector learns better boxes by {one} than by {other}', both,
            d2l.exceeds(both[one], both[other])))
    return rows


def table_of(found, weights):
    """A row of texts for each loss: means over the seeds, and its weight."""
    def cells(name):
        for key in ('steps', 'mean IoU', 'mAP', 'mAP@0.5', 'mAP@0.75'):
            values = found.get(f'{name}: {key}')
            if key == 'steps' and values:
                mean = steps(values)
                yield 'steps', f'{mean:.0f}' if mean < onp.inf else 'never'
            elif values:
                yield key, f'{onp.mean(values):.3f}'

    ends = {f'{name}: mean IoU': [means[-1] for means in found[f'{name}: mean IoUs']]
            for name in (*LOSSES, V3)}
    found = {**found, **ends}
    return [{'loss': name, 'weight': f'{weights[name]:g}', **dict(cells(name))}
            for name in (*LOSSES, V3, 'L1')]


def show_regressions(found):
    """Mean IoU by steps of descent, the mean over seeds."""
    names = *LOSSES, V3
    curves = [onp.mean(found[f'{name}: mean IoUs'], axis=0) for name in names]
    d2l.plot(onp.arange(len(curves[0])), curves, 'step', 'mean IoU', list(names),
             fmts=STYLES, figsize=(5, 3.5))


def run(*, images: str = 'banana-detection',
        backbone: Literal['tiny', 'mobilenet_v2_1_0'] = 'tiny',
        choose_weights: bool = False, num_seeds: int = 3, num_points: int = 10,
        num_iterations: int = 500, num_epochs: int = 1, lr: float = 0.002,
        batch_size: int = 16, size: int = 64, num_train: int = 800,
        num_val: int = 100) -> dict:
    if backbone != 'tiny' and size < 128:  # the fourth scale has a 128th of the sides
        raise d2l.InputError(f'--backbone {backbone} needs --size 128 at least, got '
                             f'{size}')
    data, num_classes = load(images, batch_size, size, num_train, num_val)
    if backbone != 'tiny':
        data = as_maps(data, backbone)
    tried = {}
    if choose_weights:
        tried = try_weights(data[0], num_classes, num_epochs, lr)
    weights = best_weights(tried) or WEIGHTS

    def measure():
        row = simulate(num_points, num_iterations)
        rows = detect(data, num_classes, weights.items(), num_epochs, lr)
        return {**row, **{f'{name}: {key}': value for name, maps in zip(weights, rows)
                          for key, value in maps.items()}}

    found = d2l.over_seeds(measure, num_seeds)
    show_regressions(found)
    table = table_of(found, weights)
    print(d2l.table(table))
    return {'claims': claims_of(found), 'table': table, 'weights': weights,
            'mAP on pictures set aside': {
                name: {f'{weight:g}': value for weight, value in maps.items()}
                for name, maps in tried.items()}}


if __name__ == '__main__':
    d2l.main(run)
