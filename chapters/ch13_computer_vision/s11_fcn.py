"""Fully convolutional networks: FCN (全卷积网络)

Source: chapter_computer-vision/fcn

On toy data and its random weights these options make ten updates, which is little:
--batch-size 8 --height 160 --width 224 --num-epochs 8 takes minutes and tells the
things apart. The rate is ResNet-18's; another --backbone wants --lr 0.01.
"""
from itertools import takewhile
from pathlib import Path
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('voc2012', 'catdog', 'resnet18_v2')
SMOKE = dict(num_epochs=1, batch_size=4, height=64, width=96,
             backbone='squeezenet1_1')  # a small one: it measures whole pictures
RANGES = dict(height=(32, 512), width=(32, 512))
# printed, then the range of the book's executed builds
PRINTED = [({}, {'train loss': (0.325, 0.32, 0.34), 'train acc': (0.892, 0.88, 0.90),
                 'test acc': (0.846, 0.819, 0.855)})]

NUM_CLASSES = len(d2l.VOC_CLASSES)
SIZE = 32  # heights and widths must be multiples of it
NUM_SHOWN = 4


def bilinear_kernel(in_channels, out_channels, kernel_size):
    """W (in, out, kernel_size, kernel_size) that interpolates each channel by itself.

    As the kernel of a transposed convolution it enlarges by half its size.
    """
    factor = (kernel_size + 1) // 2
    center = factor - 1 if kernel_size % 2 == 1 else factor - 0.5
    tent = 1 - np.abs(np.arange(kernel_size) - center) / factor
    filt = tent.reshape(-1, 1) * tent
    # book: a loop over the channels, which must be as many on both sides
    return np.eye(in_channels, out_channels).reshape(
        in_channels, out_channels, 1, 1) * filt


def build_net(backbone='resnet18_v2', pretrained_net=None):
    """X (batch, 3, h, w) -> scores (batch, 21, h, w), h and w multiples of 32.

    The layers of a network for ImageNet but for its last, which has no place left; None
    stands for one that is not trained. Then scores of 21 classes at 1/32 of height and
    width, SqueezeNet's at 1/16, and a transposed convolution that enlarges them.
    """
    pretrained_net = pretrained_net or d2l.imagenet_net(backbone)
    # SqueezeNet pads nothing: its map, which is a place smaller, lacks the border
    stride, padding = (16, 0) if backbone == 'squeezenet1_1' else (32, 16)
    net = nn.HybridSequential()
    net.add(*takewhile(lambda layer: not isinstance(layer, nn.GlobalAvgPool2D),
                       pretrained_net.features),
            nn.Conv2D(NUM_CLASSES, kernel_size=1),
            nn.Conv2DTranspose(NUM_CLASSES, kernel_size=2 * stride, padding=padding,
                               strides=stride, in_channels=NUM_CLASSES))
    return net


def example_inputs(batch_size=2, height=64, width=96):
    return (np.random.uniform(size=(batch_size, 3, height, width)),)


def upsampling():
    """A photograph twice as large by a transposed convolution; the two shapes."""
    conv_trans = nn.Conv2DTranspose(3, kernel_size=4, padding=1, strides=2,
                                    in_channels=3)
    conv_trans.initialize(init.Constant(bilinear_kernel(3, 3, 4)))
    img = np.array(d2l.read_picture(d2l.download('catdog')))
    X = np.expand_dims(img.transpose(2, 0, 1), axis=0) / 255
    Y = conv_trans(X)
    out_img = Y[0].transpose(1, 2, 0)
    print('input image shape:', img.shape)
    print('output image shape:', out_img.shape)
    axes = d2l.show_images([X[0].transpose(1, 2, 0), out_img.clip(0, 1)], 1, 2, scale=3)
    for ax in axes:
        ax.set_axis_on()
    axes[0].figure.tight_layout()  # room for the numbers of the axes
    return {'input image shape': list(img.shape),
            'output image shape': list(out_img.shape)}


def initialized_net(backbone, devices):
    """An FCN with weights from ImageNet, new scores, and bilinear interpolation."""
    net = build_net(backbone, d2l.pretrained_net(backbone))
    if backbone != 'resnet18_v2':  # the page's, which goes by those of batches
        d2l.keep_statistics(net)
    net[-2].initialize(init.Xavier())
    kernel_size = net[-1]._kwargs['kernel'][0]
    net[-1].initialize(init.Constant(bilinear_kernel(NUM_CLASSES, NUM_CLASSES,
                                                     kernel_size)))
    net.collect_params().reset_ctx(devices)
    return net


def segment(net, picture, mean, std):
    """The class of each pixel of a picture (h, w, 3), uint8 RGB: (h, w), NumPy arrays.

    Its border is repeated up to multiples of 32, and cut off again.
    """
    h, w = picture.shape[:2]
    padded = onp.pad(picture, ((0, -h % SIZE), (0, -w % SIZE), (0, 0)), mode='edge')
    X = ((padded / 255 - onp.array(mean)) / onp.array(std)).transpose(2, 0, 1)[None]
    labels = net(np.array(X, dtype='float32')).argmax(axis=1)[0].asnumpy()
    return labels[:h, :w].astype('uint8')


