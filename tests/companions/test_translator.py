"""Translators: live and exported alike."""
import json
import random
import shutil

import numpy as onp
import pytest
from mxnet import init

import d2lmx as d2l
from d2lmx.errors import InputError, MissingFile, Unavailable
from d2lmx.files.archives import BadData

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


def test_a_translator_of_words_reads_words_when_it_is_loaded(translator, tmp_path):
    words = d2l.Translator(translator.decoder, translator.src_vocab,
                           translator.tgt_vocab, 'jieba', 9)
    words.save(translator.decoder.net, tmp_path)
    loaded = d2l.load_translator(tmp_path)
    assert (loaded.token, loaded.max_steps) == ('jieba', 9)


def test_a_folder_without_a_translator_or_with_a_damaged_one_is_told(tmp_path):
    with pytest.raises(MissingFile, match='d2lmx run translator'):
        d2l.load_translator(tmp_path)
    for text in ('{', json.dumps({'source': ['<unk>']})):
        (tmp_path / 'translator.json').write_text(text)
        with pytest.raises(BadData, match='translator.json is damaged'):
            d2l.load_translator(tmp_path)


# ---- damaged folders


def changed(name, change):
    """What changes a JSON file of a folder."""
    def apply(folder):
        content = json.loads((folder / name).read_text(encoding='utf-8'))
        content = change(content) or content
        (folder / name).write_text(json.dumps(content), encoding='utf-8')
    return apply


def set_to(name, key, value):
    return changed(name, lambda content: content.update({key: value}))


PARTS, ABOUT = 'net-parts.json', 'translator.json'
GRAPHS = ['net-encoder-symbol.json', 'net-encoder-0000.params', 'net-step-symbol.json',
          'net-step-0000.params']
DAMAGES = {
    **{f'{name} {what}': (name, lambda folder, name=name, spoil=spoil: spoil(
        folder / name))
       for name in (*GRAPHS, PARTS, ABOUT) for what, spoil in {
           'missing': lambda path: path.unlink(),
           'empty': lambda path: path.write_bytes(b''),
           'cut': lambda path: path.write_bytes(
               path.read_bytes()[:path.stat().st_size // 2]),
           'garbage': lambda path: path.write_bytes(b'\xff\xfe' * 99)}.items()},
    **{f'{name} nested': (name, lambda folder, name=name: (folder / name).write_text(
        '[' * 100_000)) for name in (PARTS, ABOUT)},
    'parts a list': (PARTS, changed(PARTS, lambda parts: [parts])),
    **{f'{key} {value}': (PARTS, set_to(PARTS, key, value)) for key, value in (
        ('encoder_inputs', 10 ** 9), ('encoder_inputs', 0), ('encoder_inputs', True),
        ('kind', 'pickle'), ('state_axes', 'text'), ('state_axes', [-5]),
        ('state_axes', [10 ** 9, 1]))},
    'one axis too many': ('net-', set_to(PARTS, 'state_axes', [1, 1, 1])),
    'an axis too far': ('net-', set_to(PARTS, 'state_axes', [1, 9])),
    'encoder_inputs 1': ('net-', set_to(PARTS, 'encoder_inputs', 1)),
    'graphs of ONNX missing': ('net-encoder.onnx', set_to(PARTS, 'kind', 'onnx')),
    **{f'{key} {value}': (ABOUT, set_to(ABOUT, key, value)) for key, value in (
        ('max_steps', 0), ('max_steps', -3), ('max_steps', 'ten'), ('max_steps', True),
        ('max_steps', 10 ** 12), ('token', '__import__("os")'), ('source', {}),
        ('source', ['<unk>']), ('target', [1, 2]))},
    'target too short': (ABOUT, changed(ABOUT, lambda about: about.update(
        target=about['target'][:9]))),
    'target twice': (ABOUT, changed(ABOUT, lambda about: about['target'].append(
        about['target'][-1])))}


@pytest.mark.parametrize('name', DAMAGES)
def test_a_damaged_folder_is_told_with_the_name_of_the_file(name, folder, tmp_path):
    file, damage = DAMAGES[name]
    copy = shutil.copytree(folder, tmp_path / 'model')
    damage(copy)
    with pytest.raises(Unavailable, match=f'model/{file}') as told:
        d2l.load_translator(copy)
    assert len(str(told.value).splitlines()) == 1


def test_a_search_among_scores_that_are_no_numbers_says_that_training_diverged(
        translator):
    class Diverged:
        def start(self, *inputs):
            return []

        def step(self, tokens, state):
            return onp.full((len(tokens), len(translator.tgt_vocab)), onp.nan), state

        def select(self, state, rows):
            return state

    diverged = d2l.Translator(Diverged(), translator.src_vocab, translator.tgt_vocab)
    for beam_size in (1, 4):
        with pytest.raises(InputError, match='not numbers.*smaller lr'):
            diverged.translate(['我'], beam_size)


@pytest.mark.parametrize('options', [(0, 1), (10 ** 12, 1), (2, -1), (2, 1e308)])
def test_searches_without_end_are_refused(options, translator):
    with pytest.raises(InputError, match='must be'):
        translator.translate(['我'], *options)
