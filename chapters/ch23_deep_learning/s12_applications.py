"""Applications: n-grams, large vocabularies, several digits in a picture (应用)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 12

A model of n-grams counts; where it has counted nothing it backs off to a shorter
context, and what is said after any context still adds up to one. With many words a
softmax is dear, and there are three ways round: a tree, whose probabilities add up to
one by themselves; samples in place of the sum over all words, wrong on average, the
less the more there are; and telling words from noise, which has its least where the
softmax has it. What each expects is counted out here. Last a picture with up to three
digits: one softmax says how many there are, and one for each place which.
"""
from itertools import product

import mxnet as mx
import numpy as onp
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_seeds=1, num_train=64, num_test=50, num_epochs=1, num_tokens=300)
RANGES = dict(num_seeds=(1, 100), num_train=(1, 10 ** 5), num_test=(10, 10 ** 5),
              num_tokens=(50, 10 ** 4))
N = 3                # most digits of a picture
ANSWERS = [s for n in range(1, N + 1) for s in product(range(10), repeat=n)]


# ---- n-grams (12.4.1)

def claims_of_ngrams(num_tokens):
    """Sums after contexts, and what words to come cost."""
    words = [token for line in d2l.tokenize(d2l.read_time_machine()) for token in line]
    if len(words) < 2 * num_tokens:
        raise d2l.InputError(f'num_tokens may be half of the {len(words)} words at '
                             f'most, got {num_tokens}')
    vocab = d2l.Vocab(words[:-num_tokens], min_freq=2)
    tokens = vocab[words]
    train, new = tokens[:-num_tokens], tokens[-num_tokens - 2:]
    models = {n: d2l.BackOffModel(train, n, len(vocab)) for n in (1, 2, 3)}
    contexts = [tuple(new[i - 2:i]) for i in range(2, len(new))]
    off = max(float(abs(model(context).sum() - 1)) for model in models.values()
              for context in contexts)
    costs = {n: float(onp.exp(-onp.mean([onp.log(model(context)[w]) for context, w
                                         in zip(contexts, new[2:])])))
             for n, model in models.items()}
    unseen = {f'{n} words, share not seen before': float(onp.mean([
        models[n].count(context[3 - n:], w) == 0
        for context, w in zip(contexts, new[2:])])) for n in (2, 3)}
    d2l.plot(list(costs), list(costs.values()), 'n', 'perplexity', fmts=['o--'])
    return [
        d2l.claim('after any context the chances of all words add up to one',
                  {'largest difference from 1': off}, off < 1e-12),
        d2l.claim('most triples of new text are new; who backs off predicts it better '
                  'by two words than by none', {
                      **unseen, **{f'perplexity, n = {n}': cost
                                   for n, cost in costs.items()}},
                  unseen['3 words, share not seen before'] > 0.5
                  and costs[3] < costs[1] and costs[2] < costs[1])]


# ---- a tree (12.4.3.2)

def slopes(loss, *params):
    """The gradient of ``loss(*arrays)``, of 64 bits, as NumPy has it, of each."""
    arrays = [np.array(param, dtype='float64') for param in params]
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        l = loss(*arrays)
    l.backward()
    return [array.grad.asnumpy() for array in arrays]


def claims_of_trees(num_words=200, d=8, word=7):
    """Sums, gradients, and the mean length of a path."""
    counts = onp.random.zipf(1.5, num_words)
    nodes, turns = d2l.huffman_tree(counts)
    h, U = onp.random.normal(size=d), onp.random.normal(size=(num_words - 1, d))
    turns_of = np.array(turns, dtype='float64')

    def along_the_path(h, U):
        path = turns[word] != 0
        scores = np.dot(U[nodes[word][path]], h) * turns_of[word][:path.sum()]
        return npx.activation(-scores, act_type='softrelu').sum()

    def among_all(h, U):
        scores = d2l.tree_log_probabilities(h, U, nodes, turns_of)
        return np.log(np.exp(scores).sum()) - scores[word]

    log_p = d2l.tree_log_probabilities(*(np.array(a, dtype='float64') for a in (h, U)),
                                       nodes, turns_of)
    off = abs(float(np.exp(log_p).sum()) - 1)
    error = max(float(abs(a - b).max()) for a, b in zip(
        slopes(along_the_path, h, U), slopes(among_all, h, U)))
    p = counts / counts.sum()
    length, bits = float(p @ abs(turns).sum(axis=1)), float(-p @ onp.log2(p))
    return [
        d2l.claim("a tree's chances add up to one", {
            'difference from 1': off}, off < 1e-12),
        d2l.claim('the gradient along one path is that of a softmax over all words',
                  {'difference': error}, error < 1e-12),
        d2l.claim('the mean path is longer than the entropy by less than one turn', {
            'turns': length, 'entropy in bits': bits, 'words': num_words},
            bits <= length < bits + 1)]


