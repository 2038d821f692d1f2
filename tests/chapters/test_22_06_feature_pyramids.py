"""22.6: heads of 13.7 and 21.17 on a pyramid, thirds of objects, the rule of claims."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.pages.networks import find_network

NECKS = 'none', 'fpn', 'pan', 'bifpn'
NAMES = tuple(f'{kind}, {neck}' for kind in ('SSD', 'YOLO') for neck in NECKS)
# 64 pixels: grids of 8, 4 and 2 cells
GRIDS = [8, 4, 2]
PRIORS = [onp.array([[.05, .1], [.1, .05], [.1, .1]]) * 2 ** i for i in range(3)]
CELLS = 3 * (64 + 16 + 4)
LABELS = onp.array([[[0, .3, .5, .4, .7], [1, .4, .4, 1, .9]], [[-1] * 5] * 2])


@pytest.fixture
def page(section):
    return section('22.6')


@pytest.mark.parametrize('variant', NECKS)
def test_each_network_says_six_numbers_of_three_priors_of_each_cell(page, variant):
    net = page.build_net(variant)
    net.initialize()
    assert net(*page.example_inputs()).shape == (2, CELLS, 6)


# as the usual one, of 'fpn', is in tests/parity/test_compare.py
@pytest.mark.slow
@pytest.mark.parametrize('variant', ['none', 'pan', 'bifpn'])
def test_each_network_is_its_twin(torch, variant):
    from d2lmx.parity.compare import compare_port
    from d2lmx.parity.torch_side import find_twin
    network = find_network(f'22.6:{variant}')
    record = compare_port(network.build_net, network.example_inputs,
                          find_twin(network.twin)(), lr=.01, steps=1, batch_size=2)
    assert record['passed'], record['checks']


@pytest.mark.parametrize('kind, neck', [('SSD', 'bifpn'), ('YOLO', 'pan')])
def test_detectors_are_onnx_from_pixels_to_boxes_at_any_batch_size(page, kind, neck,
                                                                   tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    decoder, _ = page.DETECTORS[kind](PRIORS, GRIDS)
    detector = d2l.sequence(page.build_net(neck, 2), decoder)
    detector.initialize(mx.init.Xavier())
    d2l.save_model(tmp_path / 'model', detector, page.example_inputs()[0], {},
                   kind='onnx')
    model = d2l.load_model(tmp_path / 'model')
    for batch_size in (1, 3):
        X, = page.example_inputs(batch_size)
        probs, boxes = detector(X)
        assert probs.shape == (batch_size, CELLS, 3)
        assert boxes.shape == (batch_size, CELLS, 4)
        for ours, theirs in zip((probs, boxes), model(X)):
            # float32 sums in another order, through twenty layers
            onp.testing.assert_allclose(theirs.asnumpy(), ours.asnumpy(), rtol=1e-4,
                                        atol=1e-5)


def test_anchors_of_ssd_are_the_priors_on_the_middles_of_their_cells(page):
    decoder = page.AnchorDecoder(PRIORS, GRIDS)
    decoder.initialize()
    P = np.arange(2 * CELLS * 6).reshape(2, CELLS, 6)
    anchors, scores, offsets = decoder(P)
    assert anchors.shape == (1, CELLS, 4)
    # of the second grid the cell in row 1, column 2, its first prior: .1 x .2
    place = 3 * (64 + 4 + 2)
    onp.testing.assert_allclose(anchors[0, place].asnumpy(), [
        .625 - .05, .375 - .1, .625 + .05, .375 + .1], rtol=1e-6)
    assert scores[1, place].tolist() == P[1, place, :2].tolist()
    assert offsets.reshape(2, CELLS, 4)[1, place].tolist() == P[1, place, 2:].tolist()


def test_what_ssd_is_taught_is_what_it_decodes(page):
    read = page.AnchorDecoder(PRIORS, GRIDS)
    offsets, _, classes = d2l.multibox_target(read.anchors.value, np.array(LABELS))
    P = onp.zeros((CELLS, 7), 'float32')
    P[onp.arange(CELLS), classes[0].asnumpy()] = 30  # sure of what it is
    P[:, 3:] = offsets[0].asnumpy().reshape(-1, 4)
    decoder, loss = page.as_ssd(PRIORS, GRIDS)
    decoder.initialize()
    rows, _ = d2l.detections(decoder, onp.stack([P, P]), 2)
    onp.testing.assert_allclose(rows[rows[:, 0].argsort()], [
        [0, 1, .3, .5, .4, .7], [1, 1, .4, .4, 1, .9]], rtol=1e-4)
    l = loss(np.array([P, P]), np.array(LABELS))
    assert float(l[0]) < 1e-4 < float(l[1])  # the second picture has no object


def test_what_yolo_is_taught_is_what_it_decodes(page):
    places, is_object, classes = d2l.assign_cells(LABELS, PRIORS, GRIDS)
    P = onp.zeros((CELLS, 7), 'float32')
    P[:, :2] = onp.log(places[0, :, :2].clip(.01) / (1 - places[0, :, :2].clip(.01)))
    P[:, 2:4] = places[0, :, 2:]
    P[:, 4] = onp.where(is_object[0], 30, -30)
    P[onp.arange(CELLS), 5 + classes[0].astype(int)] = 30
    decoder, loss = page.as_yolo(PRIORS, GRIDS)
    decoder.initialize()
    rows, _ = d2l.detections(decoder, onp.stack([P, P]), 2)
    onp.testing.assert_allclose(rows[rows[:, 0].argsort()], [
        [0, 1, .3, .5, .4, .7], [1, 1, .4, .4, 1, .9]], rtol=1e-4)
    l = loss(np.array([P, P]), np.array(LABELS))
    assert float(l[0]) < 1e-4 < float(l[1])


def test_every_parameter_of_a_detector_is_taught(page):
    X, Y = page.example_inputs()[0], np.array(LABELS)
    for as_detector in page.DETECTORS.values():
        net = page.build_net('bifpn', 2)
        decoder, loss = as_detector(PRIORS, GRIDS)
        for block in (net, decoder):
            block.initialize(mx.init.Xavier())
        with autograd.record():
            l = loss(net(X), Y)
        l.backward()
        assert l.shape == (2,)
        assert all(float(np.abs(param.grad()).max()) > 0 for param
                   in net.collect_params().values() if param.grad_req != 'null')


def test_priors_go_from_small_ones_of_the_fine_map_to_large_ones(page):
    rng = onp.random.RandomState(0)
    sides = rng.uniform(.05, .5, (40, 2, 2))
    labels = onp.concatenate([onp.zeros((40, 2, 1)), 0 * sides, sides], axis=2)
    priors = page.priors_of(labels)
    assert [shapes.shape for shapes in priors] == [(3, 2)] * 3
    areas = onp.concatenate(priors).prod(axis=1)
    assert (onp.diff(areas) >= 0).all() and areas[-1] > 4 * areas[0]
    with pytest.raises(d2l.InputError, match='8 objects to train on are too few for 9'):
        page.priors_of(labels[:4])


def test_a_third_counts_its_own_objects_alone(page):
    # squares of six sides, two a third; what fills up is of none
    sides = onp.array([[.1, .2, .3], [.4, .5, .6]])[..., None]
    labels = onp.concatenate([0 * sides, 0 * sides, 0 * sides, sides, sides], axis=2)
    labels = onp.concatenate([labels, onp.full((2, 1, 5), -1.)], axis=1)
    marks = {name: truth[:, :3, 5].astype(int).tolist()
             for name, truth in page.thirds_of(labels).items()}
    assert marks == {'small': [[0, 0, 1], [1, 1, 1]], 'middle': [[1, 1, 0], [0, 1, 1]],
                     'large': [[1, 1, 1], [1, 0, 0]]}
    # found are the small ones, and none else: (class, score, corners)
    found = [[[0, .9, 0, 0, side, side] for side in (.1, .2)], onp.empty((0, 6))]
    assert {name: d2l.detection_map(found, truth)['mAP'] for name, truth
            in page.thirds_of(labels).items()} == {'small': 1, 'middle': 0, 'large': 0}


def test_a_quarter_of_the_examples_is_set_aside_and_not_trained_on(page):
    batches = d2l.BatchIterator((onp.arange(9), onp.arange(9) + 20), 4, shuffle=True,
                                transform=lambda numbers: numbers + 100)
    kept, aside = page.set_aside(batches)
    assert [array.tolist() for array in aside.arrays] == [[0, 1], [20, 21]]
    assert [array.tolist() for array in kept.arrays] == [
        [2, 3, 4, 5, 6, 7, 8], [22, 23, 24, 25, 26, 27, 28]]
    assert (kept.batch_size, kept.shuffle, aside.shuffle) == (4, True, False)
    X, Y = next(iter(aside))
    assert (X.tolist(), Y.tolist()) == ([100, 101], [20, 21])


def test_each_rate_is_judged_on_what_is_set_aside(page, monkeypatch):
    kept = []

    def learn(task, name, lr, batches):
        kept.append(batches.arrays[0].tolist())
        return name, lr

    def found_by(learnt, batches):
        """Of SSD both objects at the rate .003, else the first one's alone."""
        assert batches.arrays[0].tolist() == [0, 1]
        is_good = learnt in [(name, .003) for name in NAMES[:4]]
        return [onp.array([[0, .9, *box]]) * (i == 0 or is_good)
                for i, (_, *box) in enumerate(batches.arrays[1][:, 0])]

    monkeypatch.setattr(page, 'learn', learn)
    monkeypatch.setattr(page, 'found_by', found_by)
    labels = onp.array([[[0, .1, .2, .5, .7 + i / 100]] for i in range(8)])
    batches = d2l.BatchIterator((onp.arange(8), labels), 2)
    tried = page.try_rates(None, batches, 3)
    assert tried['SSD, pan'] == {.01: .5, .003: 1, .03: .5}
    assert page.best_rates(tried) == {**dict.fromkeys(NAMES[:4], .003),
                                      **dict.fromkeys(NAMES[4:], .01)}
    assert kept == [[2, 3, 4, 5, 6, 7]] * 24
    assert page.best_rates(page.try_rates(None, batches, 1)) == dict.fromkeys(NAMES,
                                                                              .01)


