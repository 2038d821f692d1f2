"""Searches against brute force over every sequence."""
import itertools

import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx.errors import InputError

BOS, EOS, VOCAB, STEPS = 0, 1, 4, 4


class Table:
    """A decoder whose scores are drawn once for every prefix of every sentence.

    It keeps whole prefixes as its state, so a search that mixes up rows gets wrong
    scores.
    """

    def __init__(self, seed, vocab_size=VOCAB):
        self.random, self.vocab_size = onp.random.RandomState(seed), vocab_size
        self.scores = {}

    def start(self, num_sentences):
        return [(i,) for i in range(num_sentences)]

    def row(self, prefix):
        if prefix not in self.scores:
            self.scores[prefix] = self.random.normal(scale=2, size=self.vocab_size)
        return self.scores[prefix]

    def step(self, tokens, state):
        state = [prefix + (int(token),) for prefix, token in zip(state, tokens)]
        return onp.array([self.row(prefix) for prefix in state]), state

    def select(self, state, rows):
        return [state[row] for row in rows]

    def log_prob(self, sentence, tokens):
        """By the definition, from the scores along the sequence."""
        prefix, total = (sentence, BOS), 0.0
        for token in tokens:
            scores = self.row(prefix)
            total += scores[token] - onp.log(onp.exp(scores).sum())
            prefix += (token,)
        return total


def brute_force(table, sentence, num_steps, alpha):
    """[(score, tokens)] of every sequence that ends or has num_steps tokens."""
    found = []
    others = [token for token in range(table.vocab_size) if token != EOS]
    for length in range(num_steps + 1):
        for tokens in itertools.product(others, repeat=length):
            whole = tokens if length == num_steps else (*tokens, EOS)
            score = table.log_prob(sentence, whole) / len(whole) ** alpha
            found.append((score, list(tokens)))
    return sorted(found, reverse=True)


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('alpha', [0, 0.75, 1.5])
def test_exhaustive_search_finds_every_sequence_in_order(seed, alpha):
    table = Table(seed)
    expected = brute_force(table, 0, STEPS, alpha)
    found = d2l.exhaustive_search(table, table.start(1), BOS, EOS, STEPS, alpha)
    assert [h.tokens for h in found] == [tokens for _, tokens in expected]
    onp.testing.assert_allclose([h.score for h in found], [s for s, _ in expected])


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('alpha', [0, 0.75])
def test_a_beam_that_holds_all_sequences_finds_the_best_of_each_sentence(seed, alpha):
    table = Table(seed)
    found = d2l.beam_search(table, table.start(3), 3, BOS, EOS, STEPS,
                            beam_size=VOCAB ** STEPS, length_penalty=alpha)
    for sentence, hypotheses in enumerate(found):
        expected = brute_force(table, sentence, STEPS, alpha)
        assert [h.tokens for h in hypotheses] == [tokens for _, tokens in expected]
        onp.testing.assert_allclose([h.score for h in hypotheses],
                                    [score for score, _ in expected])


@pytest.mark.parametrize('seed', range(5))
def test_a_beam_of_one_is_greedy(seed):
    table = Table(seed)
    greedy = d2l.greedy_search(table, table.start(4), 4, BOS, EOS, STEPS)
    beams = d2l.beam_search(table, table.start(4), 4, BOS, EOS, STEPS, beam_size=1)
    for one, (other,) in zip(greedy, beams):
        assert one.tokens == other.tokens
        onp.testing.assert_allclose(one.log_prob, other.log_prob)
        assert one.score == one.log_prob


def plain_beam(table, sentence, beam_size, num_steps, alpha):
    """The same search for one sentence, over tuples, as one would write it first."""
    beam, found = [(0.0, ())], []
    for step in range(1, num_steps + 1):
        grown = [(table.log_prob(sentence, (*tokens, token)), (*tokens, token))
                 for _, tokens in beam for token in range(table.vocab_size)]
        kept = sorted(grown, reverse=True)[:beam_size - len(found)]
        found += [(lp / step ** alpha, list(tokens[:-1])) for lp, tokens in kept
                  if tokens[-1] == EOS]
        beam = [(lp, tokens) for lp, tokens in kept if tokens[-1] != EOS]
    found += [(lp / num_steps ** alpha, list(tokens)) for lp, tokens in beam]
    return sorted(found, reverse=True)


@pytest.mark.parametrize('beam_size', [2, 3, 5])
@pytest.mark.parametrize('seed', range(4))
def test_a_batch_of_beams_is_each_sentence_by_itself(seed, beam_size):
    table = Table(seed, vocab_size=6)
    found = d2l.beam_search(table, table.start(4), 4, BOS, EOS, 5, beam_size=beam_size)
    for sentence, hypotheses in enumerate(found):
        expected = plain_beam(table, sentence, beam_size, 5, 0.75)
        assert [h.tokens for h in hypotheses] == [tokens for _, tokens in expected]
        onp.testing.assert_allclose([h.log_prob for h in hypotheses],
                                    [table.log_prob(sentence, whole(h)) for h
                                     in hypotheses])


def whole(hypothesis, num_steps=5):
    cut = len(hypothesis.tokens) == num_steps
    return hypothesis.tokens + ([] if cut else [EOS])


