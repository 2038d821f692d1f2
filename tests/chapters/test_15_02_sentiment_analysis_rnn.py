"""Sentiment by recurrence: deaf to padding, as exported too; readers' sentences."""
import io
import json

import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx.commands import call
from d2lmx.files.archives import BadData
from d2lmx.pages import sections

LENS = [20, 1, 7, 13, 2, 9, 4, 20]


@pytest.fixture(params=['15.2', '15.3'])
def page(request, section):
    return section(request.param)


def small_net(page):
    """A network of a small vocabulary, with large weights."""
    net = page.build_net(50, 8)
    net.initialize(init.Normal(0.4))
    return net


def texts():
    """Texts of LENS words, alone and as one padded batch."""
    alone = [np.random.randint(2, 50, size=(1, n), dtype='int32') for n in LENS]
    batch = np.ones((len(LENS), 26), dtype='int32')
    for row, text in zip(batch, alone):
        row[:text.shape[1]] = text[0]
    return alone, batch


@pytest.mark.parametrize('hybridize', [False, True])
def test_padding_changes_no_score(page, hybridize):
    net, (alone, batch) = small_net(page), texts()
    net.hybridize(hybridize)
    scores = net(batch).asnumpy()
    assert onp.ptp(scores, axis=0).min() > .1
    for row, text in zip(scores, alone):
        # sums of another shape, rounded in float32
        onp.testing.assert_allclose(net(text)[0].asnumpy(), row, rtol=1e-5, atol=1e-5)
    empty = [net(np.ones((2, steps), dtype='int32')).asnumpy() for steps in (3, 9)]
    onp.testing.assert_allclose(*empty, rtol=1e-5, atol=1e-5)


def test_a_pages_call_with_floats_is_one_with_whole_numbers(page):
    net, (_, batch) = small_net(page), texts()
    assert (net(batch.astype('float32')) == net(batch)).all()


def test_padding_learns_nothing(page):
    net, (_, batch) = small_net(page), texts()
    with mx.autograd.record():
        l = net(batch).sum()
    l.backward()
    grad = net.embedding.weight.grad()
    assert grad[2:].any()
    if 'encoder' in net._children:  # a window may reach behind a short text
        assert abs(grad[1]).max() == 0


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_an_exported_network_judges_texts_alone_and_padded_alike(page, kind, tmp_path):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net, (alone, batch) = small_net(page), texts()
    d2l.save_model(tmp_path / 'm', net, batch[:2], {}, kind, other_inputs=alone[1:3])
    model, scores = d2l.load_model(tmp_path / 'm'), net(batch).asnumpy()
    onp.testing.assert_allclose(model(batch).asnumpy(), scores, rtol=1e-5, atol=1e-5)
    for row, text in zip(scores, alone):
        found = model(text)[0].asnumpy()
        onp.testing.assert_allclose(found, row, rtol=1e-5, atol=1e-5)
        assert found.argmax() == row.argmax()


def test_the_rnn_reads_both_ends_as_gluons_layer_does(section):
    net = small_net(section('15.2'))
    X = np.random.randint(2, 50, size=(3, 6), dtype='int32')
    scores = net(X)
    plain = mx.gluon.rnn.LSTM(100, 2, bidirectional=True, input_size=8)
    plain.initialize()
    for name, param in net.encoder.collect_params().items():
        plain.collect_params()[plain.prefix + name[len(net.encoder.prefix):]].set_data(
            param.data())
    outputs = plain(net.embedding(X.T))
    expected = net.decoder(np.concatenate([outputs[0], outputs[-1]], axis=1))
    onp.testing.assert_allclose(scores.asnumpy(), expected.asnumpy(), rtol=1e-5,
                                atol=1e-6)


def test_word_vectors_stay_as_they_were(section, smoke_run):
    model = d2l.load_model(smoke_run('15.2').folder / 'model', 'vocabulary')
    params = mx.npx.load(str(smoke_run('15.2').folder / 'model/network-0000.params'))
    weight, = (value for name, value in params.items() if 'embedding' in name)
    wanted = d2l.TokenEmbedding('glove.6b.100d')[model.about['vocabulary']]
    assert (weight == wanted).all() and wanted.any()


