"""One network in three ways: what each reads, writes, and is held to."""
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.20')


@pytest.mark.parametrize('variant, shape', [
    ('many to many', (3, 7, 7)), ('one to many', (3, 7, 7)), ('many to one', (3, 7))])
def test_padding_changes_nothing_of_what_counts(page, variant, shape):
    net = page.build_net(variant)
    net.initialize(init.Normal(1))
    X, _ = page.example_inputs(3)
    lens = onp.array([7, 2, 4])
    Y = net(X, np.array(lens, dtype='int32')).asnumpy()
    assert Y.shape == shape
    for i, n in enumerate(lens):
        alone = net(X[i:i + 1, :n], np.array([n], dtype='int32')).asnumpy()[0]
        # sums of float32 in another order
        onp.testing.assert_allclose(Y[i, :n] if len(shape) == 3 else Y[i], alone,
                                    atol=1e-5)


def test_only_from_many_to_many_knows_what_follows(page):
    for variant in ('many to many', 'one to many'):
        net = page.build_net(variant)
        net.initialize(init.Normal(1))
        X, _ = page.example_inputs(2)
        changed, lens = X.copy(), np.array([7, 7], dtype='int32')
        changed[:, 6] = (X[:, 6] + 1) % 500
        first, second = (net(a, lens)[:, 0].asnumpy() for a in (X, changed))
        assert onp.allclose(first, second, atol=1e-7) is (variant == 'one to many')


def test_names_have_one_kind_and_one_word(page):
    tagged = [(['Anna', 'Jordan', 'left', 'Rome'], ['B-PER', 'I-PER', 'O', 'B-LOC']),
              (['Jordan', 'hired', 'Carter'], ['B-ORG', 'O', 'B-PER']),
              (['Jordan', 'Ivy'], ['B-LOC', 'B-PER'])]
    assert page.names_in(tagged) == {'Rome': 'LOC', 'Carter': 'PER', 'Ivy': 'PER'}


@pytest.mark.parametrize('temperature', [.5, 1, 2])
def test_tokens_are_drawn_by_their_softmax(page, temperature):
    scores = onp.tile([[0., 1, 2]], (20_000, 1))
    p = onp.exp(scores[0] / temperature)
    shares = onp.bincount(page.draw_tokens(scores, temperature), minlength=3) / 20_000
    # four standard deviations of a share
    assert shares == pytest.approx(p / p.sum(), abs=4 * (.25 / 20_000) ** .5)


def test_rare_words_are_known_by_their_ends(page):
    tagged = [(['the', 'Torson', 'the'], ['O', 'B-PER', 'O'])]
    vocab = page.vocabulary(tagged)
    assert vocab.idx_to_token == ['<unk>', 'the', '-son']
    assert vocab[page.forms(['the', 'Kelson', 'Rome'], vocab)] == [1, 2, 0]
    assert page.numbers(tagged, vocab, ['B-PER', 'O']) == [([1, 2, 1], [1, 0, 1])]


def test_a_tagger_that_is_always_right_scores_one(page):
    pairs, classes = [([4, 5], [1, 0]), ([6], [1])], ['B-LOC', 'O']
    assert page.score(lambda words: [1, 0][:len(words)], pairs, classes) == 1
    assert page.score(lambda words: [0] * len(words), pairs, classes) == .5


def test_the_smoke_run_measures_all_three_ways(smoke_run):
    result = smoke_run('21.20').result
    assert len(result['claims']) == 4
    assert [len(names) for names in result['written'].values()] == [8] * 4
    for name in ('hidden Markov model', 'from both sides', 'kind of a name'):
        assert all(0 <= share <= 1 for share in result[name])
    # counts alone know most of these sentences
    assert result['hidden Markov model'][0] > .3


@pytest.mark.parametrize('both, different, holds', [
    (.9, [.1, .2, .3, .4], [True, True, True, True]),
    (.5, [.1, .2, .3, .4], [False, False, True, True]),
    (.9, [.2, .1, .3, .4], [True, True, True, False])])
def test_a_claim_may_fail(page, both, different, holds):
    found = {'hidden Markov model': [.7], 'from the left': [.6], 'from both sides': [
        both], 'kind of a name': [.8], 'the usual kind': [.4],
        **{f'different at {t}': [share] for t, share in zip(page.TEMPERATURES,
                                                            different)}}
    assert [row['holds'] for row in page.claims(found)] == holds


def test_a_file_without_names_is_told(page, tmp_path):
    file = tmp_path / 'speech.txt'
    file.write_text('a\tDET\ndog\tNOUN\n\n' * 20, encoding='utf-8')
    with pytest.raises(d2l.InputError, match='0 names of one word'):
        page.run(sentences=str(file))
