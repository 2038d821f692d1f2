"""The calls of chapter 6's pages, recurrent networks, on a small text."""
import math
import random

import mxnet as mx
import pytest
from mxnet import autograd, gluon, nd
from mxnet.gluon import rnn

pytestmark = pytest.mark.usefixtures('pages_names')
# what each page takes of `d2l`, or shows the making of
USED = {
    '6.3': 'load_data_jay_lyrics data_iter_random data_iter_consecutive',
    '6.4': 'load_data_jay_lyrics try_gpu data_iter_random data_iter_consecutive sgd '
           'to_onehot grad_clipping predict_rnn train_and_predict_rnn',
    '6.5': 'load_data_jay_lyrics try_gpu data_iter_consecutive grad_clipping RNNModel '
           'predict_rnn_gluon train_and_predict_rnn_gluon',
    '6.7': 'load_data_jay_lyrics try_gpu train_and_predict_rnn RNNModel '
           'train_and_predict_rnn_gluon',
    '6.8': 'load_data_jay_lyrics try_gpu train_and_predict_rnn RNNModel '
           'train_and_predict_rnn_gluon'}
HIDDENS = 16


def perplexities(capsys):
    """Those that were printed; as many continuations as prefixes follow each."""
    lines = capsys.readouterr().out.splitlines()
    found = [float(line.split()[3][:-1]) for line in lines if line[:5] == 'epoch']
    texts = [line for line in lines if line[:5] != 'epoch']
    assert len(texts) == 2 * len(found)
    assert all(text[:5] == ' - 分开' or text[:6] == ' - 不分开' for text in texts)
    return found


def weights(ctx, *shapes):
    params = [nd.random.normal(scale=.1, shape=shape, ctx=ctx) for shape in shapes]
    for param in params:
        param.attach_grad()
    return params


def zeros(batch_size, num_hiddens, ctx):
    return nd.zeros((batch_size, num_hiddens), ctx)


