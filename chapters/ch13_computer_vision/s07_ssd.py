"""Single shot multibox detection (单发多框检测 SSD)

Source: chapter_computer-vision/ssd

The default options take some twenty minutes on two cores of a CPU. A reader's own
pictures with boxes are trained on by ``--images FOLDER_OR_ZIP``; where these are
photographs, ``--backbone mobilenet_v2_1_0 --lr 0.05`` begins with features from
ImageNet.
"""
import math
from pathlib import Path
from typing import Literal

from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('banana-detection', 'banana')
SMOKE = dict(num_epochs=2, batch_size=16, size=64)
RANGES = dict(size=(64, 1024))
# printed, then the range of the book's executed builds
PRINTED = [({}, {'class error': (3.53e-3, 3.42e-3, 3.61e-3),
                 'bbox mae': (3.85e-3, 3.71e-3, 3.88e-3)})]

NUM_SHOWN = 4  # pictures of the validation part
SURE = 0.9     # score from which on a box is shown


def forward(x, block):
    """What a new block makes of x."""
    block.initialize()
    return block(x)


# book: defines bbox_predictor, flatten_pred and blk_forward, which the library has
class Joined(nn.HybridBlock):
    """X -> (batch, n, num_classes + 1 + 4): scores and offsets of a TinySSD."""

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net = net

    def hybrid_forward(self, F, X):
        _, cls_preds, bbox_preds = self.net(X)
        bbox_preds = F.npx.reshape(bbox_preds, (-2, -1, 4))
        return F.np.concatenate([cls_preds, bbox_preds], axis=2)


def build_net(num_classes=1):
    """All that TinySSD learns. X (batch, 3, h, w) -> (batch, n, num_classes + 5)."""
    return Joined(d2l.TinySSD(num_classes, d2l.get_blk))


def example_inputs(batch_size=2, size=256):
    return (np.random.uniform(size=(batch_size, 3, size, size)),)


def cls_eval(cls_preds, cls_labels):
    """How many anchors get the right class."""
    # book: float(...), which waits for each batch
    return (cls_preds.argmax(axis=-1).astype(cls_labels.dtype) == cls_labels).sum()


def bbox_eval(bbox_preds, bbox_labels, bbox_masks):
    """Sum of the errors of all offsets."""
    return np.abs((bbox_labels - bbox_preds) * bbox_masks).sum()


def targets(net, X, Y):
    """Predictions for pictures X, and what was to be predicted: five arrays."""
    anchors, cls_preds, bbox_preds = net(X)
    with autograd.pause():
        bbox_labels, bbox_masks, cls_labels = d2l.multibox_target(anchors, Y)
    return cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks


def errors(cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks):
    """Class error of all anchors, and mean absolute error of all offsets, as sums."""
    wrong = cls_labels.size - cls_eval(cls_preds, cls_labels)
    return {'class error': (wrong, cls_labels.size),
            'bbox mae': (bbox_eval(bbox_preds, bbox_labels, bbox_masks),
                         bbox_labels.size)}


def training_step(net, lr, weight_decay):
    """SGD on both losses of a batch."""
    trainer = gluon.Trainer(net.collect_params(), 'sgd',
                            {'learning_rate': lr, 'wd': weight_decay})

    def measure(X, Y):
        found = targets(net, X, Y)
        l = d2l.calc_loss(*found)
        return l, {'train loss': (l.sum(), len(l)), **errors(*found)}

    return d2l.measured_step(net, measure, trainer)


def train(net, train_iter, num_epochs, lr, weight_decay):
    """Train on all devices of the run, drawing as on the page; the history."""
    animator = d2l.Animator(xlabel='epoch', ylabel='error', xlim=[1, num_epochs],
                            legend=['class error', 'bbox mae'])
    return d2l.fit(
        training_step(net, lr, weight_decay), train_iter, num_epochs,
        watch=lambda history: animator.add(
            history.series['class error'][-1][0],
            [history['class error'], history['bbox mae']]))


def evaluate(net, val_iter, classes, batch_size):
    """Class error, box MAE and mean average precision on pictures not trained on.

    Draws the first of them with the boxes that are found.
    """
    means, found, device = d2l.RunningMeans(), [], d2l.try_gpu()
    images, labels = val_iter.arrays  # all of them, on each worker
    for i in range(0, len(images), batch_size):
        X, Y = (np.array(array[i:i + batch_size], dtype='float32', ctx=device)
                for array in (images, labels))
        anchors, cls_preds, bbox_preds = net(X)
        bbox_labels, bbox_masks, cls_labels = d2l.multibox_target(anchors, Y)
        means.add(errors(cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks))
        cls_probs = npx.softmax(cls_preds).transpose(0, 2, 1)
        found.append(d2l.multibox_detection(cls_probs, bbox_preds, anchors).asnumpy())
    pictures = [rows for batch in found for rows in batch]
    axes = d2l.show_images(images[:NUM_SHOWN].transpose(0, 2, 3, 1), 2, NUM_SHOWN // 2,
                           scale=2.5)
    for ax, rows in zip(axes, pictures):
        sure = rows[(rows[:, 0] >= 0) & (rows[:, 1] >= SURE)]
        d2l.show_bboxes(ax, np.array(sure[:, 2:] * images.shape[2]), [
            f'{classes[int(label)]} {score:.2f}' for label, score in sure[:, :2]], 'w')
    return {**means.means(), **d2l.detection_map(pictures, labels, class_names=classes)}


