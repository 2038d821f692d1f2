import cv2
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.errors import MissingFile
from d2lmx.files import hub

SIDE = 64  # of the pictures of small tests: feature maps of 8, 4, 2, 1 and 1 pixels
ANCHORS = 4 * (64 + 16 + 4 + 1 + 1)


@pytest.fixture
def small():
    """``small(num_classes)``: a TinySSD with weights."""
    def make(num_classes=1):
        net = d2l.TinySSD(num_classes)
        net.initialize(mx.init.Xavier())
        return net
    return make


def pictures(count):
    return np.array(onp.random.RandomState(count).uniform(
        0, 255, (count, 3, SIDE, SIDE)).astype('float32'))


def test_shapes_are_those_that_the_page_prints(smoke_run):
    assert smoke_run('13.7').result['shapes'] == {
        'Y1': [2, 55, 20, 20], 'Y2': [2, 33, 10, 10], 'concat_preds': [2, 25300],
        'down_sample_blk': [2, 10, 10, 10], 'base_net': [2, 64, 32, 32],
        'output anchors': [1, 5444, 4], 'output class preds': [2, 5444, 2],
        'output bbox preds': [2, 21776]}


def test_predictions_of_a_pixel_stand_together():
    # channel c of pixel p is 10 p + c, picture by picture
    pred = np.arange(2).reshape(1, 1, 1, 2) * 10 + np.arange(4).reshape(1, 4, 1, 1)
    assert d2l.concat_preds([pred, pred[:, :1]]).tolist() == [
        [0, 1, 2, 3, 10, 11, 12, 13, 0, 10]]


def test_each_anchor_has_the_predictions_made_at_its_place(small):
    net = small(num_classes=2)
    anchors, cls_preds, bbox_preds = net(pictures(1))
    # the third scale: 2 x 2 pixels; its second pixel's third anchor, by hand
    first, size, ratio = 4 * (64 + 16), net.sizes[2], net.ratios[2]
    middle = onp.array([.75, .25])
    half = size[0] * onp.array([2 ** .5, .5 ** .5]) / 2  # of ratio 2
    place = first + 4 + 2
    onp.testing.assert_allclose(anchors[0, place].asnumpy(), onp.concatenate(
        [middle - half, middle + half]), rtol=1e-5)  # float32
    X = pictures(1)
    for i in range(3):
        X = getattr(net, f'blk_{i}')(X)
    scores, offsets = (getattr(net, f'{kind}_2')(X)[0, :, 0, 1]
                       for kind in ('cls', 'bbox'))
    assert ratio == [1, 2, .5]
    onp.testing.assert_allclose(cls_preds[0, place].asnumpy(),
                                scores[6:9].asnumpy(), rtol=1e-5)
    onp.testing.assert_allclose(bbox_preds.reshape(-1, 4)[place].asnumpy(),
                                offsets[8:12].asnumpy(), rtol=1e-5)


@pytest.mark.parametrize('wrap', [lambda net: net, d2l.Detector],
                         ids=['TinySSD', 'Detector'])
def test_network_and_detector_keep_the_contract(wrap):
    d2l.set_seed(1)
    # gradients pass twelve layers of batch normalization over few values
    d2l.check_hybrid_block(lambda: wrap(d2l.TinySSD(2)), (pictures(2),),
                           rtol=1e-4, atol=1e-5)


def from_second_scale_on(i):
    """Blocks of a network whose first two maps are given."""
    return None if i < 2 else d2l.get_blk(i)


def test_maps_of_the_first_scales_may_be_given_in_place_of_pictures(small):
    net, X = small(2), pictures(2)
    expected = net(X)
    C = net.blk_0(X)
    maps = C, net.blk_1(C)
    rest = d2l.TinySSD(2, from_second_scale_on)
    rest.initialize()
    rest(*maps)  # which makes all shapes known
    params = net._collect_params_with_prefix()
    for name, param in rest._collect_params_with_prefix().items():
        param.set_data(params.pop(name).data())
    assert {name[:5] for name in params} == {'blk_0', 'blk_1'}
    for ours, theirs in zip(rest(*maps), expected):
        onp.testing.assert_array_equal(ours.asnumpy(), theirs.asnumpy())


def test_a_network_of_maps_keeps_the_contract():
    d2l.set_seed(1)
    maps = np.random.uniform(size=(2, 6, 8, 8)), np.random.uniform(size=(2, 5, 4, 4))
    d2l.check_hybrid_block(lambda: d2l.TinySSD(2, from_second_scale_on), maps,
                           rtol=1e-4, atol=1e-5)  # through batch normalization


