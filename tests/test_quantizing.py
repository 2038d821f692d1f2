"""The command `export --to int8`."""
import json

import pytest
from mxnet import gluon, init

import d2lmx as d2l
from d2lmx import networks, quantizing


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """LeNet after some epochs on toy garments, as a file and as a checkpoint."""
    folder = tmp_path_factory.mktemp('trained')
    d2l.set_seed(0)
    net = networks.find_network('lenet').build_net()
    net.initialize(init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .01})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    train_iter, test_iter = d2l.load_data_fashion_mnist(64)
    with d2l.Checkpoints(folder / 'checkpoint'):
        d2l.fit(step, train_iter, 6)
    net.save_parameters(str(folder / 'lenet.params'))
    return folder, d2l.evaluate_accuracy(net, test_iter)


@pytest.mark.parametrize('weights', ['lenet.params', 'checkpoint'])
def test_record_has_accuracy_and_speed_before_and_after(weights, trained, tmp_path,
                                                        capsys):
    folder, accuracy = trained
    assert quantizing.export_quantized('6.6', tmp_path, folder / weights, None,
                                       'toy') == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'lenet-int8-0000.params', 'lenet-int8-symbol.json', 'lenet-int8.json']
    record = json.loads((tmp_path / 'lenet-int8.json').read_text(encoding='utf-8'))
    assert record['data'] == 'toy' and record['input shape'] == [1, 28, 28]
    assert record['accuracy']['float32'] == accuracy > .5
    assert abs(record['accuracy']['INT8'] - accuracy) < .05
    _, test_iter = d2l.load_data_fashion_mnist(64)
    predict = d2l.load_int8(tmp_path / 'lenet-int8-symbol.json',
                            tmp_path / 'lenet-int8-0000.params')
    assert d2l.evaluate_accuracy(predict, test_iter) == record['accuracy']['INT8']
    assert set(record['median seconds']) == {'float32 static', 'INT8',
                                             'float32 fused by oneDNN'}
    assert all(seconds > 0 for seconds in record['median seconds'].values())
    assert 'data: toy' in capsys.readouterr().out


@pytest.mark.parametrize('token,shape,reason', [
    ('mlp_concise', None, 'has no convolution'),
    ('kaggle_house_price', None, 'has no pictures to calibrate on'),
    ('lenet', (3, 28, 28), 'expected an input shape like 1x96x96'),
    ('lenet', (1, 64, 64), 'cannot take inputs of shape (2, 1, 64, 64)'),
    ('lenat', None, 'did you mean lenet'),
])
def test_what_cannot_be_quantized_is_one_line_and_leaves_nothing(
        token, shape, reason, trained, tmp_path, capfd):
    weights = tmp_path / 'net.params'
    if token == 'mlp_concise':
        net = networks.find_network(token).build_net()
        net.initialize()
        net(*networks.find_network(token).example_inputs(1))
        net.save_parameters(str(weights))
    else:
        weights.write_bytes((trained[0] / 'lenet.params').read_bytes())
    out = tmp_path / 'out'
    assert quantizing.export_quantized(token, out, weights, shape, 'toy') == 2
    error = capfd.readouterr().err
    assert reason in error and error.count('\n') == 1
    assert not out.exists() or not list(out.iterdir())


def test_random_weights_have_no_accuracy_to_keep(tmp_path, capsys):
    assert quantizing.export_quantized('lenet', tmp_path, None, None, 'toy') == 2
    assert 'd2lmx run lenet --checkpoint DIR' in capsys.readouterr().err


def test_lost_accuracy_is_refused(trained, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(quantizing, 'MOST_LOST', -1.)
    assert quantizing.export_quantized('lenet', tmp_path, trained[0] / 'lenet.params',
                                       None, 'toy') == 2
    assert 'INT8 loses too much accuracy' in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
