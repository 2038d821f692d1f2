"""Recurrent layers: as Gluon's, and with the dropout and lengths that those ignore."""
import re

import numpy as onp
import pytest
from mxnet import autograd, init, ndarray, np
from mxnet.gluon import nn, rnn

import d2lmx as d2l

LENS = [2, 5, 1]


def layer(cls, **kwargs):
    net = cls(6, num_layers=2, **kwargs)
    net.initialize(init.Normal(0.5))
    net(np.zeros((5, 3, 4)))
    return net


@pytest.fixture
def X():
    return np.random.normal(size=(5, 3, 4))


@pytest.mark.parametrize('name', ['RNN', 'GRU', 'LSTM'])
@pytest.mark.parametrize('bidirectional', [False, True])
def test_prediction_layer_by_layer_equals_the_fused_layers(name, bidirectional, X):
    ours = layer(getattr(d2l, name), dropout=0.5, bidirectional=bidirectional)
    fused = layer(getattr(rnn, name), bidirectional=bidirectional)
    theirs = fused._collect_params_with_prefix()
    for key, param in ours._collect_params_with_prefix().items():
        theirs[key].set_data(param.data())
    expected, expected_states = fused(X, fused.begin_state(3))
    for hybridize in (False, True):
        ours.hybridize(hybridize)
        Y, states = ours(X, ours.zero_states(ndarray, X))
        # the same operator, called once a layer
        onp.testing.assert_allclose(Y.asnumpy(), expected.asnumpy(), atol=1e-6)
        for a, b in zip(states, expected_states):
            onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), atol=1e-6)
        assert (ours(X) == Y).all()  # zeros where no states are given


@pytest.mark.parametrize('name', ['RNN', 'GRU', 'LSTM'])
@pytest.mark.parametrize('hybridize', [False, True])
def test_batches_first_go_in_and_come_out_as_steps_first_do(name, hybridize, X):
    steps_first = layer(getattr(d2l, name))
    batch_first = getattr(d2l, name)(6, num_layers=2, layout='NTC', input_size=4)
    batch_first.initialize()
    ours = batch_first._collect_params_with_prefix()
    for key, param in steps_first._collect_params_with_prefix().items():
        ours[key].set_data(param.data())
    batch_first.hybridize(hybridize)
    Y, states = batch_first(X.swapaxes(0, 1), batch_first.begin_state(3))
    expected, expected_states = steps_first(X, steps_first.begin_state(3))
    assert Y.shape == (3, 5, 6)
    for a, b in zip([Y.swapaxes(0, 1), *states], [expected, *expected_states]):
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), atol=1e-6)


