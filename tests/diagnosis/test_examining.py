"""A fault that is planted in a training is named; without one nothing is."""
import math
from types import SimpleNamespace

import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.diagnosis.examining import first_batches
from d2lmx.diagnosis.trainings import Training, num_rows, take, weights_of
from d2lmx.errors import InputError

RNG = onp.random.RandomState(0)
X = RNG.normal(size=(96, 8)).astype('float32')
Y = (X @ RNG.normal(size=(8, 4))).argmax(axis=1).astype('int32')


class Doubled(autograd.Function):
    """The same numbers, with twice their gradient."""

    def forward(self, X):
        return 1 * X

    def backward(self, dY):
        return 2 * dY


class Wrong(nn.Block):
    def forward(self, X):
        return Doubled()(X)


def perceptron(*more):
    net = nn.HybridSequential() if not more else nn.Sequential()
    net.add(nn.Dense(16, activation='relu'), nn.Dense(16, activation='relu'))
    for layer in more:
        net.add(layer)
    net.add(nn.Dense(4))
    net.initialize(init.Xavier())
    net(np.array(X[:1]))
    return net


def training(net, X=X, y=Y, lr=.1, params=None, loss=None):
    loss = loss or gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(params or net.collect_params(), 'sgd',
                            {'learning_rate': lr})
    return (d2l.classification_step(net, loss, trainer),
            [[np.array(X[i:i + 32]), np.array(y[i:i + 32])] for i in (0, 32, 64)])


def examined(*args, num_steps=5, **options):
    """{name: finding} of a training; after five steps nothing has been learnt."""
    found = d2l.examine_training(*training(*args, **options), num_steps)
    return {finding.name: finding for finding in found}


def looks(found):
    return {name for name, finding in found.items() if finding.ok is False}


@pytest.fixture(scope='module')
def healthy():
    d2l.set_seed(0)
    net = perceptron()
    before = {name: param.data().asnumpy()
              for name, param in net.collect_params().items()}
    return SimpleNamespace(net=net, before=before, found=examined(net, num_steps=60))


def test_without_a_fault_every_check_is_passed(healthy):
    assert {finding.ok for finding in healthy.found.values()} == {True}
    assert len(healthy.found) == 12


def test_the_weights_are_put_back(healthy):
    for name, param in healthy.net.collect_params().items():
        onp.testing.assert_array_equal(param.data().asnumpy(), healthy.before[name])


def test_a_large_negative_bias_is_found_by_its_dead_units():
    net = perceptron()
    net[0].bias.set_data(np.full(16, -100))
    found = examined(net)
    assert {'dead units', 'gradients'} <= looks(found)
    assert found['dead units'].numbers[net[0].act.name] == 1
    assert '100%' in found['dead units'].message


def test_labels_that_were_shuffled_are_found_and_nothing_else():
    y = onp.random.RandomState(1).permutation(Y)
    assert looks(examined(perceptron(), y=y, num_steps=60)) == {'labels'}


def test_a_softmax_that_is_taken_twice_is_found():
    net = perceptron()
    net.add(nn.HybridLambda(lambda F, X: F.npx.softmax(X)))
    found = examined(net, num_steps=30)
    assert {'softmax', 'one batch'} <= looks(found)
    # of four probabilities the best scores are 1, 0, 0, 0
    least = math.log(math.e + 3) - 1
    assert found['one batch'].numbers['after'] >= least - 1e-4


def test_a_softmax_that_nobody_takes_is_found():
    net = perceptron()
    found = examined(net, loss=gluon.loss.SoftmaxCrossEntropyLoss(from_logits=True))
    assert 'softmax' in looks(found)
    net.add(nn.HybridLambda(lambda F, X: F.npx.log_softmax(X)))
    found = examined(net, loss=gluon.loss.SoftmaxCrossEntropyLoss(from_logits=True))
    assert 'softmax' not in looks(found)
    assert found['loss at the start'].numbers['chance'] == pytest.approx(math.log(4))