def test_the_example_of_the_page_a_greedy_first_step_is_not_the_best():
    # tokens A, B, C, <eos> as in the book's two figures
    table = Table(0)
    A, C = 2, 3
    for row in itertools.product(range(VOCAB), repeat=3):
        for t in range(4):
            table.scores[(0, BOS) + row[:t]] = onp.log([.05, .05, .05, .85])
    table.scores[0, BOS] = onp.log([.1, .05, .5, .35])          # A first: .5
    table.scores[0, BOS, A] = onp.log([.3, .3, .2, .2])         # and then nothing clear
    table.scores[0, BOS, C] = onp.log([.01, .97, .01, .01])     # C, then it surely ends
    greedy, = d2l.greedy_search(table, table.start(1), 1, BOS, EOS, 2)
    (best, _), = d2l.beam_search(table, table.start(1), 1, BOS, EOS, 2, beam_size=2)
    assert greedy.tokens[:1] == [A] and best.tokens == [C]
    assert best.log_prob > greedy.log_prob
    onp.testing.assert_allclose(best.log_prob, onp.log(.35 * .97))


def test_length_penalty_decides_between_short_and_long():
    table = Table(0)
    for prefix, row in (((0, BOS), [.02, .4, .56, .02]),
                        ((0, BOS, 2), [.02, .6, .36, .02])):
        table.scores[prefix] = onp.log(row)
    search = [d2l.exhaustive_search(table, table.start(1), BOS, EOS, 2, alpha)[0].tokens
              for alpha in (0, 1)]
    assert search == [[], [2]]  # .4 > .56 * .6, but not by each of two tokens


def test_wrong_sizes_are_refused():
    table = Table(0, vocab_size=1000)
    with pytest.raises(ValueError, match='too many to look at'):
        d2l.exhaustive_search(table, table.start(1), BOS, EOS, 3)
    with pytest.raises(ValueError, match='beam_size must be .* at least 1, got 0'):
        d2l.beam_search(table, table.start(1), 1, BOS, EOS, 3, beam_size=0)


# ---- with a network ------------------------------------------------------------------

@pytest.fixture(scope='module')
def net():
    d2l.set_seed(0)
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(7, 5, 6, 2),
                             d2l.Seq2SeqDecoder(5, 4, 6, 2))
    net.initialize(init.Normal(0.8))
    return net


@pytest.fixture
def sources():
    lens = onp.array([3, 5, 1], 'int32')
    return onp.random.RandomState(1).randint(0, 7, (3, 5)).astype('int32'), lens


def teacher_forced(net, X, lens, tokens):
    """Log-probability of a whole sequence, from one pass over all its steps."""
    dec_X = np.array([[BOS, *tokens[:-1]]], dtype='int32')
    Y, _ = net(np.array(X, dtype='int32'), dec_X, np.array(lens, dtype='int32'))
    scores = Y[0].asnumpy().astype('float64')
    log_p = scores - onp.log(onp.exp(scores).sum(axis=1, keepdims=True))
    return log_p[onp.arange(len(tokens)), tokens].sum()


@pytest.mark.parametrize('hybridize', [False, True])
def test_searches_of_a_network_agree_with_teacher_forcing_and_brute_force(
        net, sources, hybridize):
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    decoder, (X, lens) = d2l.LiveDecoder(net), sources
    beams = d2l.beam_search(decoder, decoder.start(X, lens), 3, BOS, EOS, 3,
                            beam_size=125)
    for i, hypotheses in enumerate(beams):
        every = d2l.exhaustive_search(decoder, decoder.start(X[i:i + 1], lens[i:i + 1]),
                                      BOS, EOS, 3)
        assert [h.tokens for h in hypotheses[:10]] == [h.tokens for h in every[:10]]
        for hypothesis in every[:10]:
            tokens = hypothesis.tokens + [EOS] * (len(hypothesis.tokens) < 3)
            # float32 sums, a step at a time and all at once
            assert abs(teacher_forced(net, X[i:i + 1], lens[i:i + 1], tokens)
                       - hypothesis.log_prob) < 1e-4


def test_select_takes_rows_along_the_axis_that_counts_the_examples(net, sources):
    decoder = d2l.LiveDecoder(net)
    state = decoder.start(*sources)
    _, state = decoder.step(onp.array([BOS, 2, 3]), state)
    chosen = decoder.select(state, [2, 0, 0])
    for before, after in zip(state, chosen):
        assert after.shape == before.shape
        assert (after == np.stack([before[:, 2], before[:, 0], before[:, 0]], 1)).all()


def test_whoever_watches_sees_the_weights_of_each_step_as_it_is_made(sources):
    net = d2l.EncoderDecoder(
        d2l.Seq2SeqEncoder(7, 4, 6, 1), d2l.Seq2SeqAttentionDecoder(5, 4, 6, 1))
    net.initialize(init.Normal(0.5))
    seen = []
    decoder = d2l.LiveDecoder(net, watch=seen.append)
    state = decoder.start(*sources)
    for t in range(1, 4):
        _, state = decoder.step(onp.array([BOS, 2, 3]), state)
        assert len(seen) == t
        weights, = seen[-1]  # one step a call
        assert weights.shape == (3, 1, 5)
    assert (seen[0][0] != seen[1][0]).any()  # the query is the state, which moves


@pytest.mark.parametrize('search', ['greedy_search', 'exhaustive_search',
                                    'beam_search'])
def test_no_search_has_less_than_one_step(search):
    table = Table(0, vocab_size=5)
    sentences = () if search == 'exhaustive_search' else (1,)
    with pytest.raises(ValueError, match='num_steps must be .* at least 1, got 0'):
        getattr(d2l, search)(table, table.start(1), *sentences, BOS, EOS, 0)


def test_scores_that_are_no_numbers_are_of_a_training_that_diverged():
    class Diverged(Table):
        def step(self, tokens, state):
            scores, state = super().step(tokens, state)
            return scores * onp.nan, state

    table = Diverged(0, vocab_size=5)
    for search in (d2l.greedy_search, d2l.beam_search):
        with pytest.raises(InputError, match='has diverged'):
            search(table, table.start(1), 1, BOS, EOS, 3)
