"""Fine-tuning (微调)

Source: chapter_computer-vision/fine-tuning

The rate is ResNet-18's. Features of another --backbone are more and larger, and the new
layer learns ten times as fast: they want --lr 0.001.
"""
from pathlib import Path

from mxnet import gluon, init, np

import d2lmx as d2l

DATA = ('hotdog', 'resnet18_v2')
SMOKE = dict(num_epochs=1, batch_size=4, size=32, max_batches=2)
RANGES = dict(size=(32, 512))
# printed, then the range of the book's builds
PRINTED = [({}, {'fine-tuned/train loss': (0.289, 0.18, 0.36),
                 'fine-tuned/train acc': (0.919, 0.89, 0.94),
                 'fine-tuned/test acc': (0.931, 0.71, 0.951),
                 'from scratch/train loss': (0.359, 0.34, 0.385),
                 'from scratch/train acc': (0.848, 0.82, 0.86),
                 'from scratch/test acc': (0.845, 0.765, 0.876)})]
# of ImageNet, red, green and blue
normalize = d2l.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
HOT_DOG = 934  # book: class 713 of ImageNet, which is a photocopier


def train_augs(size=224):
    """Random parts of pictures, mirrored by chance."""
    return d2l.Compose([d2l.RandomResizedCrop(size), d2l.RandomFlipLeftRight(),
                        d2l.ToTensor(), normalize])


def test_augs(size=224):
    """The middle of pictures that are a seventh larger before: 256 pixels of 224."""
    return d2l.Compose([d2l.Resize(size * 256 // 224), d2l.CenterCrop(size),
                        d2l.ToTensor(), normalize])


def read_pictures(images=''):
    """The hot dogs, or pictures of a reader's own: a folder or archive of them.

    (to train on, to test on), as of `d2l.read_labeled_pictures`.
    """
    return d2l.read_labeled_pictures(
        d2l.own_folder(images) if images else d2l.download_extract('hotdog'))


def build_net(backbone='resnet18_v2', num_classes=2):
    """X (batch, 3, h, w), normalized as ImageNet's -> scores (batch, num_classes)."""
    return d2l.imagenet_net(backbone, num_classes)


def example_inputs(batch_size=2, size=64):
    return (np.random.normal(size=(batch_size, 3, size, size)),)


def fine_tuning_net(pretrained_net, backbone='resnet18_v2', num_classes=2):
    """Features from ImageNet, and a new last layer that learns ten times as fast."""
    finetune_net = build_net(backbone, num_classes)
    finetune_net.features = pretrained_net.features
    if backbone != 'resnet18_v2':  # the page's, which goes by those of batches
        d2l.keep_statistics(finetune_net.features)
    finetune_net.output.initialize(init.Xavier())
    finetune_net.output.collect_params().setattr('lr_mult', 10)
    return finetune_net


def train_fine_tuning(net, learning_rate, batch_size=128, num_epochs=5, pictures=None,
                      size=224, max_batches=0):
    """Train on all devices; returns the history.

    pictures: (to train on, to test on), else the hot dogs. max_batches: of each pass
    over either set, 0 for all.
    """
    train_imgs, test_imgs = pictures or read_pictures()
    train_iter, test_iter = (
        d2l.PictureIterator(imgs.pictures, imgs.labels, batch_size, augs, shuffle)
        for imgs, augs, shuffle in [(train_imgs, train_augs(size), True),
                                    (test_imgs, test_augs(size), False)])
    if max_batches:
        train_iter, test_iter = (
            [batch for batch, _ in zip(data_iter, range(max_batches))]
            for data_iter in (train_iter, test_iter))
    devices = d2l.try_all_gpus()
    net.collect_params().reset_ctx(devices)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {
        'learning_rate': learning_rate, 'wd': 0.001})
    return d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs,
                          devices)


def hotdog_weights(pretrained_net):
    """The row of the last layer for ImageNet's hot dogs; None without such a layer."""
    weights = [param.data() for name, param
               in pretrained_net.output.collect_params().items()
               if name.endswith('weight') and param.shape[0] == 1000]
    return np.split(weights[-1], 1000, axis=0)[HOT_DOG] if weights else None


def run(*, num_epochs: int = 5, batch_size: int = 128, lr: float = 0.01,
        lr_scratch: float = 0.1, backbone: str = 'resnet18_v2', size: int = 224,
        images: str = '', max_batches: int = 0, out: Path = Path('.')) -> dict:
    data = train_imgs, _ = read_pictures(images)
    examples = [train_imgs[i][0] for i in range(8)]
    others = [train_imgs[-i - 1][0] for i in range(8)]
    d2l.show_images(examples + others, 2, 8, scale=1.4)
    classes = train_imgs.classes

    pretrained_net = d2l.pretrained_net(backbone)
    row = hotdog_weights(pretrained_net)
    finetune_net = fine_tuning_net(pretrained_net, backbone, len(classes))
    scratch_net = build_net(backbone, len(classes))
    scratch_net.initialize(init=init.Xavier())
    result, series, timing = {'shape of the weights for hot dogs':
                              list(row.shape) if row is not None else None}, {}, {}
    for name, net, rate in [('fine-tuned', finetune_net, lr),
                            ('from scratch', scratch_net, lr_scratch)]:
        history = train_fine_tuning(net, rate, batch_size, num_epochs, data, size,
                                    max_batches).record()
        d2l.plt.title(name)
        result[name], series[name] = history['final'], history['series']
        timing[name] = history['timing']
    d2l.save_model(out / 'model', finetune_net, example_inputs(1, size),
                   {'classes': classes, 'size': size})
    return {**result, 'series': series, 'timing': timing}


def predict(model, *pictures) -> list:
    """The likeliest class of each picture, and the probabilities of all; draws each."""
    net = d2l.load_model(model, classes=[str], size=d2l.SIDES)
    return d2l.classify_pictures(net, pictures, test_augs(net.about['size']))


if __name__ == '__main__':
    d2l.main(run)
