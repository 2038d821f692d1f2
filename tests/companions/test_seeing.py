"""Grad-CAM against PyTorch, surfaces worked out by hand and by NumPy."""
import numpy as onp
import pytest
from mxnet import MXNetError, autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

SHAPE = 3, 1, 40, 28


def small_nets():
    """A small ResNet and its port with the same weights and statistics."""
    from d2lmx.parity.compare import same_weights
    from d2lmx.parity.twins.ch22.s08_seeing_networks import build_net
    port = build_net()
    net, _ = same_weights(d2l.small_resnet, lambda n: (np.random.uniform(
        size=(n, *SHAPE[1:])),), port, 0)
    return net, port.eval()


def pictures():
    return onp.random.RandomState(0).uniform(size=SHAPE).astype('float32')


# ---- Grad-CAM


@pytest.mark.parametrize('place', [0, 3, 5])
def test_heat_is_that_of_pytorchs_own_slopes(torch, place):
    """Of all classes, below normalizations; above the last block there are none."""
    net, port = small_nets()
    X, maps = pictures()[:1].repeat(10, axis=0), []
    port[place].register_forward_hook(lambda layer, inputs, Y: (
        Y.retain_grad(), maps.append(Y)) and None)
    torch.diagonal(port(torch.tensor(X))).sum().backward()
    A, = maps
    heat = (A.grad.mean(dim=(2, 3), keepdim=True) * A).sum(dim=1, keepdim=True).relu()
    heat = torch.nn.functional.interpolate(heat, size=SHAPE[2:], mode='bilinear')
    theirs = heat[:, 0].detach().numpy()
    largest = theirs.max(axis=(1, 2), keepdims=True)
    assert (largest > 0).sum() >= 3  # classes for which something speaks
    net.hybridize(static_alloc=True, static_shape=True)
    net(np.array(X))
    ours = d2l.grad_cam(net, np.array(X), net[place], onp.arange(10))
    assert ours.shape == (10, 40, 28) and ours.max() == 1 and ours.min() >= 0
    # float32, whose rounding the sum of 8 to 32 maps of both signs makes larger
    onp.testing.assert_allclose(ours, theirs / onp.where(largest > 0, largest, 1),
                                atol=1e-4)


class Fixed(nn.HybridBlock):
    """Maps whose pixels are those of X and, in the second channel, -X."""

    def hybrid_forward(self, F, X):
        return F.np.concatenate([X, -X], axis=1)


def made_net(weights, *more):
    net = nn.HybridSequential()
    net.add(Fixed(), *more, nn.GlobalAvgPool2D(), nn.Dense(2, use_bias=False))
    net.initialize()
    net(np.zeros((1, 1, 2, 2)))
    net[-1].weight.set_data(np.array(weights))
    return net


def test_heat_by_hand():
    net = made_net([[1., 0], [0, 2]])
    X = np.array([[[[1., 2], [-4, 3]]]])
    # class 0 follows the first map, class 1 the second, which is -X
    assert d2l.grad_cam(net, X, net[0], [0]).tolist() == [
        [pytest.approx([.25 / .75, .5 / .75]), [0, 1]]]
    assert d2l.grad_cam(net, X, net[0], [1]).tolist() == [[[0, 0], [1, 0]]]


def test_where_nothing_speaks_for_a_class_there_is_no_heat():
    net = made_net([[1., 0], [0, 1]])
    assert not d2l.grad_cam(net, -np.ones((2, 1, 3, 3)), net[0], [0, 0]).any()


def test_dropout_is_that_of_a_prediction():
    X = np.array([[[[1., 2], [-4, 3]]]])
    plain, dropping = made_net([[1., 0], [0, 2]]), made_net(
        [[1., 0], [0, 2]], nn.Dropout(.9))
    for label in (0, 1):
        assert (d2l.grad_cam(dropping, X, dropping[0], [label])
                == d2l.grad_cam(plain, X, plain[0], [label])).all()


def test_maps_are_stretched_as_by_pytorch(torch):
    from d2lmx.companions.seeing import _stretched
    maps = onp.random.RandomState(0).normal(size=(2, 3, 5))
    for size in ((9, 20), (3, 5), (8, 5)):
        theirs = torch.nn.functional.interpolate(torch.tensor(maps)[None], size=size,
                                                 mode='bilinear')[0].numpy()
        onp.testing.assert_allclose(_stretched(maps, size), theirs, atol=1e-12)


