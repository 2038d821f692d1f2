"""Image augmentation (图像增广)

Source: chapter_computer-vision/image-augmentation
"""
from mxnet import gluon, image, init, np

import d2lmx as d2l

DATA = ('cat1', 'cifar10')
SMOKE = dict(num_epochs=1, batch_size=8, max_batches=2)
# printed, then the range of the book's builds
PRINTED = [({}, {'train loss': (0.173, 0.155, 0.185), 'train acc': (0.94, 0.93, 0.95),
                 'test acc': (0.855, 0.812, 0.861)})]


def apply(img, aug, num_rows=2, num_cols=4, scale=1.5):
    """Draw what an augmentation makes of a picture, again and again."""
    Y = [aug(img) for _ in range(num_rows * num_cols)]
    d2l.show_images(Y, num_rows, num_cols, scale=scale)


def show_augmentations():
    """The page's figures: a cat, augmented in seven ways."""
    img = image.imread(d2l.download('cat1'))
    color_aug = d2l.RandomColorJitter(brightness=0.5, contrast=0.5, saturation=0.5,
                                      hue=0.5)
    shape_aug = d2l.RandomResizedCrop((200, 200), scale=(0.1, 1), ratio=(0.5, 2))
    ways = {'flipped left to right': d2l.RandomFlipLeftRight(),
            'flipped top to bottom': d2l.RandomFlipTopBottom(),
            'cropped and resized': shape_aug,
            'brightness changed': d2l.RandomBrightness(0.5),
            'hue changed': d2l.RandomHue(0.5), 'colors changed': color_aug,
            'all of them': d2l.Compose([d2l.RandomFlipLeftRight(), color_aug,
                                        shape_aug])}
    d2l.set_figsize()
    d2l.plt.figure()
    d2l.plt.imshow(img.asnumpy())
    for name, aug in ways.items():
        apply(img, aug)
        d2l.plt.suptitle(name)


# book: transforms of Gluon, which take a picture at a time; ours take a batch
train_augs = d2l.Compose([d2l.RandomFlipLeftRight(), d2l.ToTensor()])
test_augs = d2l.Compose([d2l.ToTensor()])


def load_cifar10(is_train, augs, batch_size):
    """Batches of CIFAR-10: X (batch, 3, 32, 32), y (batch,)."""
    # book: gluon.data.vision.CIFAR10, whose files have to lie in one way alone
    pictures, labels = d2l.read_cifar10(is_train)
    return d2l.PictureIterator(pictures, labels, batch_size, augs, shuffle=is_train)


def build_net():
    """ResNet-18 for small pictures. X (batch, 3, 32, 32) -> scores (batch, 10)."""
    return d2l.resnet18(10)


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 3, 32, 32)),)


def train_with_data_aug(train_augs, test_augs, net, lr=0.001, batch_size=256,
                        num_epochs=10, max_batches=0):
    """Train by Adam on all devices; returns the history.

    max_batches: of each pass over either set, 0 for all.
    """
    train_iter = load_cifar10(True, train_augs, batch_size)
    test_iter = load_cifar10(False, test_augs, batch_size)
    if max_batches:
        train_iter, test_iter = (
            [batch for batch, _ in zip(data_iter, range(max_batches))]
            for data_iter in (train_iter, test_iter))
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    return d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs)


def run(*, num_epochs: int = 10, lr: float = 0.001, batch_size: int = 256,
        max_batches: int = 0) -> dict:
    show_augmentations()
    pictures, _ = d2l.read_cifar10(is_train=True)
    d2l.show_images(pictures[:32], 4, 8, scale=0.8)
    net = build_net()
    net.initialize(init=init.Xavier(), ctx=d2l.try_all_gpus())
    history = train_with_data_aug(train_augs, test_augs, net, lr, batch_size,
                                  num_epochs, max_batches)
    return history.record()


if __name__ == '__main__':
    d2l.main(run)
