import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.export.symbol import flatten
from d2lmx.pages.networks import find_network


def perceptron(**options):
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation='relu', **options), nn.Dropout(0.5), nn.Dense(3))
    return net


def test_shapes_need_no_initialized_network():
    assert d2l.layer_shapes(perceptron(), np.ones((2, 5))) == [
        ['Dense', [2, 4]], ['Dropout', [2, 4]], ['Dense', [2, 3]]]


def test_shapes_are_those_of_a_run_whether_hybridized_or_not():
    net, X = perceptron(), np.ones((2, 5))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    Y = net(X)
    assert d2l.layer_shapes(net, X)[-1] == ['Dense', list(Y.shape)]
    assert d2l.layer_shapes(net, np.ones((7, 5)))[-1] == ['Dense', [7, 3]]


def test_looking_changes_no_parameter():
    net = perceptron()
    d2l.summary(net, np.ones((2, 5)))
    net.initialize()
    assert net(np.ones((2, 9))).shape == (2, 3)  # still any number of inputs


def test_summary_counts_what_is_learnt():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5), nn.BatchNorm(), nn.Dense(10))
    assert d2l.summary(net, np.ones((2, 1, 8, 8))) == [
        ['Conv2D', [2, 6, 4, 4], 6 * 25 + 6],
        ['BatchNorm', [2, 6, 4, 4], 6 + 6],  # gamma and beta, not the averages
        ['Dense', [2, 10], 6 * 16 * 10 + 10],
        ['total', [2, 10], 156 + 12 + 970]]


def test_a_layer_used_twice_counts_once_in_the_total():
    shared = nn.Dense(5)
    net = nn.HybridSequential()
    net.add(shared, nn.Dense(5, params=shared.params))
    counts = [count for _, _, count in d2l.summary(net, np.ones((2, 5)))]
    assert counts == [30, 30, 30]


def test_any_other_block_is_one_layer_of_as_many_inputs_as_it_takes():
    class Sum(nn.HybridBlock):
        def hybrid_forward(self, F, X, Y):
            return X + Y, F.np.concatenate([X, Y], axis=1)

    assert d2l.layer_shapes(Sum(), np.ones((2, 3)), np.ones((2, 3))) == [
        ['Sum', [[2, 3], [2, 6]]]]


def test_the_layer_that_cannot_take_its_input_is_named():
    with pytest.raises(ValueError, match=r'Dense\(6 -> 4.* of shape \[2, 5\]'):
        d2l.layer_shapes(perceptron(in_units=6), np.ones((2, 5)))


def test_the_table_is_aligned_text():
    lines = d2l.summary_table(perceptron(), np.ones((2, 5))).splitlines()
    assert [line.split() for line in lines] == [
        ['layer', 'output', 'shape', 'parameters'], ['Dense', '2', 'x', '4', '24'],
        ['Dropout', '2', 'x', '4', '0'], ['Dense', '2', 'x', '3', '15'],
        ['total', '2', 'x', '3', '39']]
    assert len({len(line) for line in lines}) == 1


def test_totals_are_those_of_the_parameters_themselves(section_net):
    net, X = section_net
    total = d2l.summary(net, X)[-1][2]
    net.initialize(mx.init.Xavier())
    net(X)
    assert total == sum(param.data().size for param in net.collect_params().values()
                        if param.grad_req != 'null')


@pytest.mark.parametrize('token', ['8.6', '9.1', '9.4', '9.7', '10.4', '10.7', '20.1'])
def test_networks_with_states_have_shapes_and_parameters(token):
    network = find_network(token)
    inputs = network.example_inputs(1)
    *_, (_, shapes, total) = d2l.summary(network.build_net(), *inputs)
    net = network.build_net()
    net.initialize()
    assert shapes == [list(Y.shape) for Y in flatten(net(*inputs))]
    assert total == sum(param.data().size for param in net.collect_params().values()
                        if param.grad_req != 'null')


@pytest.fixture(params=['6.6', '7.5', '7.6', '7.7'])
def section_net(request):
    from d2lmx.pages import sections
    page = sections.load(sections.find(request.param))
    return page.build_net(), page.example_inputs()[0]


def test_multiply_adds_by_hand():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5, groups=2), nn.AvgPool2D(2, 2), nn.Dense(10))
    # 12 x 12 outputs of 6 filters, each of 2 x 25 weights; then 6 x 6 x 6 times 10
    assert d2l.multiply_adds(net, np.zeros((3, 4, 16, 16))) == 3 * (
        12 * 12 * 6 * 50 + 216 * 10)


def test_multiply_adds_of_a_transposed_convolution_by_hand():
    net = nn.Conv2DTranspose(6, kernel_size=3, strides=2, groups=2)
    # each of 4 x 8 x 8 inputs, times a filter of 3 outputs of its group and 3 x 3
    assert d2l.multiply_adds(net, np.zeros((3, 4, 8, 8))) == 3 * 4 * 64 * 3 * 9


def test_products_of_recurrent_layers_and_of_batches_of_matrices_by_hand():
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.rnn = rnn.RNN(8)

        def hybrid_forward(self, F, X, H, Y):
            return F.npx.batch_dot(self.rnn(X, [H])[0], Y, transpose_a=True)

    net = Net()
    net.initialize()
    # 5 steps of 3 rows: weights 8 x 4 and 8 x 8, two biases of 8; then, for each of the
    # 5, a product of 8 x 3 and 3 x 2
    assert d2l.multiply_adds(net, np.zeros((5, 3, 4)), np.zeros((1, 3, 8)),
                             np.zeros((5, 3, 2))) == (
        5 * 3 * (8 * 4 + 8 * 8 + 2 * 8) + 5 * 8 * 3 * 2)
