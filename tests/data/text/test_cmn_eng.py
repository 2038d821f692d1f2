"""Chinese and English: the file's columns, tokens, parts without anything common."""
import sys
import zipfile

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.files import hub


def write_pairs(monkeypatch, folder, text):
    """Make a cmn-eng.zip of this text the one that is found."""
    with zipfile.ZipFile(folder / 'cmn-eng.zip', 'w') as archive:
        archive.writestr('cmn-eng/cmn.txt', text)
    monkeypatch.setenv('D2LMX_DATA', str(folder))


def test_pairs_are_chinese_first_each_once_without_the_third_column(
        monkeypatch, tmp_path):
    write_pairs(monkeypatch, tmp_path, 'Hi.\t嗨。\tby A\nHi.\t嗨。\tby B\nGo.\t走。\n'
                                       'no pair\n\t空。\tby C\n')
    assert d2l.read_data_cmn() == [('嗨。', 'Hi.'), ('走。', 'Go.')]


def test_an_archive_without_the_text_is_told(monkeypatch, tmp_path):
    with zipfile.ZipFile(tmp_path / 'cmn-eng.zip', 'w') as archive:
        archive.writestr('cmn-eng/other.txt', 'Hi.\t嗨。\n')
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(ValueError, match='cmn.txt must be a text file'):
        d2l.read_data_cmn()


@pytest.mark.parametrize('text', ['', 'Hi. 嗨。\n', '\t空。\n'])
def test_a_text_without_a_pair_is_refused(monkeypatch, tmp_path, text):
    write_pairs(monkeypatch, tmp_path, text)
    with pytest.raises(ValueError, match='must hold lines of English, a tab and Chin'):
        d2l.read_data_cmn()


def test_the_toy_file_has_the_real_ones_form():
    path = hub.download('cmn-eng')
    lines = zipfile.ZipFile(path).read('cmn-eng/cmn.txt').decode().splitlines()
    assert len(set(lines)) == len(lines) == 3000
    assert {line.count('\t') for line in lines} == {2}
    lengths = [len(line.split('\t')[0]) for line in lines]
    assert lengths == sorted(lengths)
    pairs = d2l.read_data_cmn()
    assert len({chinese for chinese, _ in pairs}) < len(pairs)  # some have two
    counted = [(chinese, english) for chinese, english in pairs if '辆' in chinese]
    assert len(counted) > 50 and all('car' in english for _, english in counted)
    third = [english for chinese, english in pairs if chinese.startswith('她')
             and '喜欢' in chinese]
    assert len(third) > 20 and all(' likes ' in english for english in third)


def test_characters_are_tokens_but_latin_words_and_numbers_stay_whole():
    assert d2l.tokenize_chinese('　Ｔｏｍ有２０只“猫”，对吗？！ 好。') == [
        'tom', '有', '20', '只', '"', '猫', '"', ',', '对', '吗', '?', '!', '好', '.']
    assert d2l.tokenize_chinese(' \t') == []
    with pytest.raises(ValueError, match="'char' or 'jieba', got 'word'"):
        d2l.tokenize_chinese('猫', 'word')


def test_jieba_cuts_words_that_make_up_the_sentence():
    pytest.importorskip('jieba', reason='needs jieba')
    words = d2l.tokenize_chinese('我们喜欢北京的天气。', 'jieba')
    assert ''.join(words) == '我们喜欢北京的天气.' and '北京' in words


def test_without_jieba_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, 'jieba', None)
    with pytest.raises(d2l.JiebaMissing, match='pip install jieba'):
        d2l.tokenize_chinese('猫', 'jieba')


def test_english_comes_back_from_its_tokens():
    text = "don't go, tom. why? now!"
    tokens = d2l.tokenize_english(text.upper())
    assert tokens == ["don't", 'go', ',', 'tom', '.', 'why', '?', 'now', '!']
    assert d2l.join_english(tokens) == text


def sides(part):
    return {source for source, _ in part}, {target for _, target in part}


def test_parts_share_no_sentence_on_either_side_and_hold_every_pair_once():
    random = onp.random.RandomState(1)
    pairs = list(dict.fromkeys((int(a), int(b)) for a, b in
                               random.randint(0, 600, size=(400, 2))))
    parts = d2l.split_pairs(pairs, [40, 60])
    assert sorted(pair for part in parts for pair in part) == sorted(pairs)
    for i, part in enumerate(parts):
        for other in parts[i + 1:]:
            assert not sides(part)[0] & sides(other)[0]
            assert not sides(part)[1] & sides(other)[1]
    assert len(sides(parts[0])[0]) >= 40 and len(sides(parts[1])[0]) >= 60
    # by sources alone, as drawn at random, targets would be shared
    assert len(sides(pairs)[1]) < len(pairs)


def test_pairs_joined_only_through_others_stay_together():
    chain = [('a', 1), ('b', 1), ('b', 2), ('c', 2)]
    rest = [('d', 3), ('e', 4), ('f', 5)]
    for seed in range(10):
        for part in d2l.split_pairs(chain + rest, [1], seed):
            assert len(set(chain) & set(part)) in (0, 4)


def test_the_split_follows_its_seed_and_no_global_state():
    pairs = [(i, i) for i in range(50)]
    before = onp.random.get_state()[1].tolist()
    parts = d2l.split_pairs(pairs, [10])
    assert onp.random.get_state()[1].tolist() == before
    onp.random.seed(5)
    assert d2l.split_pairs(pairs, [10]) == parts
    assert d2l.split_pairs(pairs, [10], seed=1) != parts


def test_too_few_pairs_for_the_parts_are_told():
    with pytest.raises(ValueError, match='3 pairs are too few'):
        d2l.split_pairs([(1, 1), (2, 2), (3, 3)], [2, 1])


@pytest.mark.data
def test_the_real_file(real_data):
    pairs = d2l.read_data_cmn()
    assert len(pairs) == 29055  # of 29,155 lines; 100 say a pair again
    assert hub.used()[-1]['data'] == 'book'
    test, train = d2l.split_pairs(pairs, [1500])
    assert not sides(test)[0] & sides(train)[0]
    assert not sides(test)[1] & sides(train)[1]
