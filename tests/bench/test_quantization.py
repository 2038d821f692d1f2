"""INT8: accuracy and speed, before and after."""
import itertools

import pytest
from mxnet import gluon, init

import d2lmx as d2l
from d2lmx.bench import quantization
from d2lmx.bench.quantization import quantization_record
from d2lmx.errors import InputError
from d2lmx.export.symbol import ExportDiffers
from d2lmx.pages.networks import find_network


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """LeNet after some epochs on toy garments, as a file and as a checkpoint."""
    folder = tmp_path_factory.mktemp('trained')
    d2l.set_seed(0)
    net = find_network('lenet').build_net()
    net.initialize(init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .005})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    train_iter, test_iter = d2l.load_data_fashion_mnist(64)
    batches = list(itertools.islice(train_iter, 47))
    with d2l.Checkpoints(folder / 'checkpoint'):
        d2l.fit(step, batches, 6)
    net.save_parameters(str(folder / 'lenet.params'))
    return folder, d2l.evaluate_accuracy(net, test_iter)


@pytest.mark.slow
def test_record_has_accuracy_and_speed_before_and_after(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(quantization, 'ROUNDS', 3)
    folder, accuracy = trained
    record = quantization_record(find_network('6.6'), tmp_path, folder / 'lenet.params',
                                 None, 'toy')
    names = ['06.06_lenet-int8-0000.params', '06.06_lenet-int8-symbol.json']
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    symbol, params = record['files written']
    assert sorted([symbol, params]) == [str(tmp_path / name) for name in names]
    assert record['data'] == 'toy' and record['input shape'] == [1, 28, 28]
    assert record['accuracy']['float32'] == accuracy > .5
    assert abs(record['accuracy']['INT8'] - accuracy) < .05
    _, test_iter = d2l.load_data_fashion_mnist(64)
    predict = d2l.load_int8(symbol, params)
    assert d2l.evaluate_accuracy(predict, test_iter) == record['accuracy']['INT8']
    assert set(record['median seconds']) == {'float32 static', 'INT8',
                                             'float32 fused by oneDNN'}
    assert all(seconds > 0 for seconds in record['median seconds'].values())


@pytest.mark.slow
def test_weights_may_come_from_a_checkpoint(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(quantization, 'median_seconds', lambda makers, *rounds, **_: {
        (side, 'prediction'): 1.0 for side in makers})  # timed above already
    folder, accuracy = trained
    record = quantization_record(find_network('6.6'), tmp_path, folder / 'checkpoint',
                                 None, 'toy')
    assert record['accuracy']['float32'] == accuracy
    assert abs(record['accuracy']['INT8'] - accuracy) < .05


@pytest.mark.parametrize('token,shape,reason', [
    ('mlp_concise', None, 'has no convolution'),
    ('kaggle_house_price', None, 'has no pictures to calibrate on'),
    ('lenet', (3, 28, 28), 'expected an input shape like 1x96x96'),
    ('lenet', (1, 64, 64), r'cannot take inputs of shape \(2, 1, 64, 64\)'),
])
def test_what_cannot_be_quantized_is_refused_and_leaves_nothing(
        token, shape, reason, trained, tmp_path):
    network, weights = find_network(token), tmp_path / 'net.params'
    if token == 'mlp_concise':
        net = network.build_net()
        net.initialize()
        net(*network.example_inputs(1))
        net.save_parameters(str(weights))
    else:
        weights.write_bytes((trained[0] / 'lenet.params').read_bytes())
    out = tmp_path / 'out'
    with pytest.raises(InputError, match=reason):
        quantization_record(network, out, weights, shape, 'toy')
    assert not out.exists() or not list(out.iterdir())


def test_random_weights_have_no_accuracy_to_keep(tmp_path):
    with pytest.raises(InputError, match='d2lmx run lenet --checkpoint DIR'):
        quantization_record(find_network('lenet'), tmp_path, None, None, 'toy')


def test_lost_accuracy_is_refused(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(quantization, 'MOST_LOST', -1.)
    with pytest.raises(ExportDiffers, match='INT8 loses too much accuracy'):
        quantization_record(find_network('lenet'), tmp_path,
                            trained[0] / 'lenet.params', None, 'toy')
    assert list(tmp_path.iterdir()) == []
