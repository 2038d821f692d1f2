"""The two decoders with attention: compiled, step by step, exported."""
import numpy as onp
import pytest
from mxnet import autograd, init, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.export.symbol import flatten
from d2lmx.models.decoding import LiveDecoder, greedy_search

SOURCE, TARGET = 23, 29  # sizes of the vocabularies
NETS = {
    'bahdanau': lambda dropout=0.1: d2l.EncoderDecoder(
        d2l.Seq2SeqEncoder(SOURCE, 6, 8, 2, dropout),
        d2l.Seq2SeqAttentionDecoder(TARGET, 6, 8, 2, dropout)),
    'transformer': lambda dropout=0.1: d2l.EncoderDecoder(
        d2l.TransformerEncoder(SOURCE, 8, 12, 2, 2, dropout),
        d2l.TransformerDecoder(TARGET, 8, 12, 2, 2, dropout))}


@pytest.fixture(params=NETS)
def build(request):
    return NETS[request.param]


def inputs(batch_size=2, source_steps=5, target_steps=4):
    lens = np.random.randint(1, source_steps + 1, (batch_size,), dtype='int32')
    return (np.random.randint(0, SOURCE, (batch_size, source_steps), dtype='int32'),
            np.random.randint(0, TARGET, (batch_size, target_steps), dtype='int32'),
            lens)


def initialized(build, *options):
    net = build(*options)
    net.initialize(init.Xavier())
    return net


def gradients(net, *arrays):
    with autograd.record():
        l = (net(*arrays)[0] ** 2).sum()
    l.backward()
    return [p.grad().asnumpy() for p in net.collect_params().values()
            if p.grad_req != 'null']


@pytest.mark.parametrize('has_lens', [True, False])
def test_network_keeps_the_contract(build, has_lens):
    count = 3 if has_lens else 2
    d2l.check_hybrid_block(lambda: build(0), lambda n=2: inputs(n)[:count])


@pytest.mark.parametrize('active', [False, True])
def test_no_lengths_mean_that_all_of_the_source_is_valid(build, active):
    net = initialized(build)
    X, dec_X, _ = inputs()
    whole, _ = net(X, dec_X, np.array([5, 5], dtype='int32'))
    net.hybridize(active)
    onp.testing.assert_allclose(net(X, dec_X)[0].asnumpy(), whole.asnumpy(), rtol=1e-5,
                                atol=1e-6)


def test_one_compiled_network_serves_sequences_of_any_length(build):
    net = initialized(build, 0)
    calls = [inputs(), inputs(3, 6, 7), inputs(1, 2, 1)]
    for call in calls:
        net(*call)
    expected = [(net(*call)[0].asnumpy(), gradients(net, *call)) for call in calls]
    net.hybridize(static_alloc=True, static_shape=True)
    for _ in range(2):
        for call, (Y, grads) in zip(calls, expected):
            onp.testing.assert_allclose(net(*call)[0].asnumpy(), Y, rtol=1e-5,
                                        atol=1e-6)
            for a, b in zip(gradients(net, *call), grads):
                onp.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('active', [False, True])
def test_decoding_step_by_step_gives_the_scores_of_the_whole_sequence(build, active):
    # the book's Transformer does not: there each step has the position of the first
    net = initialized(build)
    X, dec_X, lens = inputs(3, 5, 6)
    whole = net(X, dec_X, lens)[0]
    if active:
        net.hybridize(static_alloc=True, static_shape=True)
    state = net.decoder.init_state(net.encoder(X, lens), lens)
    for t in range(6):
        Y, state = net.decoder(dec_X[:, t:t + 1], state)
        # sums of other lengths
        onp.testing.assert_allclose(Y[:, 0].asnumpy(), whole[:, t].asnumpy(), rtol=1e-4,
                                    atol=1e-5)


def test_padding_of_the_source_changes_nothing(build):
    net = initialized(build)
    X, dec_X, _ = inputs()
    lens = np.array([2, 4], dtype='int32')
    Y = net(X, dec_X, lens)[0]
    X[0, 2:] = 7
    onp.testing.assert_allclose(net(X, dec_X, lens)[0].asnumpy(), Y.asnumpy(),
                                rtol=1e-5, atol=1e-6)


