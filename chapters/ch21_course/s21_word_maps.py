"""Word vectors: maps, analogies and bias (词向量：地图、类比与偏见)

Source: deep-learning-specialization, topic 21

Words of some groups are laid out in a plane, by t-SNE and by principal components;
what is measured is how often the nearest word is of the same group. Analogies are
answered by the vectors, among all words of the file, before and after a direction, of
men to women, is taken out of them: words that should be neutral lose it, pairs are made
to differ by it alone. The bias is measured for these pairs, for pairs that were kept
out of the work, and by the neighbours of a word, which may still tell what the word
itself no longer does.
"""
from typing import Literal

import numpy as onp

import d2lmx as d2l

DATA = ('glove.6b.50d',)
SMOKE = dict(num_seeds=1, num_steps=60)
RANGES = dict(perplexity=(2, 20))

GROUPS = {
    'animals': 'dog cat horse bird fish cow sheep',
    'food': 'bread apple cake pizza coffee tea rice soup beer wine',
    'computing': 'computer software hardware processor memory internet network chip',
    'countries': 'china japan france germany italy spain russia england greece canada',
    'family': 'father mother son daughter brother sister husband wife uncle aunt',
    'sport': 'football soccer tennis basketball game player race ball',
    'colours': 'red blue green black white yellow orange brown'}
# of these pairs the direction is made, and they are equalized
PAIRS = [('he', 'she'), ('man', 'woman'), ('father', 'mother'), ('boy', 'girl'),
         ('son', 'daughter'), ('brother', 'sister')]
KEPT_OUT = [('king', 'queen'), ('uncle', 'aunt'), ('husband', 'wife'),
            ('prince', 'princess')]
NEUTRAL = '''doctor nurse engineer teacher lawyer programmer secretary scientist artist
    dancer singer captain soldier maid boss librarian philosopher architect kitchen
    football guitar dress shoes computer machine school love music race game dance beer
    coffee dinner money company bank horse cat garden beautiful lovely strong clever
    warm funny driving cooking singing running reading smiling holding'''.split()
RELATIONS = {
    'capital': [('beijing', 'china'), ('tokyo', 'japan'), ('paris', 'france'),
                ('berlin', 'germany'), ('rome', 'italy'), ('madrid', 'spain'),
                ('moscow', 'russia'), ('london', 'england'), ('athens', 'greece')],
    'most': [('bad', 'worst'), ('big', 'biggest'), ('good', 'best'),
             ('small', 'smallest'), ('large', 'largest'), ('fast', 'fastest'),
             ('strong', 'strongest'), ('high', 'highest'), ('old', 'oldest')],
    'past': [('do', 'did'), ('go', 'went'), ('see', 'saw'), ('take', 'took'),
             ('make', 'made'), ('give', 'gave'), ('come', 'came'),
             ('think', 'thought')],
    'man to woman': [*PAIRS, *KEPT_OUT]}
NUM_NEIGHBOURS = 5


def present(words, embed):
    """Those of the words that have a vector."""
    return [word for word in words if word in embed]


def same_group(Y, groups):
    """How often the point nearest to a point (n, 2) is of its group (n,)."""
    distance = d2l.squared_distances(Y, Y)
    onp.fill_diagonal(distance, onp.inf)
    return float(onp.mean(groups[distance.argmin(axis=1)] == groups))


def answers(W, number, pairs):
    """Whether b - a + c is nearest to d, for all pairs (a, b) and (c, d): a list.

    W: rows of length 1, of all words. The question's own words are no answer.
    """
    rows = onp.array([[number[word] for word in pair] for pair in pairs])
    first, second = onp.nonzero(~onp.eye(len(rows), dtype=bool))
    (a, b), (c, d) = rows[first].T, rows[second].T
    cosines = d2l.unit_rows(W[b] - W[a] + W[c]) @ W.T
    for asked in (a, b, c):
        cosines[onp.arange(len(a)), asked] = -onp.inf
    return (cosines.argmax(axis=1) == d).tolist()


def debiased(W, number):
    """W with all words neutral but those of pairs, and with PAIRS equalized; and the
    direction."""
    he, she = (W[[number[pair[i]] for pair in PAIRS]] for i in (0, 1))
    direction, = d2l.unit_rows((he - she).mean(axis=0)[None])
    fair = d2l.neutralize(W, direction)
    kept = [number[word] for pair in KEPT_OUT for word in pair]
    fair[kept] = W[kept]  # what they mean lies along it
    fair[[number[he] for he, _ in PAIRS]], fair[[number[she] for _, she in PAIRS]] = (
        d2l.equalize(he, she, direction))
    return fair, direction


def bias(W, number, pairs, neutral):
    """How much nearer neutral words are to one of a pair: the mean difference."""
    words = W[[number[word] for word in neutral]]
    he, she = (W[[number[pair[i]] for pair in pairs]] for i in (0, 1))
    return float(abs(words @ he.T - words @ she.T).mean())