@pytest.mark.parametrize('how', ['no gradient', 'not given to the trainer'])
def test_a_layer_that_stays_as_it_is_is_found_and_nothing_else(how):
    net = perceptron()
    params = net.collect_params()
    if how == 'no gradient':
        net[1].collect_params().setattr('grad_req', 'null')
    else:
        params = {name: param for name, param in params.items()
                  if param not in net[1].collect_params().values()}
    found = examined(net, params=params, num_steps=60)
    assert looks(found) == {'frozen'}
    assert found['frozen'].numbers['frozen'] == ['1.weight', '1.bias']


def test_a_rate_a_thousand_times_too_large_is_found():
    assert {'update', '10 steps'} <= looks(examined(perceptron(), lr=100))


def test_a_rate_that_changes_nothing_is_found():
    found = examined(perceptron(), lr=1e-6)
    assert looks(found) == {'update', 'one batch'}  # nothing is learnt in five steps


def test_a_gradient_that_is_wrong_is_found_below_it_alone():
    found = examined(perceptron(Wrong()))
    assert 'differences' in looks(found)
    errors = found['differences'].numbers
    for name in ('0.weight', '0.bias', '1.weight', '1.bias'):
        assert errors[name] == pytest.approx(.5, abs=.05)  # half of what is said
    assert errors['3.weight'] < .01 and errors['3.bias'] < .01


@pytest.mark.parametrize('where', ['inputs', 'outputs'])
def test_a_number_that_is_none_ends_the_examination(where):
    net, inputs = perceptron(), X.copy()
    if where == 'inputs':
        inputs[3, 2] = onp.nan
    else:
        net[1].weight.data()[0, 0] = onp.inf
    found = examined(net, X=inputs)
    assert where in looks(found) and 'one batch' not in found
    if where == 'inputs':
        assert found['inputs'].numbers['not finite'] == 1
    else:
        first, *_ = found['outputs'].numbers['not finite']
        assert first == net[1].act.name  # a layer's own is called within it


# ---- its numbers, by hand


def softmax_regression():
    net = nn.Dense(4, in_units=8)
    net.initialize(init.Normal(.5))
    return net


def test_gradients_and_updates_are_those_of_numpy():
    net = softmax_regression()
    W, b = net.weight.data().asnumpy().astype(float), net.bias.data().asnumpy()
    found = examined(net, lr=.25)
    S = X[:32] @ W.T + b
    P = onp.exp(S) / onp.exp(S).sum(axis=1, keepdims=True)
    dW = (P - onp.eye(4)[Y[:32]]).T @ X[:32]  # of the sum
    assert found['gradients'].numbers['weight'] == pytest.approx(
        onp.linalg.norm(dW), rel=1e-5)
    # fresh weights of eight inputs have deviations of 1 / sqrt(8), 2 in all
    length = max(onp.linalg.norm(W), 2)
    assert found['update'].numbers['weight'] == pytest.approx(
        .25 / 32 * onp.linalg.norm(dW) / length, rel=1e-4)
    loss = -onp.log(P[onp.arange(32), Y[:32]]).mean()
    assert found['loss at the start'].numbers == pytest.approx(
        {'loss': loss, 'chance': math.log(4)}, rel=1e-5)


def test_chance_of_a_yes_or_no_is_log_2():
    net = nn.Dense(1, in_units=8)
    net.initialize(init.Normal(.1))
    step, batches = training(net)
    step = d2l.regression_step(net, gluon.loss.SigmoidBinaryCrossEntropyLoss(),
                               gluon.Trainer(net.collect_params(), 'sgd'))
    found = d2l.examine_training(step, [[x, (y[:, None] > 1).astype('float32')]
                                        for x, y in batches], 2)
    start = next(f for f in found if f.name == 'loss at the start')
    assert start.numbers['chance'] == pytest.approx(math.log(2)) and start.ok


