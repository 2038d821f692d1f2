"""Searches for the target sequence that a network holds for likely, token by token.

The searches know of the network two functions: `step` and `select`. `LiveDecoder` gives
them for an `EncoderDecoder`; exported graphs give the same (see `d2lmx.export`). States
may be anything that the two functions agree on.
"""
from dataclasses import dataclass

import numpy as onp
from mxnet import np

from ..errors import InputError
from ..runtime.checks import check_whole

__all__ = ['LiveDecoder', 'Hypothesis', 'greedy_search', 'exhaustive_search',
           'beam_search']

MOST_HYPOTHESES = 200_000  # that an exhaustive search may look at


class LiveDecoder:
    """An `EncoderDecoder` as the searches want it, hybridized or not.

    Attributes: ``net``. Every network for decoding has these three methods.

    Parameters
    ----------
    watch
        Called after each step with the decoder's ``attention_weights``, which it must
        have then. None: nobody looks.

    Ours, for 9.8
    """

    def __init__(self, net, watch=None):
        self.net, self.watch = net, watch

    def start(self, *enc_inputs):
        """The state before the first token, of the arrays for the encoder."""
        X, *args = map(np.array, enc_inputs)
        return self.net.decoder.init_state(self.net.encoder(X, *args), *args)

    def step(self, tokens, state):
        """Scores of each next token, NumPy (rows, vocab_size), and the new state.

        tokens: the last one of each row, (rows,).
        """
        X = np.array(onp.reshape(tokens, (-1, 1)), dtype='int32')
        Y, state = self.net.decoder(X, state)
        if self.watch:
            self.watch(self.net.decoder.attention_weights)
        return Y[:, -1].asnumpy(), state

    def select(self, state, rows):
        """The state of some rows, in their order; a row may come again."""
        rows = np.array(rows, dtype='int32')
        axes = iter(self.net.decoder.state_axes)

        def pick(part):
            if isinstance(part, (list, tuple)):
                return [pick(inner) for inner in part]
            return np.take(part, rows, axis=next(axes, 0))

        return pick(state)


@dataclass(frozen=True)
class Hypothesis:
    """A target sequence that a search has found.

    Attributes: ``tokens``, a list of numbers without '<eos>'; ``log_prob``, the
    logarithm of its probability, '<eos>' included; ``score``, by which it was ranked.

    Ours, for 9.8
    """

    tokens: list
    log_prob: float
    score: float


def log_softmax(scores):
    """Logarithms of the probabilities, float64, along the last axis.

    ValueError for scores that are NaN, or infinite without bound, of a network that
    has diverged.
    """
    scores = scores.astype('float64')
    with onp.errstate(invalid='ignore'):
        scores = scores - scores.max(axis=-1, keepdims=True)
    if onp.isnan(scores).any():
        raise InputError("the network's scores of tokens are not numbers: its training "
                         'has diverged; train it anew, with a smaller lr')
    return scores - onp.log(onp.exp(scores).sum(axis=-1, keepdims=True))


def greedy_search(decoder, state, num_sentences: int, bos: int, eos: int,
                  num_steps: int) -> list:
    """Take the likeliest token at each step: a `Hypothesis` for each sentence.

    Parameters
    ----------
    decoder
        Has ``step(tokens, state) -> (scores, state)``, such as a `LiveDecoder`.
    state
        Before the first token, of all the sentences.
    bos, eos
        Token numbers: what comes first, and what ends a sequence.
    num_steps
        Tokens at most, '<eos>' included.

    Ours, for 9.8
    """
    check_whole(num_steps=num_steps)
    tokens = onp.full(num_sentences, bos)
    log_probs, is_open = onp.zeros(num_sentences), onp.ones(num_sentences, bool)
    found = [[] for _ in range(num_sentences)]
    for _ in range(num_steps):
        scores, state = decoder.step(tokens, state)
        log_p = log_softmax(scores)
        tokens = log_p.argmax(axis=1)
        log_probs[is_open] += log_p.max(axis=1)[is_open]
        is_open &= tokens != eos
        for i in onp.flatnonzero(is_open):
            found[i].append(int(tokens[i]))
        if not is_open.any():
            break
    return [Hypothesis(sequence, float(log_prob), float(log_prob))
            for sequence, log_prob in zip(found, log_probs)]


