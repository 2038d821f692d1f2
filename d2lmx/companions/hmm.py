"""Hidden Markov models of tags, counted, and the likeliest tags of a sentence."""
import numpy as onp

from ..errors import InputError

__all__ = ['HiddenMarkovModel', 'viterbi']


def viterbi(start, transition, emission) -> onp.ndarray:
    """The likeliest states, (steps,) whole numbers; of equally likely ones the first.

    All are logarithms of probabilities: start (states,), of the first state; transition
    (states, states), of a column's state after a row's; emission (steps, states), of
    what was seen at each step in each state. ValueError for no step.

    Ours, for 21.20
    """
    if not len(emission):
        raise ValueError('there is no step to find a state of')
    score, best = start + emission[0], []
    for seen in emission[1:]:
        through = score[:, None] + transition   # (state before, state)
        best.append(through.argmax(axis=0))
        score = through.max(axis=0) + seen
    states = [int(score.argmax())]
    for before in reversed(best):
        states.append(int(before[states[-1]]))
    return onp.array(states[::-1])


class HiddenMarkovModel:
    """Tags that follow each other, each with words of its own, as counted in sentences.

    Parameters
    ----------
    words, tags
        Lists of whole numbers for each sentence, one at least, as many words as tags.
    num_words, num_tags
        How many there are; the numbers are 0 to one less.
    smoothing
        Above 0: what is added to each count, so that nothing is impossible.

    Attributes: ``start``, ``transition`` and ``emission``, (num_tags,), (num_tags,
    num_tags) and (num_tags, num_words), logarithms of probabilities, each row's sum
    being 1.

    Ours, for 21.20
    """

    def __init__(self, words, tags, num_words: int, num_tags: int,
                 smoothing: float = 0.1):
        if not smoothing > 0 or len(words) != len(tags) or not len(words):
            raise InputError('sentences with as many lists of tags, and a smoothing '
                             f'above 0, are needed; got {len(words)}, {len(tags)} and '
                             f'{smoothing}')
        start, transition, emission = (onp.full(shape, float(smoothing)) for shape in (
            num_tags, (num_tags, num_tags), (num_tags, num_words)))
        for sentence, line in zip(words, tags):
            start[line[0]] += 1
            onp.add.at(transition, (line[:-1], line[1:]), 1)
            onp.add.at(emission, (line, sentence), 1)
        self.start, self.transition, self.emission = (
            onp.log(counts / counts.sum(axis=-1, keepdims=True))
            for counts in (start, transition, emission))

    def tags(self, words) -> onp.ndarray:
        """The likeliest tags of a sentence's words, by `viterbi`."""
        return viterbi(self.start, self.transition, self.emission[:, words].T)