def display(img, output, threshold, classes=('',)):
    """Draw a picture, and the boxes of `d2l.detect` with at least this score."""
    # book: sets the size of all figures to come
    d2l.plt.figure(figsize=(5, 5))
    fig = d2l.plt.imshow(img)
    h, w = img.shape[:2]
    for row in output:
        score = float(row[1])
        if score >= threshold:
            bbox = [np.array(row[2:6]) * np.array((w, h, w, h))]
            name = f'{classes[int(row[0])]} {score:.2f}'.strip()
            d2l.show_bboxes(fig.axes, bbox, name, 'w')


# book: predict(X) runs the network in memory on one picture of its own size
def predict(model, *pictures, threshold: float = SURE) -> list:
    """The objects in pictures: class, score, and box in the picture's own pixels."""
    detector = d2l.load_model(model, classes=[str], size=d2l.SIDES)
    classes, found = detector.about['classes'], []
    for file in pictures:
        img = d2l.read_picture(file)
        output = d2l.detect(detector, img)
        objects = d2l.as_objects(output, img, classes, threshold)
        display(img, output, threshold, classes)
        found.append({'picture': str(file), 'objects': objects})
    return found


def focal_loss(gamma, x):
    """Of the probability x of the true class: small where that is large already."""
    return -(1 - x) ** gamma * np.log(x)


def show_losses():
    """Smooth L1 losses, and focal losses, over what they are of."""
    x = np.arange(-2, 2, 0.1)
    sigmas = [10, 1, 0.5]
    d2l.plot(x, [npx.smooth_l1(x, scalar=s) for s in sigmas], 'error', 'smooth L1',
             [f'sigma={s:.1f}' for s in sigmas])
    x = np.arange(0.01, 1, 0.01)
    gammas = [0, 1, 5]
    d2l.plot(x, [focal_loss(gamma, x) for gamma in gammas],
             'probability of the true class', 'focal loss',
             [f'gamma={gamma:.1f}' for gamma in gammas])


def page_shapes():
    """The shapes that the page prints on its way."""
    Y1 = forward(np.zeros((2, 8, 20, 20)), d2l.cls_predictor(5, 10))
    Y2 = forward(np.zeros((2, 16, 10, 10)), d2l.cls_predictor(3, 10))
    net = d2l.TinySSD(num_classes=1)
    net.initialize()
    # book: of 32 pictures, which takes a second
    anchors, cls_preds, bbox_preds = net(np.zeros((2, 3, 256, 256)))
    X = np.zeros((2, 3, 20, 20))
    shown = {'Y1': Y1, 'Y2': Y2, 'concat_preds': d2l.concat_preds([Y1, Y2]),
             'down_sample_blk': forward(X, d2l.down_sample_blk(10)),
             'base_net': forward(np.zeros((2, 3, 256, 256)), d2l.base_net()),
             'output anchors': anchors, 'output class preds': cls_preds,
             'output bbox preds': bbox_preds}
    return {name: list(array.shape) for name, array in shown.items()}


def run(*, images: str = 'banana-detection',
        backbone: Literal['tiny', 'mobilenet_v2_1_0'] = 'tiny', num_epochs: int = 20,
        lr: float = 0.2, weight_decay: float = 5e-4, batch_size: int = 32,
        size: int = 256, out: Path = Path('.')) -> dict:
    train_iter, val_iter, classes = d2l.load_data_detection(images, batch_size, size)
    device = d2l.try_gpu()
    net = d2l.initialized_ssd(backbone, len(classes), size, device)
    history = train(net, train_iter, num_epochs, lr, weight_decay)
    if not math.isfinite(history['train loss']):
        raise d2l.InputError(f'the training diverged, its loss is '
                             f'{history["train loss"]}: take a lower rate than --lr '
                             f'{lr:g}')
    print(f'class err {history["class error"]:.2e}, '
          f'bbox mae {history["bbox mae"]:.2e}')
    print(f'{history.examples_per_sec:.1f} examples/sec on {device}')
    result = {'shapes': page_shapes(), 'classes': classes, **history.record(),
              'validation': evaluate(net, val_iter, classes, batch_size)}
    with device:
        X = np.random.uniform(0, 255, (2, 3, size, size))
        d2l.save_model(out / 'model', d2l.Detector(net), X,
                       {'classes': classes, 'size': size}, other_inputs=[X[:1]])
        if images == 'banana-detection':
            result['found'] = predict(out / 'model', d2l.download('banana'))
    show_losses()
    return result


if __name__ == '__main__':
    d2l.main(run)
