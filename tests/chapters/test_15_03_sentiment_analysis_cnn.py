"""Sentiment by convolutions; what both networks share is tested with section 15.2."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l


def test_one_dimensional_correlations_are_the_pages(section, smoke_run):
    result = smoke_run('15.3').result
    assert result['corr1d(X, K)'] == [2, 5, 8, 11, 14, 17]
    assert result['corr1d_multi_in(X, K)'] == [2, 8, 14, 20, 26, 32]
    rng = onp.random.RandomState(0)
    x, k = rng.normal(size=9), rng.normal(size=4)
    onp.testing.assert_allclose(
        section('15.3').corr1d(np.array(x), np.array(k)).asnumpy(),
        onp.correlate(x, k, 'valid'), rtol=1e-5)  # float32


def test_texts_without_padding_have_the_pages_maxima(section):
    net = section('15.3').TextCNN(30, 6, (2, 3), (5, 4))
    net.initialize(init.Normal(0.5))
    X = np.random.randint(2, 30, size=(3, 7), dtype='int32')
    scores = net(X)
    embeddings = np.concatenate([net.embedding(X), net.constant_embedding(X)], axis=2)
    maxima = [conv(embeddings.transpose(0, 2, 1)).max(axis=2) for conv in net.convs]
    expected = net.decoder(np.concatenate(maxima, axis=1))
    onp.testing.assert_allclose(scores.asnumpy(), expected.asnumpy(), rtol=1e-5,
                                atol=1e-6)


def test_a_window_in_the_padding_wins_on_the_page_and_not_here(section):
    net = section('15.3').TextCNN(5, 1, (1,), (1,))
    net.initialize('ones')
    for embedding in (net.embedding, net.constant_embedding):
        embedding.weight.set_data(np.array([[0], [9], [1], [2], [3]]))  # <pad>: 9
    # the sum of both vectors of the greatest word, once for each score
    assert net(np.array([[2, 4, 3, 1, 1]])).tolist() == [[6, 6]]
    assert net(np.array([[2, 1, 1]])).tolist() == [[2, 2]]


def test_one_embedding_learns_and_the_other_stays(smoke_run):
    folder = smoke_run('15.3').folder / 'model'
    about = d2l.load_model(folder, 'vocabulary').about
    params = mx.npx.load(str(folder / 'network-0000.params'))
    weights = [value for name, value in sorted(params.items()) if 'embedding' in name]
    wanted = d2l.TokenEmbedding('glove.6b.100d')[about['vocabulary']]
    assert sorted(bool((weight == wanted).all()) for weight in weights) == [False, True]


def test_the_smoke_run_learns(smoke_run):
    final = smoke_run('15.3').result['final']
    assert final['test acc'] > .7  # half would be chance
    assert smoke_run('15.3').result['predictions']['this movie is so great'] in (
        'positive', 'negative')


@pytest.mark.parametrize('sizes', [(1,), (3, 1)])
def test_a_window_of_one_word_needs_no_word_behind(section, sizes):
    net = section('15.3').TextCNN(5, 2, sizes, (3,) * len(sizes))
    net.initialize()
    for hybridize in (False, True):
        net.hybridize(hybridize)
        assert net(np.array([[2]], dtype='int32')).shape == (1, 2)
