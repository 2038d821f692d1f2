"""Dog breed identification (ImageNet Dogs) on Kaggle (实战Kaggle比赛:狗的品种识别)

Source: chapter_computer-vision/kaggle-dog
"""
from pathlib import Path
from typing import Literal

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
loss = gluon.loss.SoftmaxCrossEntropyLoss()


def reorg_dog_data(data_dir, valid_ratio):
    """Sort all pictures of the competition; the number of a class to validate on."""
    labels = d2l.read_csv_labels(Path(data_dir) / 'labels.csv')
    num_valid = d2l.reorg_train_valid(data_dir, labels, valid_ratio)
    d2l.reorg_test(data_dir)
    return num_valid


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
    animator = d2l.Animator(xlabel='epoch', xlim=[1, num_epochs], legend=legend)
    history = d2l.fit(
        step, train_iter, num_epochs, points_per_epoch=5, watch=d2l.animate(animator),
        evaluate=valid_iter and (lambda: {
            'valid loss': evaluate_loss(valid_iter, net, devices)}))
    print(', '.join(f'{name} {history[name]:.3f}' for name in legend))
    print(f'{history.examples_per_sec:.1f} examples/sec on {devices}')
    return history


def load_data(data_dir, batch_size, size):
    """Batches of training, of validation, of both and of the test, by these names.

    And the names of the classes, and of the files of the test without their endings.
    """
    place = d2l.reorganized(data_dir)
    folders = {part: gluon.data.vision.ImageFolderDataset(place / part)
               for part in ('train', 'valid', 'train_valid', 'test')}
    # book: drops the last batch of training and validation where it is smaller
    loaders = {part: gluon.data.DataLoader(
        folder.transform_first(transform_train(size) if part.startswith('train') else
                               transform_test(size)), batch_size,
        part.startswith('train')) for part, folder in folders.items()}
    names = [Path(file).stem for file, _ in folders['test'].items]
    return loaders, folders['train_valid'].synsets, names
