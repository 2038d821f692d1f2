"""Necks by hand and against PyTorch: enlarging, weighted sums, which map knows which.
"""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, ndarray, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.models.zoo import MobileNetV2

NECKS = {'none': lambda n=3: d2l.FPN(6, n, top_down=False),
         'fpn': lambda n=3: d2l.FPN(6, n), 'pan': lambda n=3: d2l.PAN(6, n),
         'bifpn': lambda n=3: d2l.BiFPN(6, n)}


def maps(num_levels=3, batch_size=2):
    """Of 4, 5, ... channels, finest first; the coarsest has 2 x 3 cells."""
    return tuple(np.random.normal(size=(batch_size, 4 + i, 2 ** (num_levels - i),
                                        3 * 2 ** (num_levels - i - 1)))
                 for i in range(num_levels))


def initialized(build, inputs):
    net = build()
    net.initialize(mx.init.Xavier())
    net(*inputs)
    return net


@pytest.fixture(params=NECKS)
def neck(request):
    return NECKS[request.param]


class Doubled(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return d2l.doubled(F, X)


# ---- enlarging


def test_a_doubled_map_has_each_number_four_times():
    X = np.arange(12).reshape(1, 2, 2, 3)
    Y = d2l.doubled(ndarray, X)
    onp.testing.assert_array_equal(Y.asnumpy(), X.asnumpy().repeat(2, 2).repeat(2, 3))


def test_doubling_and_its_gradient_are_exactly_pytorchs(torch):
    rng = onp.random.RandomState(0)
    x, g = rng.randn(2, 3, 4, 5), rng.randint(-8, 8, (2, 3, 8, 10))  # sums are exact
    X, G = np.array(x, dtype='float32'), np.array(g, dtype='float32')
    X.attach_grad()
    with autograd.record():
        Y = d2l.doubled(ndarray, X)
        l = (Y * G).sum()
    l.backward()
    T = torch.tensor(x, dtype=torch.float32, requires_grad=True)
    theirs = torch.nn.functional.interpolate(T, scale_factor=2, mode='nearest')
    (theirs * torch.tensor(g)).sum().backward()
    onp.testing.assert_array_equal(Y.asnumpy(), theirs.detach().numpy())
    onp.testing.assert_array_equal(X.grad.asnumpy(), T.grad.numpy())


def test_doubling_keeps_the_contract_and_is_exact_as_onnx(tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    X = np.random.normal(size=(2, 3, 4, 5))
    d2l.check_hybrid_block(Doubled, (X,))
    net = Doubled()
    d2l.save_model(tmp_path / 'model', net, X, {}, kind='onnx')
    model = d2l.load_model(tmp_path / 'model')
    for batch in (X, X[:1]):
        onp.testing.assert_array_equal(model(batch).asnumpy(), net(batch).asnumpy())


# ---- weighted sums


def weighted(*weights):
    block = d2l.WeightedSum(len(weights))
    block.initialize()
    block.weight.set_data(np.array(weights))
    return block


def test_a_weighted_sum_is_the_papers_equation():
    inputs = [np.full((1, 2, 1, 1), value) for value in (3., 5., 7.)]
    Y = weighted(2., -4., 6.)(*inputs)  # a weight below 0 counts as 0
    onp.testing.assert_allclose(Y.asnumpy().ravel(), [(2 * 3 + 6 * 7) / 8.0001] * 2,
                                rtol=1e-6)


def test_weights_begin_equal_and_none_is_a_nan():
    inputs = [np.full((1, 1, 2, 2), value) for value in (3., 5.)]
    block = d2l.WeightedSum(2)
    block.initialize()
    onp.testing.assert_allclose(block(*inputs).asnumpy(), 8 / 2.0001, rtol=1e-6)
    assert (weighted(-1., 0.)(*inputs) == 0).all()


def test_a_weighted_sum_and_its_gradients_are_pytorchs(torch):
    rng = onp.random.RandomState(0)
    values = [rng.randn(2, 3, 4, 5).astype('float32') for _ in range(3)]
    weights, G = onp.array([.5, 2, 1], 'float32'), rng.randn(2, 3, 4, 5)
    block, inputs = weighted(*weights), list(map(np.array, values))
    for X in inputs:
        X.attach_grad()
    with autograd.record():
        l = (block(*inputs) * np.array(G, dtype='float32')).sum()
    l.backward()
    w = torch.tensor(weights, requires_grad=True)
    tensors = [torch.tensor(X, requires_grad=True) for X in values]
    share = torch.relu(w) / (1e-4 + torch.relu(w).sum())
    (sum(s * X for s, X in zip(share, tensors)) * torch.tensor(G)).sum().backward()
    # float32, sums of 120 products
    for ours, theirs in zip([block.weight.grad(), *(X.grad for X in inputs)],
                            [w.grad, *(X.grad for X in tensors)]):
        onp.testing.assert_allclose(ours.asnumpy(), theirs.numpy(), rtol=1e-4,
                                    atol=1e-5)


# ---- necks


@pytest.mark.parametrize('num_levels', [2, 3, 4])
def test_maps_keep_their_sizes_and_get_the_same_channels(neck, num_levels):
    inputs = maps(num_levels)
    outputs = initialized(lambda: neck(num_levels), inputs)(*inputs)
    assert [Y.shape for Y in outputs] == [(2, 6, *X.shape[2:]) for X in inputs]


def test_necks_keep_the_contract(neck):
    # batch normalization over 12 numbers, in eight layers
    d2l.check_hybrid_block(neck, maps(), rtol=1e-4, atol=1e-5)


# row: what changes where map i alone does, finest first
@pytest.mark.parametrize('name, known', [
    ('none', [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ('fpn', [[1, 0, 0], [1, 1, 0], [1, 1, 1]]),
    ('pan', [[1, 1, 1]] * 3), ('bifpn', [[1, 1, 1]] * 3)])
def test_which_maps_know_of_which(name, known):
    inputs = maps()
    net = initialized(NECKS[name], inputs)
    before = net(*inputs)
    found = []
    for i in range(3):
        changed = [X + 1 if j == i else X for j, X in enumerate(inputs)]
        found.append([int((Y != Z).any()) for Y, Z in zip(before, net(*changed))])
    assert found == known


def numbers(net):
    return sum(onp.prod(param.shape) for param in net.collect_params().values()
               if param.grad_req != 'null')


def test_parameters_are_those_that_the_equations_have():
    inputs, n, m = maps(), 6, 4 + 5 + 6
    sizes = {name: numbers(initialized(build, inputs)) for name, build
             in NECKS.items()}
    laterals = m * n + 3 * 2 * n                    # each has a scale and a shift
    fpn = laterals + 3 * (9 * n * n + 2 * n)
    # a node: depthwise, 1 x 1, scale and shift; weights of 2 + 2 + 3 + 2 inputs
    layer = 4 * (9 * n + n * n + 2 * n) + 9
    assert sizes == {'none': fpn, 'fpn': fpn, 'pan': fpn + 4 * (9 * n * n + 2 * n),
                     'bifpn': laterals + 2 * layer}


def test_multiplications_are_those_that_the_equations_have():
    inputs, n = maps(batch_size=1), 6
    fine, middle, coarse = cells = 8 * 12, 4 * 6, 2 * 3
    counts = {name: d2l.multiply_adds(build(), *inputs)
              for name, build in NECKS.items()}
    laterals = n * sum(channels * size for channels, size in zip((4, 5, 6), cells))
    fpn = laterals + 9 * n * n * sum(cells)
    # a halving and a convolution for the middle and the coarsest map
    pan = fpn + 2 * 9 * n * n * (middle + coarse)
    # nodes on the middle and the finest map, then on the middle and the coarsest one
    nodes = (9 * n + n * n) * (middle + fine + middle + coarse)
    sums = n * (2 * middle + 2 * fine + 3 * middle + 2 * coarse)
    assert counts == {'none': fpn, 'fpn': fpn, 'pan': pan,
                      'bifpn': laterals + 2 * (nodes + sums)}


def pixels(*values):
    """Maps of one channel of 4 x 4, 2 x 2 and one pixel, each of one number."""
    return [np.full((1, 1, side, side), value) for side, value in zip((4, 2, 1),
                                                                      values)]


def ones(net, inputs):
    """A neck whose convolutions add up: kernels of one 1 in their middle.

    Before any training statistics are 0 and 1: normalized is divided by sqrt(1 + 1e-5).
    """
    net.initialize(mx.init.Zero())
    net(*inputs)
    for name, param in net.collect_params().items():
        if name.endswith('weight') and param.data().ndim == 4:
            kernel = param.data()
            kernel[:, :, kernel.shape[2] // 2, kernel.shape[3] // 2] = 1
            param.set_data(kernel)
    return pytest.approx([float(Y.mean()) for Y in net(*inputs)], rel=1e-4)


def test_fpn_adds_up_from_the_coarsest_map_by_hand():
    inputs = pixels(1., 10., 100.)
    assert ones(d2l.FPN(1), inputs) == [111, 110, 100]
    assert ones(d2l.FPN(1, top_down=False), inputs) == [1, 10, 100]


def test_pan_adds_up_again_from_the_finest_by_hand():
    assert ones(d2l.PAN(1), pixels(1., 10., 100.)) == [111, 221, 321]


def test_a_bifpn_layer_is_the_papers_equations():
    from d2lmx.models.pyramids import BiFPNLayer
    d2l.set_seed(1)
    P3, P4, P5 = (np.random.normal(size=(2, 3, side, side)) for side in (8, 4, 2))
    net = initialized(lambda: BiFPNLayer(3, 3), (P3, P4, P5))
    for i, block in enumerate([*net.sums_down, *net.sums_up]):
        block.weight.set_data(np.random.uniform(.1, 1, block.weight.shape))

    def fused(block, *inputs):
        w = block.weight.data().asnumpy()
        return sum(v * X for v, X in zip(w, inputs)) / (w.sum() + 1e-4)

    def up(X):
        return np.repeat(np.repeat(X, 2, axis=2), 2, axis=3)

    down = nn.MaxPool2D(3, 2, 1)
    (sum4, sum3), (conv4, conv3) = net.sums_down, net.convs_down
    (out4, out5), (last4, last5) = net.sums_up, net.convs_up
    td = conv4(fused(sum4, P4, up(P5)))
    N3 = conv3(fused(sum3, P3, up(td)))
    N4 = last4(fused(out4, P4, td, down(N3)))
    N5 = last5(fused(out5, P5, down(N4)))
    for ours, expected in zip(net(P3, P4, P5), (N3, N4, N5)):
        onp.testing.assert_allclose(ours.asnumpy(), expected.asnumpy(), rtol=1e-4,
                                    atol=1e-6)  # float32, sums in another order


@pytest.mark.parametrize('build, what', [
    (lambda: d2l.FPN(0), 'num_channels must be a whole number of at least 1, got 0'),
    (lambda: d2l.PAN(4, 1), 'num_levels must be a whole number of at least 2, got 1'),
    (lambda: d2l.BiFPN(4, 3, 0), 'num_layers must be a whole number of at least 1'),
    (lambda: d2l.BiFPN(4.5), 'num_channels must be a whole number')])
def test_numbers_that_make_no_neck_are_refused(build, what):
    with pytest.raises(d2l.InputError, match=what):
        build()


# ---- backbones


def test_small_stages_give_three_maps_one_out_of_the_other():
    X = np.random.uniform(0, 255, (2, 3, 64, 96))
    net = initialized(d2l.small_stages, (X,))
    found = net(X)
    assert [Y.shape for Y in found] == [(2, 32, 8, 12), (2, 64, 4, 6), (2, 64, 2, 3)]
    first, *others = net.stages
    Y = first(X)
    for stage, Z in zip(others, found[1:]):
        Y = stage(Y)
        onp.testing.assert_array_equal(Y.asnumpy(), Z.asnumpy())


def test_stages_of_photographs_are_a_mobilenets_and_stay_as_they_are():
    d2l.set_seed(0)
    net = MobileNetV2(classes=None)
    net.initialize()
    net(np.zeros((1, 3, 32, 32)))
    stages = d2l.photograph_stages(net)
    X = np.random.uniform(0, 255, (1, 3, 96, 64))
    before = {name: param.data().copy() for name, param
              in stages.collect_params().items()}
    with autograd.record():
        found = stages(X)
    assert [Y.shape for Y in found] == [(1, 32, 12, 8), (1, 96, 6, 4), (1, 320, 3, 2)]
    # what the network itself does with the coarsest map, to its end
    ended = net.features[20:](found[2])
    pixels = d2l.FromPixels()
    pixels.initialize()
    onp.testing.assert_allclose(ended.asnumpy(), net.features(pixels(X)).asnumpy(),
                                rtol=1e-4, atol=1e-5)  # 50 layers
    assert {param.grad_req for param in stages.collect_params().values()} == {'null'}
    for name, param in stages.collect_params().items():
        assert (param.data() == before[name]).all()
