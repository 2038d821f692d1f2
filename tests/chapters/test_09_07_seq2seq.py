import numpy as onp
import pytest
from mxnet import autograd, init, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('9.7')


def build(page, **kwargs):
    return page.build_net(12, 13, 6, 8, 2, dropout=0, **kwargs)


def inputs(lens=None):
    tokens = onp.random.RandomState(0).randint(0, 12, (2, 3, 5))
    X, dec_X = (np.array(part, dtype='int32') for part in tokens)
    return (X, dec_X) if lens is None else (X, dec_X, np.array([2, 5, 1], dtype=lens))


def test_shapes_are_those_that_the_book_prints(page):
    assert page.shapes() == {
        'encoder output': [7, 4, 16], 'encoder state': [2, 4, 16],
        'decoder output': [4, 7, 10], 'decoder state': [2, 4, 16]}


def test_masked_losses_are_those_that_the_book_prints(page):
    onp.testing.assert_allclose(page.masked_losses(), [2.3025851, 1.1512926, 0],
                                rtol=1e-5)


@pytest.mark.parametrize('lens', [None, 'int32', 'float32'])
def test_contract_with_every_form_of_valid_lens(page, lens):
    d2l.check_hybrid_block(lambda: build(page), inputs(lens))


@pytest.mark.torch
@pytest.mark.parametrize('lens', [None, 'int32'])
def test_outputs_and_gradients_are_pytorchs(page, torch, lens):
    from d2lmx.parity.compare import compare_port
    from d2lmx.parity.twins.ch09 import s07_seq2seq as twin

    class WithoutLengths(twin.EncoderDecoder):
        def forward(self, X, dec_X):
            return super().forward(X, dec_X, torch.full((len(X),), X.shape[1]))

    port = twin.build_net(12, 13, 6, 8, 2, dropout=0.5)
    if lens is None:
        port = WithoutLengths(port.encoder, port.decoder)

    def example_inputs(batch_size):
        return tuple(part[:batch_size] for part in inputs(lens))

    record = compare_port(lambda: page.build_net(12, 13, 6, 8, 2, dropout=0.5),
                          example_inputs, port, batch_size=3, steps=2)
    assert record['passed'], record['checks']
    assert 'dropout' in record['conventions']


def test_decoding_step_by_step_is_decoding_all_at_once(page):
    # in the book the context of a single step is the decoder's own state
    net = build(page)
    net.initialize(init.Normal(0.5))
    X, dec_X, lens = inputs('int32')
    expected, _ = net(X, dec_X, lens)
    state = net.decoder.init_state(net.encoder(X, lens), lens)
    for t in range(5):
        Y, state = net.decoder(dec_X[:, t:t + 1], state)
        onp.testing.assert_allclose(Y[:, 0].asnumpy(), expected[:, t].asnumpy(),
                                    rtol=1e-5, atol=1e-6)


def test_dropout_acts_while_training(page):
    net = page.build_net(12, 13, 6, 8, 2, dropout=0.5)
    net.initialize()
    net.hybridize()
    with autograd.record():
        first, second = net(*inputs('int32'))[0], net(*inputs('int32'))[0]
    assert (first != second).any()


def test_padding_of_the_source_changes_no_translation(page):
    net = build(page)
    net.initialize(init.Normal(0.5))
    X, dec_X, lens = inputs('int32')
    other = X.copy()
    other[0, 2:], other[2, 1:] = 7, 3
    assert (net(X, dec_X, lens)[0] == net(other, dec_X, lens)[0]).all()


def test_toy_grammar_is_learnt(page):
    result = page.run(num_epochs=12, lr=0.01)
    losses = [loss for _, loss in result['series']['train loss']]
    assert losses[0] > 0.25 and losses[-1] < 0.14


@pytest.mark.slow
@pytest.mark.data
def test_loss_falls_on_the_real_sentences(page, real_data):
    result = page.run(num_epochs=30)
    assert result['final']['train loss'] < 0.2  # .164 here, near .17 in the book


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_exported_graphs_translate_100_real_sentences_as_the_live_network(
        page, real_data, tmp_path, kind):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    data_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(64, 10)
    net = page.build_net(len(src_vocab), len(tgt_vocab))
    net.hybridize(static_alloc=True, static_shape=True)
    d2l.train_seq2seq(net, data_iter, 0.01, 25, tgt_vocab, d2l.try_gpu())
    examples = [page.example_inputs(2), page.example_inputs(1, 4),
                page.example_inputs(3, 7)]
    d2l.export_encoder_decoder(net, examples, tmp_path / 'net', kind)
    X, lens = (array[:100] for array in data_iter.arrays[:2])
    ours, theirs = (d2l.greedy_search(decoder, decoder.start(X, lens), 100,
                                      tgt_vocab['<bos>'], tgt_vocab['<eos>'], 10)
                    for decoder in (d2l.LiveDecoder(net),
                                    d2l.load_encoder_decoder(tmp_path / 'net')))
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]
    assert len({tuple(h.tokens) for h in ours}) > 3
