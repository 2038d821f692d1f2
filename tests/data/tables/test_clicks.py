"""Click-through data: values and their numbers by hand, and files that are none."""
import logging
from collections import Counter

import numpy as onp
import pytest
from mxnet import gluon

import d2lmx as d2l
from d2lmx.data.toys import clicks as toy
from d2lmx.files import hub
from d2lmx.files.archives import BadData

TRAIN = '1\ta\tx\t\n0\ta\ty\t\n0\tb\tx\tn\n1\ta\tz\t\n0\tb\ty\tn\n'


@pytest.fixture
def file(tmp_path):
    """``file(text)`` is the path of a file with this content."""
    def write(text, name='train.csv'):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path
    return write


def test_values_get_numbers_of_their_own_and_rare_ones_the_last_of_their_field(file):
    data = d2l.CTRDataset(file(TRAIN), min_threshold=2, num_feat=3)
    # a 0, b 1, rare 2 | x 3, y 4, rare 5 | '' 6, n 7, rare 8
    assert data.features.tolist() == [[0, 3, 6], [0, 4, 6], [1, 3, 7], [0, 5, 6],
                                      [1, 4, 7]]
    assert data.labels.tolist() == [[1], [0], [0], [1], [0]]
    assert data.feat_mapper == {1: {'a': 0, 'b': 1}, 2: {'x': 0, 'y': 1},
                                3: {'': 0, 'n': 1}}
    assert data.defaults == {1: 2, 2: 2, 3: 2}
    assert data.field_dims.tolist() == [3, 3, 3] and data.offsets.tolist() == [0, 3, 6]
    features, label = data[3]
    assert (features.tolist(), features.dtype, label) == ([0, 5, 6], onp.int32, [1.0])
    assert len(data) == data.count == 5 and data.NUM_FEATS == 3


def test_a_value_that_occurs_as_often_as_the_threshold_is_known(file):
    for least, known in ((2, ['a', 'b']), (3, ['a']), (4, [])):
        data = d2l.CTRDataset(file(TRAIN), min_threshold=least, num_feat=3)
        assert list(data.feat_mapper[1]) == known
        assert data.field_dims[0] == len(known) + 1


def test_a_test_set_is_numbered_as_the_training_set(file):
    train = d2l.CTRDataset(file(TRAIN), min_threshold=2, num_feat=3)
    test = d2l.CTRDataset(file('0\tb\tnew\tn\n1\t\tx\t\n', 'test.csv'),
                          train.feat_mapper, train.defaults, num_feat=3)
    assert test.features.tolist() == [[1, 5, 7], [2, 3, 6]]
    assert test.field_dims.tolist() == train.field_dims.tolist()
    with pytest.raises(d2l.InputError, match='feat_mapper and defaults must both'):
        d2l.CTRDataset(file(TRAIN), train.feat_mapper, num_feat=3)
    with pytest.raises(d2l.InputError, match='of the fields 1 to 2'):
        d2l.CTRDataset(file('0\tb\tx\n'), train.feat_mapper, train.defaults,
                       num_feat=2)


def test_the_toy_file_is_read_as_one_line_after_the_other_is():
    path = f'{d2l.download_extract("ctr")}/train.csv'
    data = d2l.CTRDataset(path)
    with open(path, encoding='ascii') as lines:
        rows = [line.rstrip('\n').split('\t') for line in lines]
    counts = [Counter(column) for column in zip(*rows)][1:]
    first, decoded = 0, []
    for i, count in enumerate(counts, start=1):
        known = [value for value, times in count.items() if times >= 4]
        assert data.field_dims[i - 1] == len(known) + 1
        values = {first + number: value for value, number in
                  data.feat_mapper[i].items()}
        decoded.append([values.get(number) for number in data.features[:, i - 1]])
        first += len(known) + 1
        assert sorted(data.feat_mapper[i]) == sorted(known)
    for row, found in zip(rows, zip(*decoded)):
        for value, number, count in zip(row[1:], found, counts):
            assert number == (value if count[value] >= 4 else None)
    assert [int(row[0]) for row in rows] == data.labels[:, 0].tolist()


