import mxnet as mx
import numpy as onp
import pytest
from mxnet import np, npx
from mxnet.gluon import rnn

import d2lmx as d2l
from d2lmx.pages.networks import find_network


def get_params(vocab_size, num_hiddens, device):
    shapes = [(vocab_size, num_hiddens), (num_hiddens, num_hiddens), (num_hiddens,)]
    params = [np.random.normal(size=shape, ctx=device) for shape in shapes]
    for param in params:
        param.attach_grad()
    return params


def init_state(batch_size, num_hiddens, device):
    return np.zeros((batch_size, num_hiddens), ctx=device),


def books_forward(inputs, state, params):
    """As a cell of the book writes it: arrays only."""
    W_xh, W_hh, b = params
    H, = state
    outputs = []
    for X in inputs:
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b)
        outputs.append(H)
    return np.concatenate(outputs, axis=0), (H,)


def our_forward(inputs, state, params, F=mx.nd):
    np = F.np
    W_xh, W_hh, b = params

    def step(X, H):
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b)
        return H, [H]

    Y, state = d2l.over_steps(F, step, inputs, state)
    return F.npx.reshape(Y, (-5, -2)), state


def scratch(forward_fn, vocab_size=5, num_hiddens=4):
    d2l.set_seed(0)
    return d2l.RNNModelScratch(vocab_size, num_hiddens, npx.cpu(), get_params,
                               init_state, forward_fn)


def inputs(batch_size=2):
    return (np.random.randint(0, 5, size=(batch_size, 3), dtype='int32'),
            np.random.normal(size=(batch_size, 4)))


def test_scratch_model_runs_the_books_functions_and_keeps_their_arrays():
    net = scratch(books_forward)
    assert [param.shape for param in net.params] == [(5, 4), (4, 4), (4,)]
    state = net.begin_state(2, npx.cpu())
    Y, new_state = net(np.arange(6).reshape(2, 3) % 5, state)
    assert Y.shape == (6, 4) and isinstance(new_state, tuple)
    assert new_state[0].shape == (2, 4)


def test_params_are_the_arrays_that_sgd_and_clipping_change():
    net = scratch(books_forward)
    before = [param.asnumpy() for param in net.params]
    for param in net.params:
        param.grad[:] = 1
    d2l.grad_clipping(net, 2)  # 5 * 4 + 4 * 4 + 4 = 40 ones
    d2l.sgd(net.params, lr=3, batch_size=1)
    for param, old in zip(net.params, before):
        onp.testing.assert_allclose(param.asnumpy(), old - 3 * 2 / 40 ** 0.5, rtol=1e-5)


def test_function_with_an_F_keeps_the_contract_and_gives_the_books_numbers():
    d2l.check_hybrid_block(lambda: scratch(our_forward), inputs)
    X, H = inputs()
    for theirs, ours in zip(*(scratch(forward)(X, (H,))
                              for forward in (books_forward, our_forward))):
        theirs, ours = (a[0] if isinstance(a, (list, tuple)) else a
                        for a in (theirs, ours))
        onp.testing.assert_allclose(ours.asnumpy(), theirs.asnumpy(), rtol=1e-5,
                                    atol=1e-6)


def test_function_without_an_F_says_why_it_is_not_hybridized():
    with pytest.raises(ValueError, match='give it a fourth argument F'):
        scratch(books_forward).hybridize()
    scratch(books_forward).hybridize(False)


@pytest.mark.parametrize('layer, options, num_states, axis0', [
    (rnn.RNN, {}, 1, 1), (rnn.GRU, {'num_layers': 2}, 1, 2),
    (rnn.LSTM, {'num_layers': 2, 'bidirectional': True}, 2, 4)])
def test_concise_model_takes_states_as_a_list_or_one_by_one(layer, options, num_states,
                                                            axis0):
    net = d2l.RNNModel(layer(6, **options), vocab_size=5)
    net.initialize(mx.init.Xavier())
    X = np.array([[0, 1, 2], [3, 4, 0]], dtype='int32')
    state = net.begin_state(batch_size=2)
    assert [S.shape for S in state] == [(axis0, 2, 6)] * num_states
    Y, new_state = net(X, state)
    flat, _ = net(X, *state)
    assert Y.shape == (6, 5) and len(new_state) == num_states
    assert (Y.asnumpy() == flat.asnumpy()).all()
    X = np.array([[0], [3]], dtype='int32')  # the first step of both examples
    first, _ = net(X, state)
    if not options.get('bidirectional'):
        onp.testing.assert_allclose(first.asnumpy(), Y[:2].asnumpy(), rtol=1e-5,
                                    atol=1e-7)


def test_concise_models_input_is_one_hot():
    net = d2l.RNNModel(rnn.RNN(3), vocab_size=4)
    net.initialize(mx.init.Xavier())
    state = net.begin_state(batch_size=1)
    Y, _ = net(np.array([[2]]), state)
    W = net.rnn.l0_i2h_weight.data().asnumpy()
    H = onp.maximum(W[:, 2], 0)  # Gluon's default is ReLU; biases and state are 0
    onp.testing.assert_allclose(Y.asnumpy()[0], net.dense.weight.data().asnumpy() @ H,
                                rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize('token', ['8.5:scratch', '8.5:tuned', '8.6', '9.1:scratch',
                                   '9.1:concise', '9.2:scratch', '9.2:tuned', '9.3'])
def test_double_precision_goes_through(token):
    network = find_network(token)
    net, (X, *state) = network.build_net(), network.example_inputs(2)
    net.initialize()
    expected, _ = net(X, *state)
    net.cast('float64')
    state = [[S.astype('float64') for S in part] if isinstance(part, (list, tuple))
             else part.astype('float64') for part in state]
    Y, _ = net(X, *state)
    assert Y.dtype == onp.float64
    onp.testing.assert_allclose(Y.asnumpy(), expected.asnumpy(), rtol=1e-4, atol=1e-6)