def test_maps_that_were_computed_once_find_what_pictures_find(page):
    d2l.set_seed(3)
    images, labels, _ = d2l.toy_fruit(5, seed=1, num_fruits=4, lengths=(24, 100))
    X = onp.stack([d2l.stretched(image, 64) for image in images]).transpose(0, 3, 1, 2)
    pictures = d2l.BatchIterator((X, labels), 2, transform=d2l.as_floats)
    net, (decoder, _) = page.build_net('pan'), page.as_ssd(PRIORS, GRIDS)
    for block in (net, decoder):
        block.initialize(mx.init.Xavier())
    by_pictures, by_maps = (
        page.found_by(page.Learnt(net, learner, decoder, []), batches)
        for learner, batches in ((net, pictures),
                                 (net.top, d2l.batches_of_maps(pictures, net.stages))))
    assert len(by_maps) == 5 and all(len(rows) for rows in by_maps)
    for ours, theirs in zip(by_maps, by_pictures):
        onp.testing.assert_array_equal(ours, theirs)
    assert len(d2l.batches_of_maps(pictures, net.stages)) == 3


def rows(**maps):
    """mAPs of two seeds, alike for both detectors: {'SSD, fpn: small': ...}."""
    found = {f'{name}: {what}': [.5, .6] for name in NAMES
             for what in ('all', 'small', 'middle', 'large')}
    for name, values in maps.items():
        neck, what = name.split('_')
        found.update({f'{kind}, {neck}: {what}': values for kind in ('SSD', 'YOLO')})
    return found


