"""13.8: the page's pooled regions; networks that learn, are saved and used."""
import json

import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx.models.zoo import MobileNetV2

PAGE = [[[[5, 6], [9, 10]]], [[[9, 11], [13, 15]]]]  # as the page prints it


def test_roi_pooling_gives_the_numbers_of_the_page(section):
    assert section('13.8').roi_pooling().tolist() == PAGE


def test_roi_pooling_takes_the_largest_number_of_each_part(section):
    """Of rows and columns 0 to 2, then of rows 1 to 3 and all columns."""
    X = onp.arange(16).reshape(4, 4)
    found = [[[X[rows, columns].max() for columns in (slice(0, 2), slice(1, 3))]
              for rows in (slice(0, 2), slice(1, 3))],
             [[X[rows, columns].max() for columns in (slice(0, 2), slice(2, 4))]
              for rows in (slice(1, 3), slice(2, 4))]]
    assert (section('13.8').roi_pooling()[:, 0].asnumpy() == onp.array(found)).all()


def test_a_plain_run_begins_with_the_page_and_page_is_all_of_it(section, smoke_run):
    assert section('13.8').run(variant='page') == {'roi pooling': PAGE}
    assert smoke_run('13.8').output.startswith(
        '[[[[5.0, 6.0], [9.0, 10.0]]], [[[9.0, 11.0], [13.0, 15.0]]]]')


def test_the_smoke_run_learns_and_measures(smoke_run):
    result = smoke_run('13.8').result
    losses = [value for _, value in result['series']['train loss']]
    assert losses[-1] < losses[0]
    assert 0 <= result['final']['mAP'] <= 1
    assert set(result['final']) == {'train loss', 'class', 'box', 'anchor',
                                    'anchor box', 'mAP'}
    assert result['timing']['sec/epoch'] > 0 and result['timing']['ms/picture'] > 0


@pytest.fixture
def tiny(section, monkeypatch):
    """The section on 20 pictures."""
    page = section('13.8')
    load = d2l.load_data_detection

    def few(images, batch_size, size):
        train_iter, val_iter, classes = load(images, batch_size, size)
        for part, count in ((train_iter, 16), (val_iter, 4)):
            part.arrays = [array[:count] for array in part.arrays]
        return train_iter, val_iter, classes

    masks = d2l.read_detection_masks
    monkeypatch.setattr(d2l, 'load_data_detection', few)
    monkeypatch.setattr(d2l, 'read_detection_masks', lambda folder: masks(folder)[:16])
    return page


@pytest.mark.parametrize('variant', ['fast', 'mask'])
def test_the_other_networks_train_too_and_predict_from_their_files(
        tiny, tmp_path, variant):
    result = tiny.run(variant=variant, num_epochs=1, batch_size=8, size=64,
                      out=tmp_path)
    assert result['variant'] == variant
    assert ('mask' in result['final']) == (variant == 'mask')
    assert result['found'][0]['objects'] == [] or all(
        0.5 <= thing['score'] <= 1 for thing in result['found'][0]['objects'])


def test_a_network_from_imagenet_keeps_its_statistics_and_is_trained(
        tiny, tmp_path, monkeypatch):
    d2l.set_seed(0)
    net = MobileNetV2(classes=None)
    net.initialize(init.Xavier('gaussian', 'in', 2))  # signals of a usual size
    net(np.zeros((1, 3, 64, 64)))
    first, norm = net.features[0].weight, net.features[1].running_mean
    before = first.data().asnumpy(), norm.data().asnumpy()
    monkeypatch.setattr(d2l, 'pretrained_net', lambda name, ctx: net, raising=False)
    result = tiny.run(backbone='mobilenet_v2_1_0', num_epochs=1, batch_size=8, size=64,
                      out=tmp_path)
    assert abs(first.data().asnumpy() - before[0]).max() > 1e-4
    assert (norm.data().asnumpy() == before[1]).all()
    assert result['final']['train loss'] > 0


def test_predictions_are_those_of_the_network_in_pixels_of_the_picture(
        tiny, tmp_path):
    import cv2
    d2l.set_seed(0)
    net = tiny.build_net('mask')
    net.initialize()
    inputs = tiny.example_inputs(1, 64, 'mask')
    net(*inputs)
    d2l.save_model(tmp_path / 'model', net, inputs,
                   {'classes': ['banana'], 'size': 64, 'cells': 0})
    picture = onp.random.RandomState(0).randint(0, 256, (128, 192, 3)).astype('uint8')
    cv2.imwrite(str(tmp_path / 'a.png'), picture[..., ::-1])
    found = tiny.predict(tmp_path / 'model', tmp_path / 'a.png', threshold=0.0)
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    rows, masks = net(np.array(small.transpose(2, 0, 1)[None], dtype='float32'))
    rows = rows[0].asnumpy()
    rows = rows[rows[:, 0] >= 0]
    objects = found[0]['objects']
    assert json.dumps(found) and len(objects) == len(rows) > 0
    onp.testing.assert_allclose([thing['box'] for thing in objects],
                                rows[:, 2:] * [192, 128, 192, 128], rtol=1e-4,
                                atol=1e-2)
    onp.testing.assert_allclose([thing['score'] for thing in objects], rows[:, 1],
                                rtol=1e-4)
    assert all({'class', 'score', 'box', 'outline'} == set(thing) for thing in objects)
    assert len(d2l.plt.get_fignums()) == 1
    assert tiny.predict(tmp_path / 'model', tmp_path / 'a.png', threshold=1.0) == [
        {'picture': str(tmp_path / 'a.png'), 'objects': []}]


def test_an_outline_is_the_border_of_the_mask_in_the_unit_of_the_box():
    mask = onp.zeros((4, 4))
    mask[1:3, 1:4] = 1
    border = d2l.outline(mask, (10, 20, 18, 28))
    assert sorted(map(tuple, border)) == [(13, 23), (13, 25), (17, 23), (17, 25)]
    assert d2l.outline(onp.zeros((4, 4)), (0, 0, 1, 1)) == []


def test_masks_are_asked_for_where_a_data_set_has_none(section, tmp_path):
    import cv2
    for part in ('things_train', 'things_val'):
        (tmp_path / part / 'images').mkdir(parents=True)
        (tmp_path / part / 'label.csv').write_text(
            'img_name,label,xmin,ymin,xmax,ymax\na.png,0,0,0,4,4\n')
        cv2.imwrite(str(tmp_path / part / 'images' / 'a.png'),
                    onp.zeros((8, 8, 3), 'uint8'))
    with pytest.raises(FileNotFoundError, match='Mask R-CNN learns shapes'):
        section('13.8').run(variant='mask', images=str(tmp_path))


def test_the_page_has_no_network(section):
    with pytest.raises(ValueError, match='fast, faster, mask'):
        section('13.8').build_net('page')