def exhaustive_search(decoder, state, bos: int, eos: int, num_steps: int,
                      length_penalty: float = 0.75) -> list:
    """Every sequence that there is for one sentence, the best first.

    Sequences end with '<eos>', or are cut after num_steps tokens. Arguments as of
    `beam_search`, and state of one sentence. ValueError where there are more than
    200,000, as there are for all but tiny vocabularies.

    Ours, for 9.8
    """
    check_whole(num_steps=num_steps)
    found, prefixes, log_probs = [], [[]], onp.zeros(1)
    tokens = onp.array([bos])
    for t in range(1, num_steps + 1):
        scores, state = decoder.step(tokens, state)
        vocab_size = scores.shape[1]
        if len(prefixes) * vocab_size > MOST_HYPOTHESES:
            raise InputError(
                f'with {vocab_size} tokens there are {len(prefixes) * vocab_size} '
                f'sequences of {t} steps, too many to look at each: use beam_search, '
                'or fewer num_steps')
        total = log_probs[:, None] + log_softmax(scores)
        is_end = onp.arange(vocab_size) == eos
        found += [ended(prefix, log_prob, t, length_penalty)
                  for prefix, log_prob in zip(prefixes, total[:, eos])]
        rows, nexts = (a.ravel() for a in onp.meshgrid(
            onp.arange(len(prefixes)), onp.flatnonzero(~is_end), indexing='ij'))
        prefixes = [prefixes[row] + [int(token)] for row, token in zip(rows, nexts)]
        log_probs, tokens = total[rows, nexts], nexts
        state = decoder.select(state, rows)
    found += [ended(prefix, log_prob, num_steps, length_penalty)
              for prefix, log_prob in zip(prefixes, log_probs)]
    return best_first(found)


def beam_search(decoder, state, num_sentences: int, bos: int, eos: int, num_steps: int,
                beam_size: int = 2, length_penalty: float = 0.75) -> list:
    """Keep the beam_size likeliest sequences at each step; for each sentence, a list.

    A sequence that ends leaves the beam, which goes on with one place less. The list
    holds all that ended, and those still open after num_steps tokens: beam_size
    hypotheses, or fewer where there are not as many, the best first.

    Parameters
    ----------
    decoder
        As of `greedy_search`, and with ``select(state, rows) -> state``.
    state, num_sentences, bos, eos, num_steps
        As of `greedy_search`.
    beam_size
        Sequences kept, at least 1; with 1 the search is greedy.
    length_penalty
        The alpha in the score log_prob / length^alpha, where '<eos>' counts in the
        length: 0 prefers short sequences, more prefers longer ones.

    Ours, for 9.8
    """
    check_whole(beam_size=beam_size, num_steps=num_steps)
    beams = [_Beam(beam_size) for _ in range(num_sentences)]
    starts = onp.arange(num_sentences)[:, None] * beam_size  # first row of each beam
    state = decoder.select(state, onp.repeat(onp.arange(num_sentences), beam_size))
    tokens = onp.full(num_sentences * beam_size, bos)
    for t in range(1, num_steps + 1):
        scores, state = decoder.step(tokens, state)
        log_p = log_softmax(scores).reshape(num_sentences, beam_size, -1)
        parents, tokens = (onp.array(part) for part in zip(*(
            beam.extend(rows, eos, t, length_penalty)
            for beam, rows in zip(beams, log_p))))
        if t == num_steps or not any(beam.num_open for beam in beams):
            break
        state = decoder.select(state, (starts + parents).ravel())
        tokens = tokens.ravel()
    return [beam.close(t, length_penalty) for beam in beams]


class _Beam:
    """The open and the ended sequences of one sentence.

    The state has beam_size rows for it all along: those past num_open are idle.
    """

    def __init__(self, beam_size):
        self.size, self.num_open = beam_size, 1
        self.prefixes, self.log_probs = [[]], onp.zeros(1)
        self.found = []

    def extend(self, log_p, eos, length, length_penalty):
        """Go on by one token: each row's parent row and token, two lists of size."""
        if self.num_open == 0:
            return [0] * self.size, [eos] * self.size
        total = (self.log_probs[:, None] + log_p[:self.num_open]).ravel()
        places = self.size - len(self.found)
        best = largest(total, places)
        kept = []
        for parent, token in zip(*divmod(best, log_p.shape[1])):
            log_prob = total[parent * log_p.shape[1] + token]
            if token == eos:
                self.found.append(ended(self.prefixes[parent], log_prob, length,
                                        length_penalty))
            else:
                kept.append((parent, int(token), log_prob))
        self.prefixes = [self.prefixes[parent] + [token] for parent, token, _ in kept]
        self.log_probs = onp.array([log_prob for *_, log_prob in kept])
        self.num_open = len(kept)
        idle = self.size - len(kept)
        return ([parent for parent, *_ in kept] + [0] * idle,
                [token for _, token, _ in kept] + [eos] * idle)

    def close(self, length, length_penalty):
        """All hypotheses, the best first; open ones are cut."""
        cut = [ended(prefix, log_prob, length, length_penalty)
               for prefix, log_prob in zip(self.prefixes, self.log_probs)]
        return best_first(self.found + cut)


def largest(values, count):
    """The places of the largest values, largest first; equal ones in their order."""
    if count < len(values):
        near = onp.argpartition(-values, count - 1)[:count]
        near = onp.flatnonzero(values >= values[near].min())  # with all that are equal
    else:
        near = onp.arange(len(values))
    return near[onp.argsort(-values[near], kind='stable')][:count]


def ended(tokens, log_prob, length, length_penalty):
    """A hypothesis of a length, '<eos>' included, with its score."""
    return Hypothesis(tokens, float(log_prob),
                      float(log_prob / length ** length_penalty))


def best_first(hypotheses):
    """By falling score; equal ones in the order in which they were found."""
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis.score)
