from pathlib import Path

import cv2
import mxnet as mx
import numpy as onp
import pandas as pd
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.files import hub


@pytest.fixture
def page(section):
    return section('13.13')


def small_net(seed=0):
    d2l.set_seed(seed)
    net = nn.HybridSequential()
    net.add(nn.Dense(3))
    net.initialize(mx.init.Normal(.5))
    net(np.zeros((1, 4)))
    return net


def test_the_network_is_that_of_12_6_for_coloured_pictures(page, section):
    ours, theirs = (d2l.summary(p.build_net(), *p.example_inputs())[-1][2]
                    for p in (page, section('12.6')))
    assert ours - theirs == 64 * 2 * 9  # two channels more in the first windows
    assert page.get_net([mx.cpu()], 4)(np.zeros((2, 3, 32, 32))).shape == (2, 4)


def test_initial_weights_are_xaviers(page):
    net = page.get_net([mx.cpu()])
    net(np.zeros((1, 3, 32, 32)))
    weight = net[0].weight.data().asnumpy()
    bound = (6 / (3 * 9 + 64 * 9)) ** .5  # uniform, over the mean of both fans
    assert .98 * bound < abs(weight).max() <= bound


def test_training_is_sgd_with_momentum_decay_and_a_falling_rate(page):
    rng = onp.random.RandomState(0)
    X, y = rng.normal(size=(6, 4)).astype('float32'), onp.array([0, 1, 2, 0, 1, 1])
    net = small_net()
    W, b = (net[0].weight.data().asnumpy().astype('float64'),
            net[0].bias.data().asnumpy().astype('float64'))
    batches = [(np.array(X), np.array(y, dtype='int32'))] * 2
    page.train(net, batches, None, num_epochs=5, lr=.4, wd=.01, devices=[mx.cpu()],
               lr_period=2, lr_decay=.5)
    momentum_W, momentum_b = 0, 0
    for epoch in range(5):
        lr = .4 * [1, 1, .5, .5, .25][epoch]
        for _ in batches:
            scores = X @ W.T + b
            p = onp.exp(scores) / onp.exp(scores).sum(axis=1, keepdims=True)
            error = (p - onp.eye(3)[y]) / len(y)
            momentum_W = .9 * momentum_W - lr * (error.T @ X + .01 * W)
            momentum_b = .9 * momentum_b - lr * (error.sum(axis=0) + .01 * b)
            W, b = W + momentum_W, b + momentum_b
    # float32 against float64, over ten steps
    onp.testing.assert_allclose(net[0].weight.data().asnumpy(), W, rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(net[0].bias.data().asnumpy(), b, rtol=1e-4, atol=1e-5)


def test_validation_is_of_all_pictures_and_only_where_there_are_any(page, capsys):
    net = small_net()
    X, y = np.eye(4), np.array([0, 1, 2, 0], dtype='int32')
    batches, rest = [(X, y)], [(X[:3], y[:3]), (X[3:], y[3:])]
    options = dict(num_epochs=2, lr=0, wd=0, devices=[mx.cpu()], lr_period=4,
                   lr_decay=.9)
    history = page.train(net, batches, rest, **options)
    right = (net(X).argmax(axis=1).astype('int32') == y).astype('float32').mean()
    assert history['valid acc'] == pytest.approx(float(right))
    assert ', valid acc ' in capsys.readouterr().out
    assert 'valid acc' not in page.train(net, batches, None, **options).series
    assert 'valid acc' not in capsys.readouterr().out


# ---- a run


def test_the_run_prints_what_the_page_does_of_its_labels(page, smoke_run):
    assert '# training samples: 400\n# classes: 10\n' in smoke_run('13.13').output


def test_the_submission_has_the_competitions_form(page, smoke_run):
    smoke = smoke_run('13.13')
    lines = (smoke.folder / 'submission.csv').read_text().split('\n')
    assert lines[0] == 'id,label' and lines[-1] == ''
    ids, labels = zip(*(line.split(',') for line in lines[1:-1]))
    assert list(ids) == sorted(map(str, range(1, 21)))  # as strings: 1, 10, 11 ...
    assert set(labels) <= set(smoke.result['classes'])


def test_predictions_of_files_are_those_of_the_submission(page, smoke_run):
    smoke = smoke_run('13.13')
    table = pd.read_csv(smoke.folder / 'submission.csv', index_col='id')
    folder = Path(d2l.download_extract('cifar10_tiny'), 'test')
    files = [folder / f'{number}.png' for number in (2, 11, 7)]
    d2l.plt.close('all')
    results = page.predict(smoke.folder / 'model', *files)
    assert [result['class'] for result in results] == [
        table.label[number] for number in (2, 11, 7)]
    for result, file in zip(results, files):
        assert result['picture'] == str(file)
        values = list(result['probabilities'].values())
        assert sum(values) == pytest.approx(1, abs=1e-5)
        assert values == sorted(values, reverse=True)
        assert set(result['probabilities']) == set(smoke.result['classes'])
    assert len(d2l.plt.get_fignums()) == 3


def colors(X, page):
    """Values in 0 to 255 of pictures as a network gets them: (..., 3, h, w)."""
    mean, std = (onp.reshape(values, (3, 1, 1)) for values in (page.MEAN, page.STD))
    return onp.rint((onp.asarray(X) * std + mean) * 255)


@pytest.mark.parametrize('shape', [(1, 1), (32, 32), (33, 70), (640, 480), (9, 900)])
def test_a_picture_of_any_size_becomes_one_of_the_networks(page, shape):
    image = onp.zeros((*shape, 3), 'uint8')
    image[..., 1] = 200
    X = page.transform_test(image)
    assert X.shape == (3, 32, 32) and X.dtype == 'float32'
    assert (colors(X, page) == onp.reshape([0, 200, 0], (3, 1, 1))).all()


def test_a_large_picture_is_averaged_not_sampled(page):
    # stripes of 1 pixel; the mean of black and white is grey, whatever is looked at
    stripes = onp.zeros((128, 128, 3), 'uint8')
    stripes[:, ::2] = 200
    assert (colors(page.transform_test(stripes), page) == 100).all()


def test_a_wide_picture_is_squeezed_in_prediction_as_in_training(page, tmp_path,
                                                                 monkeypatch):
    class Model:
        about = {'classes': ['cat', 'dog']}

        def __call__(self, X):
            self.X = X
            return np.array([[0., 1]])

    wide = onp.zeros((64, 256, 3), 'uint8')
    wide[:, :64], wide[:, 192:] = 50, 250  # quarters, of which a square has none
    cv2.imwrite(str(tmp_path / 'wide.png'), wide)
    model = Model()
    monkeypatch.setattr(d2l, 'load_model', lambda *_, **__: model)
    page.predict('model', tmp_path / 'wide.png')
    (tested, _), = d2l.PictureIterator([wide], [0], 1, page.transform_test)
    assert (onp.asarray(model.X) == tested.asnumpy()).all()
    assert colors(model.X, page)[0, 0, 16, ::8].tolist() == [50, 0, 0, 250]
    # and a part of at least 0.64 of the squeezed square, with its mirror image
    (trained, _), = d2l.PictureIterator([wide], [0], 1, page.transform_train)
    assert {50, 250} <= set(colors(trained.asnumpy(), page)[0, 0, 16].tolist())


def test_pictures_of_a_reader_count_as_local_and_have_classes_of_their_own(
        page, tmp_path):
    toy = Path(d2l.download_extract('cifar10_tiny'))
    labels = d2l.read_csv_labels(toy / 'trainLabels.csv')
    mine = tmp_path / 'mine'
    for part in ('train', 'test'):
        (mine / part).mkdir(parents=True)
    rows = [(name, label) for name, label in labels.items()
            if label in ('frog', 'ship')][:9]
    for name, _ in rows:
        (mine / 'train' / f'{name}.png').write_bytes(
            (toy / 'train' / f'{name}.png').read_bytes())
    (mine / 'test' / 'z.png').write_bytes((toy / 'test' / '1.png').read_bytes())
    (mine / 'trainLabels.csv').write_text('\n'.join(
        ['id,label', *(','.join(row) for row in rows)]))
    with running(files={}, data='book'):
        result = page.run(num_epochs=1, batch_size=4, max_batches=1, images=str(mine),
                          out=tmp_path)
        assert {file['data'] for file in hub.used()} == {'local'}
    assert result['classes'] == ['frog', 'ship']
    assert (tmp_path / 'submission.csv').read_text() in (
        'id,label\nz,frog\n', 'id,label\nz,ship\n')