def evaluate(predict, dataset):
    """Measures of whole validation pictures, whose contours count neither way.

    predict: ``(h, w, 3) -> (h, w)``. Pixel accuracy, mean IoU and the IoU of each class
    that there is; and what calling all background would give.
    """
    meter, background = (d2l.SegmentationMeter(NUM_CLASSES, ignore=d2l.VOC_VOID)
                         for _ in range(2))
    for picture, labels in zip(dataset.features, dataset.labels):
        meter.add(predict(picture)[None], labels[None])
        background.add(onp.zeros_like(labels)[None], labels[None])
    found = meter.value()
    each = dict(zip(d2l.VOC_CLASSES, found['IoU']))
    return {**found, 'IoU': {name: IoU for name, IoU in each.items() if IoU == IoU},
            'all background': {name: background.value()[name]
                               for name in ('pixel acc', 'mean IoU')}}


def label2image(pred):
    """The colours (h, w, 3), uint8, of classes (h, w)."""
    colormap = np.array(d2l.VOC_COLORMAP, dtype='uint8')
    X = pred.as_in_ctx(colormap.ctx).astype('int32')
    return colormap[X, :]


def show_predictions(net, dataset, device):
    """Draw validation pictures, their predicted and their true classes."""
    def predict(img):
        X = np.expand_dims(dataset.normalize_image(img).transpose(2, 0, 1), axis=0)
        pred = net(X.as_in_ctx(device)).argmax(axis=1)
        return pred.reshape(pred.shape[1], pred.shape[2])

    height, width = dataset.crop_size
    crops = [[array[:height, :width] for array in pair]
             for pair in zip(dataset.features[:NUM_SHOWN], dataset.labels)]
    imgs = [image for image, _ in crops]
    preds = [label2image(predict(image)) for image in imgs]
    truths = [label2image(np.array(onp.where(label == d2l.VOC_VOID, 0, label)))
              for _, label in crops]
    d2l.show_images(imgs + preds + truths, 3, NUM_SHOWN, scale=2)


def run(*, num_epochs: int = 5, lr: float = 0.1, wd: float = 1e-3, batch_size: int = 32,
        height: int = 320, width: int = 480,
        backbone: Literal['resnet18_v2', 'squeezenet1_1', 'mobilenet_v2_1_0',
                          'efficientnet_lite0'] = 'resnet18_v2',
        out: Path = Path('.')) -> dict:
    if height % SIZE or width % SIZE:
        raise d2l.InputError(f'height and width must be multiples of {SIZE}, got '
                             f'{height} and {width}')
    train_iter, test_iter = d2l.load_data_voc(batch_size, (height, width))
    for data_iter in (train_iter, test_iter):
        print('read', len(data_iter.dataset), 'examples')
    shapes, devices = upsampling(), d2l.try_all_gpus()
    net = initialized_net(backbone, devices)
    # the mean over pixels, and the trainer's over the batch: lr is the rate of both
    loss = gluon.loss.SoftmaxCrossEntropyLoss(axis=1)
    trainer = gluon.Trainer(net.collect_params(), 'sgd',
                            {'learning_rate': lr, 'wd': wd})
    history = d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs,
                             devices)
    dataset, device = test_iter.dataset, devices[0]
    mean, std = (array.tolist() for array in (dataset.rgb_mean, dataset.rgb_std))
    show_predictions(net, dataset, device)
    about = {'classes': d2l.VOC_CLASSES, 'colors': d2l.VOC_COLORMAP, 'mean': mean,
             'std': std}
    with device:
        measured = evaluate(lambda img: segment(net, img, mean, std), dataset)
        X, other = (np.random.normal(size=(n, 3, SIZE, n * SIZE)) for n in (1, 2))
        d2l.save_model(out / 'model', net, X, about, other_inputs=[other])
    return {**shapes, **history.record(), 'validation': measured}


def predict(model, *pictures, size: int = 512) -> list:
    """Which share of each picture is of which class; draws it in its classes' colours.

    size: pixels of the longer side, to which larger pictures are scaled down first.
    """
    model = d2l.load_model(model, classes=[str], colors=[(range(256),) * 3],
                           mean=(float,) * 3, std=(float,) * 3)
    classes, colors = model.about['classes'], onp.array(model.about['colors'], 'uint8')

    def named(X):
        scores = model(X)
        for key in ('classes', 'colors'):
            d2l.listed(model, key, scores.shape[1])
        return scores

    results = []
    for file in pictures:
        picture = shrunk(d2l.read_picture(file), size)
        labels = segment(named, picture, model.about['mean'], model.about['std'])
        present, counts = onp.unique(labels, return_counts=True)
        order = onp.argsort(-counts, kind='stable')
        results.append({'picture': str(file), 'shares': {
            classes[label]: count / labels.size for label, count
            in zip(present[order].tolist(), counts[order].tolist())}})
        show_segments(picture, labels, colors, {label: classes[label]
                                                for label in present[order].tolist()})
    return results


def shrunk(picture, size):
    """The picture with `size` pixels at most on its longer side."""
    import cv2  # late: all else works where its system libraries are missing
    scale = size / max(picture.shape[:2])
    h, w = (max(1, round(side * scale)) for side in picture.shape[:2])
    return picture if scale >= 1 else cv2.resize(picture, (w, h),
                                                 interpolation=cv2.INTER_AREA)


def show_segments(picture, labels, colors, names):
    """Draw a picture, and beside it the same under the colours of its things."""
    thing = (labels > 0)[..., None]  # the background stays as it is
    mixed = onp.where(thing, (picture // 2 + colors[labels] // 2), picture)
    axes = d2l.show_images([picture, mixed], 1, 2, scale=4)
    patches = [d2l.plt.Rectangle((0, 0), 1, 1, color=colors[label] / 255, label=name)
               for label, name in names.items()]
    axes[1].legend(handles=patches, fontsize='small', loc='upper left',
                   bbox_to_anchor=(1, 1))


if __name__ == '__main__':
    d2l.main(run)
