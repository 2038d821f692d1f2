import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.testing import check_hybrid_block

VOCAB, HIDDENS, MAX_LEN = 50, 12, 11


def bert(dropout=0.0):
    return d2l.BERTModel(VOCAB, HIDDENS, 20, 3, 2, dropout, max_len=MAX_LEN)


def initialized():
    net = bert()
    net.initialize(mx.init.Normal(0.5))
    return net


def inputs(batch_size=2, steps=7, preds=3):
    rng = onp.random.RandomState(steps)
    return tuple(np.array(array, dtype='int32') for array in (
        rng.randint(0, VOCAB, (batch_size, steps)),
        rng.randint(0, 2, (batch_size, steps)),
        rng.randint(1, steps + 1, batch_size),
        rng.randint(0, steps, (batch_size, preds))))


def test_other_batches_lengths_and_numbers_of_words_keep_the_contract():
    mx.random.seed(1)
    # positions stand out of their small initial weights: nothing hides behind another
    check_hybrid_block(bert, inputs(), other_inputs=inputs(5, MAX_LEN, 1))
    check_hybrid_block(lambda: bert(0.2), inputs())


def test_onnx_file_takes_other_batches_and_lengths(tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    # compares with the network on each of these calls
    d2l.export_onnx(initialized(), inputs(), tmp_path / 'bert.onnx',
                    other_inputs=[inputs(3, 9, 2), inputs(1, MAX_LEN, 5)])


def test_padding_changes_nothing():
    net, (tokens, segments, _, positions) = initialized(), inputs(steps=5)
    lens = np.array([5, 5])
    alone = net(tokens, segments, lens, positions)
    for pad in (0, 7):
        more = np.full((2, 4), pad, dtype='int32')
        padded = net(np.concatenate([tokens, more], axis=1),
                     np.concatenate([segments, more * 0 + 1], axis=1), lens, positions)
        onp.testing.assert_allclose(padded[0][:, :5].asnumpy(), alone[0].asnumpy(),
                                    rtol=1e-4, atol=1e-5)
        for a, b in zip(padded[1:], alone[1:]):
            onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-4, atol=1e-5)


def test_order_and_segments_matter():
    net, (tokens, segments, lens, positions) = initialized(), inputs()
    lens = lens * 0 + 7
    before = net(tokens, segments, lens, positions)[2].asnumpy()
    for changed in ((np.flip(tokens, axis=1), segments), (tokens, 1 - segments)):
        after = net(*changed, lens, positions)[2].asnumpy()
        assert abs(after - before).max() > 1e-3


def test_masked_words_are_scored_from_their_own_positions():
    mlm = d2l.MaskLM(5, 3)
    mlm.initialize()
    X = np.random.normal(size=(2, 4, 3))
    positions = onp.array([[3, 0, 3], [1, 2, 0]])
    expected = mlm.mlp(np.array(X.asnumpy()[[[0], [1]], positions]))
    for dtype in ('int32', 'float32'):  # the page's are float32
        onp.testing.assert_allclose(mlm(X, np.array(positions, dtype=dtype)).asnumpy(),
                                    expected.asnumpy(), rtol=1e-6)


def test_gradient_of_a_position_asked_for_twice_counts_twice():
    mlm = d2l.MaskLM(5, 3)
    mlm.initialize()
    X = np.random.normal(size=(1, 4, 3))
    X.attach_grad()
    gradients = []
    for positions in ([[2]], [[2, 2]]):
        with autograd.record():
            l = (mlm(X, np.array(positions)) * np.arange(1, 6)).sum()
        l.backward()
        gradients.append(X.grad.asnumpy())
    assert abs(gradients[0][0, 2]).max() > 0 and not gradients[0][0, [0, 1, 3]].any()
    onp.testing.assert_allclose(gradients[1], 2 * gradients[0], rtol=1e-5)


@pytest.mark.parametrize('compiled', [False, True])
def test_lengths_and_positions_may_be_left_out_compiled_or_not(compiled):
    net, (tokens, segments, _, positions) = initialized(), inputs()
    whole = net(tokens, segments, np.array([7, 7]), positions)
    if compiled:
        net.hybridize()
        net(tokens, segments, np.array([7, 7]), positions)
    encoded, words, following = net(tokens, segments)
    assert words is None
    for a, b in ((encoded, whole[0]), (following, whole[2])):
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('compiled', [False, True])
def test_a_sequence_beyond_the_positions_is_told_in_a_line(compiled):
    net = initialized()
    if compiled:
        net.hybridize()
    tokens, segments, lens, positions = inputs(steps=MAX_LEN + 1)
    for call in (lambda: net(tokens, segments, lens, positions),
                 lambda: net.encoder(tokens, segments, None)):
        with pytest.raises(InputError, match='12 tokens is too long.*max_len = 11'):
            call()


def test_attention_weights_of_each_block_are_readable():
    net = initialized()
    tokens, segments, _, _ = inputs()
    net.encoder(tokens, segments, np.array([7, 3]))
    weights = net.encoder.attention_weights
    assert [w.shape for w in weights] == [(2 * 3, 7, 7)] * 2
    assert not weights[0][3:, :, 3:].asnumpy().any()


def test_parameters_have_the_names_of_the_books_file():
    names = set(bert()._collect_params_with_prefix())
    assert {'encoder.pos_embedding', 'encoder.token_embedding.weight',
            'encoder.segment_embedding.weight', 'encoder.blks.1.attention.W_o.bias',
            'encoder.blks.0.addnorm2.ln.gamma', 'encoder.blks.0.ffn.dense1.weight',
            'hidden.weight', 'mlm.mlp.1.beta', 'mlm.mlp.2.bias', 'nsp.output.bias'
            } <= names