def test_the_network_is_as_wide_as_its_word_vectors(section, tmp_path):
    result = section('15.2').run(num_epochs=1, num_steps=8, num_hiddens=4,
                                 embedding='glove.6b.50d', out=tmp_path)
    vocabulary = d2l.load_model(tmp_path / 'model').about['vocabulary']
    assert result['shape of the embedding'] == [len(vocabulary), 50]
    with pytest.raises(d2l.InputError, match='glove.6b.50d'):
        section('15.2').run(embedding='glove', out=tmp_path)


def test_predict_sentiment_takes_the_higher_score():
    vocab = d2l.Vocab([['so', 'great']])

    def net(X):
        assert X.tolist() == [[1, 2, 0]]
        return np.array([[.1, scores]])

    for scores, expected in ((.2, 'positive'), (0, 'negative')):
        assert d2l.predict_sentiment(net, vocab, ' so great film\n') == expected
    with pytest.raises(d2l.InputError, match='nothing to judge in'):
        d2l.predict_sentiment(net, vocab, ' ')


class Stub:
    """A model whose score for positive is the text's length in words, if read."""

    about = {'vocabulary': ['<unk>', '<pad>', 'a', 'b'], 'num_steps': 3}

    def __call__(self, X):
        lens = (X != 1).sum(axis=1)
        return np.array(onp.stack([0 * lens, lens - 2], axis=1).astype('float32'))


def test_texts_are_judged_in_their_order_and_remarks_made(caplog):
    texts = ['a'] * 64 + ['a b a a', 'c a']  # more than a batch
    results = d2l.judge_texts(Stub(), texts)
    assert [result['text'] for result in results] == texts
    p = 1 / (1 + onp.exp([1, -1, 0]))  # of lengths 1, 3 (cut) and 2
    for result, positive in zip([results[0], *results[64:]], p):
        assert result['probabilities']['positive'] == pytest.approx(positive)
        assert sum(result['probabilities'].values()) == pytest.approx(1)
    assert [result['sentiment'] for result in results[63:65]] == [
        'negative', 'positive']
    assert 'a text has 4 words: only the first 3 are read' in caplog.text
    assert 'read as <unk>: c' in caplog.text
    assert d2l.judge_texts(Stub(), []) == []
    with pytest.raises(d2l.InputError, match='nothing to judge in'):
        d2l.judge_texts(Stub(), ['a', ' \t'])


@pytest.mark.slow
@pytest.mark.parametrize('entry', [sections.find('15.2'), sections.find('15.3')],
                         ids=lambda entry: entry.slug)
def test_predict_reads_arguments_or_lines_and_needs_the_folder_alone(
        entry, smoke_run, monkeypatch, capsys):
    number = entry.number
    model = ['--model', str(smoke_run(number).folder / 'model')]
    assert call('predict', [number, 'this movie is great', *model, '--json']) == 0
    first, = json.loads(capsys.readouterr().out)['results']
    monkeypatch.setattr('sys.stdin', io.StringIO(
        'the film was not bad at all , i think\nthis movie is great\n'))
    assert call('predict', [number, *model, '--json']) == 0
    _, again = json.loads(capsys.readouterr().out)['results']
    assert again['sentiment'] == first['sentiment'] in ('positive', 'negative')
    for name, p in first['probabilities'].items():  # padded, beside a longer text
        assert again['probabilities'][name] == pytest.approx(p, abs=1e-5)
    assert call('predict', [number, ' \t', *model]) == 2
    assert 'nothing to judge' in capsys.readouterr().err


def test_a_model_of_another_section_is_refused(section, smoke_run):
    with pytest.raises(BadData, match="has no 'vocabulary'"):
        folder = smoke_run('15.2').folder / 'other'
        net = mx.gluon.nn.Dense(2)
        net.initialize()
        d2l.save_model(folder, net, np.ones((1, 3)), {'num_steps': 3})
        section('15.2').predict(folder, 'good')