def elman(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        H = nd.tanh(nd.dot(X, W_xh) + nd.dot(H, W_hh) + b_h)
        outputs.append(nd.dot(H, W_hq) + b_q)
    return outputs, (H,)


def elman_params(vocab_size, ctx):
    return weights(ctx, (vocab_size, HIDDENS), (HIDDENS, HIDDENS), HIDDENS,
                   (HIDDENS, vocab_size), vocab_size)


def test_6_3_the_text_as_batches(d2l, data_dir):
    corpus_indices, char_to_idx, idx_to_char, vocab_size = d2l.load_data_jay_lyrics()
    assert [char_to_idx[idx_to_char[i]] for i in corpus_indices[:20]] == (
        corpus_indices[:20])
    assert max(corpus_indices) == vocab_size - 1
    for X, Y in d2l.data_iter_random(list(range(30)), batch_size=2, num_steps=6):
        assert X.shape == (2, 6) and (Y == X + 1).asnumpy().all()
    (X, _), (Z, _) = d2l.data_iter_consecutive(list(range(30)), batch_size=2,
                                               num_steps=6)
    assert (Z == X + 6).asnumpy().all()


def test_6_4_a_network_from_scratch(d2l, data_dir, capsys):
    corpus_indices, char_to_idx, idx_to_char, vocab_size = d2l.load_data_jay_lyrics()
    ctx, text = d2l.try_gpu(), corpus_indices[:400]

    def get_params():
        return elman_params(vocab_size, ctx)

    def state(batch_size, num_hiddens, ctx):
        return (zeros(batch_size, num_hiddens, ctx),)

    params, H = get_params(), state(2, HIDDENS, ctx)
    inputs = d2l.to_onehot(nd.arange(10).reshape((2, 5)).as_in_context(ctx), vocab_size)
    outputs, (H,) = elman(inputs, H, params)
    assert (len(outputs), outputs[0].shape, H.shape) == (5, (2, vocab_size),
                                                         (2, HIDDENS))
    # one step of the page's loop, on batches of either kind
    for batches in (d2l.data_iter_random, d2l.data_iter_consecutive):
        X, Y = next(iter(batches(text, 8, 10, ctx)))
        losses = []
        for _ in range(2):
            with autograd.record():
                outputs, _ = elman(d2l.to_onehot(X, vocab_size), state(8, HIDDENS, ctx),
                                   params)
                loss = gluon.loss.SoftmaxCrossEntropyLoss()(
                    nd.concat(*outputs, dim=0), Y.T.reshape((-1,))).mean()
            loss.backward()
            d2l.grad_clipping(params, 1e-2, ctx)
            norm = math.sqrt(sum((p.grad ** 2).sum().asscalar() for p in params))
            assert norm <= 1e-2 * (1 + 1e-5)  # float32
            d2l.sgd(params, 1e2, 1)
            losses.append(loss.asscalar())
        assert losses[1] < losses[0]
    assert len(d2l.predict_rnn('分开', 10, elman, params, state, HIDDENS, vocab_size,
                               ctx, idx_to_char, char_to_idx)) == 12
    printed = []
    for is_random_iter in (True, True, False):
        mx.random.seed(5)
        random.seed(5)
        d2l.train_and_predict_rnn(
            elman, get_params, state, HIDDENS, vocab_size, ctx, text, idx_to_char,
            char_to_idx, is_random_iter, 4, 10, 1e2, 1e-2, 8, 2, 5, ['分开', '不分开'])
        printed.append(perplexities(capsys))
        first, last = printed[-1]
        assert last < first < vocab_size
    assert printed[0] == printed[1]  # a seeded run repeats


def test_6_5_a_network_of_gluon(d2l, data_dir, capsys):
    corpus_indices, char_to_idx, idx_to_char, vocab_size = d2l.load_data_jay_lyrics()
    ctx, text = d2l.try_gpu(), corpus_indices[:400]
    layer = rnn.RNN(HIDDENS)
    layer.initialize(ctx=ctx)
    state = layer.begin_state(batch_size=2)
    assert state[0].shape == (1, 2, HIDDENS)
    Y, state_new = layer(nd.random.uniform(shape=(35, 2, vocab_size)), state)
    assert Y.shape == (35, 2, HIDDENS) and state_new[0].shape == state[0].shape
    model = d2l.RNNModel(layer, vocab_size)
    model.initialize(force_reinit=True, ctx=ctx)
    assert len(d2l.predict_rnn_gluon('分开', 10, model, vocab_size, ctx, idx_to_char,
                                     char_to_idx)) == 12
    X, Y = next(iter(d2l.data_iter_consecutive(text, 8, 10, ctx)))
    with autograd.record():
        output, _ = model(X, model.begin_state(batch_size=8, ctx=ctx))
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(output, Y.T.reshape((-1,))).mean()
    loss.backward()
    params = [param.data() for param in model.collect_params().values()]
    d2l.grad_clipping(params, 1e-3, ctx)
    norm = math.sqrt(sum((p.grad ** 2).sum().asscalar() for p in params))
    assert norm == pytest.approx(1e-3, rel=1e-5)  # float32
    d2l.train_and_predict_rnn_gluon(
        model, HIDDENS, vocab_size, ctx, text, idx_to_char, char_to_idx, 6, 10, 1e2,
        1e-2, 8, 3, 5, ['分开', '不分开'])
    first, last = perplexities(capsys)
    assert last < first < vocab_size


def gru(inputs, state, params):
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        Z = nd.sigmoid(nd.dot(X, W_xz) + nd.dot(H, W_hz) + b_z)
        R = nd.sigmoid(nd.dot(X, W_xr) + nd.dot(H, W_hr) + b_r)
        new = nd.tanh(nd.dot(X, W_xh) + nd.dot(R * H, W_hh) + b_h)
        H = Z * H + (1 - Z) * new
        outputs.append(nd.dot(H, W_hq) + b_q)
    return outputs, (H,)


def lstm(inputs, state, params):
    *gates, W_hq, b_q = params
    H, C = state
    outputs = []
    for X in inputs:
        I, F, O, new = (nd.dot(X, gates[k]) + nd.dot(H, gates[k + 1]) + gates[k + 2]
                        for k in (0, 3, 6, 9))
        C = nd.sigmoid(F) * C + nd.sigmoid(I) * nd.tanh(new)
        H = nd.sigmoid(O) * nd.tanh(C)
        outputs.append(nd.dot(H, W_hq) + b_q)
    return outputs, (H, C)


def trained_both_ways(d2l, capsys, network, num_gates, num_states, layer):
    """What the pages of gated networks do: from scratch, then by Gluon's layer."""
    corpus_indices, char_to_idx, idx_to_char, vocab_size = d2l.load_data_jay_lyrics()
    ctx, text = d2l.try_gpu(), corpus_indices[:400]
    gate = ((vocab_size, HIDDENS), (HIDDENS, HIDDENS), HIDDENS)

    def get_params():
        return weights(ctx, *gate * num_gates, (HIDDENS, vocab_size), vocab_size)

    def state(batch_size, num_hiddens, ctx):
        return tuple(zeros(batch_size, num_hiddens, ctx) for _ in range(num_states))

    rest = (6, 10, 1e2, 1e-2, 8, 3, 5, ['分开', '不分开'])
    d2l.train_and_predict_rnn(network, get_params, state, HIDDENS, vocab_size, ctx,
                              text, idx_to_char, char_to_idx, False, *rest)
    model = d2l.RNNModel(layer, vocab_size)
    d2l.train_and_predict_rnn_gluon(model, HIDDENS, vocab_size, ctx, text, idx_to_char,
                                    char_to_idx, *rest)
    scratch, later, concise, last = perplexities(capsys)
    assert later < scratch < vocab_size and last < concise < vocab_size


def test_6_7_gated_recurrent_units(d2l, data_dir, capsys):
    trained_both_ways(d2l, capsys, gru, 3, 1, rnn.GRU(HIDDENS))


def test_6_8_long_short_term_memory(d2l, data_dir, capsys):
    trained_both_ways(d2l, capsys, lstm, 4, 2, rnn.LSTM(HIDDENS))
