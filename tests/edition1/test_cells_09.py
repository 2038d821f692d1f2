"""The calls of chapter 9's pages, computer vision, on small pictures."""
import os
import re

import cv2
import numpy as onp
import pytest
from mxnet import autograd, contrib, gluon, image, init, nd
from mxnet.gluon import data as gdata
from mxnet.gluon import loss as gloss
from mxnet.gluon import model_zoo, nn

from d2lmx.data.toys import voc as toys
from d2lmx.files import hub

pytestmark = pytest.mark.usefixtures('pages_names')
# what each page takes of `d2l`, or shows the making of
USED = {
    '9.1': 'set_figsize plt show_images try_all_gpus evaluate_accuracy train resnet18',
    '9.2': 'show_images try_all_gpus train', '9.3': 'set_figsize plt bbox_to_rect',
    '9.4': 'set_figsize plt bbox_to_rect show_bboxes',
    '9.5': 'set_figsize plt show_bboxes',
    '9.6': 'load_data_pikachu show_images show_bboxes',
    '9.7': 'load_data_pikachu try_gpu set_figsize plt show_bboxes',
    '9.9': 'download_voc_pascal read_voc_images show_images VOC_COLORMAP VOC_CLASSES '
           'voc_label_indices voc_rand_crop VOCSegDataset',
    '9.10': 'download_voc_pascal VOC_COLORMAP VOCSegDataset read_voc_images '
            'set_figsize plt show_images try_all_gpus train',
    '9.11': 'set_figsize plt try_gpu',
    '9.12': 'mkdir_if_not_exist try_gpu evaluate_accuracy',
    '9.13': 'mkdir_if_not_exist try_gpu'}
EPOCH = re.compile(r'epoch (\d+), loss (\d+\.\d{4}), train acc (\d\.\d{3}), '
                   r'test acc (\d\.\d{3}), time \d+\.\d sec')


def epochs(capsys):
    """(loss, training accuracy, test accuracy) of each epoch that was printed."""
    first, *lines = [line for line in capsys.readouterr().out.splitlines()
                     if not line.startswith('read ')]
    assert first.startswith('training on [')
    found = [EPOCH.fullmatch(line).groups() for line in lines]
    assert [int(values[0]) for values in found] == [*range(1, len(found) + 1)]
    return [tuple(map(float, values[1:])) for values in found]


def boxes_of(axes):
    return [patch.get_bbox().extents.tolist() for patch in axes.patches]


