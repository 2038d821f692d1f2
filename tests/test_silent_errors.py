"""What MXNet does wrong without a word, and how this library goes around it.

Each test fails if its workaround goes. Where it is cheap, the defect itself is shown
first, so that a mended MXNet would be noticed.
"""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.pages import sections

LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


def batches(num_batches=4, batch_size=6):
    return [(np.random.normal(size=(batch_size, 5)),
             np.random.randint(0, 3, size=(batch_size,)).astype('int32'))
            for _ in range(num_batches)]


def trained(devices, data):
    """Weights on each device after a pass over the data, from fixed first weights."""
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation='tanh'), nn.Dense(3))
    net.initialize(mx.init.Constant(0.1), ctx=devices)
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.5})
    d2l.fit(d2l.classification_step(net, LOSS, trainer, devices), data, 1)
    return [[w.asnumpy() for w in p.list_data()] for p in net.collect_params().values()]


def test_replicas_on_two_devices_stay_equal_and_equal_one_device():
    # a Trainer with kvstore=None would let them drift apart
    data = batches() + batches(1, batch_size=5)  # a last batch that does not divide
    one = trained([mx.cpu(0)], data)
    two = trained([mx.cpu(0), mx.cpu(1)], data)
    for (single,), (first, second) in zip(one, two):
        onp.testing.assert_array_equal(first, second)
        # float32 sums in another order
        onp.testing.assert_allclose(first, single, rtol=1e-5, atol=1e-6)


def test_train_ch6_keeps_replicas_equal_with_its_own_trainer(capsys):
    data = batches()
    nets = []
    for devices in (mx.cpu(0), [mx.cpu(0), mx.cpu(1)]):
        d2l.set_seed(1)  # the same Xavier weights for both
        net = nn.HybridSequential()
        net.add(nn.Dense(4, activation='tanh'), nn.Dense(3))
        d2l.train_ch6(net, data, data[:1], 2, 0.5, devices)
        nets.append(net)
    for single, double in zip(*(net.collect_params().values() for net in nets)):
        first, second = (w.asnumpy() for w in double.list_data())
        onp.testing.assert_array_equal(first, second)
        # float32 sums in another order
        onp.testing.assert_allclose(first, single.data().asnumpy(), rtol=1e-5,
                                    atol=1e-6)


def test_evaluating_first_does_not_freeze_prediction_mode_into_training():
    # all but certainly, dropout of 0.9999 leaves nothing of the 30 numbers of a batch:
    # the scores are then the biases, 0, and the loss of three classes is log 3
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.9999), nn.Dense(3))
    net.initialize(mx.init.Normal(1))
    net.hybridize(static_alloc=True, static_shape=True)
    data = batches(2)
    before = d2l.evaluate_loss(net, data, LOSS)
    accuracy = d2l.evaluate_accuracy(net, data)
    step = d2l.classification_step(net, LOSS, lambda batch_size: None)
    # a few roundings of float32
    assert d2l.fit(step, data, 1)['train loss'] == pytest.approx(onp.log(3), rel=1e-5)
    assert before != pytest.approx(onp.log(3), rel=1e-2)
    assert d2l.evaluate_loss(net, data, LOSS) == before
    assert d2l.evaluate_accuracy(net, data) == accuracy


def test_layer_shapes_are_complete_each_time_they_are_asked_for():
    # a hook on a layer of a compiled net runs while tracing only, on symbols
    net, calls = nn.HybridSequential(), []
    net.add(nn.Conv2D(4, kernel_size=3), nn.Dense(3))
    net.initialize()
    net[0].register_forward_hook(lambda *args: calls.append(args))
    net.hybridize()
    X = np.ones((2, 1, 5, 6))
    for _ in range(3):
        net(X)
        assert d2l.layer_shapes(net, X) == [['Conv2D', [2, 4, 3, 4]], ['Dense', [2, 3]]]
    traced = [output for _, _, output in calls if not isinstance(output, np.ndarray)]
    assert len(calls) == len(traced) == 4  # by the first call, and by layer_shapes


def test_dropout_acts_in_training_though_the_net_was_traced_in_prediction():
    # a Python branch on autograd.is_training() would be frozen at the first call
    net = sections.load(sections.find('4.6')).build_net()
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    X = np.random.uniform(size=(2, 1, 28, 28))
    predicted = net(X)
    onp.testing.assert_array_equal(net(X).asnumpy(), predicted.asnumpy())
    with autograd.record():
        first, second = net(X), net(X)
    assert abs(first - second).max() > 0
    onp.testing.assert_array_equal(net(X).asnumpy(), predicted.asnumpy())


