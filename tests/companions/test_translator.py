"""Translators: live and exported alike."""
import json
import random

import numpy as onp
import pytest
from mxnet import init

import d2lmx as d2l
from d2lmx.errors import InputError, MissingFile

RESERVED = ['<pad>', '<bos>', '<eos>']
KINDS = 'gru', 'bahdanau', 'transformer'


def network(kind, src_size, tgt_size):
    """A small network with weights that make its translations differ."""
    d2l.set_seed(3)
    if kind == 'transformer':
        parts = (d2l.TransformerEncoder(src_size, 16, 24, 2, 2, 0.1),
                 d2l.TransformerDecoder(tgt_size, 16, 24, 2, 2, 0.1))
    else:
        decoder = d2l.Seq2SeqDecoder if kind == 'gru' else d2l.Seq2SeqAttentionDecoder
        parts = (d2l.Seq2SeqEncoder(src_size, 16, 16, 2, 0.1),
                 decoder(tgt_size, 16, 16, 2, 0.1))
    net = d2l.EncoderDecoder(*parts)
    net.initialize(init.Normal(0.7))
    return net


@pytest.fixture(scope='module')
def pairs():
    return d2l.read_data_cmn()


def translator_of(kind, pairs):
    vocabs = [d2l.Vocab(lines, reserved_tokens=RESERVED) for lines in (
        [d2l.tokenize_chinese(chinese) for chinese, _ in pairs],
        [d2l.tokenize_english(english) for _, english in pairs])]
    return d2l.Translator(d2l.LiveDecoder(network(kind, *map(len, vocabs))), *vocabs,
                          max_steps=12)


@pytest.fixture(scope='module')
def translator(pairs):
    return translator_of('gru', pairs)


@pytest.fixture(scope='module')
def folder(translator, tmp_path_factory):
    """The folder of the exported translator."""
    folder = tmp_path_factory.mktemp('model')
    translator.save(translator.decoder.net, folder)
    return folder


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('to', ['symbol', 'onnx'])
def test_the_exported_translator_gives_the_live_ones_tokens_for_100_sentences(
        kind, to, pairs, tmp_path):
    if to == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    live = translator_of(kind, pairs)
    live.save(live.decoder.net, tmp_path / 'model', to)
    exported = d2l.load_translator(tmp_path / 'model')
    lines = [d2l.tokenize_chinese(chinese) for chinese, _ in
             random.Random(1).sample(pairs, 100)]
    ours, theirs = live.search(lines), exported.search(lines)
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]
    assert len({tuple(h.tokens) for h in ours}) > 10
    ours, theirs = live.search(lines[:5], 3), exported.search(lines[:5], 3)
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]


def test_a_sentence_is_translated_alike_alone_and_among_longer_ones(translator, pairs):
    lines = [d2l.tokenize_chinese(chinese) for chinese, _ in pairs[::150]]
    together = translator.search(lines)
    assert len({len(line) for line in lines}) > 5
    for line, found in zip(lines, together):
        assert translator.search([line])[0].tokens == found.tokens


@pytest.mark.parametrize('kind', KINDS)
def test_a_beam_that_holds_everything_is_brute_force_and_never_below_greedy(kind):
    num_steps, words = 3, list('abcdef')
    vocab = d2l.Vocab(words, reserved_tokens=RESERVED)
    net = network(kind, len(vocab), len(vocab))
    translator = d2l.Translator(d2l.LiveDecoder(net), vocab, vocab, max_steps=num_steps)
    ends = vocab['<bos>'], vocab['<eos>']
    lines = [[a, b] for a in words for b in words[::2]]
    greedy = translator.search(lines)
    wide = translator.search(lines, beam_size=len(vocab) ** (num_steps - 1),
                             length_penalty=0)
    gains = 0
    for line, one, best in zip(lines, greedy, wide):
        numbers = onp.array([translator.numbers(line)], 'int32')
        state = translator.decoder.start(numbers, onp.array([numbers.size], 'int32'))
        every = d2l.exhaustive_search(translator.decoder, state, *ends, num_steps, 0)
        assert best.log_prob == pytest.approx(every[0].log_prob, abs=1e-4)
        assert best.log_prob >= one.log_prob - 1e-4  # float32, other batch sizes
        gains += best.log_prob > one.log_prob + 1e-3
    assert gains > 0  # else the comparison would say nothing


def test_text_in_text_out(translator):
    english, again = translator.translate(['我喜欢这辆汽车。', '我喜欢 这辆汽车。'],
                                          beam_size=1)
    assert english == again  # white space is no token
    numbers = translator.search([d2l.tokenize_chinese('我喜欢这辆汽车。')])[0]
    assert english == d2l.join_english(translator.words(numbers))


def test_what_is_unknown_or_too_long_is_remarked(translator):
    assert translator.remarks('我喜欢猫。') == []
    unknown, = translator.remarks('龘喜欢龘和鱻。')
    assert unknown.endswith('<unk>: 龘 和 鱻')
    long, = translator.remarks('猫' * 12)
    assert '12 tokens: only the first 11' in long
    assert translator.remarks('猫' * 11) == []
    assert translator.numbers(['猫'] * 30) == translator.numbers(['猫'] * 11)
    with pytest.raises(InputError, match='nothing to translate'):
        translator.remarks(' ')


def test_the_file_beside_the_graphs_keeps_vocabularies_and_rules(translator, folder):
    loaded = d2l.load_translator(folder)
    for side in ('src_vocab', 'tgt_vocab'):
        assert (getattr(loaded, side).idx_to_token
                == getattr(translator, side).idx_to_token)
    assert (loaded.token, loaded.max_steps) == ('char', 12)


def test_a_folder_without_a_translator_or_with_a_damaged_one_is_told(tmp_path):
    with pytest.raises(MissingFile, match='d2lmx run translator'):
        d2l.load_translator(tmp_path)
    for text in ('{', json.dumps({'source': ['<unk>']})):
        (tmp_path / 'translator.json').write_text(text)
        with pytest.raises(InputError, match='translator.json is damaged'):
            d2l.load_translator(tmp_path)
