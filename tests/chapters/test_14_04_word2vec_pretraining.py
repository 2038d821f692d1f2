import math
import zipfile

import numpy as onp
import pytest
from mxnet import np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.data.toys.trades import TRADES


def test_shapes_and_losses_of_the_page(section):
    page = section('14.4')
    assert page.shapes() == {'embedding': [20, 4], 'vectors': [2, 3, 4],
                             'scores': [2, 1, 4]}
    found = page.masked_losses()
    # the page prints 0.9352 and 1.8462
    assert found['losses'] == pytest.approx([.9352, 1.8462], abs=5e-5)
    assert found['by hand'] == pytest.approx(found['losses'], rel=1e-6)


def test_a_score_of_nothing_costs_log_two(section):
    assert section('14.4').sigmd(0) == pytest.approx(math.log(2))


def test_the_block_gives_what_the_pages_function_gives(section):
    page = section('14.4')
    net = page.build_net(20, 4)
    net.initialize()
    center, others = np.array([[3], [19]], 'int32'), np.array([[1, 3, 3], [0, 2, 4]],
                                                              'int32')
    scores = page.skip_gram(center, others, net[0], net[1])
    assert scores.shape == (2, 1, 3) and abs(net(center, others) - scores).max() < 1e-8
    V, U = (net[i].weight.data().asnumpy() for i in (0, 1))
    assert float(scores[1, 0, 2]) == pytest.approx(float(V[19] @ U[4]), rel=1e-5)


def test_similar_tokens_are_by_the_cosine(section):
    embed = nn.Embedding(4, 2)
    embed.initialize()
    embed.weight.set_data(np.array([[1., 0], [3, 3], [-1, -1], [0, 2]]))
    vocab = d2l.Vocab(['a', 'b', 'c'])
    found = section('14.4').get_similar_tokens('a', 2, embed, vocab)
    assert sorted(found) == ['<unk>', 'c']
    assert len(section('14.4').get_similar_tokens('a', 99, embed, vocab)) == 3
    assert list(found.values()) == pytest.approx([.5 ** .5] * 2, rel=1e-5)


def test_words_end_nearer_to_their_own_trade_than_to_the_other(section, tmp_path):
    d2l.set_seed(1)
    section('14.4').run(out=tmp_path)  # on the toy, by the page's options
    tokens, vectors = d2l.read_vectors(tmp_path / 'vec.txt')
    vectors /= onp.linalg.norm(vectors, axis=1, keepdims=True)
    groups = [[tokens.index(word) for kind in trade.values() for word in kind]
              for trade in TRADES.values()]
    for own, other in (groups, groups[::-1]):
        for i in own:
            others = [j for j in own if j != i]
            assert ((vectors[others] @ vectors[i]).mean()
                    > (vectors[other] @ vectors[i]).mean()), tokens[i]


def test_the_smoke_run_learns(smoke_run):
    result = smoke_run('14.4').result
    losses = [loss for epoch, loss in result['series']['train loss'] if epoch % 1 == 0]
    assert losses[1] < losses[0] < math.log(2)
    assert result['mean loss of all epochs'] == pytest.approx(sum(losses) / 2)
    assert len(result['similar to chip']) == 3
    tokens, _ = d2l.read_vectors(smoke_run('14.4').folder / 'vec.txt')
    assert '<unk>' not in tokens and 'chip' in tokens


@pytest.fixture
def small_ptb(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / 'ptb.zip', 'w') as archive:
        archive.writestr('ptb/ptb.train.txt', 'one two three four five ' * 2000)
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))


def test_a_text_without_chip_has_nothing_similar_to_it(section, small_ptb, tmp_path):
    result = section('14.4').run(num_epochs=1, max_window_size=1, out=tmp_path)
    assert result['similar to chip'] == {}


@pytest.mark.parametrize('number', ['14.1', '14.4', '14.5', '14.6'])
def test_vectors_are_read_where_they_were_trained(section, small_ptb, tmp_path, number):
    # two that are not the current one, as GPUs are not
    with running(devices=[npx.cpu(1), npx.cpu(2)]):
        section(number).run(num_epochs=1, max_window_size=1, embed_size=4, batch_size=9,
                            out=tmp_path)
    tokens, vectors = d2l.read_vectors(tmp_path / 'vec.txt')
    assert sorted(tokens) == ['five', 'four', 'one', 'three', 'two']
    assert vectors.shape == (5, 4)
