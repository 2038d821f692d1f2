import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn, rnn

import d2lmx as d2l


class Sums(nn.HybridBlock):
    """Running sums of X (steps, batch) W, which start from S."""

    def __init__(self):
        super().__init__()
        self.W = self.params.get('W', shape=(3, 2))

    def hybrid_forward(self, F, X, S, W):
        def step(X, S):
            S = S + F.np.dot(X, W)
            return 2 * S, [S]

        Y, (S,) = d2l.over_steps(F, step, X, [S])
        return Y, S


@pytest.mark.parametrize('hybridize', [False, True])
@pytest.mark.parametrize('num_steps', [1, 4])
def test_loop_hands_the_state_on_for_any_number_of_steps(hybridize, num_steps):
    net = Sums()
    net.initialize()
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    X, S = np.random.normal(size=(num_steps, 5, 3)), np.random.normal(size=(5, 2))
    Y, end = net(X, S)
    sums = S.asnumpy() + onp.cumsum(X.asnumpy() @ net.W.data().asnumpy(), axis=0)
    onp.testing.assert_allclose(Y.asnumpy(), 2 * sums, rtol=1e-5, atol=1e-6)
    onp.testing.assert_allclose(end.asnumpy(), sums[-1], rtol=1e-5, atol=1e-6)


def test_dropout_of_a_layer_of_gluon_takes_effect_in_a_language_model():
    net = d2l.RNNModel(rnn.GRU(8, num_layers=2, dropout=0.5), vocab_size=6)
    net.initialize()
    net.hybridize(static_alloc=True)
    X = np.array([[1, 2, 3], [0, 5, 4]], dtype='int32')
    state = net.begin_state(batch_size=2)
    with autograd.train_mode():
        first, second = (net(X, state)[0].asnumpy() for _ in range(2))
    assert abs(first - second).max() > 1e-6
    first, second = (net(X, state)[0].asnumpy() for _ in range(2))
    assert (first == second).all()


def test_effective_layer_keeps_what_is_not_gluons():
    class Own(rnn.GRU):
        pass

    layer = Own(3)
    assert d2l.effective(layer) is layer and type(layer) is Own
    assert type(d2l.effective(rnn.LSTM(3))) is d2l.LSTM


class Hidden(nn.HybridBlock):
    """Running sums of 2 X (steps, batch), all from within: then five times them."""

    def hybrid_forward(self, F, X):
        zero = F.np.sum(F.np.zeros_like(X), axis=0)
        Y, _ = d2l.over_steps(F, lambda X, S: (S + X, [S + X]), 2 * X, [zero])
        return 5 * Y


@pytest.mark.parametrize('is_training', [False, True])
def test_what_follows_a_loop_of_a_compiled_network_waits_for_it(is_training):
    # MXNet alone multiplies what memory held before by 5, whenever no array of the loop
    # is one of the network's own inputs or outputs
    net = Hidden()
    net.hybridize(static_alloc=True, static_shape=True)
    for _ in range(10):
        X = np.random.normal(size=(4, 3))
        X.attach_grad()
        with autograd.record() if is_training else autograd.predict_mode():
            Y = net(X)
        onp.testing.assert_allclose(Y.asnumpy(), 10 * onp.cumsum(X.asnumpy(), axis=0),
                                    rtol=1e-5, atol=1e-5)
        if is_training:
            Y.backward()
            # the sum of step i stands in all steps from i on
            assert X.grad.tolist() == [[10 * n] * 3 for n in (4, 3, 2, 1)]


def test_a_hidden_loop_is_right_after_export_as_well(tmp_path):
    net, X = Hidden(), np.random.normal(size=(4, 3))
    net.hybridize(static_alloc=True, static_shape=True)
    net(X)
    net.export(str(tmp_path / 'net'))
    again = gluon.SymbolBlock.imports(str(tmp_path / 'net-symbol.json'), ['data'])
    again.hybridize(static_alloc=True, static_shape=True)
    for _ in range(5):
        X = np.random.normal(size=(4, 3))
        onp.testing.assert_allclose(again(X).asnumpy(),
                                    10 * onp.cumsum(X.asnumpy(), axis=0), rtol=1e-5,
                                    atol=1e-5)