def test_a_pages_loader_makes_batches_of_it(file):
    data = d2l.CTRDataset(file(TRAIN), min_threshold=2, num_feat=3)
    loader = gluon.data.DataLoader(data, 2, shuffle=False, last_batch='rollover')
    X, y = next(iter(loader))
    assert X.tolist() == data.features[:2].tolist() and y.tolist() == [[1], [0]]


def test_other_line_ends_and_marks_change_nothing(file):
    wanted = d2l.CTRDataset(file(TRAIN), min_threshold=2, num_feat=3)
    for content in (TRAIN.replace('\n', '\r\n'), '\ufeff' + TRAIN, TRAIN.rstrip('\n'),
                    TRAIN + '\n\n'):
        found = d2l.CTRDataset(file(content), min_threshold=2, num_feat=3)
        assert found.feat_mapper == wanted.feat_mapper
        assert (found.features == wanted.features).all()


def test_lines_of_other_lengths_are_left_out_with_a_remark(file, caplog):
    with caplog.at_level(logging.WARNING, 'd2lmx'):
        data = d2l.CTRDataset(file('1\ta\n' + TRAIN + '0\ta\tx\tn\tn\n'), num_feat=3)
    assert len(data) == 5
    assert '2 lines have not the 3 fields and are left out' in caplog.text


@pytest.mark.parametrize('content, told', [
    (TRAIN + '2\ta\tx\tn\n', "line 6 of .*train.csv must begin with a click.*'2'"),
    ('click\ta\tx\tn\n' + TRAIN, 'line 1 of .* must begin with a click'),
    ('1\ta\tx\n', 'must hold lines of a click and 3 fields.*line 1 has 2 fields'),
    ('1\ta\tx\tn\n1\ta\n0\tb\n', '2 lines are others, and 1 are not'),
    ('', 'line 1 has 0 fields'), (b'1\ta\t\xff\tn\n', 'must be in UTF-8, but line 1')])
def test_a_file_of_another_form_is_refused_by_its_line(file, content, told):
    with pytest.raises(BadData, match=told):
        d2l.CTRDataset(file(content), num_feat=3)


def test_a_missing_file_and_counts_below_one_are_refused(file, tmp_path):
    with pytest.raises(BadData, match='none.csv'):
        d2l.CTRDataset(tmp_path / 'none.csv')
    for option in ('num_feat', 'min_threshold'):
        with pytest.raises(d2l.InputError, match=option):
            d2l.CTRDataset(file(TRAIN), **{option: 0})


def test_fields_are_counted_in_the_first_line(file):
    assert d2l.count_fields(file(TRAIN)) == 3
    for content in ('', '1 a b\n'):
        with pytest.raises(BadData, match='must hold lines of a click'):
            d2l.count_fields(file(content))


def test_batches_hold_all_examples_of_both_parts():
    train_iter, test_iter, train_data = d2l.load_data_ctr(3000)
    assert [len(X) for X, _ in train_iter] == [3000, 3000, 2192]
    assert sum(len(y) for _, y in test_iter) == toy.ROWS['test']
    X, y = next(iter(test_iter))
    assert X.shape == (3000, 34) and X.dtype == 'int32' and y.shape == (3000, 1)
    assert int(X.max()) < train_data.field_dims.sum()
    again = next(iter(train_iter))[0]
    assert (X == next(iter(test_iter))[0]).all()
    assert not (again == next(iter(train_iter))[0]).all()


def test_pairs_of_toy_values_decide_and_none_alone():
    values = onp.random.RandomState(0).randint(toy.NUM_VALUES, size=(4000, 34))
    logits = toy.logits(values)
    for i, j in toy.PAIRS:
        same = values[:, i] % 2 == values[:, j] % 2
        # four standard errors of a mean of 2000 whose deviation is below 4
        assert logits[same].mean() - logits[~same].mean() == pytest.approx(
            2 * toy.STRENGTH, abs=.5)
        for value in range(toy.NUM_VALUES):
            assert logits[values[:, i] == value].mean() == pytest.approx(-1, abs=.5)


def test_the_real_files_fields_are_counted(real_data):
    train_iter, test_iter, train_data = d2l.load_data_ctr(2048)
    assert hub.locate('ctr')[1] == 'local' and len(train_data.field_dims) == 39
    assert len(train_data) == len(test_iter.arrays[0]) == 10000
    assert int(train_data.labels.sum()) == 2563
