"""Chapter 13's training on all devices."""
import inspect
import re

import mxnet as mx
import pytest
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.errors import InputError

CE = gluon.loss.SoftmaxCrossEntropyLoss


def linear(num_outputs=3, devices=None):
    """Scores X W^T of X (batch, 2), W being rows (0, 1), (2, 3), (4, 5)."""
    net = nn.Dense(num_outputs, use_bias=False, in_units=2)
    net.initialize(ctx=devices)
    net.weight.set_data(np.arange(2 * num_outputs).reshape(num_outputs, 2))
    return net


def sgd(net, lr=.1):
    return gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})


def per_pixel(num_classes=3):
    """A 1x1 convolution of pixels, and batches that it can learn: y is the brightest
    channel."""
    net = nn.Conv2D(num_classes, kernel_size=1, in_channels=num_classes)
    net.initialize(mx.init.Xavier())
    X = np.random.uniform(size=(12, num_classes, 4, 5))
    y = X.argmax(axis=1).astype('int32')
    return net, [(X[i:i + 4], y[i:i + 4]) for i in (0, 4, 8)]


def test_one_batch_gives_the_sums_of_its_losses_and_of_its_right_predictions():
    net, X, y = linear(), np.array([[1, 0], [-1, 0], [0, 1]]), np.array([2, 0, 0])
    l, right = d2l.train_batch_ch13(net, X, y, CE(), sgd(net), [npx.cpu()])
    # scores 0, 2, 4; 0, -2, -4; 1, 3, 5: each loss is log(1 + e^-2 + e^-4) above the
    # distance from the largest, which is 0, 0 and 4
    assert l == pytest.approx(3 * 0.1429316 + 4, abs=1e-5)
    assert right == 2


def test_the_step_is_that_of_the_mean_loss():
    net, X, y = linear(), np.random.normal(size=(4, 2)), np.array([0, 1, 2, 1])
    with autograd.record():
        l = CE()(net(X), y).mean()
    l.backward()
    expected = net.weight.data() - .1 * net.weight.grad()
    d2l.train_batch_ch13(net, X, y, CE(), sgd(net), [npx.cpu()])
    assert abs(net.weight.data() - expected).max() < 1e-6


def test_two_devices_train_as_one():
    devices, weights = [mx.cpu(0), mx.cpu(1)], []
    X, y = np.random.normal(size=(5, 2)), np.array([0, 1, 2, 1, 0])
    for some in (devices, devices[:1]):
        net = linear(devices=some)
        sums = d2l.train_batch_ch13(net, X, y, CE(), sgd(net), some)
        weights.append((*net.weight.data(some[0]).reshape(-1).tolist(), *sums))
    assert weights[0] == pytest.approx(weights[1], rel=1e-5)


def test_pixels_count_for_accuracy_and_examples_for_the_loss(capsys):
    net, batches = per_pixel()
    X, y = batches[0]
    loss = CE(axis=1)
    y_hat = net(X)
    l, right = d2l.train_batch_ch13(net, X, y, loss, sgd(net, 0), [npx.cpu()])
    assert l == pytest.approx(float(loss(y_hat, y).sum()), rel=1e-5)
    brightest = y_hat.asnumpy().argmax(axis=1)
    assert right == (brightest == y.asnumpy()).sum()  # of 4 * 4 * 5
    history = d2l.train_ch13(net, batches, batches, loss, sgd(net, 5), 8)
    assert history['test acc'] == d2l.evaluate_accuracy(net, batches) > .8
    assert history['train acc'] <= 1 and history['train loss'] < l / 4
    with pytest.raises(InputError, match='label 255 has no output'):
        d2l.train_ch13(net, [(X, np.full_like(y, 255))], batches, loss, sgd(net), 1)


def test_closing_lines_are_the_books_and_the_curves_have_five_points_an_epoch(capsys):
    net, batches = per_pixel()
    d2l.train_ch13(net, batches * 5, batches, CE(axis=1), sgd(net), 2, [npx.cpu()])
    assert re.fullmatch(
        r'loss \d\.\d{3}, train acc \d\.\d{3}, test acc \d\.\d{3}\n'
        r'\d+\.\d examples/sec on \[cpu\(0\)\]\n', capsys.readouterr().out)
    train_loss, _, test_acc = d2l.plt.gcf().axes[0].lines
    assert len(train_loss.get_xdata()) == 10
    assert list(test_acc.get_xdata()) == [1, 2]


def test_several_inputs_are_split_by_the_function_given(capsys):
    class Sum(nn.HybridBlock):
        """Scores of the sum of two arrays, which come as one tuple."""
        def __init__(self):
            super().__init__()
            self.scores = nn.Dense(3, in_units=2)

        def hybrid_forward(self, F, inputs):
            return self.scores(inputs[0] + inputs[1])

    calls = []

    def split_f(X, y, devices):
        calls.append(devices)
        parts = [d2l.split_batch(x, y, devices) for x in X]
        return list(zip(*(part[0] for part in parts))), parts[0][1]

    devices, net = [mx.cpu(0), mx.cpu(1)], Sum()
    net.initialize(ctx=devices)
    y = np.array([0, 1, 2, 1])
    batches = [((np.random.normal(size=(4, 2)), np.ones((4, 2))), y)]
    history = d2l.train_ch13(net, batches, batches, CE(), sgd(net), 1, devices, split_f)
    assert calls == [devices, devices]  # to train and to test
    assert history.examples == 4
    scores = net.scores(batches[0][0][0] + 1).asnumpy()
    assert history['test acc'] == (scores.argmax(axis=1) == y.asnumpy()).mean()


def test_parameters_that_a_batch_does_not_use_stay():
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=2), nn.Dense(3, in_units=2))
    net.initialize()
    before = net[1].weight.data().copy()
    d2l.train_batch_ch13(net[0], np.ones((2, 2)), np.array([0, 1]), CE(), sgd(net),
                         [npx.cpu()])
    assert (net[1].weight.data() == before).all()


def test_importing_asks_for_no_device_and_training_for_all_there_are(capsys):
    assert inspect.signature(d2l.train_ch13).parameters['devices'].default is None
    devices = [mx.cpu(0), mx.cpu(1)]
    net = linear(devices=devices)
    batches = [(np.random.normal(size=(4, 2)), np.array([0, 1, 2, 1]))]
    with d2l.use_devices(devices) as used:
        d2l.train_ch13(net, batches, batches, CE(), sgd(net), 1)
    assert used == set(devices)
    assert 'on [cpu(0), cpu(1)]' in capsys.readouterr().out