SIZES = {neck: {'parameters': size, 'multiplications': size} for neck, size in zip(
    NECKS, (5, 5, 9, 4))}


@pytest.mark.parametrize('maps, sizes, holds', [
    # nothing gained; as good, with less
    ({}, {}, [0, 0, 0, 1]),
    (dict(fpn_small=[.6, .8]), {}, [1, 1, 0, 1]),
    (dict(fpn_small=[.6, .8], fpn_large=[.6, .8]), {}, [1, 0, 0, 1]),
    # .04 and -.02: a mean of .01 with an error of .017
    (dict(fpn_small=[.54, .58]), {}, [0, 0, 0, 1]),
    (dict(pan_all=[.6, .8]), {}, [0, 0, 1, 0]),
    (dict(pan_all=[.6, .8], bifpn_all=[.6, .8]), {}, [0, 0, 1, 1]),
    ({}, {'bifpn': {'parameters': 4, 'multiplications': 10}}, [0, 0, 0, 0])])
def test_a_neck_is_better_where_its_gain_exceeds_its_standard_error(page, maps, sizes,
                                                                    holds):
    claims = page.claims_of(rows(**maps), {**SIZES, **sizes})
    assert [claim['holds'] for claim in claims] == list(map(bool, holds))
    assert claims[2]['measured'] == {
        f'{kind}, {neck}: all': rows(**maps)[f'{kind}, {neck}: all']
        for kind in ('SSD', 'YOLO') for neck in ('fpn', 'pan')}


