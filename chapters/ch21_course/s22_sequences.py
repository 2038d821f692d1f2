"""Sequences: beams, BLEU and attention (序列模型：束搜索、BLEU 与注意力)

Source: deep-learning-specialization, topic 22

Two translators from English to French are trained on the same short sentences of
frequent words, that of 9.7, without attention, and that of 10.4. On sentences that were
held out it is measured how wide a beam should be, what it does to the length of
translations to divide the logarithm of a probability by the length, whether attention
helps more where sentences are long, and whether its weights walk along the source. BLEU
is worked out from clipped counts of n-grams, too, and compared with that of the
library.
"""
import math
from collections import Counter
from itertools import chain

import numpy as onp
from mxnet import gluon, init

import d2lmx as d2l

DATA = ('fra-eng',)
SMOKE = dict(num_pairs=100, num_test=10, most_tokens=6, num_hiddens=8, num_epochs=1,
             num_seeds=1)
RANGES = dict(num_pairs=(100, 10 ** 6), num_test=(10, 10 ** 5), most_tokens=(4, 100),
              num_words=(10, 10 ** 6))
RESERVED = ['<pad>', '<bos>', '<eos>']
BEAMS = 1, 3, 10
ALPHA = 0.7             # of the length in a score
THETA = 5               # largest norm of the gradient, an example of the batch
NAMES = 'without attention', 'with attention'
EXAMPLE = 'the cat the cat on the mat', ['the cat is on the mat',
                                         'there is a cat on the mat']


# ---- BLEU by hand


def ngrams(tokens, n):
    """How often each sequence of n tokens stands in a sentence."""
    return Counter(zip(*(tokens[i:] for i in range(n))))


def modified_precision(tokens, references, n):
    """(matches, all) of a sentence's n-grams, none more often than in a reference."""
    most = Counter()
    for reference in references:
        most |= ngrams(reference, n)
    found = ngrams(tokens, n)
    return sum((found & most).values()), sum(found.values())


def bleu_by_hand(predictions, references, k=4):
    """BLEU in [0, 100] of sentences, lists of tokens, each with one reference."""
    counts = onp.array([[modified_precision(tokens, [reference], n)
                         for n in range(1, k + 1)]
                        for tokens, reference in zip(predictions, references)])
    matches, totals = counts.sum(axis=0).T
    if not matches.all():
        return 0.0
    num_pred, num_ref = (sum(map(len, part)) for part in (predictions, references))
    brevity = math.exp(min(0, 1 - num_ref / num_pred))
    return float(100 * brevity * onp.exp(onp.log(matches / totals).mean()))


# ---- translators


def load_pairs(num_pairs, num_test, most_tokens, num_words):
    """Pairs of lists of tokens to train on, and to test on; no sentence is in both.

    They are short, and have the most frequent words of either language only.
    """
    found = {}
    for source, target in zip(*d2l.tokenize_nmt(d2l.preprocess_nmt(
            d2l.read_data_nmt()))):
        if max(len(source), len(target)) < most_tokens:
            found.setdefault(tuple(source), target)
    common = [{word for word, _ in Counter(chain(*lines)).most_common(num_words)}
              for lines in (found, found.values())]
    pairs = [pair for pair in found.items() if all(map(set.issuperset, common, pair))]
    onp.random.shuffle(order := onp.arange(len(pairs)))
    chosen = [pairs[i] for i in order[:num_pairs + num_test]]
    if len(chosen) <= num_test:
        raise d2l.InputError(f'there are {len(chosen)} sentences of less than '
                             f'{most_tokens} tokens, all among {num_words}: nothing is '
                             'left to train on')
    return chosen[num_test:], chosen[:num_test]