def test_weights_their_slopes_and_statistics_stay(torch):
    net, _ = small_nets()
    params = net.collect_params().values()
    before = [param.data().asnumpy() for param in params]
    slopes = [param.grad().asnumpy() for param in params if param.grad_req != 'null']
    d2l.grad_cam(net, np.array(pictures()), net[3], [1, 2, 3])
    for param, values in zip(params, before):
        assert (param.data().asnumpy() == values).all(), param.name
    for param, values in zip((param for param in params if param.grad_req != 'null'),
                             slopes):
        assert (param.grad().asnumpy() == values).all(), param.name


@pytest.mark.parametrize('place, classes, told', [
    (-1, [0], 'Dense makes no maps of pictures'), (0, [2], '0 to 1, got'),
    (0, [-1], '0 to 1, got'), (0, [0, 1], 'a class for each of 1 pictures')])
def test_layers_and_classes_that_there_are_not_are_told(place, classes, told):
    net = made_net([[1., 0], [0, 2]])
    with pytest.raises(d2l.InputError, match=told):
        d2l.grad_cam(net, np.ones((1, 1, 2, 2)), net[place], classes)
    assert not net[place]._forward_hooks  # the hook is gone


def test_a_layer_of_another_network_is_told():
    net, other = made_net([[1., 0], [0, 2]]), made_net([[1., 0], [0, 2]])
    with pytest.raises(d2l.InputError, match='makes no maps .* in this network'):
        d2l.grad_cam(net, np.ones((1, 1, 2, 2)), other[0], [0])


class Twice(nn.HybridBlock):
    """A list of its input, which is added up behind it."""

    def hybrid_forward(self, F, X):
        return [X, X]


class Added(nn.HybridBlock):

    def __init__(self):
        super().__init__()
        self.parts = Twice()

    def hybrid_forward(self, F, X):
        return sum(self.parts(X))


def test_a_layer_that_gives_a_list_is_told():
    net = made_net([[1., 0], [0, 2]], Added())
    with pytest.raises(d2l.InputError, match='Twice makes no maps of pictures'):
        d2l.grad_cam(net, np.ones((1, 1, 2, 2)), net[1].parts, [0])


# ---- slopes of predictions


@pytest.mark.parametrize('options', [None, dict(static_alloc=True, static_shape=True)])
def test_a_slope_is_one_of_training_unless_told(torch, options):
    """The trap of MXNet that `grad_cam` goes around, in layers and compiled."""
    net, port = small_nets()
    theirs = torch.tensor(pictures(), requires_grad=True)
    port(theirs).sum().backward()
    theirs = theirs.grad.numpy()
    if options:
        net.hybridize(**options)
    X = np.array(pictures())
    X.attach_grad()
    errors = []
    for train_mode in (False, True):
        with autograd.record(train_mode=False):
            total = net(X).sum()
        total.backward(train_mode=train_mode)
        errors.append(abs(X.grad.asnumpy() - theirs).max() / abs(theirs).max())
    assert errors[0] < 1e-5 and errors[1] > .1


# ---- surfaces


def test_a_direction_has_the_lengths_of_the_filters(torch):
    net, _ = small_nets()
    direction = d2l.filter_direction(net)
    params = net.collect_params()
    assert set(direction) == {name for name in params if name.endswith('weight')}
    for name, values in direction.items():
        weight = params[name].data().asnumpy()
        lengths = [[onp.linalg.norm(part) for part in array]
                   for array in (values, weight)]
        assert values.shape == weight.shape
        assert lengths[0] == pytest.approx(lengths[1], rel=1e-5)
        assert abs(values - weight).max() > .01
    again = d2l.filter_direction(net)
    assert all((again[name] != direction[name]).any() for name in direction)