def told_by_neighbours(W, before, rows):
    """How well the bias before of a word's nearest words tells its own: a correlation.

    W: vectors in which who is near is asked; before (words,): all words' bias; rows:
    of which words it is asked.
    """
    cosines = W[rows] @ W.T
    cosines[onp.arange(len(rows)), rows] = -onp.inf
    nearest = onp.argsort(-cosines, axis=1)[:, :NUM_NEIGHBOURS]
    return float(onp.corrcoef(before[nearest].mean(axis=1), before[rows])[0, 1])


def show_map(Y, words, groups, title):
    """Points with their words, a colour a group."""
    d2l.plt.figure(figsize=(6, 5))
    for group in dict.fromkeys(groups):
        d2l.plt.scatter(*Y[groups == group].T, s=12, label=group)
    for point, word in zip(Y, words):
        d2l.plt.annotate(word, point, fontsize=6, xytext=(2, 2),
                         textcoords='offset points')
    d2l.plt.xlabel('first number')
    d2l.plt.ylabel('second number')
    d2l.plt.title(title)
    d2l.plt.legend(bbox_to_anchor=(1, 1), loc='upper left', fontsize='small')


def show_bias(W, fair, direction, number, neutral):
    """What neutral words have of the direction, before and after."""
    rows = [number[word] for word in neutral]
    before = W[rows] @ direction
    order = onp.argsort(before)
    d2l.plot(onp.arange(len(rows)), [before[order], (fair[rows] @ direction)[order]],
             'neutral word, by its bias', 'cosine with the direction',
             ['before', 'after'], figsize=(4, 3))


def claims(found):
    """What of the course holds, by the numbers that were found."""
    shares, after = found['analogies']['before'], found['analogies']['after']
    biases, neighbours = found['bias'], found['told by neighbours']
    equal, others_before, others_after = (biases[name] for name in (
        'equalized pairs, after', 'other pairs, before', 'other pairs, after'))
    others = [name for name in shares if name != 'man to woman']
    return [
        d2l.claim('a map by t-SNE keeps groups of words together, better than two '
                  'principal components', found['same group'],
                  all(a > b for a, b in zip(*found['same group'].values()))),
        d2l.claim('vectors answer analogies: a third of each kind, or more', shares,
                  min(shares.values()) >= 1 / 3),
        d2l.claim('debiasing takes the bias of equalized pairs away, and of others '
                  'half or more', biases,
                  equal < 1e-6 and others_after <= others_before / 2),
        d2l.claim('it costs no analogy of another kind: less than one in a hundred',
                  {f'{name}, {when}': part[name] for when, part in (
                      ('before', shares), ('after', after)) for name in others},
                  all(after[name] > shares[name] - .01 for name in others)),
        d2l.claim("it leaves no trace: a word's neighbours do not tell its bias any "
                  'more (a correlation below a half of what it was)', neighbours,
                  abs(neighbours['after']) < abs(neighbours['before']) / 2)]


def run(*, perplexity: int = 10, num_steps: int = 500,
        embedding: Literal['glove.6b.50d', 'glove.6b.100d'] = 'glove.6b.50d',
        num_seeds: int = 3) -> dict:
    embed = d2l.TokenEmbedding(embedding)
    W, number = d2l.unit_rows(embed.idx_to_vec.asnumpy()), embed.token_to_idx
    words = {word: group for group, text in GROUPS.items()
             for word in present(text.split(), embed)}
    groups = onp.array(list(words.values()))
    X, maps = W[[number[word] for word in words]], {}

    def measure():
        maps['t-SNE'] = d2l.t_sne(X, perplexity, num_steps)
        maps['principal components'] = d2l.principal_map(X)
        return {name: same_group(Y, groups) for name, Y in maps.items()}

    found = {'words': len(embed), 'same group': d2l.over_seeds(measure, num_seeds)}
    for name, Y in maps.items():
        show_map(Y, words, groups, name)
    neutral = present(NEUTRAL, embed)
    fair, direction = debiased(W, number)
    found['analogies'] = {when: {name: float(onp.mean(answers(vectors, number, pairs)))
                                 for name, pairs in RELATIONS.items()}
                          for when, vectors in (('before', W), ('after', fair))}
    found['bias'] = {f'{name} pairs, {when}': bias(vectors, number, pairs, neutral)
                     for name, pairs in (('equalized', PAIRS), ('other', KEPT_OUT))
                     for when, vectors in (('before', W), ('after', fair))}
    before, rows = W @ direction, [number[word] for word in neutral]
    found['told by neighbours'] = {
        when: told_by_neighbours(vectors, before, rows)
        for when, vectors in (('before', W), ('after', fair))}
    show_bias(W, fair, direction, number, neutral)
    return {'claims': claims(found), **found}


if __name__ == '__main__':
    d2l.main(run)
