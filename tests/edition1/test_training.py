"""Batches, the regression from scratch, and the loop that trains classifiers."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

from d2lmx.edition1 import training
from d2lmx.errors import InputError

def test_a_pass_gives_each_example_once_with_its_label_in_random_order():
    features, labels = nd.arange(14).reshape((7, 2)), nd.arange(7) * 2
    onp.random.seed(1)
    batches = list(training.data_iter(3, features, labels))
    assert [X.shape for X, _ in batches] == [(3, 2), (3, 2), (1, 2)]
    rows = nd.concat(*(X for X, _ in batches), dim=0).asnumpy()
    seen = nd.concat(*(y for _, y in batches), dim=0).asnumpy()
    onp.testing.assert_array_equal(rows[:, 0], seen)  # 2 i, as the label is
    assert sorted(seen) == list(range(0, 14, 2)) and list(seen) != sorted(seen)


@pytest.mark.parametrize('arguments,told', [
    ((0, nd.ones(3), nd.ones(3)), 'batch_size must be a whole number of at least 1'),
    ((2, nd.ones(3), nd.ones(4)), 'as many examples, got 3 and 4')])
def test_batches_that_cannot_be_are_told(arguments, told):
    with pytest.raises(InputError, match=told):
        next(training.data_iter(*arguments))


def test_a_step_of_the_regression_is_that_of_the_formulas():
    X, y = nd.array([[1, 2], [3, 4.]]), nd.array([1, 2])
    w, b = nd.array([[1], [-1.]]), nd.array([.5])
    for param in (w, b):
        param.attach_grad()
    with autograd.record():
        l = training.squared_loss(training.linreg(X, w, b), y)
    onp.testing.assert_allclose(l.asnumpy(), [[1.125], [3.125]])  # y_hat: -.5, -.5
    l.backward()
    training.sgd([w, b], lr=.1, batch_size=2)
    # gradients: X^T (y_hat - y) = (-9, -13), the sum of y_hat - y = -4
    onp.testing.assert_allclose(w.asnumpy(), [[1.45], [-.35]], rtol=1e-6)
    onp.testing.assert_allclose(b.asnumpy(), [.7], rtol=1e-6)


def scores(X):
    """X (batch, 3) are the scores themselves."""
    return X


def test_accuracy_is_the_share_over_all_batches_not_their_mean():
    eye = nd.eye(3)
    batches = [(eye, nd.array([0, 1, 0], dtype='int32')), (eye[:1], nd.array([0]))]
    assert training.evaluate_accuracy(batches, scores) == 3 / 4
    two = [mx.cpu(0), mx.cpu(1)]
    assert training.evaluate_accuracy(batches[:1], scores, two) == pytest.approx(2 / 3)


def test_a_pixel_is_an_example_where_each_has_scores():
    X = nd.array([[[5, 0], [0, 5]], [[0, 5], [5, 0]]]).expand_dims(2)  # (2, 2, 1, 2)
    y = nd.array([[[0, 1]], [[1, 1]]])
    assert training.evaluate_accuracy([(X, y)], scores) == 3 / 4


def test_batches_of_mxnets_iterators_count_in_each_pass():
    data_iter = mx.io.NDArrayIter(nd.eye(4), nd.array([0, 1, 2, 0]), batch_size=2)
    for _ in '12':
        assert training.evaluate_accuracy(data_iter, scores) == 3 / 4


@pytest.mark.parametrize('batches,told', [
    ([], 'no batch'), ([(nd.eye(3), nd.array([0, 1, 3]))], 'label 3.0 has no output'),
    ([(nd.eye(3), nd.array([0, 1]))], 'as many examples, got 3 and 2')])
def test_what_has_no_accuracy_is_told(batches, told):
    with pytest.raises(ValueError, match=told):
        training.evaluate_accuracy(batches, scores)


def classes(num_examples=40):
    """Three clusters in the plane, in batches of 16."""
    rng = onp.random.RandomState(0)
    y = onp.arange(num_examples) % 3
    X = onp.eye(3)[y] * 3 + rng.normal(size=(num_examples, 3))
    order = range(0, num_examples, 16)
    return [(nd.array(X[i:i + 16]), nd.array(y[i:i + 16], dtype='int32'))
            for i in order]


def dense(ctx=mx.cpu()):
    net = nn.Sequential()
    net.add(nn.Dense(3, in_units=3))
    net.initialize(mx.init.Zero(), ctx=ctx)
    return net


def weights(net):
    return [param.data(param.list_ctx()[0]).asnumpy()
            for param in net.collect_params().values()]


def expected(batches, num_epochs, divide):
    """Weights, losses and accuracies by NumPy: SGD with lr .5 from zeros."""
    w, b, told = onp.zeros((3, 3)), onp.zeros(3), []
    for _ in range(num_epochs):
        total = right = 0
        for X, y in batches:
            X, y = X.asnumpy().astype('f8'), y.asnumpy()
            z = X @ w.T + b
            p = onp.exp(z - z.max(1, keepdims=True))
            p /= p.sum(1, keepdims=True)
            total -= onp.log(p[onp.arange(len(y)), y]).sum()
            right += (z.argmax(1) == y).sum()
            g = (p - onp.eye(3)[y]) / (divide or len(y))
            w, b = w - .5 * g.T @ X, b - .5 * g.sum(0)
        n = sum(len(y) for _, y in batches)
        test = sum(((X.asnumpy() @ w.T + b).argmax(1) == y.asnumpy()).sum()
                   for X, y in batches) / n
        told.append((total / n, right / n, test))
    return w, b, told


def by_scratch(net, batches):
    params = [param.data() for param in net.collect_params().values()]
    training.train_ch3(net, batches, batches, gluon.loss.SoftmaxCrossEntropyLoss(), 2,
                       16, params, .5)


def by_trainer(net, batches):
    training.train_ch3(net, batches, batches, gluon.loss.SoftmaxCrossEntropyLoss(), 2,
                       16, None, None, sgd_of(net))


def on_one(net, batches):
    training.train_ch5(net, batches, batches, 16, sgd_of(net), mx.cpu(), 2)


def on_two(net, batches):
    training.train(batches, batches, net, gluon.loss.SoftmaxCrossEntropyLoss(),
                   sgd_of(net), [mx.cpu(0), mx.cpu(1)], 2)


def test_a_device_is_told_as_it_was_given(capsys):
    net, batches = dense(mx.cpu()), classes()
    training.train(batches, batches, net, gluon.loss.SoftmaxCrossEntropyLoss(),
                   sgd_of(net), mx.cpu(), 1)
    assert capsys.readouterr().out.startswith('training on cpu(0)\n')


def sgd_of(net):
    return gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .5})


@pytest.mark.parametrize('train,divide,ctx,first', [
    (by_scratch, 16, mx.cpu(), ''), (by_trainer, 16, mx.cpu(), ''),
    (on_one, 16, mx.cpu(), 'training on cpu(0)'),
    (on_two, None, [mx.cpu(0), mx.cpu(1)], 'training on [cpu(0), cpu(1)]')])
def test_each_training_is_sgd_and_tells_what_numpy_finds(train, divide, ctx, first,
                                                         epochs_of, capsys):
    # the last batch has 8 examples: its gradients are divided by 16, but in `train`
    net, batches = dense(ctx), classes()
    train(net, batches)
    out = capsys.readouterr().out
    assert out.startswith(first) and (', time ' in out) == bool(first)
    w, b, numpys = expected(batches, 2, divide)
    for ours, theirs in zip(weights(net), (w, b)):
        onp.testing.assert_allclose(ours, theirs, atol=1e-5)  # float32
    found = epochs_of(out)
    assert [line[0] for line in found] == [1, 2]
    # printed with four and three decimals
    onp.testing.assert_allclose([line[1:] for line in found], numpys, atol=6e-4)


def test_a_training_without_what_updates_is_told():
    with pytest.raises(InputError, match='params and lr.* or a trainer'):
        training.train_ch3(dense(), classes(), classes(), None, 1, 16)


@pytest.mark.parametrize('ctx', [5, [], [mx.cpu(), 'gpu'], None])
def test_what_is_no_device_is_told(ctx):
    net, batches = dense(), classes()
    for train in (lambda: training.train_ch5(net, batches, batches, 16, None, ctx, 1),
                  lambda: training.train(batches, batches, net, None, None, ctx, 1),
                  lambda: training.evaluate_accuracy(batches, net, ctx)):
        with pytest.raises(InputError, match=r'ctx must be a device, .* got .*'):
            train()


@pytest.mark.parametrize('batch_size,num_epochs,told', [
    (0, 1, 'batch_size must be a whole'), (16, 0, 'num_epochs must be a whole')])
def test_a_training_of_nothing_is_told(batch_size, num_epochs, told):
    net, batches, loss = dense(), classes(), gluon.loss.SoftmaxCrossEntropyLoss()
    for train in (lambda: training.train_ch3(net, batches, batches, loss, num_epochs,
                                             batch_size, trainer=sgd_of(net)),
                  lambda: training.train_ch5(net, batches, batches, batch_size,
                                             sgd_of(net), mx.cpu(), num_epochs)):
        with pytest.raises(InputError, match=told):
            train()


def test_a_label_without_a_score_is_told_before_anything_is_learnt():
    net, batches = dense(), [(nd.eye(3), nd.array([0, 1, 3]))]
    with pytest.raises(InputError, match='label 3.0 has no output: this network has 3'):
        on_one(net, batches)
    assert not weights(net)[0].any()


def test_a_generator_gives_its_batches_once_and_this_is_told(capsys):
    with pytest.raises(InputError, match='generator, which gives its batches once'):
        on_one(dense(), (batch for batch in classes()))
