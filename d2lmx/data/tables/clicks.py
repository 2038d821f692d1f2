"""Click-through data: what is known of an advertisement shown, and if it was clicked.

A line of a file is the click, 0 or 1, and the values of the fields, between tabs.
"""
import logging
from collections import Counter
from pathlib import Path

import numpy as onp
from mxnet import gluon, np

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import first_line, read_text
from ...runtime.checks import check_whole
from ..arrays import BatchIterator
from ..toys import clicks as toy_clicks

__all__ = ['CTRDataset', 'count_fields', 'load_data_ctr', 'number_fields']

hub.toy('ctr')(toy_clicks.write_toy)

LOG = logging.getLogger('d2lmx')
CLICKS = {'0': 0, '1': 1}


class CTRDataset(gluon.data.Dataset):
    """Advertisements as numbers of their fields' values, and whether they were clicked.

    An example is (features, [click]): features (num_feat,), an MXNet array, int32, and
    0 or 1 in float32. Each value of each field has a number of its own in 0 to
    sum(field_dims) - 1; values that are rarer than min_threshold, and unknown ones,
    share their field's last number. Lines of another number of columns are left out,
    with a remark in the log 'd2lmx'.

    Parameters
    ----------
    data_path
        A text file without a header: a click, 0 or 1, and the values of the fields,
        between tabs.
    feat_mapper, defaults
        Those of the data set that was trained on; None: made of this file.
    min_threshold
        How often a value occurs at least that is not taken for an unknown one.
    num_feat
        How many fields there are.

    Attributes: ``feat_mapper``, {field: {value: number}}, fields from 1 on, and
    ``defaults``, {field: number of unknown values}, both within the field;
    ``field_dims`` and ``offsets`` (num_feat,), numbers a field and those before it;
    ``features`` (examples, num_feat), int32, and ``labels`` (examples, 1), float32,
    NumPy arrays as the former; ``count`` examples.

    InputError for one of feat_mapper and defaults alone, or of other fields; BadData, a
    ValueError, that names the file and the line, where a click is neither 0 nor 1, and
    where more lines have other fields than these.

    Book: 16.8 (sec_ctr)
    """

    def __init__(self, data_path, feat_mapper=None, defaults=None,
                 min_threshold: int = 4, num_feat: int = 34):
        check_whole(num_feat=num_feat, min_threshold=min_threshold)
        self.NUM_FEATS = num_feat
        self.labels, columns = read_clicks(data_path, num_feat)
        self.count = len(self.labels)
        if feat_mapper is None and defaults is None:
            # book: numbers values in the order of a set, another one in each process
            feat_mapper = {i: known_values(column, min_threshold)
                           for i, column in enumerate(columns, start=1)}
            defaults = {i: len(known) for i, known in feat_mapper.items()}
        fields = set(range(1, num_feat + 1))
        if not fields == set(feat_mapper or ()) == set(defaults or ()):
            raise InputError(f'feat_mapper and defaults must both be of the fields 1 '
                             f'to {num_feat}: take those of the data set that was '
                             'trained on')
        self.feat_mapper, self.defaults = feat_mapper, defaults
        self.field_dims = onp.array([len(feat_mapper[i]) + 1 for i in sorted(fields)])
        self.offsets = onp.cumsum(self.field_dims) - self.field_dims
        self.features = number_fields(columns, [feat_mapper[i] for i in sorted(fields)])

    def __len__(self):
        return self.count

    def __getitem__(self, idx):
        # book: float32, which has no odd numbers above 2 ** 24
        return np.array(self.features[idx], dtype='int32'), [self.labels[idx, 0]]


def read_clicks(path, num_feat: int):
    """Clicks (lines, 1), float32, and the lists of the values of each field."""
    text = read_text(path)
    rows = [line.split('\t') for line in text.split('\n')]
    numbers = [i for i, row in enumerate(rows) if len(row) == num_feat + 1]
    others = sum(row != [''] for row in rows) - len(numbers)
    if len(numbers) < max(others, 1):
        raise BadData(f'{path} must hold lines of a click and {num_feat} fields, with '
                      f'tabs between, but {others} lines are others, and {len(numbers)}'
                      f' are not; line 1 has {len(rows[0]) - 1} fields: '
                      f'{first_line(text)}. Give the right num_feat, or put the right '
                      'file there')
    if others:
        # book: says nothing
        LOG.warning('%s: %d lines have not the %d fields and are left out', path,
                    others, num_feat)
    clicks, *columns = zip(*(rows[i] for i in numbers))
    if not set(clicks) <= CLICKS.keys():
        wrong = next(i for i in numbers if rows[i][0] not in CLICKS)
        raise BadData(f'line {wrong + 1} of {path} must begin with a click, 0 or 1, '
                      f'got {rows[wrong][0][:60]!r}')
    labels = onp.array([[CLICKS[click]] for click in clicks], dtype='float32')
    return labels, columns


def known_values(column, min_threshold: int) -> dict:
    """{value: number} of those that are not rare, in the order of their appearance."""
    counts = Counter(column)
    return {value: number for number, value in enumerate(
        value for value, count in counts.items() if count >= min_threshold)}


def number_fields(columns, known) -> onp.ndarray:
    """Numbers of values for a network, (examples, fields), int32.

    columns: for each field the values of all examples; known: for each field a dict
    {value: number}, in whose field an unknown value comes last.

    Ours, for 16.8
    """
    offsets = onp.cumsum([0, *(len(numbers) + 1 for numbers in known)])
    return onp.array([[numbers.get(value, len(numbers)) for value in column]
                      for column, numbers in zip(columns, known)],
                     dtype='int32').T + offsets[:-1].astype('int32')


def count_fields(data_path) -> int:
    """How many fields the first line of a file has, which begins with the click.

    BadData where it has none.

    Ours, for 16.8, whose file has 34
    """
    text = read_text(data_path)
    num_feat = text.partition('\n')[0].count('\t')
    if not num_feat:
        raise BadData(f'{data_path} must hold lines of a click and fields between '
                      f'tabs; line 1 is {first_line(text)}: put the right file there')
    return num_feat


def load_data_ctr(batch_size: int, min_threshold: int = 4):
    """Batches of the click-through data for training and for testing, and the data set
    that is trained on.

    A batch is X (batch, fields), int32, numbers of values as of `CTRDataset`, and y
    (batch, 1), clicks. There are as many fields as in the first line. min_threshold and
    errors as of `CTRDataset`.

    Ours, for 16.9
    """
    train_file, test_file = (Path(hub.download_extract('ctr'), f'{part}.csv')
                             for part in ('train', 'test'))
    num_feat = count_fields(train_file)
    train_data = CTRDataset(train_file, min_threshold=min_threshold, num_feat=num_feat)
    test_data = CTRDataset(test_file, train_data.feat_mapper, train_data.defaults,
                           min_threshold, num_feat)
    # book: last_batch='rollover': in the test, too, the last are left to the next time
    train_iter, test_iter = (
        BatchIterator((data.features, data.labels), batch_size, shuffle)
        for data, shuffle in ((train_data, True), (test_data, False)))
    return train_iter, test_iter, train_data
