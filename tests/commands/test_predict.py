"""``d2lmx predict``: what a section makes of a reader's own inputs."""
import io
import json
import shutil
from argparse import Namespace

import cv2
import numpy as onp
import pytest
from mxnet import init

import d2lmx as d2l

TRANSLATE = 'predict', '20.1'
RESERVED = ['<pad>', '<bos>', '<eos>']


@pytest.fixture(scope='module')
def translator():
    """With weights that make its translations differ."""
    pairs = d2l.read_data_cmn()
    vocabs = [d2l.Vocab(lines, reserved_tokens=RESERVED) for lines in (
        [d2l.tokenize_chinese(chinese) for chinese, _ in pairs],
        [d2l.tokenize_english(english) for _, english in pairs])]
    d2l.set_seed(3)
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(len(vocabs[0]), 16, 16, 2, 0.1),
                             d2l.Seq2SeqDecoder(len(vocabs[1]), 16, 16, 2, 0.1))
    net.initialize(init.Normal(0.7))
    return d2l.Translator(d2l.LiveDecoder(net), *vocabs, max_steps=12)


@pytest.fixture(scope='module')
def folder(translator, tmp_path_factory):
    """The folder of the exported translator."""
    folder = tmp_path_factory.mktemp('model')
    translator.save(translator.decoder.net, folder)
    return folder


@pytest.fixture
def translated(call, capsys):
    """``translated(*words)``: exit status, lines of output and of errors."""
    def translated(*words):
        status = call(*TRANSLATE, *words)
        output, errors = capsys.readouterr()
        return status, output.splitlines(), errors.splitlines()

    return translated


def test_a_line_a_sentence(translator, folder, translated):
    status, output, errors = translated('我喜欢猫。', '他很忙。', '--model', folder,
                                        '--beam-size', '2')
    assert (status, errors) == (0, [])
    assert output == translator.translate(['我喜欢猫。', '他很忙。'], 2)


def test_options_reach_the_search(translated, monkeypatch):
    from d2lmx.companions import translator as module
    asked = []

    class Translator(d2l.Translator):
        def search(self, lines, *options):
            asked.append(options)
            return [Namespace(tokens=[], log_prob=0)] * len(lines)

    vocab = d2l.Vocab(['猫'], reserved_tokens=RESERVED)
    monkeypatch.setattr(d2l, 'load_translator',
                        lambda folder: Translator(None, vocab, vocab))
    for options in ((), ('--beam-size', '3', '--length-penalty', '1.5')):
        assert translated('猫', *options)[0] == 0
    assert asked == [(4, .75), (3, 1.5)]


def test_sentences_may_come_by_standard_input(translator, folder, translated,
                                              monkeypatch):
    monkeypatch.setattr('sys.stdin', io.StringIO('我喜欢猫。\n他很忙。\n'))
    status, output, _ = translated('--model', folder, '--beam-size', '1')
    assert status == 0
    assert output == translator.translate(['我喜欢猫。', '他很忙。'], 1)


@pytest.mark.parametrize('sentence, line', [
    ('龘猫。', 'not in the vocabulary, and read as <unk>: 龘'),
    ('猫' * 40, '40 tokens: only the first 11 are translated')])
def test_a_remark_is_a_line_and_the_sentence_is_translated(sentence, line, folder,
                                                           translated):
    status, output, errors = translated(sentence, '--model', folder)
    assert status == 0 and len(output) == len(errors) == 1
    assert line in errors[0]


@pytest.mark.parametrize('sentences', [[''], ['  '], ['猫', ''], []])
def test_nothing_to_translate_is_told_in_one_line(sentences, folder, translated,
                                                  monkeypatch):
    monkeypatch.setattr('sys.stdin', io.StringIO(''))
    status, output, errors = translated(*sentences, '--model', folder)
    assert (status, output, len(errors)) == (2, [], 1)
    wanted = 'expected some text' if '' in sentences else 'nothing to '
    assert wanted in errors[0]


def test_a_missing_model_is_told_in_one_line(tmp_path, complaint):
    assert 'd2lmx run translator' in complaint(1, *TRANSLATE, '猫', '--model', tmp_path)


@pytest.mark.parametrize('text', ['{', json.dumps({'source': ['<unk>']})])
def test_a_damaged_model_is_told_in_one_line(text, tmp_path, complaint):
    (tmp_path / 'translator.json').write_text(text)
    assert 'is damaged' in complaint(1, *TRANSLATE, '猫', '--model', tmp_path)


def test_a_vocabulary_cannot_steer_the_terminal(folder, translated, tmp_path):
    copy = shutil.copytree(folder, tmp_path / 'model')
    about = json.loads((copy / 'translator.json').read_text(encoding='utf-8'))
    about['target'] = about['target'][:4] + [f'\x1b[31m{i}\x07' for i in range(
        4, len(about['target']))]
    (copy / 'translator.json').write_text(json.dumps(about), encoding='utf-8')
    status, output, _ = translated('我喜欢猫。', '--model', copy)
    assert status == 0 and '[31m' in output[0] and output[0].isprintable()


# ---- any section


SECTION = '''"""Sizes (大小)

Source: nowhere
"""
import d2lmx as d2l


def run():
    return {}


def predict(model, *pictures, scale: float = 1.0, draws: bool = True):
    sizes = []
    for file in pictures:
        rgb = d2l.read_picture(file)
        if draws:
            d2l.plt.figure()
            d2l.plt.imshow(rgb)
        sizes.append({'folder': model.name, 'width': rgb.shape[1] * scale})
    return sizes
'''


