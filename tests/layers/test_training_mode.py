"""Where dropout acts while a layer trains, which no prediction shows.

With a chance of DROPPED, of the few hundred numbers here none is kept: what is left is
what reaches the output beside dropout. With one of 0.5 about half are 0.
"""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

DROPPED = 1 - 1e-6


def trained(net, *inputs):
    """A new layer's outputs in training mode, all its biases drawn by chance."""
    net.initialize(mx.init.Xavier())
    net(*inputs)
    for name, param in net.collect_params().items():
        if name.endswith('_bias'):
            param.set_data(np.random.normal(size=param.shape))
    with autograd.record():
        return net(*inputs)


def normalized(X, times=1):
    """Layer normalization by NumPy, several times over."""
    X = X.asnumpy()
    for _ in range(times):
        X = (X - X.mean(-1, keepdims=True)) / onp.sqrt(X.var(-1, keepdims=True) + 1e-5)
    return X


def assert_close(ours, expected):
    # float32: a normalization multiplies rounding by 1 / sqrt(variance)
    onp.testing.assert_allclose(ours.asnumpy(), expected, rtol=1e-4, atol=1e-4)


def assert_half_dropped(Y, whole):
    """Y is 0 in about half of its places, and twice the whole in all others."""
    Y, whole = Y.asnumpy(), whole.asnumpy()
    kept = Y != 0
    assert whole.all() and .4 < kept.mean() < .6  # of 1,000: six deviations
    onp.testing.assert_allclose(Y[kept], 2 * whole[kept], rtol=1e-5)


def test_add_norm_keeps_the_residual_path():
    X, Y = np.random.normal(size=(2, 2, 3, 5))
    assert_close(trained(d2l.AddNorm(DROPPED), X, Y), normalized(X))


def test_add_norm_drops_numbers_of_the_other_path():
    net, Y = d2l.AddNorm(0.5), np.random.uniform(1, 2, size=(2, 10, 50))
    sums = []
    net.ln.register_forward_pre_hook(lambda block, inputs: sums.append(inputs[0]))
    trained(net, np.zeros_like(Y), Y)
    assert_half_dropped(sums[-1], Y)


def test_positions_and_embeddings_are_dropped_together():
    X = np.full((2, 10, 50), 3.)
    net = d2l.PositionalEncoding(50, 0.5)
    assert_half_dropped(trained(net, X), X + net.P[:, :10])


@pytest.mark.parametrize('net', [d2l.DotProductAttention(0.5),
                                 d2l.AdditiveAttention(5, 0.5)], ids=['dot', 'add'])
def test_attention_weights_are_dropped(net):
    queries, keys = np.random.normal(size=(1, 20, 6)), np.random.normal(size=(1, 50, 6))
    eye = np.expand_dims(np.eye(50), 0)  # outputs are the weights as they pool, twice
    Y = trained(net, queries, keys, np.concatenate([eye, eye], axis=2))
    assert_half_dropped(Y[:, :, :50], net.attention_weights)
    assert (Y[:, :, :50] == Y[:, :, 50:]).all()  # no output was dropped by itself


def test_heads_drop_their_weights():
    X = np.random.normal(size=(2, 3, 8))
    assert (trained(d2l.MultiHeadAttention(8, 2, DROPPED), X, X, X) == 0).all()


def test_blocks_of_a_transformer_keep_their_residual_paths_alone():
    X, enc_outputs = np.random.normal(size=(2, 3, 8)), np.random.normal(size=(2, 4, 8))
    assert_close(trained(d2l.EncoderBlock(8, 7, 2, DROPPED), X), normalized(X, 2))
    Y, _ = trained(d2l.DecoderBlock(8, 7, 2, DROPPED, 0), X, [enc_outputs, None,
                                                             [None]])
    assert_close(Y, normalized(X, 3))


def test_a_transformers_embeddings_are_dropped():
    # nothing is left, of which the norm makes nothing; the decoder's last layer adds
    # its bias
    X = np.random.randint(0, 9, size=(2, 3))
    encoder = d2l.TransformerEncoder(9, 8, 7, 2, 2, DROPPED)
    assert (trained(encoder, X) == 0).all()
    decoder = d2l.TransformerDecoder(9, 8, 7, 2, 2, DROPPED)
    state = decoder.init_state(np.ones((2, 4, 8)))
    Y, _ = trained(decoder, X, state)
    assert (Y == decoder.dense.bias.data()).all()


@pytest.mark.parametrize('make, num_states', [(d2l.RNN, 1), (d2l.GRU, 1),
                                              (d2l.LSTM, 2)])
def test_recurrent_layers_drop_what_goes_from_one_to_the_next(make, num_states):
    X, net = np.random.normal(size=(3, 2, 5)), make(4, 2, dropout=DROPPED)
    states = [np.random.normal(size=(2, 2, 4)) for _ in range(num_states)]
    Y, ends = trained(net, X, states)
    whole, whole_ends = net(X, states)
    upper = make(4, input_size=4)
    upper.initialize()
    for kind in ('i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias'):
        getattr(upper, f'l0_{kind}').set_data(getattr(net, f'l1_{kind}').data())
    expected, _ = upper(np.zeros((3, 2, 4)), [state[1:] for state in states])
    assert_close(Y, expected.asnumpy())
    assert abs(Y - whole).max() > .01
    for end, whole_end in zip(ends, whole_ends):  # the first layer's input is whole
        assert_close(end[0], whole_end[0].asnumpy())


@pytest.mark.parametrize('dropout', [0.3, DROPPED])
def test_recurrent_encoders_and_decoders_hand_their_chance_on(dropout):
    encoder = d2l.Seq2SeqEncoder(9, 5, 4, 2, dropout)
    decoders = [decoder(9, 5, 4, 2, dropout)
                for decoder in (d2l.Seq2SeqDecoder, d2l.Seq2SeqAttentionDecoder)]
    assert {net.rnn._dropout for net in (encoder, *decoders)} == {dropout}
    assert decoders[1].attention.dropout._rate == dropout