@pytest.mark.parametrize('hybridize', [False, True])
def test_batches_first_have_the_gradients_of_steps_first(hybridize, X):
    steps_first = layer(d2l.LSTM)
    batch_first = d2l.LSTM(6, num_layers=2, layout='NTC', input_size=4)
    batch_first.initialize()
    ours = batch_first._collect_params_with_prefix()
    for key, param in steps_first._collect_params_with_prefix().items():
        ours[key].set_data(param.data())
    batch_first.hybridize(hybridize)
    dense, grads = nn.Dense(4, flatten=False, in_units=4), []
    dense.initialize()
    for net, axes in ((steps_first, (0, 1, 2)), (batch_first, (1, 0, 2))):
        with autograd.record():  # zeros for states, which know the batch by the input
            Y = net(dense(X.transpose(axes)))
        Y.backward()
        grads.append(dense.weight.grad().asnumpy().copy())
    assert grads[0].any()
    onp.testing.assert_allclose(*grads, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize('hybridize', [False, True])
def test_dropout_between_layers_takes_effect_in_training_where_gluons_does_not(
        hybridize, X):
    def differs(net):
        net.hybridize(hybridize)
        with autograd.record():
            return bool((net(X) != net(X)).any())

    assert not differs(layer(rnn.GRU, dropout=0.5))  # mended there? then use it
    assert differs(layer(d2l.GRU, dropout=0.5))
    assert not differs(d2l_single_layer())


def gradients(net, arrays, dtype):
    net.cast(dtype)
    X, *states = [array.astype(dtype) for array in arrays]
    with autograd.record():
        y = (net(X, states)[0] ** 2).sum()
    y.backward()
    return {key: param.grad().asnumpy()
            for key, param in net._collect_params_with_prefix().items()}


def largest_difference(ours, theirs):
    return max(abs(ours[key] - theirs[key]).max() / abs(theirs[key]).max()
               for key in theirs)


@pytest.mark.parametrize('name', ['RNN', 'GRU', 'LSTM'])
def test_two_precisions_give_all_layers_equal_gradients_where_gluons_do_not(name, X):
    # the operators are two: oneDNN has float32, MXNet's own kernels take float64
    states = [np.random.normal(size=(2, 3, 6))] * (2 if name == 'LSTM' else 1)

    def difference(net):
        wanted = gradients(net, [X, *states], 'float32')
        return largest_difference(gradients(net, [X, *states], 'float64'), wanted)

    assert difference(layer(getattr(d2l, name))) < 1e-4  # float32's own rounding
    if name != 'RNN':
        theirs = getattr(rnn, name)(6, num_layers=2)
        theirs.initialize(init.Normal(0.5))
        theirs(X, states)
        # what memory held, NaN too; if mended there, ours need not go by layers
        assert not difference(theirs) <= 0.1


def test_a_layer_unrolled_over_many_steps_has_equal_gradients_when_compiled():
    class Unrolled(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.rnn = d2l.GRU(6)

        def hybrid_forward(self, F, X, states):
            H, outputs = states, []
            for x in F.np.split(X, 9, axis=0):
                Y, H = self.rnn(x, H)
                outputs.append(Y)
            return F.np.concatenate(outputs, axis=0), H

    net, arrays = Unrolled(), [np.random.normal(size=shape)
                               for shape in ((9, 3, 4), (1, 3, 6))]
    net.initialize(init.Normal(0.5))
    for dtype, tolerance in (('float32', 1e-4), ('float64', 1e-12)):
        net.hybridize(False)
        wanted = gradients(net, arrays, dtype)
        net.hybridize(static_alloc=True, static_shape=True)
        assert largest_difference(gradients(net, arrays, dtype), wanted) < tolerance


def d2l_single_layer():
    net = d2l.GRU(6, dropout=0.5)  # there is nothing between the layers of one layer
    net.initialize()
    return net


@pytest.mark.parametrize('name', ['RNN', 'GRU'])
@pytest.mark.parametrize('hybridize', [False, True])
def test_an_example_with_padding_is_as_it_is_alone_without(name, hybridize, X):
    net = layer(getattr(d2l, name))
    net.hybridize(hybridize)
    Y, (state,) = net(X, net.zero_states(ndarray, X), np.array(LENS, dtype='int32'))
    assert state.shape == (2, 3, 6)
    for i, steps in enumerate(LENS):
        alone = X[:steps, i:i + 1]
        expected, (end,) = net(alone, net.zero_states(ndarray, alone),
                               np.array([steps], dtype='int32'))
        plain = layer(getattr(rnn, name))  # and as Gluon's layer has it
        for key, param in net._collect_params_with_prefix().items():
            plain._collect_params_with_prefix()[key].set_data(param.data())
        reference, (last,) = plain(alone, plain.begin_state(1))
        for a, b in ((Y[:steps, i], expected[:, 0]), (state[:, i], end[:, 0]),
                     (expected, reference), (end, last)):
            onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), atol=1e-6)
        assert not Y[steps:, i].any()


def test_gluon_still_ignores_lengths_on_the_cpu(X):
    net = rnn.GRU(6, input_size=4, use_sequence_length=True)
    net.initialize()
    Y, _ = net(X, net.begin_state(3), np.array(LENS))
    assert Y[LENS[0]:, 0].any()  # mended there? then the wrapper may go


def test_padding_has_no_gradient(X):
    net = layer(d2l.GRU)
    X.attach_grad()
    with autograd.record():
        Y, (state,) = net(X, net.zero_states(ndarray, X), np.array(LENS))
        loss = Y.sum() + state.sum()
    loss.backward()
    for i, steps in enumerate(LENS):
        assert X.grad[:steps, i].any() and not X.grad[steps:, i].any()