@pytest.mark.parametrize('classes', [1, 5])
def test_onnx_from_pixels_to_boxes_is_the_network_at_any_batch_size(
        small, classes, tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net = d2l.Detector(small(classes))
    d2l.save_model(tmp_path / 'model', net, pictures(2), {'size': SIDE}, kind='onnx')
    model = d2l.load_model(tmp_path / 'model', 'size')
    for batch_size in (1, 3, 7):
        X = pictures(batch_size)
        probs, boxes = net(X)
        assert probs.shape == (batch_size, ANCHORS, classes + 1)
        assert boxes.shape == (batch_size, ANCHORS, 4)
        for ours, theirs in zip((probs, boxes), model(X)):
            # float32 sums in another order, through eleven layers
            onp.testing.assert_allclose(theirs.asnumpy(), ours.asnumpy(), rtol=1e-4,
                                        atol=1e-5)


# ---- loss and errors

CLS = [[[0, 0], [0, 0]], [[2, 0], [0, 2]]]  # (pictures, anchors, classes + 1)
OFFSETS = [[1, 2, 3, 4, 0, 0, 0, 0], [0, 0, 0, 0, 5, 5, 5, 5]]
MASKS = [[1] * 4 + [0] * 4, [0] * 8]


def test_the_loss_is_the_mean_over_anchors_and_over_offsets():
    l = d2l.calc_loss(np.array(CLS), np.array([[0, 1], [0, 0]]),
                      np.array(OFFSETS), np.zeros((2, 8)), np.array(MASKS))
    right = onp.log(1 + onp.exp(-2))  # -log softmax of the better score; else 2 more
    assert l.tolist() == pytest.approx([onp.log(2) + 10 / 8, right + 1], rel=1e-5)
    # float32, by MXNet's own logarithm


def test_errors_count_anchors_and_add_up_masked_offsets(section):
    ssd = section('13.7')
    labels = np.array([[0, 1], [0, 0]], dtype='int32')
    assert float(ssd.cls_eval(np.array(CLS), labels)) == 2  # a tie is background
    assert float(ssd.bbox_eval(np.array(OFFSETS), np.zeros((2, 8)),
                               np.array(MASKS))) == 10
    errors = ssd.errors(np.array(CLS), labels, np.array(OFFSETS), np.zeros((2, 8)),
                        np.array(MASKS))
    assert {name: (float(total), count) for name, (total, count) in errors.items()} == {
        'class error': (2, 4), 'bbox mae': (10, 16)}


def test_focal_loss_is_cross_entropy_times_a_power_of_what_is_missing(section):
    focal_loss, x = section('13.7').focal_loss, np.array([.5, .9])
    onp.testing.assert_allclose(focal_loss(0, x).asnumpy(), -onp.log([.5, .9]),
                                rtol=1e-5)
    onp.testing.assert_allclose(focal_loss(2, x).asnumpy(),
                                -onp.log([.5, .9]) * [.25, .01], rtol=1e-5)


def test_what_fills_up_labels_changes_neither_loss_nor_gradients(section, small):
    ssd, net = section('13.7'), small()
    X, objects = pictures(2), onp.array([[[0, .1, .1, .4, .5]], [[0, .5, .2, 1, .9]]])
    padded = onp.concatenate([objects, onp.full((2, 2, 5), -1.)], axis=1)
    gradients = []
    for labels in (objects, padded):
        with autograd.record():
            l = d2l.calc_loss(*ssd.targets(net, X, np.array(labels)))
        l.backward()
        gradients.append([l.asnumpy(), net.cls_0.weight.grad().asnumpy(), onp.stack([
            getattr(net, f'bbox_{i}').weight.grad().asnumpy() for i in range(1, 5)])])
    for alone, beside in zip(*gradients):
        assert onp.abs(alone).max() > 0
        onp.testing.assert_array_equal(alone, beside)


# ---- a run


def test_errors_fall_in_the_smoke_run(smoke_run):
    result = smoke_run('13.7').result
    for name in ('class error', 'bbox mae'):
        first, last = (value for _, value in result['series'][name])
        assert last < first
    assert 0 <= result['validation']['mAP'] <= 1
    assert result['validation']['class error'] < .05


def test_the_run_ends_with_the_lines_of_the_page(smoke_run):
    lines = smoke_run('13.7').output.splitlines()
    assert lines[0].startswith('class err ') and ', bbox mae ' in lines[0]
    assert lines[1].endswith('examples/sec on cpu(0)')


def test_the_model_is_a_detector_for_a_readers_own_pictures(section, smoke_run,
                                                            tmp_path):
    model = smoke_run('13.7').folder / 'model'
    with running(data='toy'):
        picture = d2l.read_picture(d2l.download('banana'))
    files = [tmp_path / name for name in ('small.png', 'large.png')]
    for file, times in zip(files, (1, 2)):  # averaged back, the large one is the small
        large = picture.repeat(times, axis=0).repeat(times, axis=1)
        cv2.imwrite(str(file), large[..., ::-1])
    d2l.plt.close('all')
    small, large = section('13.7').predict(model, *files, threshold=.01)
    assert [small['picture'], large['picture']] == list(map(str, files))
    assert len(small['objects']) == len(large['objects']) > 0
    assert {found['class'] for found in small['objects']} == {'banana'}
    scores = [found['score'] for found in small['objects']]
    assert scores == sorted(scores, reverse=True) and scores[-1] >= .01
    for a, b in zip(small['objects'], large['objects']):
        assert b['box'] == pytest.approx([2 * corner for corner in a['box']], rel=1e-4)
    figures = [d2l.plt.figure(number) for number in d2l.plt.get_fignums()]
    assert [len(figure.axes[0].patches) for figure in figures] == [len(scores)] * 2
    high, = section('13.7').predict(model, files[0], threshold=scores[0] - 1e-6)
    assert high['objects'] == small['objects'][:len(high['objects'])] != []


def test_a_picture_that_is_none_is_named(section, smoke_run, tmp_path):
    model = smoke_run('13.7').folder / 'model'
    with pytest.raises(MissingFile, match='there is no picture .*none.jpg'):
        section('13.7').predict(model, tmp_path / 'none.jpg')


def test_a_readers_own_pictures_train_a_detector_of_their_classes(section, tmp_path):
    images, labels, _ = d2l.toy_fruit(4, seed=2)
    for part in ('train', 'val'):
        folder = tmp_path / 'pets' / f'pets_{part}'
        (folder / 'images').mkdir(parents=True)
        lines = ['img_name,label,xmin,ymin,xmax,ymax']
        for i, (image, row) in enumerate(zip(images, labels[:, 0])):
            cv2.imwrite(str(folder / 'images' / f'{i}.png'), image[..., ::-1])
            lines.append(','.join(map(str, [f'{i}.png', i % 2, *row[1:] * 256])))
        (folder / 'label.csv').write_text('\n'.join(lines))
    (tmp_path / 'pets' / 'classes.txt').write_text('cat\ndog\n')
    with running(files={}):
        result = section('13.7').run(images=str(tmp_path / 'pets'), num_epochs=1,
                                     batch_size=4, size=64, out=tmp_path)
        assert [file['data'] for file in hub.used()] == ['local']
    assert result['classes'] == ['cat', 'dog']
    assert set(result['validation']) == {'class error', 'bbox mae', 'mAP', 'cat', 'dog'}
    model = d2l.load_model(tmp_path / 'model', 'classes', 'size')
    probs, boxes = model(onp.zeros((1, 3, SIDE, SIDE), 'float32'))
    assert probs.shape == (1, ANCHORS, 3) and boxes.shape == (1, ANCHORS, 4)


def test_features_from_imagenet_take_the_place_of_the_pages():
    with running(data='toy', files={}):
        net = d2l.initialized_ssd('mobilenet_v2_1_0', 5, 128, mx.cpu())
        assert [file['name'] for file in hub.used()] == ['mobilenet_v2_1_0']
        given = d2l.pretrained_net('mobilenet_v2_1_0').features
    anchors, cls_preds, _ = net(np.random.uniform(0, 255, (1, 3, 128, 128)))
    num_anchors = 4 * (64 + 16 + 4 + 1 + 1)
    assert anchors.shape == (1, num_anchors, 4)
    assert cls_preds.shape == (1, num_anchors, 6)
    assert (net.blk_0[1].weight.data() == given[0].weight.data()).all()
    # their normalization is ImageNet's in training, too; that of the new layers is not
    seen, new = net.blk_0[2], net.blk_2[1]
    assert isinstance(seen, nn.BatchNorm) and isinstance(new, nn.BatchNorm)
    before = [norm.running_mean.data().copy() for norm in (seen, new)]
    with autograd.record():
        net(np.random.uniform(0, 255, (2, 3, 128, 128)))[1].sum().backward()
    assert (seen.running_mean.data() == before[0]).all()
    assert (new.running_mean.data() != before[1]).any()


def test_pictures_too_small_for_a_backbone_are_refused(section):
    with pytest.raises(d2l.InputError, match='needs --size 128 at least, got 64'):
        section('13.7').run(backbone='mobilenet_v2_1_0', size=64)


def test_a_training_that_diverges_says_so_and_saves_no_detector(section, monkeypatch,
                                                                tmp_path):
    ssd, history = section('13.7'), d2l.History()
    history.add(1, {'train loss': onp.nan, 'class error': .5, 'bbox mae': onp.nan})
    monkeypatch.setattr(ssd, 'train', lambda *args: history)
    with pytest.raises(d2l.InputError, match='its loss is nan: take a lower rate than '
                                             '--lr 0.5'):
        ssd.run(lr=.5, size=64, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