def two_kinds(count, size):
    """Pictures whose upper or lower half is bright: uint8 (count, size, size, 3)."""
    y = onp.arange(count, dtype='int32') % 2
    pixels = onp.random.randint(0, 60, (count, size, size, 3))
    pixels[y == 0, :size // 2] += 180
    pixels[y == 1, size // 2:] += 180
    return gdata.ArrayDataset(nd.array(pixels, dtype='uint8'), y)


@pytest.mark.slow
def test_9_1_augmented_pictures(d2l, data_dir, capsys):
    d2l.set_figsize()
    img = image.imread(hub.download('cat1'))
    shown = d2l.plt.imshow(img.asnumpy())
    assert shown.get_array().shape == (400, 500, 3)
    assert shown.figure.get_size_inches().tolist() == [3.5, 2.5]
    augs = gdata.vision.transforms.Compose([
        gdata.vision.transforms.RandomFlipLeftRight(),
        gdata.vision.transforms.RandomColorJitter(brightness=.5, hue=.5),
        gdata.vision.transforms.RandomResizedCrop((200, 200), scale=(.1, 1))])
    axes = d2l.show_images([augs(img) for _ in range(8)], 2, 4, 1.5)
    assert axes.shape == (2, 4)
    assert axes[1][3].images[0].get_array().shape == (200, 200, 3)
    to_tensor = gdata.vision.transforms.ToTensor()
    train_iter, test_iter = (gdata.DataLoader(
        two_kinds(count, 8).transform_first(to_tensor), 8, shuffle=count > 8,
        num_workers=2) for count in (24, 8))
    ctx, net = d2l.try_all_gpus(), d2l.resnet18(2)
    net.initialize(ctx=ctx, init=init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .001})
    d2l.train(train_iter, test_iter, net, gloss.SoftmaxCrossEntropyLoss(), trainer, ctx,
              num_epochs=2)
    results = epochs(capsys)
    assert results[1][0] < results[0][0]
    assert d2l.evaluate_accuracy(test_iter, net, ctx) == pytest.approx(results[1][2],
                                                                       abs=5e-4)


def test_9_2_fine_tuning(d2l, data_dir, capsys):
    dataset = two_kinds(40, 32)
    axes = d2l.show_images([dataset[i][0] for i in range(8)]
                           + [dataset[-i - 1][0] for i in range(8)], 2, 8, scale=1.4)
    assert axes.shape == (2, 8)
    pretrained = nn.HybridSequential()  # of the same parts as the zoo's
    with pretrained.name_scope():
        pretrained.add(nn.Conv2D(8, 3, activation='relu'), nn.MaxPool2D(2),
                       nn.Flatten())
    pretrained.initialize(init.Xavier())
    finetune = nn.HybridSequential()
    finetune.add(pretrained, nn.Dense(2))
    finetune[1].initialize(init.Xavier())
    finetune[1].collect_params().setattr('lr_mult', 10)
    to_tensor = gdata.vision.transforms.ToTensor()
    train_iter, test_iter = (gdata.DataLoader(dataset.transform_first(to_tensor), 8,
                                              shuffle) for shuffle in (True, False))
    ctx = d2l.try_all_gpus()
    finetune.collect_params().reset_ctx(ctx)
    finetune.hybridize()
    trainer = gluon.Trainer(finetune.collect_params(), 'sgd',
                            {'learning_rate': .01, 'wd': .001})
    d2l.train(train_iter, test_iter, finetune, gloss.SoftmaxCrossEntropyLoss(), trainer,
              ctx, 3)
    assert epochs(capsys)[-1][2] > .9


def test_9_3_bounding_boxes(d2l, data_dir):
    d2l.set_figsize()
    img = image.imread(hub.download('catdog')).asnumpy()
    fig = d2l.plt.imshow(img)
    for bbox, color in (([60, 45, 378, 516], 'blue'), ([400, 112, 655, 493], 'red')):
        fig.axes.add_patch(d2l.bbox_to_rect(bbox, color))
    assert boxes_of(fig.axes) == [[60, 45, 378, 516], [400, 112, 655, 493]]
    assert [patch.get_linewidth() for patch in fig.axes.patches] == [2, 2]


def test_9_4_anchors(d2l, data_dir):
    img = image.imread(hub.download('catdog')).asnumpy()
    h, w = img.shape[:2]
    X = nd.random.uniform(shape=(1, 3, h, w))
    Y = contrib.nd.MultiBoxPrior(X, sizes=[.75, .5, .25], ratios=[1, 2, .5])
    assert Y.shape == (1, 2042040, 4)  # as the page prints
    boxes = Y.reshape((h, w, 5, 4))
    onp.testing.assert_allclose(boxes[250, 250, 0].asnumpy(),
                                [.0551, .0715, .6331, .8215], atol=1e-4)  # the page's
    d2l.set_figsize()
    scale = nd.array((w, h, w, h))
    fig = d2l.plt.imshow(img)
    d2l.show_bboxes(fig.axes, boxes[250, 250] * scale,
                    ['s=0.75, r=1', 's=0.5, r=1', 's=0.25, r=1', 's=0.75, r=2',
                     's=0.75, r=0.5'])
    onp.testing.assert_allclose(boxes_of(fig.axes), (boxes[250, 250] * scale).asnumpy(),
                                rtol=1e-6)
    assert [text.get_text() for text in fig.axes.texts][1] == 's=0.5, r=1'
    truth = nd.array([[0, .1, .08, .52, .92], [1, .55, .2, .9, .88]])
    anchors = nd.array([[0, .1, .2, .3], [.15, .2, .4, .4], [.63, .05, .88, .98],
                        [.66, .45, .8, .8], [.57, .3, .92, .9]])
    fig = d2l.plt.figure().add_subplot().imshow(img)
    d2l.show_bboxes(fig.axes, truth[:, 1:] * scale, ['dog', 'cat'], 'k')
    d2l.show_bboxes(fig.axes, anchors * scale, ['0', '1', '2', '3', '4'])
    assert len(fig.axes.patches) == 7
    assert fig.axes.patches[0].get_edgecolor() == (0, 0, 0, 1)
    # the page's fifth default colour, which its package has not
    assert fig.axes.patches[6].get_edgecolor()[:3] == (0, .75, .75)
    offset, mask, classes = contrib.nd.MultiBoxTarget(
        anchors.expand_dims(0), truth.expand_dims(0), nd.zeros((1, 3, 5)))
    assert classes.asnumpy().tolist() == [[0, 1, 2, 0, 2]]  # the page's
    assert mask.asnumpy().sum() == 12
    output = contrib.ndarray.MultiBoxDetection(
        nd.array([[[0] * 4, [.9, .8, .7, .1], [.1, .2, .3, .9]]]),
        nd.zeros((1, 16)), nd.array([[[.1, .08, .52, .92], [.08, .2, .56, .95],
                                      [.15, .3, .62, .91], [.55, .2, .9, .88]]]),
        nms_threshold=.5)
    assert output[0, :, 0].asnumpy().tolist() == [0, 1, -1, -1]
    fig = d2l.plt.figure().add_subplot().imshow(img)
    fig.axes.add_patch(d2l.bbox_to_rect((output[0, 0, 2:] * scale).asnumpy(), 'blue'))
    for row in output[0].asnumpy():
        if row[0] >= 0:
            d2l.show_bboxes(fig.axes, [nd.array(row[2:]) * scale],
                            ('dog=', 'cat=')[int(row[0])] + str(row[1]))
    assert [text.get_text()[:4] for text in fig.axes.texts] == ['dog=', 'cat=']


def test_9_5_boxes_of_several_scales(d2l, data_dir):
    img = image.imread(hub.download('catdog'))
    h, w = img.shape[:2]
    d2l.set_figsize()
    anchors = contrib.nd.MultiBoxPrior(nd.zeros((1, 10, 2, 2)), sizes=[.4],
                                       ratios=[1, 2, .5])
    fig = d2l.plt.imshow(img.asnumpy())
    d2l.show_bboxes(fig.axes, anchors[0] * nd.array((w, h, w, h)))
    middles = onp.array(boxes_of(fig.axes)).reshape(4, 3, 2, 2).mean(axis=2)
    onp.testing.assert_allclose(
        middles[:, 0], [[w / 4, h / 4], [3 * w / 4, h / 4], [w / 4, 3 * h / 4],
                        [3 * w / 4, 3 * h / 4]], rtol=1e-5)


def test_9_6_a_detection_set(d2l, data_dir):
    batch_size, edge_size = 10, 256
    train_iter, _ = d2l.load_data_pikachu(batch_size, edge_size)
    batch = train_iter.next()
    assert batch.data[0].shape == (10, 3, 256, 256)
    assert batch.label[0].shape == (10, 1, 5)
    imgs = batch.data[0][0:10].transpose((0, 2, 3, 1)) / 255
    axes = d2l.show_images(imgs, 2, 5).flatten()
    for ax, label in zip(axes, batch.label[0][0:10]):
        d2l.show_bboxes(ax, [label[0][1:5] * edge_size], colors=['w'])
    assert [len(ax.patches) for ax in axes] == [1] * 10
    assert boxes_of(axes[9]) == [pytest.approx(
        (batch.label[0][9][0][1:] * edge_size).asnumpy().tolist())]


def test_9_7_single_shot_detection(d2l, data_dir):
    train_iter, _ = d2l.load_data_pikachu(8, 64)
    train_iter.reshape(label_shape=(3, 5))  # as page 9.7 has it for a GPU
    ctx = d2l.try_gpu()
    net = nn.Sequential()
    for channels in (8, 16):
        net.add(nn.Conv2D(channels, 3, padding=1), nn.BatchNorm(),
                nn.Activation('relu'), nn.MaxPool2D(4))
    head = nn.Conv2D(4 * 2 + 4 * 4, 3, padding=1)  # of 4 anchors: classes, offsets
    for block in (net, head):
        block.initialize(init.Xavier(), ctx=ctx)
    trainers = [gluon.Trainer(block.collect_params(), 'sgd', {'learning_rate': .2})
                for block in (net, head)]
    losses = []
    for _ in range(2):
        train_iter.reset()
        for batch in train_iter:
            X, Y = (array.as_in_context(ctx) for array in (batch.data[0],
                                                           batch.label[0]))
            with autograd.record():
                features = net(X)
                anchors = contrib.ndarray.MultiBoxPrior(features, sizes=[.2, .27],
                                                        ratios=[1, 2, .5])
                scores = head(features).transpose((0, 2, 3, 1))
                classes = scores[:, :, :, :8].reshape((len(X), -1, 2))
                offsets = scores[:, :, :, 8:].flatten()
                labels, masks, targets = contrib.nd.MultiBoxTarget(
                    anchors, Y, classes.transpose((0, 2, 1)))
                loss = (gloss.SoftmaxCrossEntropyLoss()(classes, targets)
                        + gloss.L1Loss()(offsets * masks, labels * masks))
            loss.backward()
            for trainer in trainers:
                trainer.step(len(X))
            losses.append(loss.mean().asscalar())
    assert losses[-1] < losses[0]
    probs = classes.softmax().transpose((0, 2, 1))
    output = contrib.ndarray.MultiBoxDetection(probs, offsets, anchors)
    assert output.shape == (8, 4 * 4 * 4, 6)
    row = nd.array([0, .9, .25, .25, .5, .75])
    img = X[0].transpose((1, 2, 0))
    d2l.set_figsize((5, 5))
    fig = d2l.plt.imshow(img.asnumpy() / 255)
    bbox = [row[2:6] * nd.array((64, 64, 64, 64), ctx=row.context)]
    d2l.show_bboxes(fig.axes, bbox, '%.2f' % row[1].asscalar(), 'w')
    assert boxes_of(fig.axes) == [[16, 16, 32, 48]]
    assert [text.get_text() for text in fig.axes.texts] == ['0.90']


@pytest.fixture
def few_scenes(data_dir, monkeypatch):
    """Toy VOC of a few pictures."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(data_dir))
    monkeypatch.setitem(toys.COUNTS, 'train', 8)
    monkeypatch.setitem(toys.COUNTS, 'val', 4)


def table_of(colormap):
    colormap2label = nd.zeros(256 ** 3)
    for i, (red, green, blue) in enumerate(colormap):
        colormap2label[(red * 256 + green) * 256 + blue] = i
    return colormap2label


def test_9_9_segmentation(d2l, few_scenes, capsys):
    voc_dir = d2l.download_voc_pascal()
    train_features, train_labels = d2l.read_voc_images()
    n = 4
    imgs = train_features[0:n] + train_labels[0:n]
    axes = d2l.show_images(imgs, 2, n)
    assert axes[1][3].images[0].get_array().shape == train_labels[3].shape
    table = table_of(d2l.VOC_COLORMAP)
    y = d2l.voc_label_indices(train_labels[0], table)
    drawn = {'background', 'boat', 'bottle', 'bus', 'potted plant', 'sheep'}
    found = {d2l.VOC_CLASSES[int(i)] for i in onp.unique(y.asnumpy())}
    assert 'background' in found and 1 < len(found) and found <= drawn
    for _ in range(2):
        crop, mask = d2l.voc_rand_crop(train_features[0], train_labels[0], 200, 300)
        assert crop.shape == mask.shape == (200, 300, 3)
    train_set = d2l.VOCSegDataset(True, (320, 480), voc_dir, table)
    assert capsys.readouterr().out == 'read 8 examples\n'
    for X, Y in gdata.DataLoader(train_set, 4, shuffle=True, last_batch='discard',
                                 num_workers=2):
        assert X.shape == (4, 3, 320, 480) and Y.shape == (4, 320, 480)
        assert Y.max().asscalar() < 21


@pytest.mark.slow
def test_9_10_fully_convolutional_networks(d2l, few_scenes, capsys):
    d2l.set_figsize()
    img = image.imread(hub.download('cat1'))
    d2l.plt.imshow(img.asnumpy())
    net = nn.HybridSequential()
    net.add(nn.Conv2D(8, 5, strides=4, padding=2, activation='relu'),
            nn.Conv2D(21, kernel_size=1),
            nn.Conv2DTranspose(21, kernel_size=8, padding=2, strides=4))
    net.initialize(init.Xavier())
    table = table_of(d2l.VOC_COLORMAP)
    voc_dir, crop_size = d2l.download_voc_pascal(data_dir='../data'), (80, 120)
    train_iter, test_iter = (gdata.DataLoader(
        d2l.VOCSegDataset(is_train, crop_size, voc_dir, table), 4, shuffle=is_train,
        last_batch='discard', num_workers=2) for is_train in (True, False))
    ctx = d2l.try_all_gpus()
    net.collect_params().reset_ctx(ctx)
    trainer = gluon.Trainer(net.collect_params(), 'sgd',
                            {'learning_rate': .1, 'wd': 1e-3})
    d2l.train(train_iter, test_iter, net, gloss.SoftmaxCrossEntropyLoss(axis=1),
              trainer, ctx, num_epochs=2)
    results = epochs(capsys)
    assert results[-1][0] < results[0][0] and results[-1][1] > results[0][1]
    images, labels = d2l.read_voc_images(is_train=False)
    colormap = nd.array(d2l.VOC_COLORMAP, ctx=ctx[0], dtype='uint8')
    imgs = []
    for picture, label in zip(images[:2], labels):
        X = image.fixed_crop(picture, 0, 0, crop_size[1], crop_size[0])
        pred = net(X.astype('float32').transpose((2, 0, 1)).expand_dims(0) / 255)
        pred = colormap[pred.argmax(axis=1)[0].astype('int32'), :]
        imgs += [X, pred, image.fixed_crop(label, 0, 0, crop_size[1], crop_size[0])]
    axes = d2l.show_images(imgs[::3] + imgs[1::3] + imgs[2::3], 3, 2)
    shown = axes[1][0].images[0].get_array()
    assert shown.shape == (*crop_size, 3)
    assert {*map(tuple, shown.reshape(-1, 3).tolist())} <= {*map(tuple,
                                                                 d2l.VOC_COLORMAP)}


def test_9_11_style_transfer(d2l, data_dir):
    d2l.set_figsize()
    content = image.imread(hub.download('cat1'))
    d2l.plt.imshow(content.asnumpy())
    ctx, size = d2l.try_gpu(), (60, 40)
    X = image.imresize(content, *size).astype('float32').transpose((2, 0, 1)) / 255
    net = nn.Sequential()
    for layer in model_zoo.vision.vgg11().features[:3]:
        net.add(layer)
    net.initialize(init.Xavier(), ctx=ctx)
    wanted = net(X.expand_dims(0).as_in_context(ctx))
    made = gluon.Parameter('picture', shape=(1, 3, 40, 60))
    made.initialize(init.Constant(.5), ctx=ctx)
    trainer = gluon.Trainer([made], 'adam', {'learning_rate': .05})
    losses = []
    for _ in range(5):
        with autograd.record():
            loss = (net(made.data()) - wanted).square().mean()
        loss.backward()
        trainer.step(1)
        losses.append(loss.asscalar())
    assert losses[-1] < losses[0]
    picture = made.data()[0].transpose((1, 2, 0)).clip(0, 1)
    d2l.plt.imsave('neural-style-1.png', picture.asnumpy())
    assert d2l.plt.imread('neural-style-1.png').shape[:2] == (40, 60)


def write_pictures(folder, make_folder):
    """Sixteen pictures of two kinds, in folders of the kinds' names."""
    for i, (X, y) in enumerate(two_kinds(16, 32)):
        parts = [str(folder), 'train_valid', 'ab'[int(y)]]
        make_folder(parts)
        cv2.imwrite(os.path.join(*parts, f'{i}.png'), X.asnumpy())


def test_9_12_small_pictures(d2l, data_dir):
    write_pictures(data_dir, d2l.mkdir_if_not_exist)
    dataset = gdata.vision.ImageFolderDataset(str(data_dir / 'train_valid'), flag=1)
    assert dataset.synsets == ['a', 'b'] and len(dataset) == 16
    transform = gdata.vision.transforms.Compose([
        gdata.vision.transforms.Resize(16), gdata.vision.transforms.ToTensor()])
    data_iter = gdata.DataLoader(dataset.transform_first(transform), 8, shuffle=True,
                                 last_batch='keep')
    ctx, net = d2l.try_gpu(), nn.HybridSequential()
    net.add(nn.Flatten(), nn.Dense(2))
    net.initialize(ctx=ctx, init=init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .02,
                                                          'momentum': .9, 'wd': 5e-4})
    loss = gloss.SoftmaxCrossEntropyLoss()
    for epoch in range(8):
        trainer.set_learning_rate(trainer.learning_rate * .9)
        for X, y in data_iter:
            y = y.astype('float32').as_in_context(ctx)
            with autograd.record():
                l = loss(net(X.as_in_context(ctx)), y).sum()
            l.backward()
            trainer.step(len(X))
    assert d2l.evaluate_accuracy(data_iter, net, ctx) == 1


