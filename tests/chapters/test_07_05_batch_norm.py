import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np, npx

import d2lmx as d2l

SHAPES = {2: (6, 3), 4: (4, 3, 5, 5)}


def layer(section, num_dims, hybridize, tuned=False):
    net = (d2l.TunedBatchNorm if tuned else section('7.5').BatchNorm)(3, num_dims)
    net.initialize()
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    return net


def batches(num_dims, count=3):
    """Inputs far from mean 0 and variance 1, and weights of a sum as loss."""
    rng = onp.random.RandomState(0)
    for _ in range(count):
        yield ((5 + 3 * rng.normal(size=SHAPES[num_dims])).astype('float32'),
               rng.normal(size=SHAPES[num_dims]).astype('float32'))


@pytest.mark.parametrize('num_dims', [2, 4])
def test_function_of_the_page_by_hand_in_both_modes(section, num_dims):
    (X, _), = batches(num_dims, count=1)
    shape, axes = ((1, 3), (0,)) if num_dims == 2 else ((1, 3, 1, 1), (0, 2, 3))
    gamma, beta, moving_mean, moving_var = (
        onp.array(a, 'float32').reshape(shape)
        for a in ([1, -2, 3], [0.5, 0, -1], [1, 2, 3], [4, 9, 1]))
    mean, var = X.mean(axes).reshape(shape), X.var(axes).reshape(shape)
    trained = ((X - mean) / onp.sqrt(var + 0.1), 0.75 * moving_mean + 0.25 * mean,
               0.75 * moving_var + 0.25 * var)
    predicted = (X - moving_mean) / onp.sqrt(moving_var + 0.1), moving_mean, moving_var
    for train_mode, (X_hat, *averages) in ((True, trained), (False, predicted)):
        with autograd.record(train_mode=train_mode):
            found = section('7.5').batch_norm(
                *map(np.array, (X, gamma, beta, moving_mean, moving_var)), eps=0.1,
                momentum=0.75)
        for a, b in zip(found, (gamma * X_hat + beta, *averages)):
            # single precision, over values of about 5
            onp.testing.assert_allclose(a.asnumpy(), b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('hybridize', [False, True])
@pytest.mark.parametrize('num_dims', [2, 4])
def test_averages_move_a_tenth_of_the_way_and_are_used_in_prediction(
        section, num_dims, hybridize):
    net = layer(section, num_dims, hybridize)
    axes = (0,) if num_dims == 2 else (0, 2, 3)
    mean, var = onp.zeros(3), onp.ones(3)
    for X, _ in batches(num_dims):
        with autograd.record():
            Y = net(np.array(X))
        Y.backward()  # it is what moves the averages
        npx.waitall()  # which reading them does not wait for
        mean = 0.9 * mean + 0.1 * X.mean(axes)
        var = 0.9 * var + 0.1 * X.var(axes)  # of all, not of all but one
    expected = ((onp.moveaxis(X, 1, -1) - mean) / onp.sqrt(var + 1e-5))
    predicted = net(np.array(X)).asnumpy()
    # single precision, over values of about 5
    onp.testing.assert_allclose(onp.moveaxis(predicted, 1, -1), expected, atol=1e-5)
    onp.testing.assert_allclose(net.moving_mean.data().asnumpy(), mean, rtol=1e-5)
    onp.testing.assert_allclose(net.moving_var.data().asnumpy(), var, rtol=1e-5)


@pytest.mark.torch
@pytest.mark.parametrize('hybridize', [False, True])
@pytest.mark.parametrize('num_dims', [2, 4])
def test_outputs_and_gradients_in_training_are_those_of_torch(
        section, torch, num_dims, hybridize):
    net = layer(section, num_dims, hybridize)
    twin = (torch.nn.BatchNorm1d if num_dims == 2 else torch.nn.BatchNorm2d)(3)
    for values, weights in batches(num_dims):
        X = np.array(values)
        X.attach_grad()
        with autograd.record():
            Y = net(X)
            l = (Y * np.array(weights)).sum()
        l.backward()
        npx.waitall()
        twin.zero_grad()
        X_twin = torch.tensor(values, requires_grad=True)
        Y_twin = twin(X_twin)
        (Y_twin * torch.tensor(weights)).sum().backward()
        for ours, theirs in ((Y, Y_twin.detach()), (X.grad, X_twin.grad),
                             (net.gamma.grad(), twin.weight.grad),
                             (net.beta.grad(), twin.bias.grad)):
            # sums of up to 100 values of about 1, in another order
            onp.testing.assert_allclose(ours.asnumpy(), theirs.numpy(),
                                        rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(net.moving_mean.data().asnumpy(),
                                twin.running_mean.numpy(), rtol=1e-5)


@pytest.mark.parametrize('tuned', [False, True])
def test_a_feature_without_variance_becomes_beta_and_has_finite_gradients(
        section, tuned):
    net = layer(section, 4, hybridize=True, tuned=tuned)
    net.beta.set_data(np.array([1.0, 2.0, 3.0]))
    X = np.ones((4, 3, 5, 5)) * 7
    X.attach_grad()
    with autograd.record():
        Y = net(X)
    Y.backward()
    assert (Y.asnumpy() == onp.array([1, 2, 3]).reshape(1, 3, 1, 1)).all()
    assert onp.isfinite(X.grad.asnumpy()).all()


@pytest.mark.parametrize('tuned', [False, True])
def test_prediction_leaves_the_averages_alone(section, tuned):
    net = layer(section, 2, hybridize=True, tuned=tuned)
    for X, _ in batches(2):
        net(np.array(X))
    assert net.moving_mean.data().tolist() == [0, 0, 0]
    assert net.moving_var.data().tolist() == [1, 1, 1]


def test_three_axes_are_refused(section):
    with pytest.raises(ValueError, match='2 .dense layer. or 4 .convolution., got 3'):
        section('7.5').BatchNorm(3, num_dims=3)


@pytest.mark.parametrize('variant', ['scratch', 'concise'])
def test_the_other_nets_keep_the_contract(section, variant):
    page = section('7.5')
    d2l.check_hybrid_block(lambda: page.build_net(variant), page.example_inputs())


@pytest.mark.parametrize('variant', ['scratch', 'tuned', 'concise'])
def test_parameters_by_hand(section, variant):
    page = section('7.5')
    rows = d2l.summary(page.build_net(variant), *page.example_inputs())
    # weights and biases, and gamma and beta for each of 6, 16, 120 and 84 features
    assert rows[-1][2] == (6 * 25 + 6 + 16 * 6 * 25 + 16 + 256 * 120 + 120
                           + 120 * 84 + 84 + 84 * 10 + 10 + 2 * (6 + 16 + 120 + 84))


def test_all_variants_train_alike(section):
    page = section('7.5')
    nets = [page.build_net(variant) for variant in ('scratch', 'tuned', 'concise')]
    X, = page.example_inputs(batch_size=16)
    y = np.arange(16) % 10
    losses = []
    for net in nets:
        net.initialize(mx.init.Xavier())
        net(X)
    for ours, *others in zip(*(net.collect_params().values() for net in nets)):
        for other in others:
            other.set_data(ours.data())
    for net in nets:
        trainer = mx.gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1})
        losses.append([])
        for _ in range(5):
            with autograd.record():
                l = mx.gluon.loss.SoftmaxCrossEntropyLoss()(net(X), y)
            l.backward()
            trainer.step(16)
            losses[-1].append(float(l.mean()))
    # rounding, in another order of operations, grows over the steps
    for others in losses[1:]:
        assert losses[0] == pytest.approx(others, rel=1e-3)
    assert losses[0][-1] < losses[0][0]


@pytest.mark.slow
@pytest.mark.parametrize('variant', ['tuned', 'concise'])
def test_it_learns_the_toy_garments(section, variant, fewer_garments):
    with fewer_garments(3000):
        result = section('7.5').run(variant=variant, num_epochs=2, batch_size=64, lr=.5)
    assert result['final']['train loss'] < 0.5
    assert len(result['gamma of the first']) == 6