# ---- samples in place of all words (12.4.3.3)

def softmax(a):
    p = onp.exp(a - a.max())
    return p / p.sum()


def expected_slope(a, q, n):
    """The mean slope of log Z by n samples of q, each weighed by exp(a) / q: (words,).

    The weights are divided by their sum, as Z is not known. All (words^n) draws.
    """
    draws = onp.indices((len(a),) * n).reshape(n, -1)        # (n, words^n)
    weights = (onp.exp(a) / q)[draws]
    weights = weights / weights.sum(axis=0) * q[draws].prod(axis=0)
    return onp.bincount(draws.ravel(), weights.ravel(), len(a))


def claims_of_importance(num_words=6, most=6):
    """What the samples expect, beside the softmax, whose slope it is."""
    a = onp.random.normal(size=num_words)
    p, q = softmax(a), softmax(onp.random.normal(size=num_words))
    means = {n: expected_slope(a, q, n) for n in range(1, most + 1)}
    off = {n: float(abs(mean - p).max()) for n, mean in means.items()}
    d2l.plot(list(off), list(off.values()), 'samples', 'difference from the softmax',
             fmts=['o--'])
    return [d2l.claim('samples weighed without knowing Z are wrong on average, the '
                      'less the more there are; one sample is as its proposal', {
                          **{f'{n} samples': value for n, value in off.items()},
                          'one sample, from the proposal': float(
                              abs(means[1] - q).max())},
                      abs(means[1] - q).max() < 1e-12
                      and all(off[n + 1] < off[n] for n in range(1, most)))]


# ---- words from noise (12.4.3.4)

def contrast(s, p_d, q, k):
    """The mean loss of telling a word of p_d from k of noise q, by scores s: a number.

    s (words,), log of a probability, whether or not they add up to one.
    """
    odds = s - np.log(k * q)
    return (p_d * npx.activation(-odds, act_type='softrelu')
            + k * q * npx.activation(odds, act_type='softrelu')).sum()


def claims_of_contrast(num_words=50, ks=(1, 10, 1000, 10 ** 5)):
    """The mean gradient, where scores are right, and beside the softmax's."""
    p_d, q, p = (softmax(onp.random.normal(size=num_words)) for _ in range(3))
    arrays = [np.array(a, dtype='float64') for a in (p_d, q)]

    def slope(probabilities, k):
        return slopes(lambda s: contrast(s, *arrays, k), onp.log(probabilities))[0]

    at_truth = max(float(abs(slope(p_d, k)).max()) for k in ks)
    off = {k: float(abs(slope(p, k) - (p - p_d)).max()) for k in ks}
    exact = {k: float(abs((p - p_d) * p / (p + k * q)).max()) for k in ks}
    return [
        d2l.claim('where each score is the logarithm of its chance, telling words from '
                  'noise has no slope, however little noise there is',
                  {'largest slope': at_truth}, at_truth < 1e-12),
        d2l.claim('with much noise its slope is that of the softmax', {
            **{f'difference, k = {k}': off[k] for k in ks},
            **{f'exact, k = {k}': exact[k] for k in ks}},
            max(abs(off[k] - exact[k]) for k in ks) < 1e-12
            and off[ks[-1]] < off[ks[0]] / 100)]


# ---- several digits (11.6, of pictures of house numbers)

