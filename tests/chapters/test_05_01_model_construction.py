import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

# the printed numbers have eight digits; other builds of MXNet may differ in the last
PRINTED = dict(rtol=1e-5, atol=1e-7)


@pytest.fixture
def page(section):
    return section('5.1')


class Expanded(nn.HybridBlock):
    """A block that gives one number, as an array of one element: (1,)."""

    def __init__(self, block, **kwargs):
        super().__init__(**kwargs)
        self.block = block

    def hybrid_forward(self, F, X):
        return F.np.expand_dims(self.block(X), 0)


def halved_in_a_loop(net, X):
    """`FixedHiddenMLP` as the book writes it, for arrays only."""
    X = net.dense(X)
    X = npx.relu(np.dot(X, net.rand_weight.data()) + 1)
    X = net.dense(X)
    while np.abs(X).sum() > 1:
        X = X / 2
    return X.sum()


def test_run_prints_the_books_numbers(page):
    result = page.run()
    onp.testing.assert_allclose(
        result['net(X), layers in a sequence'],
        [[0.06240274, -0.03268593, 0.02582653, 0.02254181, -0.03728798,
          -0.04253785, 0.00540612, -0.01364185, -0.09915454, -0.02272737],
         [0.02816679, -0.03341204, 0.03565665, 0.02506384, -0.04136416,
          -0.04941844, 0.01738529, 0.01081963, -0.09932579, -0.01176296]], **PRINTED)
    onp.testing.assert_allclose(
        result['net(X), MLP'],
        [[-0.03989595, -0.10414709, 0.06799038, 0.05245074, 0.0252606,
          -0.00640342, 0.04182098, -0.01665318, -0.02067345, -0.07863816],
         [-0.03612847, -0.07210435, 0.09159479, 0.07890773, 0.02494171,
          -0.01028665, 0.01732427, -0.02843244, 0.03772651, -0.06671703]], **PRINTED)
    onp.testing.assert_allclose(
        result['net(X), MySequential'],
        [[-0.0764568, -0.01130233, 0.04952145, -0.04651389, -0.04131571,
          -0.05884131, -0.06213811, 0.01311471, -0.01379425, -0.02514282],
         [-0.05124623, 0.00711232, -0.00155933, -0.07555379, -0.06675334,
          -0.01762914, 0.00589085, 0.0144719, -0.04330775, 0.03317727]], **PRINTED)
    assert result['net(X), FixedHiddenMLP'] == pytest.approx(0.52637565, rel=1e-5)
    assert result['chimera(X)'] == pytest.approx(0.9772054, rel=1e-5)


def test_my_sequential_runs_blocks_in_the_order_of_add(page):
    net = page.MySequential()
    net.add(nn.HybridLambda(lambda F, X: X + 1), nn.HybridLambda(lambda F, X: X * 2))
    net.add(nn.HybridLambda(lambda F, X: X - 5))
    assert net(np.array([1.0, 3.0])).tolist() == [-1, 3]


def test_my_sequential_collects_its_childrens_parameters(page):
    net = page.my_sequential()
    assert list(net._collect_params_with_prefix()) == [
        '0.weight', '0.bias', '1.weight', '1.bias']


@pytest.mark.parametrize('kind', ['MLP', 'NestMLP'])
def test_block_keeps_the_contract(page, kind):
    d2l.check_hybrid_block(getattr(page, kind), page.example_inputs())


def test_my_sequential_keeps_the_contract(page):
    d2l.check_hybrid_block(page.my_sequential, page.example_inputs())


@pytest.mark.parametrize('kind', ['FixedHiddenMLP', 'chimera'])
def test_block_with_control_flow_keeps_the_contract(page, kind):
    # its constant weights are drawn when the block is built: the same each time
    def build():
        mx.random.seed(3)
        return Expanded(getattr(page, kind)())

    # halved until the whole batch is small: an example's output depends on the others
    d2l.check_hybrid_block(build, page.example_inputs(),
                           other_inputs=page.example_inputs(3))


@pytest.mark.parametrize('bias, expected', [
    (0.25, 0.5),        # norm 0.5: not halved
    (0.5, 1.0),         # norm 1: not halved
    (4.0, 1.0),         # norm 8: halved three times
    (4.5, 9 / 16),      # norm 9: halved four times
    (3e8, 6e8 / 2**30)  # norm 6e8, just above 2 ** 29
])
@pytest.mark.parametrize('hybridize', [False, True])
def test_fixed_hidden_mlp_halves_until_the_norm_is_at_most_one(
        page, bias, expected, hybridize):
    net = page.FixedHiddenMLP()
    net.initialize()
    net.hybridize(hybridize)
    X, = page.example_inputs()
    net(X)
    net.dense.weight.set_data(np.zeros((20, 20)))
    net.dense.bias.set_data(np.array([bias] + [0.0] * 19))  # norm: two rows of bias
    assert float(net(X)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize('options', [
    None, {}, {'static_alloc': True, 'static_shape': True}], ids=str)
def test_fixed_hidden_mlp_equals_the_books_loop_for_all_norms(page, options):
    net = page.FixedHiddenMLP()
    net.initialize()
    X, = page.example_inputs(batch_size=3)
    net(X)
    weight = net.dense.weight.data().copy()
    if options is not None:
        net.hybridize(**options)
    for scale in (1e-3, 1.0, 30.0, 1e6, 1e-3):  # one graph serves them all
        net.dense.weight.set_data(weight * scale)
        results = []
        for function in (net, lambda X: halved_in_a_loop(net, X)):
            X_copy = X.copy()
            X_copy.attach_grad()
            with autograd.record():
                y = function(X_copy)
            y.backward()
            results.append([y.asnumpy(), X_copy.grad.asnumpy(),
                            net.dense.weight.grad().asnumpy()])
        for ours, loop in zip(*results):
            onp.testing.assert_allclose(ours, loop, rtol=1e-5, atol=1e-12)


def test_fixed_weights_stay_fixed_in_training(page):
    net = page.FixedHiddenMLP()
    net.initialize()
    X, = page.example_inputs()
    net(X)
    fixed, learnt = net.rand_weight.data().copy(), net.dense.weight.data().copy()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1})
    with autograd.record():
        y = net(X)
    y.backward()
    trainer.step(1)
    assert (net.rand_weight.data() == fixed).all()
    assert not (net.dense.weight.data() == learnt).all()
