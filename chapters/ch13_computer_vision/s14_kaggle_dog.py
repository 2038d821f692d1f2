"""Dog breed identification (ImageNet Dogs) on Kaggle (实战Kaggle比赛:狗的品种识别)

Source: chapter_computer-vision/kaggle-dog
"""
from pathlib import Path
from typing import Literal

import numpy as onp
import pandas as pd
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('dog_tiny', 'resnet34_v2')
SMOKE = dict(num_epochs=1, batch_size=4, size=64, max_batches=2)
# printed, then the range of the book's healthy builds
PRINTED = [({}, {'training and validation/valid loss': (0.958, 0.77, 1.0)})]
BACKBONES = Literal['resnet34_v2', 'efficientnet_lite0', 'mobilenet_v2_1_0',
                    'squeezenet1_1']
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]  # of ImageNet
RANGES = dict(valid_ratio=(0.01, 0.99), lr_decay=(0.0, 1.0), size=(32, 512))
loss = gluon.loss.SoftmaxCrossEntropyLoss()


def reorg_dog_data(data_dir, valid_ratio):
    """Sort all pictures of the competition; the number of a class to validate on."""
    labels = d2l.read_csv_labels(Path(data_dir) / 'labels.csv')
    num_valid = d2l.reorg_train_valid(data_dir, labels, valid_ratio)
    d2l.reorg_test(data_dir)
    return num_valid


def transform_train(size):
    """A picture as a part of it, mirrored or not, in other light: (3, size, size)."""
    return d2l.Compose([
        d2l.RandomResizedCrop(size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)),
        d2l.RandomFlipLeftRight(),
        d2l.RandomColorJitter(brightness=0.4, contrast=0.4, saturation=0.4),
        d2l.RandomLighting(0.1), d2l.ToTensor(), d2l.Normalize(MEAN, STD)])


