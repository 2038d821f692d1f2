"""Chapter 6's training on a device."""
import re

import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l


def stripes(num_batches=5, batch_size=8):
    """Pictures with a bright upper half (class 0) or lower half (class 1)."""
    y = np.random.randint(0, 2, size=num_batches * batch_size).astype('int32')
    X = np.random.uniform(size=(len(y), 1, 6, 6)) / 4
    X[:, :, :3] += (1 - y).reshape(-1, 1, 1, 1)
    X[:, :, 3:] += y.reshape(-1, 1, 1, 1)
    return [(X[i:i + batch_size], y[i:i + batch_size])
            for i in range(0, len(y), batch_size)]


def small_lenet(kind=nn.Sequential):
    """A convolutional net in the form of the book's cells."""
    net = kind()
    net.add(nn.Conv2D(channels=2, kernel_size=3, activation='relu'),
            nn.AvgPool2D(pool_size=2, strides=2),
            nn.Dense(2))
    return net


@pytest.mark.parametrize('kind', [nn.Sequential, nn.HybridSequential])
def test_the_books_cell_learns_and_prints_its_closing_lines(kind, capsys):
    net = small_lenet(kind)
    net.hybridize()
    train_iter, test_iter = stripes(), stripes(2)
    history = d2l.train_ch6(net, train_iter, test_iter, 6, .5, d2l.try_gpu())
    assert history['test acc'] == d2l.evaluate_accuracy_gpu(net, test_iter) > .9
    assert re.fullmatch(
        r'loss \d\.\d{3}, train acc \d\.\d{3}, test acc \d\.\d{3}\n'
        r'\d+\.\d examples/sec on cpu\(0\)\n', capsys.readouterr().out)


def test_five_points_an_epoch_enter_the_curves_and_one_the_test_curve(capsys):
    history = d2l.train_ch6(small_lenet(), stripes(10), stripes(1), 2, .1, mx.cpu())
    assert [x for x, _ in history.series['train loss']] == pytest.approx(
        [.2, .4, .6, .8, 1, 1.2, 1.4, 1.6, 1.8, 2])
    train_loss, train_acc, test_acc = d2l.plt.gcf().axes[0].lines
    assert len(train_loss.get_xdata()) == len(train_acc.get_xdata()) == 10
    assert list(test_acc.get_xdata()) == [1, 2]


def test_training_starts_from_fresh_xavier_weights(capsys):
    net = small_lenet()
    net.initialize(mx.init.Constant(7))
    net(stripes(1)[0][0])
    d2l.train_ch6(net, stripes(1), stripes(1), 1, 1e-9, d2l.try_gpu())
    # Glorot's bound for 3 x 3 windows, 1 channel in and 2 out: sqrt(6 / (9 + 18))
    assert abs(net[0].weight.data()).max() <= (6 / 27) ** .5
    assert net[0].bias.data().tolist() == pytest.approx([0, 0], abs=1e-6)


def test_no_epoch_is_refused(capsys):
    with pytest.raises(ValueError, match='num_epochs'):
        d2l.train_ch6(small_lenet(), stripes(1), stripes(1), 0, .1, d2l.try_gpu())


def test_evaluation_happens_where_the_parameters_are():
    net = small_lenet()
    net.initialize(ctx=mx.cpu(1))
    data = stripes(2)  # on cpu(0)
    accuracy = d2l.evaluate_accuracy_gpu(net, data)
    assert accuracy == d2l.evaluate_accuracy_gpu(net, data, mx.cpu(1))
    right = sum(d2l.accuracy(net(X.as_in_ctx(mx.cpu(1))), y.as_in_ctx(mx.cpu(1)))
                for X, y in data)
    assert accuracy == right / 16


def test_a_network_without_parameters_is_evaluated_on_the_cpu():
    # the scores are the inputs: the larger is right in two rows of three
    X, y = np.array([[1., 0], [0, 1], [0, 1]]), np.array([0, 1, 0], dtype='int32')
    net = nn.Flatten()
    assert d2l.evaluate_accuracy_gpu(net, [(X, y)]) == pytest.approx(2 / 3)
