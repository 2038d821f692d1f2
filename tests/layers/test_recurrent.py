"""Recurrent layers: as Gluon's, and with the dropout and lengths that those ignore."""
import mxnet as mx
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


def test_lengths_that_cannot_be_kept_are_refused(X):
    for net in (layer(d2l.LSTM), layer(d2l.GRU, bidirectional=True)):
        with pytest.raises(ValueError, match='one-directional RNN or GRU'):
            net(X, net.zero_states(ndarray, X), mx.np.array(LENS))
