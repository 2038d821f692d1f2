from pathlib import Path

import mxnet as mx
import numpy as onp
import pandas as pd
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.files import hub

BACKBONES = ['resnet34_v2', 'efficientnet_lite0', 'mobilenet_v2_1_0', 'squeezenet1_1']


@pytest.fixture
def page(section):
    return section('13.14')


def small_net(page, num_classes=3):
    """Features with batch normalization and dropout, frozen as `get_net` does it."""
    features = nn.HybridSequential()
    features.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation('relu'),
                 nn.Dropout(.5), nn.GlobalAvgPool2D())
    net = page.FineTuned(features, num_classes)
    net.initialize(mx.init.Xavier())
    net(np.zeros((1, 3, 8, 8)))
    features.collect_params().setattr('grad_req', 'null')
    return net


def values(block):
    return {name: param.data().asnumpy()
            for name, param in block._collect_params_with_prefix().items()}


@pytest.fixture
def batches():
    rng = onp.random.RandomState(0)
    return [(np.array(rng.normal(size=(n, 3, 8, 8)), dtype='float32'),
             np.array(rng.randint(0, 3, n), dtype='int32')) for n in (5, 5, 2)]


OPTIONS = dict(num_epochs=3, lr=.2, wd=.01, devices=[mx.cpu()], lr_period=2,
               lr_decay=.5)


def test_training_leaves_the_features_and_their_statistics_alone(page, batches):
    net = small_net(page)
    before = values(net.features), values(net.output_new)
    page.train(net, batches, None, **OPTIONS)
    for name, value in values(net.features).items():
        assert onp.array_equal(value, before[0][name]), name
    assert all(not onp.array_equal(value, before[1][name])
               for name, value in values(net.output_new).items())


def test_the_head_is_trained_as_one_by_itself_on_features_in_prediction_mode(page,
                                                                             batches):
    # neither dropout nor statistics of a batch have a part in them
    net = small_net(page)
    head = nn.HybridSequential()
    head.add(nn.Dense(256, activation='relu'), nn.Dense(3))
    head.initialize()
    features = [(net.features(X), y) for X, y in batches]
    head(features[0][0])
    for name, param in head._collect_params_with_prefix().items():
        param.set_data(net.output_new._collect_params_with_prefix()[name].data())
    history = page.train(net, batches, None, **OPTIONS)
    trainer = gluon.Trainer(head.collect_params(), 'sgd', {
        'learning_rate': .2, 'momentum': .9, 'wd': .01})
    for epoch in range(3):
        trainer.set_learning_rate([.2, .2, .1][epoch])
        total = 0
        for X, y in features:
            with autograd.record():
                l = page.loss(head(X), y)
            l.backward()
            trainer.step(len(X))
            total += float(l.sum())
    for name, value in values(head).items():
        onp.testing.assert_allclose(values(net.output_new)[name], value, rtol=1e-5,
                                    atol=1e-6)
    assert history['train loss'] == pytest.approx(total / 12, rel=1e-5)


def test_the_loss_is_the_mean_of_all_pictures(page, batches):
    net = small_net(page)
    scores = onp.concatenate([net(X).asnumpy() for X, _ in batches]).astype('float64')
    labels = onp.concatenate([y.asnumpy() for _, y in batches])
    logs = onp.log(onp.exp(scores).sum(axis=1)) - scores[onp.arange(12), labels]
    assert page.evaluate_loss(batches, net, [mx.cpu()]) == pytest.approx(logs.mean(),
                                                                         rel=1e-5)
    history = page.train(net, batches, batches, **OPTIONS)
    assert history['valid loss'] == pytest.approx(
        page.evaluate_loss(batches, net, [mx.cpu()]), rel=1e-6)


def test_two_devices_give_the_head_of_one(page, batches):
    heads = []
    for devices in ([mx.cpu(0)], [mx.cpu(0), mx.cpu(1)]):
        d2l.set_seed(1)
        net = small_net(page)
        net.collect_params().reset_ctx(devices)
        page.train(net, batches, None, **{**OPTIONS, 'devices': devices})
        heads.append({name: param.data(devices[-1]).asnumpy() for name, param
                      in net.output_new._collect_params_with_prefix().items()})
    for name, value in heads[0].items():
        onp.testing.assert_allclose(heads[1][name], value, rtol=1e-4, atol=1e-6)


# ---- networks and a run


@pytest.mark.parametrize('backbone', BACKBONES[1:])
def test_any_backbone_gives_a_score_for_each_class(page, backbone):
    net = page.build_net(backbone, num_classes=4)
    net.initialize()
    assert net(np.zeros((2, 3, 64, 64))).shape == (2, 4)
    assert net.output_new[0].weight.shape[0] == 256


def test_what_is_trained_on_is_frozen_but_for_the_head(page):
    net = page.get_net([mx.cpu()], 5, 'squeezenet1_1')
    net(np.zeros((1, 3, 64, 64)))
    assert {p.grad_req for p in net.features.collect_params().values()} == {'null'}
    assert {p.grad_req for p in net.output_new.collect_params().values()} == {'write'}


def test_the_submission_has_a_column_for_each_class(page, smoke_run):
    smoke = smoke_run('13.14')
    table = pd.read_csv(smoke.folder / 'submission.csv')
    classes = smoke.result['classes']
    assert len(classes) == 6 and classes == sorted(classes)
    assert list(table.columns) == ['id', *classes]
    folder = Path(d2l.download_extract('dog_tiny'), 'test')
    assert list(table.id) == sorted(file.stem for file in folder.iterdir())
    onp.testing.assert_allclose(table[classes].sum(axis=1), 1, atol=1e-5)
    assert len(set(table[classes[0]])) == len(table)  # of each picture, its own


def test_predictions_of_files_are_those_of_the_submission(page, smoke_run):
    smoke = smoke_run('13.14')
    table = pd.read_csv(smoke.folder / 'submission.csv', index_col='id')
    folder = Path(d2l.download_extract('dog_tiny'), 'test')
    files = sorted(folder.iterdir())[:2]
    results = page.predict(smoke.folder / 'model', *files)
    for result, file in zip(results, files):
        # the exported graph against the network; the csv has 8 digits
        assert result['probabilities'] == pytest.approx(dict(table.loc[file.stem]),
                                                        rel=1e-3, abs=1e-5)
        assert result['class'] == table.loc[file.stem].idxmax()


@pytest.mark.data
def test_five_animals_in_the_same_layout_have_five_classes(page, real_data, tmp_path):
    archive = real_data / 'extra' / 'animals5.zip'
    if not archive.is_file():
        pytest.skip(f'there is no {archive}')
    with running(files={}):
        result = page.run(num_epochs=1, batch_size=4, max_batches=1, size=64,
                          backbone='squeezenet1_1', images=str(archive), out=tmp_path)
        assert hub.used()[0]['data'] == 'local'
    assert result['classes'] == ['cat', 'cow', 'dog', 'horse', 'sheep']
    assert result['validation pictures of each class'] == 6  # of 65
    assert len(pd.read_csv(tmp_path / 'submission.csv')) == 43