def test_inside_a_traced_block_no_states_are_needed(X):
    class Outer(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.rnn = d2l.LSTM(6)

        def hybrid_forward(self, F, X):
            return self.rnn(X)

    net = Outer()
    net.initialize()
    expected = net(X)
    net.hybridize()
    onp.testing.assert_allclose(net(X).asnumpy(), expected.asnumpy(), atol=1e-7)
    assert net(X[:, :2]).shape == (5, 2, 6)


@pytest.mark.torch
@pytest.mark.parametrize('bidirectional', [False, True])
@pytest.mark.parametrize('hybridize', [False, True])
def test_an_lstm_with_lengths_is_pytorchs_on_packed_sequences(torch, bidirectional,
                                                              hybridize, X):
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
    net = layer(d2l.LSTM, bidirectional=bidirectional)
    net.hybridize(hybridize)
    port, pairs = torch.nn.LSTM(4, 6, 2, bidirectional=bidirectional), []
    for name, param in net.collect_params().items():
        side, number, source, kind = re.search(r'([lr])(\d)_(.2h)_(.+)', name).groups()
        theirs = getattr(port, f'{kind}_{source[0]}h_l{number}'
                         + ('_reverse' if side == 'r' else ''))
        theirs.data[:] = torch.tensor(param.data().asnumpy())
        pairs.append((param.data(), theirs))
    x = torch.tensor(X.asnumpy(), requires_grad=True)
    expected, _ = pad_packed_sequence(port(pack_padded_sequence(
        x, LENS, enforce_sorted=False))[0])
    factors = onp.random.RandomState(0).normal(size=expected.shape).astype('float32')
    (expected * torch.tensor(factors)).sum().backward()
    X.attach_grad()
    with autograd.record():
        Y = net(X, None, np.array(LENS))
        l = (Y * np.array(factors)).sum()
    l.backward()
    onp.testing.assert_allclose(Y.asnumpy(), expected.detach().numpy(), atol=1e-6)
    for a, b in [(X, x), *pairs]:  # padding, which has none, among them
        onp.testing.assert_allclose(a.grad.asnumpy(), b.grad.numpy(), rtol=1e-5,
                                    atol=1e-5)


def test_padding_leaves_no_trace_in_an_lstm_however_long_it_is():
    net = layer(d2l.LSTM, bidirectional=True)
    X = np.random.normal(0, 5, size=(700, 2, 4))
    Y = net(X, None, np.array([3, 700]))
    alone = net(X[:3, :1], None, np.array([3]))
    # the gates are closed, so that nothing adds up; products of matrices of other
    # shapes are rounded in another order, which float32 shows in its last digits
    onp.testing.assert_allclose(Y[:3, 0].asnumpy(), alone[:, 0].asnumpy(), rtol=1e-5,
                                atol=1e-6)
    assert not Y[3:, 0].any()
    assert not net(X, None, np.array([0, 700]))[:, 0].any()


def test_lengths_that_cannot_be_kept_are_refused(X):
    for cls in (d2l.RNN, d2l.GRU):
        net = layer(cls, bidirectional=True)
        with pytest.raises(ValueError, match='one-directional RNN or GRU, or an LSTM'):
            net(X, None, np.array(LENS))
    net = layer(d2l.LSTM)
    with pytest.raises(ValueError, match='valid_lens alone, without'):
        net(X, net.zero_states(ndarray, X), np.array(LENS))


@pytest.mark.parametrize('dtype', ['float32', 'int32'])
def test_a_length_that_is_none_counts_as_0_or_as_all(dtype):
    """MXNet's SequenceMask writes in front of the array for it."""
    lens = np.array([-4, 2, 4, 0, -1, 9], dtype=dtype)
    if dtype == 'float32':  # as 32-bit whole numbers these three are negative, too
        lens[0], lens[3], lens[5] = onp.nan, -onp.inf, onp.inf
    loss, pred = d2l.MaskedSoftmaxCELoss(), np.zeros((6, 4, 10))
    uniform = onp.log(10)
    for hybrid in (False, True):
        loss.hybridize(hybrid)
        for _ in range(20):  # some would end the process
            l = loss(pred, np.zeros((6, 4)), lens)
        onp.testing.assert_allclose(  # the valid steps' sum over four
            l.asnumpy(), uniform * onp.array([0, 2, 4, 0, 0, 4]) / 4,
            rtol=1e-5)  # a float32 logarithm, good to a few of its last bits