def train(net, pairs, vocabs, lr, batch_size, num_epochs):
    """Teach a translator pairs by Adam, as 9.7 does, with batches of like lengths."""
    devices = d2l.try_all_gpus()
    net.initialize(init.Xavier(), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    mean_over_steps = d2l.MaskedSoftmaxCELoss()

    def loss(Y_hat, Y, valid_len):
        return mean_over_steps(Y_hat, Y, valid_len) * Y.shape[1]

    sides = [[vocab[[*line, '<eos>']] for line in lines]
             for vocab, lines in zip(vocabs, zip(*pairs))]
    batches = d2l.BucketIterator(*sides, batch_size, vocabs[0]['<pad>'])
    step = d2l.seq2seq_step(net, loss, trainer, vocabs[1]['<bos>'], devices,
                            THETA * batches.joined_size)
    return d2l.fit(step, batches, num_epochs)['train loss']


def sources_of(lines, vocab):
    """Token numbers (lines, steps), padded, and how many of each count."""
    rows = [vocab[[*line, '<eos>']] for line in lines]
    steps = max(map(len, rows))
    return (onp.array([d2l.truncate_pad(row, steps, vocab['<pad>']) for row in rows],
                      'int32'), onp.array([len(row) for row in rows], 'int32'))


def translated(net, lines, vocabs, beam_size, alpha, most_tokens):
    """The best `Hypothesis` of each sentence, by a beam."""
    decoder, (source, target) = d2l.LiveDecoder(net), vocabs
    with d2l.try_gpu():
        state = decoder.start(*sources_of(lines, source))
        beams = d2l.beam_search(decoder, state, len(lines), target['<bos>'],
                                target['<eos>'], most_tokens, beam_size, alpha)
    return [beam[0] for beam in beams]


def weights_of(net, line, vocabs, most_tokens):
    """The words of a translation, and the weights of the source: (words, source)."""
    steps, (source, target) = [], vocabs
    decoder = d2l.LiveDecoder(net, watch=steps.append)
    with d2l.try_gpu():
        state = decoder.start(*sources_of([line], source))
        best, = d2l.greedy_search(decoder, state, 1, target['<bos>'], target['<eos>'],
                                  most_tokens)
    words = [*target.to_tokens(best.tokens), '<eos>'][:len(steps)]
    return words, onp.array([step[0][0, 0].asnumpy() for step in steps[:len(words)]])


def walks(weights):
    """How steadily the weights (words, source) go along: a correlation.

    0 where they stay: where their mean place moves by less than a tenth of a token.
    """
    places = weights @ onp.arange(weights.shape[1])
    if len(places) < 3 or not places.std() > .1:
        return 0.0
    return float(onp.corrcoef(onp.arange(len(places)), places)[0, 1])


# ---- what is measured, and claimed


def judged(hypotheses, pairs, vocab):
    """BLEU, length and likelihood of translations."""
    words = [vocab.to_tokens(found.tokens) for found in hypotheses]
    truths = [target for _, target in pairs]
    return {'BLEU': d2l.corpus_bleu(words, [[truth] for truth in truths]),
            'by hand': bleu_by_hand(words, truths),
            'length': sum(map(len, words)) / sum(map(len, truths)),
            'log p': float(onp.mean([found.log_prob for found in hypotheses]))}


def measure_beams(net, pairs, vocabs, most_tokens):
    """What a beam's width, and the length in its score, do to translations."""
    lines, found = [source for source, _ in pairs], {}
    for size in BEAMS:
        for alpha in (0, ALPHA):
            best = translated(net, lines, vocabs, size, alpha, most_tokens)
            for name, value in judged(best, pairs, vocabs[1]).items():
                found[f'{name}, beam {size}, alpha {alpha}'] = value
    return found


def measure_lengths(nets, pairs, vocabs, most_tokens):
    """BLEU of either translator on the shorter and on the longer half."""
    ordered, found = sorted(pairs, key=lambda pair: len(pair[0])), {}
    half = len(ordered) // 2
    for which, part in (('short', ordered[:half]), ('long', ordered[half:])):
        for name, net in nets.items():
            best = translated(net, [source for source, _ in part], vocabs, 1, 0,
                              most_tokens)
            found[f'BLEU, {which}, {name}'] = judged(best, part, vocabs[1])['BLEU']
    return found


def claims(found):
    """What of the course holds, by the numbers of all seeds."""
    def of(name, alpha, size=BEAMS[-1]):
        return found[f'{name}, beam {size}, alpha {alpha}']

    widths = {f'beam {size}': of('log p', 0, size) for size in BEAMS}
    lengths = {f'alpha {alpha}': of('length', alpha) for alpha in (0, ALPHA)}
    scores = {f'alpha {alpha}': of('BLEU', alpha) for alpha in (0, ALPHA)}
    gains = {which: [a - b for a, b in zip(found[f'BLEU, {which}, with attention'],
                                           found[f'BLEU, {which}, without attention'])]
             for which in ('short', 'long')}
    return [
        d2l.claim('the wider the beam, the likelier what it finds', widths,
                  all(list(row) == sorted(row) for row in zip(*widths.values()))),
        d2l.claim(f'without regard to length a beam of {BEAMS[-1]} prefers short '
                  'translations', lengths,
                  all(a < b for a, b in zip(*lengths.values()))),
        d2l.claim('dividing by the length makes the translations better (BLEU)', scores,
                  all(a < b for a, b in zip(*scores.values()))),
        d2l.claim('attention helps more where sentences are long (gain in BLEU)', gains,
                  all(b > max(a, 0) for a, b in zip(*gains.values()))),
        d2l.claim('its weights walk along the source: correlation of places above 0.5',
                  {'correlation': found['walk of the weights']},
                  min(found['walk of the weights']) > .5)]


def show(found, line, words, weights):
    """BLEU over beams, and the map of a sentence's weights."""
    curves = [[found[f'BLEU, beam {size}, alpha {alpha}'][-1] for size in BEAMS]
              for alpha in (0, ALPHA)]
    d2l.plot(BEAMS, curves, 'beam size', 'BLEU', ['alpha 0', f'alpha {ALPHA}'])
    d2l.show_heatmaps(weights[None, None], 'English', 'French', figsize=(4, 4))
    ax = d2l.plt.gcf().axes[0]
    ax.set_xticks(range(len(line) + 1), [*line, '<eos>'], rotation=90)
    ax.set_yticks(range(len(words)), words)


def run(*, num_pairs: int = 8000, num_test: int = 300, most_tokens: int = 12,
        num_words: int = 400, embed_size: int = 64, num_hiddens: int = 64,
        lr: float = 0.005, batch_size: int = 64, num_epochs: int = 8,
        num_seeds: int = 3) -> dict:
    last = {}

    def measure():
        pairs, test = load_pairs(num_pairs, num_test, most_tokens, num_words)
        vocabs = [d2l.Vocab([list(pair[side]) for pair in pairs],
                            reserved_tokens=RESERVED) for side in (0, 1)]
        nets, losses = {}, {}
        for name, decoder in zip(NAMES, (d2l.Seq2SeqDecoder,
                                         d2l.Seq2SeqAttentionDecoder)):
            nets[name] = d2l.EncoderDecoder(
                d2l.Seq2SeqEncoder(len(vocabs[0]), embed_size, num_hiddens, 1),
                decoder(len(vocabs[1]), embed_size, num_hiddens, 1))
            losses[f'train loss, {name}'] = train(nets[name], pairs, vocabs, lr,
                                                  batch_size, num_epochs)
        maps = [weights_of(nets[NAMES[1]], source, vocabs, most_tokens)
                for source, _ in test[:50]]
        last.update(line=test[0][0], words=maps[0][0], weights=maps[0][1])
        return {**losses, **measure_beams(nets[NAMES[1]], test, vocabs, most_tokens),
                **measure_lengths(nets, test, vocabs, most_tokens),
                'walk of the weights': float(onp.mean([walks(W) for _, W in maps]))}

    found = d2l.over_seeds(measure, num_seeds)
    show(found, last['line'], last['words'], last['weights'])
    tokens, references = EXAMPLE[0].split(), [text.split() for text in EXAMPLE[1]]
    return {'claims': claims(found),
            'precisions of the example': {n: list(modified_precision(
                tokens, references, n)) for n in (1, 2)}, **found}


if __name__ == '__main__':
    d2l.main(run)
