"""16.9 and 16.10: pairs are learnt that no linear model finds; readers' lines."""
import io
import json
import logging

import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx.book import ch16
from d2lmx.commands import call

NUMBERS = {'FM': '16.9', 'DeepFM': '16.10'}
LINEAR, ALONE = 'logistic regression', 'the share of clicks alone'


@pytest.fixture(params=NUMBERS)
def name(request):
    return request.param


@pytest.fixture
def page(name, section):
    return section(NUMBERS[name])


@pytest.fixture
def smoke(name, smoke_run):
    return smoke_run(NUMBERS[name])


def weights(layer):
    return layer.weight.data().asnumpy().astype('float64')


def test_the_network_is_the_pages_equation(name, page):
    dims = [3, 2, 4]
    net = page.build_net(dims, 5)
    net.initialize(init.Normal(.5))
    x = np.array([[0, 4, 8], [2, 3, 5], [1, 4, 6], [2, 4, 7]], dtype='int32')
    rows = x.asnumpy()
    V, w = weights(net.embedding)[rows], weights(net.fc)[rows]
    bias = float(net.linear_layer.bias.data())
    wanted = w.sum(axis=1) @ weights(net.linear_layer).T + bias
    for i in range(3):
        for j in range(i):
            wanted += (V[:, i] * V[:, j]).sum(axis=1, keepdims=True)
    if name == 'DeepFM':
        H = V.reshape(len(rows), -1)
        dense = [layer for layer in net.mlp if hasattr(layer, 'weight')]
        assert [layer._units for layer in dense] == [30, 20, 10, 1]
        for i, layer in enumerate(dense):
            H = H @ weights(layer).T
            H = onp.maximum(H, 0) if i < 3 else H
        wanted = wanted + H
    onp.testing.assert_allclose(net(x).asnumpy(), wanted, rtol=1e-4, atol=1e-5)


def test_as_large_as_on_the_page(name, page):
    net = page.build_net([7] * 34)
    net.initialize()
    count = sum(param.data().size for param in net.collect_params().values())
    sizes = {'FM': 20, 'DeepFM': 10}
    # weights and vectors of 238 values, a rate and a bias, and of DeepFM the layers
    mlp = 340 * 30 + 30 + 30 * 20 + 20 + 20 * 10 + 10 + 10 + 1
    assert count == 238 * (1 + sizes[name]) + 2 + (mlp if name == 'DeepFM' else 0)


def test_pairs_are_found_that_a_linear_model_does_not_find(name, page):
    """On the planted clicks: FM comes near what their true logits reach."""
    train_iter, test_iter, data = d2l.load_data_ctr(512)
    nets = {name: page.build_net(data.field_dims, 4),
            LINEAR: d2l.LogisticRegression(data.field_dims)}
    found = {}
    for key, net in nets.items():
        net.initialize(init.Xavier())
        history = d2l.train_clicks(net, train_iter, test_iter, 6, .03, [mx.cpu()])
        found[key] = history['test AUC'], history['test log loss']
    assert found[LINEAR][0] < .65
    assert found[name][0] > .8
    assert found[name][1] < found[LINEAR][1] - .1


def test_wrong_numbers_stand_beside_the_right_ones(name, smoke):
    comparison = smoke.result['comparison']
    wrong = f'{name} with two sigmoids, as the page'
    assert list(comparison) == [name, LINEAR, wrong, ALONE]
    for scores in comparison.values():
        assert .5 <= scores['accuracy'] <= 1
        # a probability is next to never equal to 0 or 1
        assert scores['accuracy by equality'] < .05
    # no loss of two sigmoids is below that of their best, see d2l.click_step
    assert comparison[wrong]['train loss'] > .3132
    share = comparison[ALONE]
    p = d2l.load_data_ctr(8)[1].arrays[1].mean()
    entropy = -p * onp.log(p) - (1 - p) * onp.log(1 - p)
    assert share['log loss'] == pytest.approx(entropy, rel=1e-5)
    assert share['AUC'] == .5
    assert smoke.result['final']['test AUC'] == comparison[name]['AUC']
    assert smoke.result['final']['test log loss'] == comparison[name]['log loss']


def test_the_calibration_has_a_curve_for_each_network(name, smoke):
    axes, = (axes for figure in smoke.figures for axes in figure.axes
             if axes.get_ylabel() == 'share of clicks')
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert max(len(line) for name in names for line in name.split('\n')) <= 20
    assert [name.replace('\n', ' ') for name in names] == [
        'right', *list(smoke.result['comparison'])[:-1]]
    means = [line.get_xdata() for line in axes.lines]
    assert list(means[0]) == [0, 1] and all(len(x) == 10 for x in means[1:])
    assert all((onp.diff(x) >= 0).all() for x in means)