def test_the_smoke_run_has_a_row_for_each_neck(smoke_run):
    result = smoke_run('22.6').result
    assert list(result['necks']) == list(result['timing']['ms/picture']) == list(NECKS)
    assert len(result['claims']) == 4 and len(result['mAP']) == 2 * 4 * 4
    assert all(0 <= value <= 1 for values in result['mAP'].values() for value in values)
    none, fpn, pan, bifpn = result['necks'].values()
    for what in ('parameters', 'parameters of the neck', 'multiplications'):
        assert bifpn[what] < none[what] == fpn[what] < pan[what]
    # 1 x 1 from 32, 64 and 64 channels, 3 x 3 three times, each with scale and shift
    assert fpn['parameters of the neck'] == (32 * 160 + 3 * 64
                                             + 3 * (9 * 32 ** 2 + 64))
    assert result['rates'] == dict.fromkeys(NAMES, .01)  # of one none is chosen
    assert [len(losses) for [losses] in result['losses'].values()] == [1] * 8
    assert pan['SSD: train loss'] == result['losses']['SSD, pan'][0][-1]
    assert all(ms > 0 for ms in result['timing']['ms/picture'].values())


def test_figures_show_losses_thirds_of_objects_and_what_each_neck_finds(smoke_run):
    *curves, pictures = smoke_run('22.6').figures
    assert [figure.axes[0].get_title() for figure in curves] == ['SSD', 'YOLO'] * 2
    losses, _, ssd, _ = curves
    for line, neck in zip(losses.axes[0].lines, NECKS):
        assert line.get_ydata().tolist() == (
            smoke_run('22.6').result['losses'][f'SSD, {neck}'][0])
    found = smoke_run('22.6').result['mAP']
    for line, neck in zip(ssd.axes[0].lines, NECKS):
        assert line.get_ydata().tolist() == [
            onp.mean(found[f'SSD, {neck}: {third}'])
            for third in ('small', 'middle', 'large')]
    assert [axes.get_title() for axes in pictures.axes] == list(NAMES)


def test_photographs_features_are_read_and_stay_as_they_are(page):
    with running(data='toy', files={}):
        stages = page.stages_of('mobilenet_v2_1_0')
    net = page.build_net('fpn', stages=stages)
    d2l.initialize_rest(net, mx.init.Xavier(), mx.cpu())
    X, = page.example_inputs(3)
    pictures = d2l.load_array((X.asnumpy(), onp.zeros((3, 1, 5))), 2)
    batches = d2l.batches_of_maps(pictures, stages)
    assert batches.batch_size == 2 and batches.shuffle
    *maps, labels = batches.arrays
    assert [C.shape for C in maps] == [(3, 32, 8, 8), (3, 96, 4, 4), (3, 320, 2, 2)]
    assert labels.shape == (3, 1, 5)
    # convolutions of two pictures and of three add up in another order
    onp.testing.assert_allclose(net.top(*map(np.array, maps)).asnumpy(),
                                net(X).asnumpy(), rtol=1e-4, atol=1e-5)
    counted = page.counted(net, X)
    # laterals from 32, 96 and 320 channels, the rest as of the small backbone
    neck = 32 * 448 + 3 * 64 + 3 * (9 * 32 ** 2 + 64)
    head = 9 * 32 ** 2 + 2 * 32 + 33 * 18
    assert counted['parameters of the neck'] == neck
    assert counted['parameters'] == neck + 3 * head


def test_a_readers_own_pictures_are_read_as_for_13_7(page, tmp_path):
    import cv2
    images, labels, _ = d2l.toy_fruit(6, seed=2, num_fruits=2)
    for part in ('train', 'val'):
        folder = tmp_path / 'pets' / f'pets_{part}'
        (folder / 'images').mkdir(parents=True)
        lines = ['img_name,label,xmin,ymin,xmax,ymax']
        for i, (image, objects) in enumerate(zip(images, labels)):
            cv2.imwrite(str(folder / 'images' / f'{i}.png'), image[..., ::-1])
            lines += [','.join(map(str, [f'{i}.png', j, *row[1:] * 256]))
                      for j, row in enumerate(objects)]
        (folder / 'label.csv').write_text('\n'.join(lines))
    with running(files={}):
        train_iter, val_iter, classes = page.load_data(str(tmp_path / 'pets'), 2, 64, 9,
                                                       9)
    assert classes == ['0', '1'] and len(train_iter.arrays[0]) == 6
    assert val_iter.arrays[1].shape == (6, 2, 5)


def test_a_size_that_leaves_half_a_cell_is_refused(page):
    with pytest.raises(d2l.InputError, match='multiple of 32, got 80'):
        page.run(size=80)
