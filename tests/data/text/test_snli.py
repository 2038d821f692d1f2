"""Pairs of SNLI: the file, its faults, examples and batches; the toy's logic."""
import zipfile

import numpy as onp
import pytest
from mxnet import gluon

import d2lmx as d2l
from d2lmx.data.toys import inference as toy_inference
from d2lmx.files import hub
from d2lmx.files.archives import BadData

HEADER = 'gold_label\tsentence1_binary_parse\tsentence2_binary_parse\tpairID\n'
LINES = ('neutral\t( ( Two ( young men ) ) ( run . ) )\t( ( A man ) ( runs . ) )\t1\n'
         '-\t( No one )\t( agrees . )\t2\n'
         'entailment\t( One  -LRB- 1 -RRB- )\t\t3\n'
         'contradiction\t( Été 🎉 )\t( ( n/a ) )\t4\n')
PAIRS = (['Two young men run .', 'One -LRB- 1 -RRB-', 'Été 🎉'],
         ['A man runs .', '', 'n/a'], [2, 0, 1])


def write(folder, content, part='train'):
    (folder / f'snli_1.0_{part}.txt').write_bytes(content)
    return folder


@pytest.mark.parametrize('content', [
    (HEADER + LINES).encode(), b'\xef\xbb\xbf' + (HEADER + LINES).encode(),
    (HEADER + LINES).replace('\n', '\r\n').encode(),
    (HEADER + LINES + '\n').encode()], ids=['plain', 'BOM', 'CRLF', 'blank line'])
def test_brackets_go_and_pairs_without_a_relation_are_left_out(tmp_path, content):
    assert d2l.read_snli(write(tmp_path, content), True) == PAIRS


def test_columns_are_found_by_their_names(tmp_path):
    text = ('x\tsentence2_binary_parse\tgold_label\tsentence1_binary_parse\n'
            'x\t( b c )\tneutral\t( a )\n')
    assert d2l.read_snli(write(tmp_path, text.encode(), 'test'), False) == (
        ['a'], ['b c'], [2])


@pytest.mark.parametrize('content, message', [
    ((HEADER + LINES + 'maybe\t( a )\t( b )\t5\n').encode(), "line 6: .*got 'maybe'"),
    ((HEADER + 'neutral\t( a )\n').encode(), 'line 2 has 2 columns'),
    (b'gold_label\tsentence1\tsentence2\n', 'must begin with the names of its col'),
    (b'', 'must begin with the names of its columns'),
    ((HEADER + '-\t( a )\t( b )\t\n').encode(), 'holds no pair'),
    (HEADER.encode() + b'neutral\t( \xe9t\xe9 )\t( b )\t1\n', 'line 2 is not')],
    ids=['relation', 'columns', 'header', 'empty', 'undecided', 'encoding'])
def test_a_file_that_is_not_snlis_is_one_clear_line(tmp_path, content, message):
    with pytest.raises(BadData, match=message) as error:
        d2l.read_snli(write(tmp_path, content), True)
    assert 'snli_1.0_train.txt' in str(error.value) and '\n' not in str(error.value)


def test_a_missing_part_is_named(tmp_path):
    with pytest.raises(BadData, match='snli_1.0_test.txt'):
        d2l.read_snli(write(tmp_path, (HEADER + LINES).encode()), False)


def test_a_broken_archive_is_named(empty_hub, tmp_path, monkeypatch):
    (tmp_path / 'snli_1.0.zip').write_bytes(b'PK\x03\x04 and no more')
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(BadData, match='snli_1.0.zip is cut off or damaged'):
        d2l.load_data_snli(2)


def test_examples_are_cut_and_padded(tmp_path):
    dataset = d2l.SNLIDataset((['a b c', 'a'], ['b', ''], [1, 2]), 2,
                              d2l.Vocab(['a', 'b', 'c'], reserved_tokens=['<pad>']))
    a, b = dataset.vocab[['a', 'b']]
    assert dataset.premises.tolist() == [[a, b], [a, 1]]
    assert dataset.hypotheses.tolist() == [[b, 1], [1, 1]]  # an empty one, too
    (premise, hypothesis), label = dataset[1]
    assert premise.tolist() == [a, 1] and hypothesis.tolist() == [1, 1] and label == 2
    assert len(dataset) == 2
    loader = gluon.data.DataLoader(dataset, 2)  # as on the page
    (premises, hypotheses), labels = next(iter(loader))
    assert premises.shape == hypotheses.shape == (2, 2) and labels.tolist() == [1, 2]


def test_tokens_of_four_occurrences_are_unknown():
    dataset = d2l.SNLIDataset((['a b'] * 4, ['b'] * 4, [0] * 4), 3)
    assert list(dataset.vocab) == ['<unk>', '<pad>', 'b']


@pytest.mark.parametrize('num_steps, vocab, message', [
    (0, None, 'at least 1'), (3, d2l.Vocab(['a']), 'reserved_tokens')])
def test_a_dataset_refuses(num_steps, vocab, message):
    with pytest.raises(d2l.InputError, match=message):
        d2l.SNLIDataset((['a'], ['a'], [0]), num_steps, vocab)