def test_outputs_of_a_transposed_convolution_are_its_second_axis():
    net = nn.HybridSequential()
    net.add(nn.Conv2DTranspose(5, 3, in_channels=4), nn.Conv2D(2, 3, in_channels=5))
    net.initialize()
    for layer, axis in zip(net, (1, 0)):
        weight = layer.weight.data().asnumpy()
        weight *= onp.arange(1, weight.size + 1).reshape(weight.shape)
        layer.weight.set_data(np.array(weight))
        values = d2l.filter_direction(net)[layer.weight.name]
        ours, theirs = (onp.linalg.norm(onp.moveaxis(array, axis, 0).reshape(
            weight.shape[axis], -1), axis=1) for array in (values, weight))
        assert ours == pytest.approx(theirs, rel=1e-5)


def test_losses_are_those_of_moved_weights():
    net = nn.HybridSequential()
    net.add(nn.Dense(3))
    net.initialize()
    rng = onp.random.RandomState(0)
    X, y = rng.normal(size=(5, 4)).astype('float32'), rng.randint(0, 3, 5)
    net(np.array(X))
    weight, bias = (p.data().asnumpy() for p in net.collect_params().values())
    ways = [d2l.filter_direction(net) for _ in range(2)]
    steps = [-1., 0, .5]
    found = d2l.loss_surface(net, np.array(X), np.array(y), ways, steps)
    for i, a in enumerate(steps):
        for j, b in enumerate(steps):
            moved = weight + sum(step * values for step, way in zip((a, b), ways)
                                 for values in way.values())
            scores = X @ moved.T + bias
            log_p = scores - onp.log(onp.exp(scores).sum(axis=1, keepdims=True))
            assert found[i, j] == pytest.approx(-log_p[range(5), y].mean(), rel=1e-5)
    assert (net[0].weight.data().asnumpy() == weight).all()


def test_weights_come_back_where_an_input_is_wrong(torch):
    net, _ = small_nets()
    before = net[0].weight.data().asnumpy()
    ways = [d2l.filter_direction(net) for _ in range(2)]
    with pytest.raises(MXNetError):
        d2l.loss_surface(net, np.ones((2, 5, 28, 28)), np.zeros(2), ways, [1.])
    assert (net[0].weight.data().asnumpy() == before).all()


def surface(f, k=5):  # of numbers without rounding
    x, y = onp.meshgrid(*[onp.linspace(-1, 1, k)] * 2, indexing='ij')
    return f(x, y)


@pytest.mark.parametrize('f, value', [
    (lambda x, y: x ** 2 + 3 * y ** 2, 0), (lambda x, y: -x ** 2 - y ** 2, 1),
    (lambda x, y: x ** 2 - y ** 2, 1), (lambda x, y: x * y, 1),
    (lambda x, y: x ** 2 - y ** 2 / 4, .25), (lambda x, y: y ** 2 - x ** 2 / 4, .25),
    (lambda x, y: 4 * x * y + x ** 2 + y ** 2, 1 / 3),  # eigenvalues 6 and -2
    (lambda x, y: 2 * x + 5, 0), (lambda x, y: x * onp.nan, onp.nan)])
def test_how_far_a_surface_is_from_a_bowl_by_its_eigenvalues(f, value):
    assert d2l.non_convexity(surface(f)) == pytest.approx(value, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize('level', [2.3026, 1e-3, 300.])
def test_rounding_is_no_hill(level):
    noise = onp.random.RandomState(0).normal(size=(21, 21))
    losses = (level + 4e-8 * level * noise).astype('float32')
    assert len(set(losses.ravel())) > 1  # neighbours of a number of float32
    assert d2l.non_convexity(losses) == 0


def test_a_hill_that_is_higher_than_rounding_counts():
    # curvatures of 2 * .25 ** 2 * 1e-4 = 1.25e-5; rounding makes 5 * 2.3 / 2 ** 23
    f = surface(lambda x, y: 2.3 - 1e-4 * (x ** 2 + y ** 2), 9)
    assert d2l.non_convexity(f.astype('float32')) == pytest.approx(1)


@pytest.mark.parametrize('shape', [(2, 2), (1, 1), (3, 4), (9,), (0, 0)])
def test_a_surface_without_inner_points_is_told(shape):
    with pytest.raises(d2l.InputError, match='with k of 3 at least'):
        d2l.non_convexity(onp.zeros(shape))