def test_options_reach_the_training(name, page, monkeypatch, tmp_path):
    seen, load, fit = [], d2l.load_data_ctr, d2l.train_clicks

    def train(net, train_iter, test_iter, num_epochs, lr, devices, *others):
        drop = [layer._rate for layer in getattr(net, 'mlp', ())
                if hasattr(layer, '_rate')]
        size = net.embedding.weight.shape[1] if hasattr(net, 'embedding') else 0
        seen.append((num_epochs, lr, *others[:2], size, *drop))
        return fit(net, train_iter, test_iter, 1, lr, devices, *others)

    monkeypatch.setattr(d2l, 'load_data_ctr', lambda batch_size: (
        seen.append(batch_size), load(batch_size))[1])
    monkeypatch.setattr(ch16, 'train_clicks', train)
    drop = {'drop_rate': .375} if name == 'DeepFM' else {}
    page.run(batch_size=3000, num_factors=3, lr=.25, num_epochs=7, weight_decay=.5,
             out=tmp_path, **drop)
    rates = tuple(drop.values()) * 3
    assert seen == [3000, (7, .25, 1, .5, 3, *rates), (7, .25, 1, .5, 0),
                    (7, .25, 2, .5, 3, *rates)]


def test_predict_reads_lines_of_the_data_and_needs_the_folder_alone(
        name, smoke, monkeypatch, capsys):
    with open(f'{d2l.download_extract("ctr")}/test.csv', encoding='ascii') as file:
        lines = [next(file) for _ in range(3)]
    number, model = NUMBERS[name], ['--model', str(smoke.folder / 'model'), '--json']
    monkeypatch.setattr('sys.stdin', io.StringIO(''.join(lines)))
    assert call('predict', [number, *model]) == 0
    results = json.loads(capsys.readouterr().out)['results']
    assert len(results) == 3 and len({result['click'] for result in results}) == 3
    fields = lines[1].rstrip('\n')[2:]
    new = '\t'.join(['nothing known', *fields.split('\t')[1:]])
    assert call('predict', [number, fields, new, *model]) == 0
    again, other = json.loads(capsys.readouterr().out)['results']
    assert again['click'] == pytest.approx(results[1]['click'], rel=1e-5)
    assert other['unknown'] == again['unknown'] + 1
    assert call('predict', [number, fields, 'a\tb', *model]) == 2
    assert ('line 2 must be the values of 34 fields with tabs between, got 2'
            in capsys.readouterr().err)


def test_what_predict_says_is_what_the_test_has_measured(name, page, smoke, caplog):
    with open(f'{d2l.download_extract("ctr")}/test.csv', encoding='ascii') as file:
        lines = [line.rstrip('\n') for line in file]
    with caplog.at_level(logging.ERROR, 'd2lmx'):
        p = onp.array([result['click'] for result in
                       page.predict(smoke.folder / 'model', *lines)])
    y = onp.array([float(line[0]) for line in lines])
    scores = smoke.result['comparison'][name]
    assert d2l.roc_auc(p, y) == pytest.approx(scores['AUC'], abs=1e-4)
    assert -onp.log(onp.where(y == 1, p, 1 - p)).mean() == pytest.approx(
        scores['log loss'], abs=1e-4)


def test_the_real_data_trains_and_its_lines_are_judged(real_data, page, tmp_path):
    result = page.run(num_epochs=1, out=tmp_path)
    assert result['fields'] == 39
    with open(f'{d2l.download_extract("ctr")}/test.csv', encoding='ascii') as file:
        judged, = page.predict(tmp_path / 'model', next(file).rstrip('\n'))
    assert 0 < judged['click'] < 1 and judged['unknown'] < 39


@pytest.mark.parametrize('deviation, holds', [(.05, True), (0, False)])
def test_the_claim_holds_where_vectors_learn(section, monkeypatch, deviation, holds):
    """In the toy clicks pairs decide. Vectors that begin at 0 have no slope: it is a
    regression then."""
    page = section('16.9')
    monkeypatch.setattr(page, 'TUNED', dict(
        lr=.03, num_epochs=6, embeddings=dict(fc=(0, 0), embedding=(0, deviation))))
    build_net = page.build_net
    monkeypatch.setattr(page, 'build_net', lambda dims, num_factors: build_net(dims, 4))
    claim, = page.run(tuned=True, num_seeds=2)['claims']
    found = claim['measured']
    assert claim['holds'] is holds
    gains = onp.subtract(found['AUC, FM'], found['AUC, logistic regression'])
    assert found['gain in AUC'] == pytest.approx(gains)
    assert bool(min(gains) > .2) is holds
    assert all(0 < error < .02 for error in found['its standard error'])