@pytest.fixture
def sizes(tmp_path):
    """The file of a section that measures pictures."""
    file = tmp_path / 'sizes.py'
    file.write_text(SECTION, encoding='utf-8')
    return file


@pytest.fixture
def pictures(tmp_path):
    """Two pictures, 5 and 6 pixels wide."""
    files = tmp_path / 'five.png', tmp_path / 'six.png'
    for file, width in zip(files, (5, 6)):
        cv2.imwrite(str(file), onp.zeros((3, width, 3), 'uint8'))
    return files


def test_values_are_text_and_each_picture_has_a_figure(call, sizes, pictures, capsys,
                                                       tmp_path):
    model = tmp_path / 'results' / 'model'
    assert call('predict', sizes, *pictures, '--model', model, '--scale', '2') == 0
    place = tmp_path / 'results' / 'predictions'
    assert capsys.readouterr().out.splitlines() == [
        'folder: model', 'width:  10', 'folder: model', 'width:  12',
        f'figure: {place / "1-five.png"}', f'figure: {place / "2-six.png"}']
    assert [cv2.imread(str(place / name)).ndim for name in ('1-five.png', '2-six.png')]


def test_options_may_stand_between_inputs_and_values_be_json(call, sizes, pictures,
                                                             capsys, tmp_path):
    first, second = pictures
    assert call('predict', sizes, first, '--json', '--no-draws', second,
                '--out', tmp_path / 'none') == 0
    assert json.loads(capsys.readouterr().out) == {
        'results': [{'folder': 'model', 'width': w} for w in (5, 6)], 'figures': []}
    assert not (tmp_path / 'none').exists()


def test_inputs_may_come_as_lines(call, sizes, pictures, capsys, monkeypatch):
    monkeypatch.setattr('sys.stdin', io.StringIO(f'{pictures[1]}\n'))
    assert call('predict', sizes, '--no-draws') == 0
    assert capsys.readouterr().out.splitlines()[1] == 'width:  6'


def test_a_section_may_take_two_inputs_of_one_result(call, complaint, sizes, capsys):
    sizes.write_text('''def run(): return {}
def predict(model, content, style, *, lr: float = 1.0):
    return [[content, style, lr]]''')
    assert call('predict', sizes, 'a', 'b', '--lr', '3', '--json') == 0
    assert json.loads(capsys.readouterr().out)['results'] == [['a', 'b', 3]]
    assert '2 inputs (content, style), got 1' in complaint(2, 'predict', sizes, 'a')


PAIRS = '''
from typing import NamedTuple
class Pair(NamedTuple):
    premise: str
    hypothesis: str
def run(): return {}
def predict(model, *pairs: Pair, loud: bool = False) -> list:
    return [{'first': premise, 'second': hypothesis, 'loud': loud}
            for premise, hypothesis in pairs]
'''


@pytest.mark.parametrize('words, lines', [
    (['a b', 'c', 'd', '--loud', 'e'], ''), (['--loud'], 'a b\tc\nd\te\n'),
    (['--loud'], '\ufeffa b\tc\r\nd\te\r\n')])
def test_inputs_may_belong_together(call, sizes, capsys, monkeypatch, words, lines):
    sizes.write_text(PAIRS)
    monkeypatch.setattr('sys.stdin', io.StringIO(lines))
    assert call('predict', sizes, '--json', *words) == 0
    assert json.loads(capsys.readouterr().out)['results'] == [
        {'first': 'a b', 'second': 'c', 'loud': True},
        {'first': 'd', 'second': 'e', 'loud': True}]


@pytest.mark.parametrize('words, lines, wanted', [
    (['a', 'b', 'c'], '', '2 inputs (premise, hypothesis), got 3'),
    ([], 'a\tb\na b\n', 'line 2 must be premise, hypothesis with a tab between, got '
                         "'a b'"),
    ([], 'a\tb\tc\n', "with a tab between, got 'a\\tb\\tc'"),
    ([], '', 'nothing to predict from')])
def test_inputs_that_lack_their_other_half_are_told(complaint, sizes, monkeypatch,
                                                    words, lines, wanted):
    sizes.write_text(PAIRS)
    monkeypatch.setattr('sys.stdin', io.StringIO(lines))
    assert wanted in complaint(2, 'predict', sizes, *words)


@pytest.mark.parametrize('words, wanted', [
    (['lenet', 'photo.jpg'], 'predicts nothing'), (['20.1'], 'nothing to predict from'),
    (['SIZES', 'nowhere.png'], 'there is no picture'),
    (['SIZES', 'SIZES'], 'is no picture'),
    (['SIZES', 'a', '--scale', 'x'], 'expected a number'),
    (['13.7', 'a', '--threshold', '2'], 'at least 0 and at most 1'),
    (['SIZES', 'a', '--threshold', '1'], 'unrecognized')])
def test_slips_are_told_in_one_line(complaint, sizes, monkeypatch, words, wanted):
    monkeypatch.setattr('sys.stdin', io.StringIO(''))
    words = [sizes if word == 'SIZES' else word for word in words]
    status = 1 if 'nowhere.png' in words else 2
    assert wanted in complaint(status, 'predict', *words)


def test_a_page_with_a_predict_of_its_own_predicts_nothing_here(complaint, sizes):
    sizes.write_text('def run(): return {}\ndef predict(X): return X')
    assert 'predicts nothing' in complaint(2, 'predict', sizes, 'a.png')
