"""Encoder and decoder step as graphs of their own: the same translations, by token."""
import json

import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l

BOS, EOS = 2, 3
SIZES = ((2, 5), (1, 4), (3, 6))  # batch, steps


def example(batch, steps):
    random = onp.random.RandomState(batch)
    X, dec_X = random.randint(0, 11, (2, batch, steps))
    lens = random.randint(1, steps + 1, batch)
    return tuple(np.array(a, dtype='int32') for a in (X, dec_X, lens))


@pytest.fixture(scope='module')
def net():
    d2l.set_seed(3)
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(11, 6, 8, 2, 0.1),
                             d2l.Seq2SeqDecoder(11, 6, 8, 2, 0.1))
    net.initialize(init.Normal(0.7))
    return net


@pytest.fixture(scope='module', params=['symbol', 'onnx'])
def exported(request, net, tmp_path_factory):
    if request.param == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    prefix = tmp_path_factory.mktemp('export') / 'net'
    files = d2l.export_encoder_decoder(net, [example(*size) for size in SIZES], prefix,
                                       request.param)
    assert sorted(prefix.parent.iterdir()) == sorted(files)
    return d2l.load_encoder_decoder(prefix)


def test_greedy_translations_are_the_live_networks_token_by_token(net, exported):
    live = d2l.LiveDecoder(net)
    random = onp.random.RandomState(0)
    X = random.randint(0, 11, (20, 7)).astype('int32')  # sizes it was not written with
    lens = random.randint(1, 8, 20).astype('int32')
    ours, theirs = (d2l.greedy_search(d, d.start(X, lens), 20, BOS, EOS, 12)
                    for d in (live, exported))
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]
    assert len({tuple(h.tokens) for h in ours}) > 5
    onp.testing.assert_allclose([h.log_prob for h in ours],
                                [h.log_prob for h in theirs], rtol=1e-5)


def test_beams_are_the_live_networks(net, exported):
    live = d2l.LiveDecoder(net)
    X, _, lens = (a.asnumpy() for a in example(3, 6))
    ours, theirs = (d2l.beam_search(d, d.start(X, lens), 3, BOS, EOS, 8, beam_size=4)
                    for d in (live, exported))
    for a, b in zip(ours, theirs):
        assert [h.tokens for h in a] == [h.tokens for h in b]


def test_the_json_file_says_how_the_graphs_are_called(net, tmp_path):
    d2l.export_encoder_decoder(net, [example(*size) for size in SIZES],
                               tmp_path / 'a/net', 'symbol')
    assert json.loads((tmp_path / 'a/net-parts.json').read_text()) == {
        'kind': 'symbol', 'encoder_inputs': 2, 'state_axes': [1, 1]}


def test_wrong_kinds_and_missing_files_are_told(net, tmp_path):
    with pytest.raises(ValueError, match="'onnx' or 'symbol'"):
        d2l.export_encoder_decoder(net, [example(2, 5)], tmp_path / 'net', 'pb')
    with pytest.raises(FileNotFoundError, match='d2lmx export'):
        d2l.load_encoder_decoder(tmp_path / 'net')


def test_a_network_that_cannot_be_traced_leaves_nothing_behind(tmp_path):
    class Plain(d2l.Decoder):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(3, flatten=False)

        def init_state(self, enc_outputs, *args):
            return enc_outputs[1]

        def forward(self, X, state):
            return self.dense(np.expand_dims(X.astype('float32'), 2)), state

    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(11, 6, 8, 2), Plain())
    net.initialize()
    with pytest.raises(ValueError, match='overrides forward'):
        d2l.export_encoder_decoder(net, [example(2, 5)], tmp_path / 'net', 'symbol')
    assert list(tmp_path.iterdir()) == []
