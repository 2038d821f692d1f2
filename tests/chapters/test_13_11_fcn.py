import json

import cv2
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running

BACKBONES = ('resnet18_v2', 'squeezenet1_1', 'mobilenet_v2_1_0', 'efficientnet_lite0')
MEAN, STD = (.485, .456, .406), (.229, .224, .225)


@pytest.fixture
def page(section):
    return section('13.11')


# ---- interpolation


@pytest.mark.parametrize('size,tent', [(1, [1]), (2, [.5, .5]), (3, [.5, 1, .5]),
                                       (4, [.25, .75, .75, .25])])
def test_bilinear_kernels_by_hand(page, size, tent):
    kernel = page.bilinear_kernel(2, 2, size).asnumpy()
    assert kernel.shape == (2, 2, size, size)
    for i in range(2):
        assert (kernel[i, i] == onp.outer(tent, tent)).all()
        assert not kernel[i, 1 - i].any()


def test_channels_of_different_numbers_are_matched_one_by_one(page):
    kernel = page.bilinear_kernel(2, 3, 4).asnumpy()
    assert kernel.shape == (2, 3, 4, 4)
    assert (kernel.any(axis=(2, 3)) == onp.eye(2, 3)).all()


@pytest.mark.parametrize('stride', [2, 16, 32])
def test_bilinear_kernels_interpolate_as_pytorch(page, torch, stride):
    X = onp.random.RandomState(0).normal(size=(1, 3, 4, 5)).astype('float32')
    layer = nn.Conv2DTranspose(3, 2 * stride, strides=stride, padding=stride // 2,
                               in_channels=3)
    layer.initialize(init.Constant(page.bilinear_kernel(3, 3, 2 * stride)))
    theirs = torch.nn.functional.interpolate(
        torch.tensor(X), scale_factor=stride, mode='bilinear', align_corners=False)
    # at the border PyTorch repeats the picture, and a convolution sees zeros
    inner = (slice(None), slice(None)) + 2 * (slice(stride // 2, -(stride // 2)),)
    onp.testing.assert_allclose(layer(np.array(X)).asnumpy()[inner],
                                theirs.numpy()[inner], rtol=1e-5, atol=1e-6)


def test_a_photograph_becomes_twice_as_large_as_on_the_page(page, real_data, capsys):
    shapes = page.upsampling()
    assert shapes == {'input image shape': [561, 728, 3],
                      'output image shape': [1122, 1456, 3]}
    assert 'output image shape: (1122, 1456, 3)' in capsys.readouterr().out


# ---- the network


@pytest.mark.parametrize('backbone', BACKBONES)
def test_scores_have_the_height_and_width_of_the_picture(page, backbone):
    net = page.build_net(backbone)
    net.initialize(init.Xavier())
    for height, width in ((32, 64), (96, 32)):
        assert net(np.zeros((1, 3, height, width))).shape == (1, 21, height, width)


@pytest.mark.parametrize('backbone,keeps', [('resnet18_v2', False),
                                            ('mobilenet_v2_1_0', True)])
def test_other_features_than_the_pages_keep_their_statistics(page, backbone, keeps):
    with running(data='toy'):
        net = page.initialized_net(backbone, [mx.cpu()])
    norm = next(layer for layer in net[1:] if isinstance(layer, nn.BatchNorm))
    before = norm.running_mean.data().copy()
    with autograd.record():
        net(np.random.uniform(size=(2, 3, 32, 64))).sum().backward()
    assert (norm.running_mean.data() == before).all() == keeps


def test_what_a_place_of_squeezenets_map_sees_lies_around_where_it_is_drawn(page):
    # it pads nothing, so that its map begins within the picture
    net = page.build_net('squeezenet1_1')
    net.initialize(init.Constant(.05))
    X = np.random.uniform(size=(1, 3, 256, 256))
    X.attach_grad()
    with autograd.record():
        Y = net[:-2](X)
        seen = Y[0, :, 7, 7].sum()
    seen.backward()
    weights = onp.abs(X.grad.asnumpy()[0]).sum(0)
    middle = [(weights.sum(1 - axis) * onp.arange(256)).sum() / weights.sum()
              for axis in (0, 1)]
    scores = net[-2](Y) * 0
    scores[:, :, 7, 7] = 1
    drawn = onp.argwhere(net[-1](scores).asnumpy()[0, 0] > 0).mean(0)
    # a quarter of the stride; pooling takes the largest, wherever that lies
    onp.testing.assert_allclose(middle, drawn, atol=4)


def test_the_page_net_ends_before_it_loses_the_places(page):
    net = page.build_net()
    net.initialize()
    assert net[:-2](np.zeros((1, 3, 320, 480))).shape == (1, 512, 10, 15)
    assert [net[-1]._kwargs[key] for key in ('kernel', 'stride', 'pad')] == [
        (64, 64), (32, 32), (16, 16)]


def test_the_loss_is_the_mean_over_pixels(page):
    rng = onp.random.RandomState(0)
    scores = rng.normal(size=(2, 21, 3, 5)).astype('float32')
    labels = rng.randint(21, size=(2, 3, 5))
    l = gluon.loss.SoftmaxCrossEntropyLoss(axis=1)(
        np.array(scores), np.array(labels, dtype='uint8'))
    p = onp.exp(scores) / onp.exp(scores).sum(1, keepdims=True)
    chosen = onp.take_along_axis(p, labels[:, None], 1)
    onp.testing.assert_allclose(l.asnumpy(), -onp.log(chosen).mean((1, 2, 3)),
                                rtol=1e-5)


def test_a_new_net_keeps_the_weights_and_interpolates(page):
    net = page.initialized_net('squeezenet1_1', [npx.cpu()])
    pretrained = d2l.pretrained_net('squeezenet1_1')
    assert (net[0].weight.data() == pretrained.features[0].weight.data()).all()
    assert (net[-1].weight.data() == page.bilinear_kernel(21, 21, 32)).all()
    assert not net[-1].bias.data().any()


def test_its_onnx_graph_gives_its_scores_for_other_sizes(page, tmp_path):
    net = page.initialized_net('squeezenet1_1', [npx.cpu()])
    d2l.save_model(tmp_path / 'model', net, np.random.normal(size=(1, 3, 32, 64)), {},
                   kind='onnx', other_inputs=[np.random.normal(size=(2, 3, 64, 96))])
    for shape in ((1, 3, 64, 32), (3, 3, 32, 32)):
        X = np.random.normal(size=shape)
        Y = net(X).asnumpy()
        onp.testing.assert_allclose(d2l.load_model(tmp_path / 'model')(X).asnumpy(), Y,
                                    rtol=1e-4, atol=1e-5 * abs(Y).max())


# ---- what is made of its scores


def brightest(X):
    """Scores of three classes: by which of RGB is the brightest."""
    return X * np.array(STD).reshape(3, 1, 1) + np.array(MEAN).reshape(3, 1, 1)


@pytest.mark.parametrize('height,width', [(32, 64), (31, 33), (1, 1), (40, 7)])
def test_pictures_of_any_size_are_segmented(page, height, width):
    seen = []

    def net(X):
        seen.append(X.shape)
        return brightest(X)

    picture = onp.random.RandomState(0).randint(256, size=(height, width, 3))
    picture = picture.astype('uint8')
    labels = page.segment(net, picture, MEAN, STD)
    best = onp.take_along_axis(picture, labels[..., None].astype(int), 2)[..., 0]
    assert labels.shape == (height, width) and (best == picture.max(2)).all()
    shape, = seen
    assert shape == (1, 3, -(-height // 32) * 32, -(-width // 32) * 32)


class Pictures:
    features = [onp.zeros((2, 3, 3), 'u1')] * 2
    labels = [onp.array([[0, 255, 12], [0, 255, 12]], 'u1'),
              onp.array([[0, 0, 0], [0, 15, 255]], 'u1')]


def test_measures_by_hand_leave_contours_out(page):
    predictions = iter([onp.array([[0, 7, 12], [12, 12, 12]], 'u1'),
                        onp.array([[0, 0, 0], [0, 12, 12]], 'u1')])
    found = page.evaluate(lambda picture: next(predictions), Pictures)
    # 9 pixels count: 5 of 6 of the ground are right, both of the dog, not the person
    assert found['pixel acc'] == pytest.approx(7 / 9)
    assert found['IoU'] == pytest.approx({'background': 5 / 6, 'dog': 2 / 4,
                                          'person': 0})
    assert found['mean IoU'] == pytest.approx((5 / 6 + 2 / 4) / 3)
    assert found['all background'] == pytest.approx({
        'pixel acc': 6 / 9, 'mean IoU': (6 / 9) / 3})


def test_classes_become_their_colours(page):
    image = page.label2image(np.array([[0, 12], [20, 0]]))
    assert image.dtype == onp.uint8
    assert image.tolist() == [[[0, 0, 0], [64, 0, 128]], [[0, 64, 128], [0, 0, 0]]]


@pytest.mark.parametrize('size', [dict(height=100), dict(width=40)])
def test_crops_that_do_not_fit_the_strides_are_refused(page, size, tmp_path):
    with pytest.raises(d2l.InputError, match='must be multiples of 32'):
        page.run(**size, out=tmp_path)


# ---- the run, and the use of what it trained


def test_the_loss_falls_in_the_smoke_run(smoke_run):
    smoke = smoke_run('13.11')
    losses = [l for _, l in smoke.result['series']['train loss']]
    assert losses[-1] < losses[0]
    assert smoke.output.startswith('read 32 examples\nread 8 examples\n')


@pytest.mark.slow
def test_options_reach_the_training(page, monkeypatch, tmp_path):
    seen = {}

    def train(net, train_iter, test_iter, loss, trainer, num_epochs, devices):
        X, y = next(iter(train_iter))
        seen.update(X=X.shape, y=y.shape, num_epochs=num_epochs, axis=loss._axis,
                    lr=trainer.learning_rate, wd=trainer._optimizer.wd)
        return d2l.History()

    monkeypatch.setattr(d2l, 'train_ch13', train)
    monkeypatch.setattr(page, 'evaluate', lambda predict, dataset: {})
    page.run(num_epochs=3, lr=.25, wd=.125, batch_size=5, height=32, width=64,
             backbone='squeezenet1_1', out=tmp_path)
    assert seen == dict(X=(5, 3, 32, 64), y=(5, 32, 64), num_epochs=3, lr=.25, wd=.125,
                        axis=1)


@pytest.fixture
def model(smoke_run):
    return smoke_run('13.11').folder / 'model'


def files(folder):
    """Pictures of kinds that a reader may have."""
    rng = onp.random.RandomState(0)
    arrays = {'wide.png': rng.randint(256, size=(40, 90, 3)),
              'grey.png': rng.randint(256, size=(50, 20)),
              'one.png': rng.randint(256, size=(1, 1, 3)),
              'large.png': rng.randint(256, size=(300, 700, 3))}
    for name, array in arrays.items():
        cv2.imwrite(str(folder / name), array.astype('uint8'))
        yield str(folder / name)


def test_shares_of_each_picture_add_up_and_are_drawn(page, model, tmp_path):
    names = list(files(tmp_path))
    results = page.predict(model, *names, size=96)
    assert [result['picture'] for result in results] == names
    for result in results:
        shares = list(result['shares'].values())
        assert sum(shares) == pytest.approx(1) and shares == sorted(shares)[::-1]
        assert set(result['shares']) <= set(d2l.VOC_CLASSES)
    assert json.loads(json.dumps(results)) == results
    figures = [d2l.plt.figure(number) for number in d2l.plt.get_fignums()]
    drawn = [figure.axes[0].images[0].get_array().shape for figure in figures]
    assert drawn == [(40, 90, 3), (50, 20, 3), (1, 1, 3), (41, 96, 3)]


def test_things_are_drawn_in_their_colours_and_the_ground_as_it_is(page):
    picture = onp.full((2, 2, 3), 100, 'u1')
    page.show_segments(picture, onp.array([[0, 12], [12, 0]]),
                       onp.array(d2l.VOC_COLORMAP, 'u1'), {0: 'background', 12: 'dog'})
    figure = d2l.plt.gcf()
    dog = [50 + 32, 50, 50 + 64]
    assert figure.axes[1].images[0].get_array().tolist() == [
        [[100] * 3, dog], [dog, [100] * 3]]
    assert [text.get_text() for text in figure.axes[1].get_legend().get_texts()] == [
        'background', 'dog']


def test_a_model_of_another_section_is_refused(page, tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Dense(2))
    net.initialize()
    d2l.save_model(tmp_path / 'model', net, np.ones((1, 3)), {'classes': []})
    with pytest.raises(ValueError, match="it has no 'colors', 'mean', 'std'"):
        page.predict(tmp_path / 'model', 'any.jpg')


def test_what_is_no_picture_is_one_clear_error(page, model, tmp_path):
    (tmp_path / 'notes.jpg').write_text('no picture')
    with pytest.raises(d2l.InputError, match='notes.jpg'):
        page.predict(model, str(tmp_path / 'notes.jpg'))