def build_net():
    """X (batch, 1, 14, 32) -> (batch, 33): 3 scores of lengths, 10 of each place."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(16, kernel_size=5, padding=2, activation='relu'),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Conv2D(32, kernel_size=3, padding=1, activation='relu'),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Dense(128, activation='relu'), nn.Dense(N + 10 * N))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 14, 32)),)


def log_factors(F, Y):
    """log P(L | X) (batch, 3) and log P(s_i | X) (batch, 3, 10) of outputs Y."""
    lengths = F.npx.slice(Y, begin=(None, 0), end=(None, N))
    digits = F.npx.slice(Y, begin=(None, N), end=(None, N + 10 * N))
    return (F.npx.log_softmax(lengths),
            F.npx.log_softmax(F.npx.reshape(digits, (-2, N, 10))))


class TranscriptionLoss(nn.HybridBlock):
    """-log P(S | X) = -log P(L | X) - sum over i to L of log P(s_i | X): (batch,).

    Y (batch, 33) as of `build_net`, y (batch, 4) as of `digit_pictures`.
    """

    def hybrid_forward(self, F, Y, y):
        lengths, digits = log_factors(F, Y)
        L = F.npx.slice(y, begin=(None, 0), end=(None, 1))               # (batch, 1)
        s = F.npx.slice(y, begin=(None, 1), end=(None, 1 + N))           # (batch, 3)
        is_there = F.np.expand_dims(F.npx.arange_like(s, axis=1), 0) < L
        each = F.npx.pick(digits, s, axis=2) * is_there.astype('float32')
        length = F.npx.pick(lengths, F.npx.reshape(L, (-1,)) - 1, axis=1)
        return -length - F.np.sum(each, axis=1)


def transcribe(Y):
    """The likeliest answer of each picture, a tuple of digits, and its log P.

    Each place's best digit goes into whatever length is taken.
    """
    lengths, digits = (part.asnumpy() for part in log_factors(mx.nd, Y))
    totals = lengths + onp.cumsum(digits.max(axis=2), axis=1)  # (batch, 3)
    best = digits.argmax(axis=2)
    return [tuple(row[:total.argmax() + 1].tolist()) for row, total
            in zip(best, totals)], totals.max(axis=1)


def all_log_probabilities(Y):
    """log P(S | X) of each of ANSWERS, added up one by one: (batch, 1110)."""
    lengths, digits = (part.asnumpy().astype('float64')
                       for part in log_factors(mx.nd, Y))
    return onp.stack([lengths[:, len(s) - 1] + sum(digits[:, i, d] for i, d
                                                   in enumerate(s))
                      for s in ANSWERS], axis=1)


def measure_digits(num_train, num_test, num_epochs, lr, batch_size):
    """Shares of new pictures that are read right; and what was read."""
    net, loss = build_net(), TranscriptionLoss()
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    d2l.fit(d2l.regression_step(net, loss, trainer),
            d2l.DigitPictures(num_train, batch_size), num_epochs)
    X, y = d2l.digit_pictures(num_test)
    Y = net(np.array(X, ctx=d2l.try_gpu()))
    answers, log_p = transcribe(Y)
    truth = [tuple(row[1:1 + int(row[0])].astype(int).tolist()) for row in y]
    is_right = onp.array([a == b for a, b in zip(answers, truth)])
    surest = onp.argsort(-log_p)[:num_test // 2]
    each = all_log_probabilities(Y[:100])
    others = sum(ANSWERS[row.argmax()] != a for row, a in zip(each, answers))
    return {'right': float(is_right.mean()),
            'right, the surer half': float(is_right[surest].mean()),
            'right length': float(onp.mean([len(a) == len(b) for a, b
                                            in zip(answers, truth)])),
            'sum over all answers': float(abs(onp.exp(each).sum(axis=1) - 1).max()),
            'other answer by enumeration': others}, X, answers


def claims_of_digits(found):
    """found: {name: of each seed}."""
    shares = {name: found[name] for name in ('right', 'right, the surer half',
                                             'right length')}
    return [
        d2l.claim('the parts are one distribution over all 1110 answers, whose best is '
                  "each place's best", {
                      'largest difference from 1': found['sum over all answers'],
                      'others by enumeration': found['other answer by enumeration']},
                  # of four logarithms, which oneDNN gives within 3e-6 each
                  max(found['sum over all answers']) < 1.2e-5
                  and max(found['other answer by enumeration']) == 0),
        d2l.claim('nine of ten pictures are read right, all their digits; and of the '
                  'half that the network is surer of more', shares,
                  min(found['right']) > 0.9 and d2l.exceeds(
                      found['right, the surer half'], found['right']))]


def run(*, num_seeds: int = 3, num_train: int = 4000, num_test: int = 2000,
        num_epochs: int = 16, lr: float = 0.003, batch_size: int = 64,
        num_tokens: int = 3000) -> dict:
    last = {}

    def measure():
        row, *last['read'] = measure_digits(num_train, num_test, num_epochs, lr,
                                            batch_size)
        return row

    rows = [*claims_of_ngrams(num_tokens), *claims_of_trees(), *claims_of_importance(),
            *claims_of_contrast()]
    found = d2l.over_seeds(measure, num_seeds)
    X, answers = last['read']
    d2l.show_images(X[:8, 0], 2, 4, [''.join(map(str, a)) for a in answers[:8]])
    return {'claims': [*rows, *claims_of_digits(found)]}


if __name__ == '__main__':
    d2l.main(run)
