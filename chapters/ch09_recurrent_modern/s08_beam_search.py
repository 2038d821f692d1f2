"""Beam search (束搜索)

Source: chapter_recurrent-modern/beam-search
"""
import math

import numpy as onp

import d2lmx as d2l

DATA = ('fra-eng',)
SMOKE = dict(num_epochs=5)

TOKENS = ['A', 'B', 'C', '<eos>']
BOS, EOS = -1, 3
PROBABILITIES = {  # of the next token, in the order of TOKENS, as in the page's figures
    '': [.5, .2, .2, .1], 'A': [.1, .4, .3, .2],
    'AB': [.2, .2, .4, .2], 'ABC': [0, .2, .2, .6],
    'AC': [.1, .6, .2, .1], 'ACB': [.1, .2, .1, .6]}
ELSEWHERE = [.25, .25, .25, .25]  # after all other prefixes, which the page leaves open


class TableDecoder:
    """What the searches need of a decoder, with a table in the place of a network.

    The state is a list of prefixes, one a row.
    """

    def step(self, tokens, state):
        """The logarithms of the next tokens' probabilities, and the longer prefixes."""
        state = [prefix + (TOKENS[token] if token != BOS else '')
                 for prefix, token in zip(state, tokens)]
        rows = onp.array([PROBABILITIES.get(prefix, ELSEWHERE) for prefix in state])
        return onp.log(onp.maximum(rows, 1e-12)), state

    def select(self, state, rows):
        """The prefixes of some rows."""
        return [state[row] for row in rows]


def in_words(hypothesis, tokens=TOKENS):
    """A hypothesis as its tokens, its probability and its score."""
    return {'tokens': ' '.join(tokens[i] for i in hypothesis.tokens),
            'probability': math.exp(hypothesis.log_prob), 'score': hypothesis.score}


def example(beam_size, length_penalty, num_steps=4):
    """The page's example: where greedy search misses the likelier sequence."""
    decoder = TableDecoder()
    greedy, = d2l.greedy_search(decoder, [''], 1, BOS, EOS, num_steps)
    every = d2l.exhaustive_search(decoder, [''], BOS, EOS, num_steps, length_penalty)
    beam, = d2l.beam_search(decoder, [''], 1, BOS, EOS, num_steps, beam_size,
                            length_penalty)
    return {'greedy search': in_words(greedy), 'sequences in all': len(every),
            'exhaustive search, best': in_words(every[0]),
            'beam search': list(map(in_words, beam))}


def costs(vocab_size=10_000, num_steps=10, beam_size=2):
    """How many numbers each search looks at, by the page's formulas."""
    return {'greedy search': vocab_size * num_steps,
            'exhaustive search': float(vocab_size) ** num_steps,
            'beam search': beam_size * vocab_size * num_steps}


def translations(net, src_vocab, tgt_vocab, num_steps, beam_size, length_penalty):
    """The sentences of section 9.7 by greedy and by beam search, each with its BLEU."""
    lines = [english.split(' ') for english in d2l.NMT_SENTENCES]
    sources = d2l.build_array_nmt(lines, src_vocab, num_steps)
    decoder = d2l.LiveDecoder(net)
    bos, eos = tgt_vocab['<bos>'], tgt_vocab['<eos>']
    greedy = d2l.greedy_search(decoder, decoder.start(*sources), len(lines), bos, eos,
                               num_steps)
    beams = d2l.beam_search(decoder, decoder.start(*sources), len(lines), bos, eos,
                            num_steps, beam_size, length_penalty)
    found = {}
    for (english, french), one, beam in zip(d2l.NMT_SENTENCES.items(), greedy, beams):
        found[english] = {}
        for search, hypothesis in (('greedy', one), ('beam', beam[0])):
            words = ' '.join(tgt_vocab.to_tokens(hypothesis.tokens))
            found[english][search] = (f'{words}, log p {hypothesis.log_prob:.3f}, '
                                      f'bleu {d2l.bleu(words, french, k=2):.3f}')
    return found


def run(*, beam_size: int = 2, length_penalty: float = 0.75, embed_size: int = 32,
        num_hiddens: int = 32, num_layers: int = 2, dropout: float = 0.1,
        batch_size: int = 64, num_steps: int = 10, lr: float = 0.005,
        num_epochs: int = 300) -> dict:
    train_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(batch_size, num_steps)
    sizes = embed_size, num_hiddens, num_layers, dropout
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(len(src_vocab), *sizes),
                             d2l.Seq2SeqDecoder(len(tgt_vocab), *sizes))
    history = d2l.train_seq2seq(net, train_iter, lr, num_epochs, tgt_vocab,
                                d2l.try_gpu())
    return {'example': example(beam_size, length_penalty),
            'numbers looked at': costs(beam_size=beam_size), **history.record(),
            'translations': translations(net, src_vocab, tgt_vocab, num_steps,
                                         beam_size, length_penalty)}


if __name__ == '__main__':
    d2l.main(run)
