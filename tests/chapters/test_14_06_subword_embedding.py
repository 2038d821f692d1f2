import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.data.toys.trades import TRADES
from d2lmx.errors import InputError

MERGES = ['ta', 'tal', 'tall', 'fa', 'fas', 'fast', 'er', 'er_', 'tall_', 'fast_']


def own_share(ours, others):
    """The share of our words whose mean cosine with ours is above that with others."""
    ours, others = (V / onp.linalg.norm(V, axis=1, keepdims=True)
                    for V in (ours, others))
    return ((ours @ ours.T).mean(axis=1) > (ours @ others.T).mean(axis=1)).mean()


@pytest.fixture
def page(section):
    return section('14.6')


def test_byte_pairs_are_as_the_page_prints_them(smoke_run):
    run = smoke_run('14.6')
    assert run.result['symbols'] == MERGES
    assert run.result['tokens'] == ['fast_', 'fast er_', 'tall_', 'tall er_']
    assert run.result['segmented'] == ['tall e s t _', 'fa t t er_']
    lines = run.output.splitlines()
    assert lines[0] == "merge #1: ('t', 'a')" and lines[9] == (
        "merge #10: ('fast', '_')")


def test_a_pair_is_two_whole_symbols(page):
    symbols = ['a', 'b', 'xa']
    merged = page.merge_symbols(('a', 'b'), {'xa b': 1, 'a b a b': 2, 'a bx': 3,
                                             'a a b': 4}, symbols)
    # by text alone, 'xa b' would become 'xab'
    assert merged == {'xa b': 1, 'ab ab': 2, 'a bx': 3, 'a ab': 4}
    assert symbols == ['a', 'b', 'xa', 'ab']
    assert page.merge_symbols(('.', '\\'), {'. \\': 1, 'x \\': 1}, []) == {
        '.\\': 1, 'x \\': 1}


def test_the_most_frequent_pair_is_the_first_of_equals(page):
    assert page.get_max_freq_pair({'c d': 2, 'a b': 2, 'a': 9}) == ('c', 'd')
    assert page.get_max_freq_pair({'a a a': 1, 'b c': 1}) == ('a', 'a')
    with pytest.raises(InputError, match='no pair is left'):
        page.get_max_freq_pair({'abc': 3})


@pytest.mark.parametrize('token, segments', [
    ('', ''), ('abc', 'ab c'), ('abx', 'ab [UNK]'), ('x', '[UNK]'), ('cab', 'c ab')])
def test_segments_are_the_longest_from_the_left(page, token, segments):
    assert page.segment_BPE([token], ['a', 'ab', 'b', 'c']) == [segments]
    assert page.segment_BPE([token], []) == ['[UNK]' if token else '']


def test_a_word_is_the_mean_of_its_rows(page):
    embedding = page.SubwordEmbedding(9, 3)
    embedding.initialize()
    table = embedding.table.weight.data().asnumpy()
    rows = np.array([[2, 5, 8], [4, 0, 0], [0, 0, 0]], dtype='int32')
    onp.testing.assert_allclose(
        embedding(rows).asnumpy(),
        [table[[2, 5, 8]].mean(axis=0), table[4], onp.zeros(3)], rtol=1e-5, atol=1e-7)
    wider = np.array([[2, 5, 8, 0, 0]], dtype='int32')
    onp.testing.assert_allclose(embedding(wider)[0].asnumpy(),
                                embedding(rows)[0].asnumpy(), rtol=1e-5)


def test_scores_are_those_of_the_vectors(page):
    net = page.build_net(6, 10, 4)
    net.initialize()
    rows = np.array([[3, 12, 0], [1, 0, 0]], dtype='int32')
    others = np.array([[0, 5], [2, 2]], dtype='int32')
    v, u = net.v(rows).asnumpy(), net.u.weight.data().asnumpy()
    onp.testing.assert_allclose(
        net(rows, others)[:, 0].asnumpy(),
        [[v[i] @ u[j] for j in line] for i, line in enumerate(others.tolist())],
        rtol=1e-5, atol=1e-7)


def test_toy_trades_end_nearer_to_their_own(page, tmp_path):
    result = page.run(num_epochs=4, embed_size=16, num_buckets=512, num_merges_ptb=5,
                      lr=.01, out=tmp_path)
    losses = [loss for _, loss in result['series']['train loss']]
    assert losses[-1] < losses[0] - .1
    embed = d2l.TokenEmbedding(tmp_path)
    computers, farms = (embed[trade['NOUN']].asnumpy() for trade in TRADES.values())
    assert own_share(computers, farms) > .95 and own_share(farms, computers) > .95


def test_an_unseen_word_has_the_vector_of_its_ngrams(smoke_run, section):
    run = smoke_run('14.6')
    model = d2l.load_model(run.folder / 'model', 'num_buckets')
    rows = d2l.subword_rows(['microchips'], model.about['num_buckets'])
    x = model(np.array(rows, dtype='int32'))
    embed = d2l.TokenEmbedding(run.folder)
    assert 'microchips' not in embed and x.shape == (1, 16)
    for folder in (run.folder, run.folder / 'model'):
        found, = section('14.7').predict(folder, 'microchips', k=3)
        assert found['nearest'] == d2l.nearest_words(embed, x, 3)
    assert found['nearest'] == pytest.approx(run.result['nearest']['microchips'])
    with pytest.raises(InputError, match='no vector of'):
        section('14.7').predict(run.folder / 'vec.txt', 'microchips')


def test_a_seen_words_vector_is_written_with_its_own_row(smoke_run):
    run = smoke_run('14.6')
    model = d2l.load_model(run.folder / 'model', 'num_buckets')
    tokens, vectors = d2l.read_vectors(run.folder / 'vec.txt')
    numbers = {token: i for i, token in enumerate(['<unk>', *tokens])}
    rows = d2l.subword_rows(['chip', 'wheat'], model.about['num_buckets'], numbers)
    onp.testing.assert_allclose(
        model(np.array(rows, dtype='int32')).asnumpy(),
        [vectors[tokens.index(word)] for word in ('chip', 'wheat')], rtol=1e-5,
        atol=1e-6)


def test_the_mark_of_unknown_words_is_not_spelt(page, monkeypatch):
    monkeypatch.setattr(d2l, 'read_ptb', lambda: [['<unk>'] * 9 + ['ab'], ['ab']])
    result = page.encode(1, 50)
    assert result['merges of the Penn Treebank'] == 2  # a b, then ab _


def test_a_word_without_letters_has_no_vector(smoke_run, section):
    with pytest.raises(InputError, match='one is empty'):
        section('14.7').predict(smoke_run('14.6').folder, 'chip', '')
