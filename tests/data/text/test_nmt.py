"""Sentence pairs: text, tokens, arrays, batches; the toy grammar; the real file."""
import re
import zipfile

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.files import hub
from d2lmx.data.toys import phrases as toy_phrases


def test_punctuation_is_set_off_and_french_spaces_become_plain_ones():
    text = 'Go.\tVa\u202f!\nHi, you?! \tSalut,\xa0toi !'
    assert d2l.preprocess_nmt(text) == 'go .\tva !\nhi , you ? ! \tsalut , toi !'
    assert d2l.preprocess_nmt('.a\n!b') == '.a\n !b'  # as the book: not a text's first


def test_tokenize_takes_as_many_lines_as_it_is_told_to():
    text = 'go .\tva !\nhi .\tsalut !\nno pair\na\tb\tc\nrun !\tcours !'
    assert d2l.tokenize_nmt(text, num_examples=2) == (
        [['go', '.'], ['hi', '.']], [['va', '!'], ['salut', '!']])
    source, target = d2l.tokenize_nmt(text)
    # of a line with a third column, as today's file has it, the first two
    assert source[2:] == [['a'], ['run', '!']] and target[2] == ['b']


@pytest.mark.parametrize('line, expected', [
    ([47, 4], [47, 4, 1, 1]), ([1, 2, 3, 4, 5], [1, 2, 3, 4]), ([], [1, 1, 1, 1])])
def test_truncate_pad(line, expected):
    assert d2l.truncate_pad(line, 4, 1) == expected


def test_arrays_end_with_eos_unless_cut_and_count_what_is_no_padding():
    vocab = d2l.Vocab([['a', 'b', 'c', 'd']],
                      reserved_tokens=['<pad>', '<bos>', '<eos>'])
    array, lens = d2l.build_array_nmt([['a'], ['a', 'b', 'c', 'd', 'x']], vocab, 4)
    a, b, c, d = vocab[['a', 'b', 'c', 'd']]
    assert array.tolist() == [[a, vocab['<eos>'], 1, 1], [a, b, c, d]]
    assert lens.tolist() == [2, 4] and array.dtype == lens.dtype == onp.int32


def test_batches_of_toy_data():
    data_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(64, num_steps=8)
    batches = list(data_iter)
    assert sum(len(X) for X, *_ in batches) == 600
    for X, X_len, Y, Y_len in batches:
        assert X.shape == Y.shape == (X_len.shape[0], 8)
        assert all(a.dtype == onp.int32 for a in (X, X_len, Y, Y_len))
        for numbers, lens, vocab in ((X, X_len, src_vocab), (Y, Y_len, tgt_vocab)):
            counted = (numbers.asnumpy() != vocab['<pad>']).sum(axis=1)
            assert counted.tolist() == lens.tolist()
            assert int(numbers.max()) < len(vocab)
    assert src_vocab.to_tokens([0, 1, 2, 3]) == ['<unk>', '<pad>', '<bos>', '<eos>']


@pytest.mark.parametrize('sizes', [(0, 8, 600), (8, 0, 600), (8, 8, 0)])
def test_sizes_below_one_are_refused(sizes):
    with pytest.raises(ValueError, match='at least 1'):
        d2l.load_data_nmt(*sizes)


def test_a_random_batch_has_tokens_that_both_vocabularies_have():
    X, dec_X, valid_lens = d2l.random_batch_nmt(200, 7)
    assert X.shape == dec_X.shape == (200, 7) and valid_lens.shape == (200,)
    assert all(a.dtype == onp.int32 for a in (X, dec_X, valid_lens))
    fewest = min(d2l.NMT_SRC_SIZE, d2l.NMT_TGT_SIZE)
    # of 1400 draws one is all but surely among the ten highest
    assert all(0 <= int(tokens.min()) and fewest - 10 <= int(tokens.max()) < fewest
               for tokens in (X, dec_X))
    assert set(valid_lens.tolist()) == set(range(1, 8))


# ---- the toy grammar -----------------------------------------------------------------

@pytest.fixture(scope='module')
def toy_pairs():
    text = d2l.read_data_nmt()
    assert {file['data'] for file in hub.used() if file['name'] == 'fra-eng'} == {'toy'}
    return [line.split('\t') for line in text.splitlines()]


def test_toy_pairs_are_many_different_and_sorted_by_length(toy_pairs):
    assert len(toy_pairs) == len({tuple(pair) for pair in toy_pairs})
    assert len(toy_pairs) == toy_phrases.NUM_PAIRS
    lengths = [len(english) for english, _ in toy_pairs]
    assert lengths == sorted(lengths)


def test_toy_french_follows_from_the_english(toy_pairs):
    # could not be learnt otherwise: no English sentence has two translations
    assert len({english for english, _ in toy_pairs}) == len(toy_pairs)
    pairs = dict(toy_pairs)
    wanted = {'Mary is tired.': 'Marie est fatiguée.',
              'They are lost.': 'Ils sont perdus.',
              'Where is my key?': 'Où est ma clé\u202f?',
              'Wait now!': 'Attends maintenant\u202f!'}
    assert {english: pairs[english] for english in wanted if english in pairs} == {
        english: french for english, french in wanted.items() if english in pairs}
    assert len(wanted.keys() & pairs.keys()) >= 2


