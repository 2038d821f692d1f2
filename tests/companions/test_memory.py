"""A memory of slots: by weights written down, by NumPy, compiled, and in ONNX."""
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l

SURE = 60  # of a score: all others together have 1e-25


def tokens(*shape):
    return np.array(onp.random.randint(0, 5, shape), dtype='int32')


@pytest.fixture
def memory():
    net = d2l.ExplicitMemory(5, 4, 3, 6)
    net.initialize(init.Normal(1))
    return net


@pytest.fixture
def copier():
    """Of tokens 0 to 4, in three slots: 0 reads, others are written, by hand."""
    net = d2l.ExplicitMemory(5, 3, 4, 5)
    net.initialize()
    symbols = onp.eye(5)[1:]                       # (4, 5)
    heads = onp.zeros((7, 5))
    heads[0] = [-SURE, *[SURE] * 4]                # the gate
    heads[1:4, 0], heads[1:4, 1:] = [0, SURE, 0], [[0], [0], [SURE]]  # to write goes on
    heads[4:, 0], heads[4:, 1:] = [0, 0, SURE], [[0], [SURE], [0]]    # to read does
    for layer, weight in ((net.embedding, SURE * onp.eye(5)),
                          (net.controller, onp.eye(5)), (net.heads, heads),
                          (net.values, SURE * symbols), (net.read, symbols.T)):
        layer.weight.set_data(np.array(weight))
    return net


def by_numpy(net, X):
    """Scores (steps, tokens) of one sequence, and places of both heads."""
    E, W, b, W_h, b_h, W_v, b_v, W_r, b_r = (
        param.data().asnumpy().astype('float64') for name, param in
        net.collect_params().items() if param.grad_req != 'null')
    num_slots = net.first.shape[2]
    M, w_w = onp.zeros((num_slots, len(W_v))), onp.eye(num_slots)[0]
    w_r, Y, places = w_w, [], []

    def go(w, scores):
        s = onp.exp(scores) / onp.exp(scores).sum()
        return s[0] * onp.roll(w, -1) + s[1] * w + s[2] * onp.roll(w, 1)

    for x in X:
        h = onp.tanh(W @ E[x] + b)
        told, v = W_h @ h + b_h, onp.tanh(W_v @ h + b_v)
        g = 1 / (1 + onp.exp(-told[0]))
        M = M + g * onp.outer(w_w, v - w_w @ M)
        Y.append(W_r @ (w_r @ M) + b_r)
        places.append((w_w, w_r))
        w_w, w_r = go(w_w, told[1:4]), go(w_r, told[4:])
    return onp.array(Y), onp.array(places).swapaxes(0, 1)


def test_scores_and_places_are_those_of_the_equations(memory):
    X = tokens(3, 7)
    Y = memory(X).asnumpy()
    for i in range(3):
        expected, places = by_numpy(memory, X[i].asnumpy())
        onp.testing.assert_allclose(Y[i], expected, rtol=1e-4, atol=1e-5)
        found = memory.places(X[i:i + 1])
        onp.testing.assert_allclose(found, places, rtol=1e-4, atol=1e-6)
        assert found.sum(axis=2) == pytest.approx(1, abs=1e-5)


def test_weights_written_down_copy(copier):
    for symbols in ([3], [4, 1], [2, 2, 1]):
        X = [*symbols, *[0] * len(symbols)]
        Y = copier(np.array([X], dtype='int32')).asnumpy()[0, len(symbols):]
        assert Y[:, 1:].round(4).tolist() == onp.eye(4)[
            onp.array(symbols) - 1].tolist()


def test_what_is_written_last_stands_in_a_slot(copier):
    # three slots, and the fourth symbol goes to the first of them
    Y = copier(np.array([[3, 4, 2, 1, 0, 0, 0]], dtype='int32')).asnumpy()[0]
    assert Y[4:].argmax(axis=1).tolist() == [1, 4, 2]


def test_it_keeps_the_contract():
    d2l.check_hybrid_block(lambda: d2l.ExplicitMemory(5, 4, 3, 6), (tokens(2, 3),))


def test_compiled_it_takes_other_lengths(memory):
    calls = [tokens(2, steps) for steps in (3, 1, 5, 3)]
    expected = [memory(X).asnumpy() for X in calls]
    memory.hybridize(static_alloc=True, static_shape=True)
    for X, Y in zip(calls, expected):
        onp.testing.assert_allclose(memory(X).asnumpy(), Y, rtol=1e-5, atol=1e-6)


def test_in_onnx_it_takes_other_batches(memory, tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    X = tokens(4, 3)
    predict = d2l.load_onnx(d2l.export_onnx(memory, (X[:2],), tmp_path / 'net.onnx'))
    onp.testing.assert_allclose(predict(X.asnumpy()), memory(X).asnumpy(), rtol=1e-4,
                                atol=1e-5)


@pytest.mark.parametrize('sizes', [(5, 0, 3, 6), (5, 4, -1, 6), (5, 4, 3, 1.5)])
def test_sizes_that_no_memory_has_are_refused(sizes):
    with pytest.raises(d2l.InputError, match='must be a whole number of at least 1'):
        d2l.ExplicitMemory(*sizes)