def test_weights_are_there_compiled_or_not(build):
    net = initialized(build)
    X, dec_X, lens = inputs()
    state = net.decoder.init_state(net.encoder(X, lens), lens)
    found = []
    for active in (False, True):
        net.hybridize(active)
        net.decoder(dec_X, state)
        found.append(flatten(net.decoder.attention_weights))
    for imperative, compiled in zip(*found):
        onp.testing.assert_allclose(compiled.asnumpy(), imperative.asnumpy(), rtol=1e-5,
                                    atol=1e-7)
    for example, length in enumerate(lens.tolist()):
        heads = len(found[0][-1]) // 2
        to_source = found[0][-1].asnumpy()[example * heads:(example + 1) * heads]
        assert (to_source[..., length:] == 0).all()
        onp.testing.assert_allclose(to_source.sum(axis=-1), 1, rtol=1e-5)


def test_shapes_of_weights():
    lens = np.array([2, 4], dtype='int32')
    X, dec_X, _ = inputs()
    net = initialized(NETS['transformer'])
    net(X, dec_X, lens)
    assert [w.shape for w in net.encoder.attention_weights] == [(4, 5, 5)] * 2
    to_target, to_source = net.decoder.attention_weights
    assert [w.shape for w in to_target] == [(4, 4, 4)] * 2
    assert [w.shape for w in to_source] == [(4, 4, 5)] * 2
    net = initialized(NETS['bahdanau'])
    net(X, dec_X, lens)
    assert [w.shape for w in net.decoder.attention_weights] == [(2, 1, 5)] * 4


def test_recurrent_decoder_in_a_compiled_block_of_a_stranger_says_what_to_do():
    class Around(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.net = NETS['bahdanau']()

        def hybrid_forward(self, F, *args):
            return self.net(*args)[0]

    net = initialized(Around)
    assert net(*inputs()).shape == (2, 4, TARGET)
    net.hybridize()
    with pytest.raises(ValueError, match='hybridize it, or the EncoderDecoder'):
        net(*inputs())


def test_base_of_decoders_with_attention_wants_weights_defined():
    with pytest.raises(NotImplementedError, match='must define attention_weights'):
        d2l.AttentionDecoder().attention_weights


def test_decoder_as_a_cell_of_the_book_writes_it():
    class Decoder(d2l.AttentionDecoder):
        def __init__(self):
            super().__init__()
            self.attention = d2l.AdditiveAttention(4, 0)

        @property
        def attention_weights(self):
            return self._attention_weights

        def init_state(self, enc_outputs, enc_valid_lens, *args):
            return (enc_outputs, enc_valid_lens)

        def forward(self, X, state):
            Y = self.attention(X, state[0], state[0], state[1])
            self._attention_weights = [self.attention.attention_weights]
            return Y, state

    net = Decoder()
    net.initialize()
    net.hybridize()
    state = net.init_state(np.ones((2, 5, 3)), np.array([2, 3]))
    Y, _ = net(np.ones((2, 1, 3)), state)
    assert Y.shape == (2, 1, 3) and net.attention_weights[0].shape == (2, 1, 5)


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_exported_steps_translate_a_hundred_sentences_as_the_live_network(
        build, kind, tmp_path):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net = initialized(build)
    net.hybridize(static_alloc=True, static_shape=True)
    d2l.export_encoder_decoder(net, [inputs(), inputs(1, 3, 2), inputs(3, 7, 5)],
                               tmp_path / 'net', kind)
    exported = d2l.load_encoder_decoder(tmp_path / 'net')
    X, _, lens = (array.asnumpy() for array in inputs(100, 8))
    translations = []
    for decoder in (LiveDecoder(net), exported):
        found = greedy_search(decoder, decoder.start(X, lens), 100, bos=1, eos=2,
                              num_steps=12)
        translations.append([hypothesis.tokens for hypothesis in found])
    assert translations[0] == translations[1]
    assert len({tuple(tokens) for tokens in translations[0]}) > 10