def test_batches_are_pairs_of_arrays_with_their_labels():
    train_iter, test_iter, vocab = d2l.load_data_snli(300, 12)
    batches = list(test_iter)
    assert sum(len(y) for _, y in batches) == len(test_iter.dataset)
    for (premises, hypotheses), y in batches:
        assert premises.shape == hypotheses.shape == (len(y), 12)
        assert all(a.dtype == onp.int32 for a in (premises, hypotheses, y))
    (premises, hypotheses), y = next(iter(train_iter))
    rows = {(*p, *h): label for p, h, label in zip(
        train_iter.dataset.premises.tolist(), train_iter.dataset.hypotheses.tolist(),
        train_iter.dataset.labels.tolist())}
    found = onp.concatenate([premises.asnumpy(), hypotheses.asnumpy()], axis=1)
    assert [rows[tuple(row)] for row in found.tolist()] == y.tolist()
    assert not onp.array_equal(premises.asnumpy(), train_iter.dataset.premises[:300])
    assert set(vocab) == {'<unk>', '<pad>', *toy_inference.WORDS}


def test_the_toys_relations_follow_from_their_words():
    slots = toy_inference.SLOTS
    for word, other, slot, relation in [
            ('men', 'people', 2, 'entailment'), ('people', 'men', 2, 'neutral'),
            ('men', 'women', 2, 'contradiction'), ('men', 'dogs', 2, 'contradiction'),
            ('men', 'animals', 2, 'contradiction'), ('Two', 'Some', 0, 'entailment'),
            ('Two', 'Three', 0, 'contradiction'), ('Some', 'Two', 0, 'neutral'),
            ('young', '', 1, 'entailment'), ('', 'young', 1, 'neutral'),
            ('young', 'old', 1, 'contradiction'), ('', '', 1, 'entailment'),
            ('park', 'outdoors', 4, 'entailment'),
            ('park', 'indoors', 4, 'contradiction'), ('', 'indoors', 4, 'neutral')]:
        assert toy_inference.related(word, other, slots[slot]) == relation
    # only one place decides, so that the words of both sentences are needed
    rng = onp.random.RandomState(0)
    for relation in d2l.SNLI_RELATIONS:
        relations = [toy_inference.related(*pair) for pair in zip(
            *toy_inference.draw_pair(relation, rng), slots)]
        assert set(relations) <= {relation, 'entailment'} and relation in relations


def test_the_toy_is_written_as_snli_is():
    with zipfile.ZipFile(hub.download('SNLI')) as archive:
        text = archive.read('snli_1.0/snli_1.0_test.txt').decode()
    header, *lines = text.splitlines()
    assert header.split('\t')[:7] == (
        'gold_label sentence1_binary_parse sentence2_binary_parse sentence1_parse '
        'sentence2_parse sentence1 sentence2').split()
    rows = [line.split('\t') for line in lines]
    assert {len(row) for row in rows} == {14}
    assert {row[0] for row in rows} == {*d2l.SNLI_RELATIONS, '-'}
    for row in rows:
        assert row[1].count('(') == row[1].count(')') == len(row[5].split())
        assert row[1].translate(str.maketrans('', '', '()')).split() == (
            row[5].replace('.', ' .').split())


def test_real_pairs_are_read(real_data):
    folder = d2l.download_extract('SNLI')
    premises, hypotheses, labels = d2l.read_snli(folder, False)
    assert len(premises) == len(hypotheses) == len(labels) == 9824  # as printed
    assert premises[0].startswith('This church choir sings to the masses as they')
    assert not any('(' in sentence for sentence in premises + hypotheses)
    assert onp.bincount(labels).tolist() == [3368, 3237, 3219]  # as published


def test_batches_are_only_as_long_as_their_sentences():
    whole, _, vocab = d2l.load_data_snli(300, 50)
    short, _, _ = d2l.load_data_snli(300, 50, width=4)
    pairs = []
    for data_iter in (whole, short):
        d2l.set_seed(1)
        pairs.append(list(data_iter))
    for (X, y), (X_short, y_short) in zip(*pairs):
        assert y.tolist() == y_short.tolist()
        for array, cut in zip(X, X_short):
            longest = int((array.asnumpy() != vocab['<pad>']).sum(axis=1).max())
            assert cut.shape[1] == -(-longest // 4) * 4 < 50
            assert onp.array_equal(array[:, :cut.shape[1]].asnumpy(), cut.asnumpy())


@pytest.mark.parametrize('text, tokens', [
    ("Two men aren't here.", "Two men are n't here ."),
    ("I can't (say) Tom's.", "I ca n't -LRB- say -RRB- Tom 's ."),
    ('A T-shirt, 3.5 "x"?!', 'A T-shirt , 3.5 " x " ? !'), (' \t\n', ''), ('🎉', '🎉'),
    ('“Don’t” is Tom’s', '" Do n\'t " is Tom \'s'), ('He is good .', 'He is good .')])
def test_sentences_are_cut_into_tokens_as_those_of_the_file(text, tokens):
    assert d2l.tokenize_snli(text) == tokens.split()


def test_most_real_sentences_are_cut_as_in_the_file(real_data):
    file = d2l.download_extract('SNLI') + '/snli_1.0_test.txt'
    with open(file, encoding='utf-8') as lines:
        rows = [line.split('\t') for line in lines][1:2001]
    same = [d2l.tokenize_snli(row[5]) == row[1].strip('() ').split() for row in rows]
    assert sum(same) > .97 * len(rows)  # not abbreviations, nor slips of the pen