def test_a_loss_that_does_not_say_what_chance_is_is_no_fault():
    net = nn.Dense(1, in_units=8)
    net.initialize()
    step = d2l.regression_step(net, gluon.loss.L2Loss(),
                               gluon.Trainer(net.collect_params(), 'sgd'))
    w = RNG.normal(size=(8, 1))
    found = {f.name: f for f in d2l.examine_training(
        step, [[np.array(X[i:i + 32]), np.array(X[i:i + 32] @ w)] for i in (0, 32)])}
    assert found['loss at the start'].ok is None and found['dead units'].ok is None
    assert looks(found) == set()


def test_nothing_is_updated_where_losses_are_asked_for():
    net = perceptron()
    asked = Training(*training(net))
    before = asked.values()
    first, second = (asked.losses(asked.batches[0], backward=True) for _ in range(2))
    assert first.shape == (32,) and first.tolist() == second.tolist()
    for name, value in asked.values().items():
        onp.testing.assert_array_equal(value, before[name])


def test_dropout_is_the_same_in_each_pass():
    net = perceptron()
    net.add(nn.Dropout(.5))
    asked = Training(*training(net))
    first, second = (asked.losses(asked.batches[0]) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_backward_and_blocks_are_as_before_afterwards(healthy):
    w = np.ones(2)
    w.attach_grad()
    with autograd.record():
        l = (3 * w).sum()
    l.backward()
    assert w.grad.asnumpy().tolist() == [3, 3]
    assert gluon.Block.__call__.__module__ == 'mxnet.gluon.block'


def test_arrays_from_scratch_are_weights_by_their_places():
    w, b, constant = np.ones((2, 3)), np.zeros(3), np.ones(1)
    for param in (w, b):
        param.attach_grad()
    assert [weight.name for weight in weights_of([w, [b, constant], 5])] == ['0', '1.0']


def test_a_net_from_scratch_is_examined_too():
    W, b = np.random.normal(0, .1, (8, 4)), np.zeros(4)
    for param in (W, b):
        param.attach_grad()

    def step(x, y):
        with autograd.record():
            l = -npx.pick(npx.log_softmax(np.dot(x, W) + b), y)
        l.backward()
        d2l.sgd([W, b], .1, len(y))
        return {'train loss': (l.sum(), len(y))}

    _, batches = training(softmax_regression())
    found = {f.name: f for f in d2l.examine_training(
        d2l.Step(step, trains=[W, b]), batches)}
    assert looks(found) == set() and found['differences'].numbers.keys() == {'0', '1'}


def test_what_cannot_be_examined_says_why():
    with pytest.raises(InputError, match='does not say what it trains'):
        d2l.examine_training(d2l.Step(lambda X: {}, trains=[]), [[np.ones(2)]])
    with pytest.raises(InputError, match='no batch'):
        d2l.examine_training(d2l.Step(lambda X: {}), [])
    net = softmax_regression()
    with pytest.raises(InputError, match='no backward pass'):
        d2l.examine_training(d2l.Step(lambda X: {}, trains=net), [[np.ones((2, 8))]])


def test_of_small_batches_more_are_read():
    for size, count in ((64, 4), (500, 4), (32, 8), (5, 20)):
        read = first_batches(iter([np.zeros((size, 2))] * 30))
        assert len(read) == count and all(len(batch) == 1 for batch in read)
    assert len(first_batches([[np.zeros((5, 2)), np.zeros(5)]] * 3)) == 3


def test_rows_are_taken_of_each_array_whatever_its_kind():
    batch = [[np.arange(4), np.ones((4, 2))], np.array([5, 6, 7, 8], dtype='int32')]
    assert num_rows(batch) == 4 and num_rows([*batch, np.ones(3)]) is None
    (first, second), labels = take(batch, onp.array([2, 0]))
    assert labels.asnumpy().tolist() == [7, 5] and labels.dtype == onp.int32
    assert first.asnumpy().tolist() == [2, 0] and second.shape == (2, 2)