def transform_test(size):
    """A picture as its middle, and nothing drawn by chance: (3, size, size)."""
    return d2l.Compose([
        d2l.Resize(size * 256 // 224, keep_ratio=True),
        d2l.CenterCrop(size), d2l.ToTensor(), d2l.Normalize(MEAN, STD)])


class FineTuned(nn.HybridBlock):
    """Features of another network, and a new head.

    X (batch, 3, h, w), normalized RGB -> scores (batch, num_classes)
    """

    # book: gives Gluon's network a further part, output_new, and its forward pass still
    # ends in the old one; this block can be exported
    def __init__(self, features, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.features = features
        self.output_new = nn.HybridSequential()
        self.output_new.add(nn.Dense(256, activation='relu'), nn.Dense(num_classes))

    def hybrid_forward(self, F, X):
        return self.output_new(self.features(X))


def with_new_head(net, backbone, num_classes):
    """A `FineTuned` with the features of a network that was, or may be, trained."""
    if backbone == 'squeezenet1_1':  # whose features are those of each place
        net.features.add(nn.GlobalAvgPool2D())
    return FineTuned(net.features, num_classes)


def build_net(backbone='resnet34_v2', num_classes=120):
    """The network before any training. X (batch, 3, h, w) -> (batch, num_classes)."""
    return with_new_head(d2l.imagenet_net(backbone), backbone, num_classes)


def example_inputs(batch_size=2, size=64):
    return (np.random.normal(size=(batch_size, 3, size, size)),)


def get_net(devices, num_classes=120, backbone='resnet34_v2'):
    """That network on the devices: features of ImageNet, frozen, and a random head."""
    net = with_new_head(d2l.pretrained_net(backbone, devices), backbone, num_classes)
    net.features.collect_params().setattr('grad_req', 'null')
    net.output_new.initialize(init.Xavier(), ctx=devices)
    return net


def evaluate_loss(data_iter, net, devices):
    """The mean loss of a picture."""
    return d2l.evaluate_loss(net, data_iter, loss, devices)


def train(net, train_iter, valid_iter, num_epochs, lr, wd, devices, lr_period,
          lr_decay):
    """Train the head by SGD, the rate times lr_decay after each lr_period epochs.

    valid_iter None: nothing is validated. Draws and prints what the page does; returns
    the history.
    """
    schedule = d2l.ByEpoch(lambda epoch: lr * lr_decay ** (epoch // lr_period),
                           len(train_iter))
    trainer = gluon.Trainer(net.output_new.collect_params(), 'sgd', {
        'lr_scheduler': schedule, 'momentum': 0.9, 'wd': wd})

    def split_features(X, y, devices):  # outside of autograd.record: as in prediction
        X_shards, y_shards = d2l.split_batch(X, y, devices)
        return [net.features(X_shard) for X_shard in X_shards], y_shards

    step = d2l.Step(d2l.classification_step(net.output_new, loss, trainer, devices,
                                            split_features), trains=net)
    step.trains = net.output_new, trainer  # all that changes
    legend = ['train loss'] + ['valid loss'] * (valid_iter is not None)
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, num_epochs],
                            legend=legend)
    history = d2l.fit(
        step, train_iter, num_epochs, points_per_epoch=5, watch=d2l.animate(animator),
        evaluate=valid_iter and (lambda: {
            'valid loss': evaluate_loss(valid_iter, net, devices)}))
    print(', '.join(f'{name} {history[name]:.3f}' for name in legend))
    print(f'{history.examples_per_sec:.1f} examples/sec on {devices}')
    return history


def load_data(data_dir, batch_size, size):
    """(training, validation, both) as batches, pictures of the test, and all classes.
    """
    parts, classes = d2l.read_reorganized(data_dir)
    # book: drops the last batch of training and validation where it is smaller
    train_iter, valid_iter, train_valid_iter = (
        d2l.PictureIterator(*parts[part], batch_size, transform, shuffle)
        for part, transform, shuffle in [
            ('train', transform_train(size), True),
            ('valid', transform_test(size), False),
            ('train_valid', transform_train(size), True)])
    return (train_iter, valid_iter, train_valid_iter), parts['test'][0], classes


def probabilities(net, pictures, batch_size, size, device):
    """Of each class for each picture of the test: (pictures, classes), NumPy."""
    # by each worker of a training for itself, where a loader would give it its share
    starts = range(0, len(pictures), batch_size)
    batches = ([pictures[i] for i in range(start, len(pictures))[:batch_size]]
               for start in starts)
    return onp.concatenate([
        npx.softmax(net(np.array(transform_test(size)(batch), ctx=device))).asnumpy()
        for batch in batches])


def first_batches(data_iter, max_batches):
    """Of each pass, as a list; max_batches 0: all, as they come."""
    return ([batch for _, batch in zip(range(max_batches), data_iter)] if max_batches
            else data_iter)


def run(*, num_epochs: int = 10, lr: float = 5e-3, wd: float = 1e-4, lr_period: int = 2,
        lr_decay: float = 0.9, batch_size: int = 32, valid_ratio: float = 0.1,
        backbone: BACKBONES = 'resnet34_v2', size: int = 224, images: str = '',
        max_batches: int = 0, out: Path = Path('.')) -> dict:
    data_dir = d2l.own_folder(images) if images else d2l.download_extract('dog_tiny')
    num_valid = reorg_dog_data(data_dir, valid_ratio)
    loaders, pictures, classes = load_data(data_dir, batch_size, size)
    train_iter, valid_iter, train_valid_iter = (
        first_batches(data_iter, max_batches) for data_iter in loaders)
    devices = d2l.try_all_gpus()
    options = num_epochs, lr, wd, devices, lr_period, lr_decay
    trainings = {'training and validation': train(
        get_net(devices, len(classes), backbone), train_iter, valid_iter, *options)}
    net = get_net(devices, len(classes), backbone)
    trainings['all labelled pictures'] = train(net, train_valid_iter, None, *options)
    submission = pd.DataFrame(
        probabilities(net, pictures, batch_size, size, devices[0]), columns=classes)
    names = [file.stem for file in pictures.files]
    submission.insert(0, 'id', names)
    submission.to_csv(out / 'submission.csv', index=False)
    d2l.save_model(out / 'model', net, example_inputs(size=size), {
        'classes': classes, 'size': size})
    records = {name: history.record() for name, history in trainings.items()}
    return {'classes': classes, 'validation pictures of each class': num_valid,
            **{name: record['final'] for name, record in records.items()},
            **{part: {name: record[part] for name, record in records.items()}
               for part in ('series', 'timing')},
            'likeliest': dict(zip(names[:5], submission[classes].idxmax(axis=1)))}


def predict(model, *pictures) -> list:
    """The class of each picture, and the probability of every class; draws each."""
    net = d2l.load_model(model, classes=[str], size=d2l.SIDES)
    return d2l.classify_pictures(net, pictures, transform_test(net.about['size']))


if __name__ == '__main__':
    d2l.main(run)
