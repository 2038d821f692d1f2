import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l

LENS = {'none': (), 'one an example': (np.array([2, 3], dtype='int32'),),
        'one a query': (np.array([[1, 2, 3], [3, 1, 2]], dtype='int32'),)}


@pytest.fixture(params=LENS)
def lens(request):
    return LENS[request.param]


class DecoderBlock(d2l.DecoderBlock):
    """Its state as three arrays: for what wants the batch first in a plain list."""

    def hybrid_forward(self, F, X, enc_outputs, earlier, enc_valid_lens=None):
        Y, (*_, inputs) = super().hybrid_forward(
            F, X, [enc_outputs, enc_valid_lens, [earlier]])
        return Y, inputs[0]


def test_encoder_block_keeps_the_contract_with_every_form_of_lengths(lens):
    X = np.random.normal(size=(2, 3, 6))
    d2l.check_hybrid_block(lambda: d2l.EncoderBlock(6, 7, 2, 0.1, use_bias=True),
                           (X, *lens))


@pytest.mark.parametrize('use_bias', [False, True])
def test_biases_of_the_four_projections_are_there_where_asked_for(use_bias):
    X = np.ones((2, 3, 6))
    for net, inputs in ((d2l.MultiHeadAttention(6, 2, 0, use_bias), (X, X, X)),
                        (d2l.EncoderBlock(6, 7, 2, 0, use_bias=use_bias), (X,))):
        net.initialize()
        net(*inputs)
        biases = [param for name, param in net._collect_params_with_prefix().items()
                  if name.split('.')[-2][:2] == 'W_' and name.endswith('bias')]
        assert [param.shape for param in biases] == [(6,)] * (4 if use_bias else 0)


@pytest.mark.parametrize('num_earlier', [0, 2])
def test_decoder_block_keeps_the_contract_with_every_form_of_lengths(lens, num_earlier):
    X, enc_outputs, earlier = (np.random.normal(size=(2, steps, 6))
                               for steps in (3, 4, num_earlier))
    d2l.check_hybrid_block(lambda: DecoderBlock(6, 7, 2, 0.1, 0),
                           (X, enc_outputs, earlier, *lens))


@pytest.mark.torch
@pytest.mark.parametrize('num_earlier', [None, 0, 2])
def test_blocks_agree_with_pytorch_for_every_form_of_lengths(lens, num_earlier, torch):
    from d2lmx.parity.compare import compare_port
    from d2lmx.parity.twins.ch10 import s07_transformer as transformer

    def inputs(batch_size=2):
        steps = (3,) if num_earlier is None else (3, 4, num_earlier)
        rows = onp.arange(batch_size) % 2
        return (*(np.random.normal(size=(batch_size, n, 6)) for n in steps),
                *(np.array(a.asnumpy()[rows], dtype='int32') for a in lens))

    class Encoder(transformer.EncoderBlock):
        def forward(self, X, lens=None):
            return super().forward(X, lens)

    class Decoder(transformer.DecoderBlock):
        def forward(self, X, enc_outputs, earlier, lens=None):
            return super().forward(X, earlier, enc_outputs, lens)

    build, port = ((lambda: d2l.EncoderBlock(6, 7, 2, 0.1), Encoder(6, 7, 2, 0.1))
                   if num_earlier is None else
                   (lambda: DecoderBlock(6, 7, 2, 0.1, 0), Decoder(6, 7, 2, 0.1)))
    record = compare_port(build, inputs, port, steps=1)
    assert record['passed'], record['checks']


def test_decoder_block_sees_no_later_step():
    net = d2l.DecoderBlock(6, 7, 2, 0, 0)
    net.initialize()
    X, enc_outputs = np.random.normal(size=(2, 5, 6)), np.ones((2, 4, 6))
    state = [enc_outputs, np.array([4, 4]), [None]]
    whole, _ = net(X, state)
    to_target, to_source = net.attention_weights
    assert to_target.shape == (4, 5, 5) and to_source.shape == (4, 5, 4)
    assert (onp.triu(to_target.asnumpy(), 1) == 0).all()
    begun, _ = net(X[:, :3], state)
    onp.testing.assert_allclose(begun.asnumpy(), whole[:, :3].asnumpy(), rtol=1e-5,
                                atol=1e-6)


def test_decoder_block_changes_its_own_place_in_the_state_alone():
    net = d2l.DecoderBlock(6, 7, 2, 0, 1)
    net.initialize()
    X, earlier = np.ones((2, 1, 6)), np.zeros((2, 3, 6))
    _, (_, _, inputs) = net(X, [np.ones((2, 4, 6)), None, [earlier, earlier, earlier]])
    assert [part.shape[1] for part in inputs] == [3, 4, 3]
    assert earlier.shape == (2, 3, 6)


def test_add_norm_by_numpy():
    net = d2l.AddNorm(0.5)
    net.initialize()
    X, Y = np.random.normal(size=(2, 2, 3, 4))
    Z = (X + Y).asnumpy()
    expected = (Z - Z.mean(2, keepdims=True)) / onp.sqrt(Z.var(2, keepdims=True) + 1e-5)
    onp.testing.assert_allclose(net(X, Y).asnumpy(), expected, rtol=1e-4, atol=1e-5)
    d2l.check_hybrid_block(lambda: d2l.AddNorm(0.5), (X, Y))


def test_position_wise_perceptron_treats_steps_alike():
    net = d2l.PositionWiseFFN(4, 8)
    net.initialize()
    Y = net(np.ones((2, 3, 4)))
    assert Y.shape == (2, 3, 8) and (Y == Y[0, 0]).all()
    d2l.check_hybrid_block(lambda: d2l.PositionWiseFFN(4, 8),
                           (np.random.normal(size=(2, 3, 5)),))