def test_parameters_of_a_bare_layer_load_as_arrays_that_train(tmp_path):
    file = str(tmp_path / 'dense.params')
    saved = nn.Dense(3, in_units=5)
    saved.initialize(mx.init.Normal(1))
    saved.save_parameters(file)
    X, y = batches(1)[0]

    spoilt = nn.Dense(3, in_units=5)
    spoilt.load_parameters(file)
    assert type(spoilt.weight.data()) is mx.nd.NDArray  # MXNet's own loading
    with pytest.raises(TypeError):
        spoilt(X)

    net = nn.Dense(3, in_units=5)
    d2l.load_parameters(net, file)
    onp.testing.assert_array_equal(net(X).asnumpy(), saved(X).asnumpy())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1})
    d2l.classification_step(net, LOSS, trainer)(X, y)
    assert abs(net.weight.data() - saved.weight.data()).max() > 0


def test_a_column_of_labels_is_not_compared_with_every_prediction():
    scores = np.array([[.9, .1], [.2, .8], [.7, .3]])
    labels = np.array([[0], [1], [0]])
    assert float((scores.argmax(axis=1) == labels.astype('int64')).sum()) == 5  # of 9
    assert d2l.accuracy(scores, labels) == 3


@pytest.mark.parametrize('devices', [None, [mx.cpu(0)]])
def test_batches_from_worker_processes_reach_a_hybridized_net(devices):
    # they live on cpu_shared(0), which a compiled net refuses beside weights on cpu(0)
    X, y = batches(1, batch_size=8)[0]
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(X, y), 4, num_workers=1)
    net = nn.HybridSequential()
    net.add(nn.Dense(3))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1})
    history = d2l.fit(d2l.classification_step(net, LOSS, trainer, devices), loader, 1)
    assert onp.isfinite(history['train loss'])
    assert 0 <= d2l.evaluate_accuracy(net, loader, devices) <= 1


def test_masked_scores_have_a_gradient():
    X, head = np.array([[[1.0, 2, 3]]]), np.array([[[1.0, 0, 0]]])
    X.attach_grad()
    gradients = []
    for softmax in (lambda: np.exp(np.where(np.array([True, True, False]), X, -1e6)),
                    lambda: d2l.masked_softmax(X, np.array([2]))):
        with autograd.record():
            l = (softmax() * head).sum()
        l.backward()
        gradients.append(abs(X.grad.asnumpy()).max())
    assert gradients[0] == 0  # MXNet's where(), with a number as its last argument
    assert gradients[1] > 0.1


# ---- the slope of PReLU


class OperatorOfSlope(gluon.HybridBlock):
    """PReLU by MXNet's operator."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.alpha = self.params.get('alpha', shape=(1,), init=mx.init.Constant(.25))

    def hybrid_forward(self, F, x, alpha):
        return F.npx.leaky_relu(x, alpha, act_type='prelu')


def slope_gradient(layer, X, weights):
    """That of the slope, compiled, where another layer follows."""
    net = nn.HybridSequential()
    net.add(nn.HybridLambda(lambda F, x: 2 * x), layer,
            nn.HybridLambda(lambda F, x: 3 * x))
    net.initialize()
    net.hybridize()
    X.attach_grad()
    with autograd.record():
        loss = (net(X) * weights).sum()
    loss.backward()
    return layer.alpha.grad().asnumpy()


@pytest.mark.parametrize('shape', [(3, 4), (3, 4, 5), (2, 4, 3, 5)])
def test_a_compiled_prelu_learns_its_slope(shape):
    X, weights = (np.random.normal(size=shape) for _ in range(2))
    terms = (3 * weights * np.minimum(2 * X, 0)).asnumpy()  # d (slope x) = x, below 0
    # float32 sums in another order
    onp.testing.assert_allclose(slope_gradient(OperatorOfSlope(), X, weights),
                                [terms.sum() / 4], rtol=1e-4, atol=1e-5)  # the defect
    onp.testing.assert_allclose(slope_gradient(nn.PReLU(), X, weights),
                                [terms.sum()], rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(
        slope_gradient(nn.PReLU(in_channels=4), X, weights),
        terms.sum(axis=(0, *range(2, len(shape)))), rtol=1e-4, atol=1e-5)
    # the derivative for x: 1, or the slope below 0
    onp.testing.assert_allclose(
        X.grad.asnumpy(), (6 * weights * np.where(X > 0, 1, .25)).asnumpy(), rtol=1e-5)


def test_a_network_with_prelu_keeps_the_contract():
    def build():
        net = nn.HybridSequential()
        net.add(nn.Conv2D(4, 3), nn.PReLU(in_channels=4), nn.Dense(3), nn.PReLU(),
                nn.Dense(2))
        return net

    d2l.check_hybrid_block(build, (np.random.normal(size=(2, 3, 6, 5)),))