def test_9_13_dogs(d2l, data_dir):
    write_pictures(data_dir, d2l.mkdir_if_not_exist)
    dataset = gdata.vision.ImageFolderDataset(str(data_dir / 'train_valid'), flag=1)
    transforms = gdata.vision.transforms
    transform = transforms.Compose([
        transforms.RandomResizedCrop(64, scale=(.08, 1), ratio=(3 / 4, 4 / 3)),
        transforms.RandomFlipLeftRight(), transforms.ToTensor(),
        transforms.Normalize([.485, .456, .406], [.229, .224, .225])])
    X, y = next(iter(gdata.DataLoader(dataset.transform_first(transform), 4, True)))
    net = model_zoo.vision.resnet18_v2()
    net.output_new = nn.HybridSequential(prefix='')
    net.output_new.add(nn.Dense(16, activation='relu'), nn.Dense(2))
    ctx = d2l.try_gpu()
    for part in (net.features, net.output_new):
        part.initialize(init.Xavier(), ctx=ctx)
    net.hybridize()
    trainer = gluon.Trainer(net.output_new.collect_params(), 'sgd',
                            {'learning_rate': .01, 'momentum': .9, 'wd': 1e-4})
    features, losses = net.features(X.as_in_context(ctx)), []
    for _ in range(5):
        with autograd.record():
            l = gloss.SoftmaxCrossEntropyLoss()(net.output_new(features),
                                                y.as_in_context(ctx))
        l.backward()
        trainer.step(4)
        losses.append(l.mean().asscalar())
    assert features.shape == (4, 512) and losses[-1] < losses[0]
