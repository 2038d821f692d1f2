"""Image classification (CIFAR-10) on Kaggle (实战Kaggle比赛:图像分类CIFAR-10)

Source: chapter_computer-vision/kaggle-cifar10

An epoch of the toy pictures takes about 15 seconds on one core, and there are two
trainings; most pictures are told apart after five epochs (--num-epochs 5).
"""
from pathlib import Path

import numpy as onp
import pandas as pd
from mxnet import gluon, init, np, npx

import d2lmx as d2l

DATA = ('cifar10_tiny',)
SMOKE = dict(num_epochs=1, batch_size=4, max_batches=2)
# printed, then the range of the book's builds
PRINTED = [({}, {'training and validation/valid acc': (0.344, 0.312, 0.5)})]
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]  # of CIFAR-10
SIZE = 32  # pixels of height and width
RANGES = dict(valid_ratio=(0.01, 0.99), lr_decay=(0.0, 1.0))
loss = gluon.loss.SoftmaxCrossEntropyLoss()

# book: does not resize; pictures of CIFAR-10 have this size
transform_test = d2l.Compose([d2l.Resize(SIZE), d2l.ToTensor(),
                              d2l.Normalize(MEAN, STD)])
transform_train = d2l.Compose([
    d2l.Resize(40),  # larger, so that a part of it can be cut out
    d2l.RandomResizedCrop(SIZE, scale=(0.64, 1.0), ratio=(1.0, 1.0)),
    d2l.RandomFlipLeftRight(), transform_test])


def reorg_cifar10_data(data_dir, valid_ratio):
    """Sort all pictures of the competition; the number of a class to validate on."""
    labels = d2l.read_csv_labels(Path(data_dir) / 'trainLabels.csv')
    num_valid = d2l.reorg_train_valid(data_dir, labels, valid_ratio)
    d2l.reorg_test(data_dir)
    return num_valid


# book: Residual and resnet18 are defined again here, as the page's first are no hybrid
# blocks; those of 7.6 and 12.6 are, and the same networks
Residual, resnet18 = d2l.Residual, d2l.resnet18


def build_net():
    """ResNet-18 for small pictures. X (batch, 3, 32, 32) -> scores (batch, 10)."""
    return resnet18(10)


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 3, 32, 32)),)


def get_net(devices, num_classes=10):
    """That network with Xavier weights, on the devices."""
    net = resnet18(num_classes)
    net.initialize(ctx=devices, init=init.Xavier())
    return net


def train(net, train_iter, valid_iter, num_epochs, lr, wd, devices, lr_period,
          lr_decay):
    """Train by SGD, the rate times lr_decay after each lr_period epochs: the history.

    valid_iter None: nothing is validated. Draws and prints what the page does.
    """
    schedule = d2l.ByEpoch(lambda epoch: lr * lr_decay ** (epoch // lr_period),
                           len(train_iter))
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {
        'lr_scheduler': schedule, 'momentum': 0.9, 'wd': wd})
    legend = ['train loss', 'train acc'] + ['valid acc'] * (valid_iter is not None)
    animator = d2l.Animator(xlabel='epoch', ylabel='loss, accuracy',
                            xlim=[1, num_epochs], legend=legend)
    history = d2l.fit(
        d2l.classification_step(net, loss, trainer, devices), train_iter, num_epochs,
        points_per_epoch=5, watch=d2l.animate(animator),
        evaluate=valid_iter and (lambda: {
            'valid acc': d2l.evaluate_accuracy_gpus(net, valid_iter)}))
    print(', '.join(f'{name} {history[name]:.3f}' for name in legend))
    print(f'{history.examples_per_sec:.1f} examples/sec on {devices}')
    return history


def load_data(data_dir, batch_size):
    """(training, validation, both) as batches, pictures of the test, and all classes.
    """
    parts, classes = d2l.read_reorganized(data_dir)
    # book: drops the last batch of training and validation where it is smaller
    train_iter, valid_iter, train_valid_iter = (
        d2l.PictureIterator(*parts[part], batch_size, transform, shuffle)
        for part, transform, shuffle in [
            ('train', transform_train, True), ('valid', transform_test, False),
            ('train_valid', transform_train, True)])
    return (train_iter, valid_iter, train_valid_iter), parts['test'][0], classes


def probabilities(net, pictures, batch_size, device):
    """Of each class for each picture of the test: (pictures, classes), NumPy."""
    # by each worker of a training for itself, where a loader would give it its share
    starts = range(0, len(pictures), batch_size)
    batches = ([pictures[i] for i in range(start, len(pictures))[:batch_size]]
               for start in starts)
    return onp.concatenate([
        npx.softmax(net(np.array(transform_test(batch), ctx=device))).asnumpy()
        for batch in batches])


def first_batches(data_iter, max_batches):
    """Of each pass, as a list; max_batches 0: all, as they come."""
    return ([batch for _, batch in zip(range(max_batches), data_iter)] if max_batches
            else data_iter)


def run(*, num_epochs: int = 20, lr: float = 0.02, wd: float = 5e-4, lr_period: int = 4,
        lr_decay: float = 0.9, batch_size: int = 32, valid_ratio: float = 0.1,
        images: str = '', max_batches: int = 0, out: Path = Path('.')) -> dict:
    data_dir = (d2l.own_folder(images) if images else
                d2l.download_extract('cifar10_tiny'))
    labels = d2l.read_csv_labels(Path(data_dir) / 'trainLabels.csv')
    print('# training samples:', len(labels))
    print('# classes:', len(set(labels.values())))
    num_valid = reorg_cifar10_data(data_dir, valid_ratio)
    loaders, pictures, classes = load_data(data_dir, batch_size)
    train_iter, valid_iter, train_valid_iter = (
        first_batches(data_iter, max_batches) for data_iter in loaders)
    devices = d2l.try_all_gpus()
    options = num_epochs, lr, wd, devices, lr_period, lr_decay
    trainings = {'training and validation': train(
        get_net(devices, len(classes)), train_iter, valid_iter, *options)}
    net = get_net(devices, len(classes))
    trainings['all labelled pictures'] = train(net, train_valid_iter, None, *options)
    predicted = probabilities(net, pictures, batch_size, devices[0]).argmax(axis=1)
    # book: numbers the rows, which are in the order of the files' names, from 1 on
    submission = pd.DataFrame({'id': [file.stem for file in pictures.files],
                               'label': [classes[i] for i in predicted]})
    submission.to_csv(out / 'submission.csv', index=False)
    d2l.save_model(out / 'model', net, example_inputs(), {'classes': classes})
    records = {name: history.record() for name, history in trainings.items()}
    return {'training samples': len(labels), 'classes': classes,
            'validation pictures of each class': num_valid,
            **{name: record['final'] for name, record in records.items()},
            **{part: {name: record[part] for name, record in records.items()}
               for part in ('series', 'timing')},
            'submission.csv': submission[:5].values.tolist()}


def predict(model, *pictures) -> list:
    """The class of each picture, and the probability of every class; draws each."""
    net = d2l.load_model(model, classes=[str])
    return d2l.classify_pictures(net, pictures, transform_test)


if __name__ == '__main__':
    d2l.main(run)