def test_toy_articles_agree_with_their_nouns(toy_pairs):
    gender = {french: g for _, french, g in toy_phrases.NOUNS}
    articles = {form: g for _, forms in toy_phrases.ARTICLES
                for g, form in forms.items()}
    for _, french in toy_pairs:
        words = re.findall(r"[\w']+", french.lower())
        for article, noun in zip(words, words[1:]):
            if article in articles and noun in gender and noun != 'lit':
                assert articles[article] == gender[noun], french


def test_toy_file_repeats_byte_by_byte(tmp_path):
    for name in ('a.zip', 'b.zip'):
        toy_phrases.write_toy(tmp_path / name, onp.random.RandomState(3))
    assert (tmp_path / 'a.zip').read_bytes() == (tmp_path / 'b.zip').read_bytes()
    assert zipfile.ZipFile(tmp_path / 'a.zip').namelist() == ['fra-eng/fra.txt']


def test_an_archive_without_the_text_is_told(monkeypatch, tmp_path):
    with zipfile.ZipFile(tmp_path / 'fra-eng.zip', 'w') as archive:
        archive.writestr('fra-eng/other.txt', '')
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(ValueError, match='fra.txt must be a text file.*No such file'):
        d2l.read_data_nmt()


@pytest.fixture
def fra(tmp_path, monkeypatch):
    """``fra(content)`` makes that the text of the only data folder's archive."""
    def put(content, name='fra-eng/fra.txt'):
        with zipfile.ZipFile(tmp_path / 'fra-eng.zip', 'w') as archive:
            archive.writestr(name, content)
        monkeypatch.setenv('D2LMX_DATA', str(tmp_path))

    return put


def test_a_column_with_sources_is_no_part_of_the_pairs(fra):
    fra('Go.\tVa !\tCC-BY 2.0: CM & sacredceltic\nGo.\tVa !\tCC-BY 2.0: a\n' * 2)
    data_iter, *vocabs = d2l.load_data_nmt(4, 5)
    (X, X_lens, Y, Y_lens), = data_iter
    assert X_lens.tolist() == Y_lens.tolist() == [3] * 4
    assert [vocab.to_tokens(lines[0]) for lines, vocab in zip((X, Y), vocabs)] == [
        ['go', '.', '<eos>', '<pad>', '<pad>'], ['va', '!', '<eos>', '<pad>', '<pad>']]


def test_a_byte_order_mark_is_no_part_of_the_text(fra):
    fra('\ufeffGo.\tVa !\r\n'.encode('utf-8'))
    assert d2l.read_data_nmt() == 'Go.\tVa !\n'


@pytest.mark.parametrize('content, words', [
    ('', "has no tab; line 1 is ''"), ('Go. Va !\nHi.\n', "line 1 is 'Go. Va !'"),
    ('Go.\tVa !\nHé.\t!'.encode('latin-1'), 'line 2 is not .byte 0xe9.')])
def test_a_text_without_pairs_or_not_in_utf8_is_refused_by_its_line(
        fra, content, words):
    fra(content)
    with pytest.raises(hub.BadData, match=f'fra.txt must .*{words}'):
        d2l.read_data_nmt()


def test_a_folder_in_place_of_the_text_is_refused(fra):
    fra('', 'fra-eng/fra.txt/inner')
    with pytest.raises(hub.BadData, match='fra.txt must be a text file'):
        d2l.read_data_nmt()


def test_lines_that_reach_no_pair_are_refused(fra):
    fra('English and French\nGo.\tVa !\n')
    with pytest.raises(ValueError, match='first 1 lines .* choose more num_examples'):
        d2l.load_data_nmt(4, 5, num_examples=1)


# ---- the real file -------------------------------------------------------------------

@pytest.mark.slow
@pytest.mark.data
def test_real_text_is_the_books(real_data):
    text = d2l.read_data_nmt()
    assert text[:75] == ('Go.\tVa !\nHi.\tSalut !\nRun!\tCours\u202f!\n'
                         'Run!\tCourez\u202f!\nWho?\tQui ?\nWow!\tÇa alors\u202f!\n')
    source, target = d2l.tokenize_nmt(d2l.preprocess_nmt(text))
    assert source[:6] == [['go', '.'], ['hi', '.'], ['run', '!'], ['run', '!'],
                          ['who', '?'], ['wow', '!']]
    assert target[:6] == [['va', '!'], ['salut', '!'], ['cours', '!'], ['courez', '!'],
                          ['qui', '?'], ['ça', 'alors', '!']]
    vocab = d2l.Vocab(source, min_freq=2, reserved_tokens=['<pad>', '<bos>', '<eos>'])
    assert len(vocab) == 10012
    assert d2l.truncate_pad(vocab[source[0]], 10, vocab['<pad>']) == [
        47, 4, 1, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.data
def test_vocabularies_of_the_real_text_have_the_sizes_that_networks_are_built_for(
        real_data):
    _, *vocabs = d2l.load_data_nmt(64, num_steps=10)
    assert list(map(len, vocabs)) == [d2l.NMT_SRC_SIZE, d2l.NMT_TGT_SIZE]
    for sentences, vocab in zip((d2l.NMT_SENTENCES, d2l.NMT_SENTENCES.values()),
                                vocabs):
        assert all('<unk>' not in vocab.to_tokens(vocab[sentence.split()])
                   for sentence in sentences)
