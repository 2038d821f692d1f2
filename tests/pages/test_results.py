"""The results folder: whole or not at all, and JSON that any reader takes."""
import errno
import json

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

from d2lmx.errors import InputError
from d2lmx.files.whole import Unwritable, whole_folder
from d2lmx.pages import results

RECORD = {'section': '6.6', 'title': '卷积', 'result': {'final': {'test acc': .5}}}


def names_below(folder):
    return sorted(path.name for path in folder.rglob('*'))


def test_numbers_and_every_open_figure_are_written(tmp_path):
    for _ in range(2):
        plt.figure().gca().plot([1, 2])
    results.write(RECORD, tmp_path)
    assert json.loads((tmp_path / 'metrics.json').read_text('utf-8')) == RECORD
    assert names_below(tmp_path / 'figures') == ['1.png', '1.svg', '2.png', '2.svg']


def test_without_figures_there_is_no_folder_for_them(tmp_path):
    results.write(RECORD, tmp_path)
    assert names_below(tmp_path) == ['metrics.json']


def full_disk(*args, **kwargs):
    raise OSError(errno.ENOSPC, 'No space left on device')


@pytest.mark.parametrize('what', ['matplotlib.figure.Figure.savefig',
                                  'pathlib.Path.write_text'])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path, monkeypatch, what):
    plt.figure()
    monkeypatch.setattr(what, full_disk)
    with pytest.raises(Unwritable, match='No space left.*--out'):
        with whole_folder(tmp_path / 'slug') as folder:
            results.write(RECORD, folder)
    assert names_below(tmp_path) == []


def test_a_json_file_cut_off_by_a_fault_leaves_the_older_one(tmp_path, monkeypatch):
    file = results.write_json(tmp_path / 'bench.json', {'rounds': 1})
    monkeypatch.setattr('pathlib.Path.write_text', full_disk)
    with pytest.raises(Unwritable):
        results.write_json(file, {'rounds': 2})
    assert json.loads(file.read_text()) == {'rounds': 1}
    assert names_below(tmp_path) == ['bench.json']


def test_values_become_json_and_what_is_not_finite_becomes_a_word():
    value = {'a': (1, onp.float32(.5)), 2: [onp.int64(3), None, True, 'x'],
             'loss': float('nan'), 'ratio': onp.float64('-inf')}
    assert results.as_json(value) == {'a': [1, .5], '2': [3, None, True, 'x'],
                                      'loss': 'nan', 'ratio': '-inf'}


def test_arrays_become_lists_and_objects_are_no_json_values():
    assert results.as_json({'a': np.arange(3), 'b': (onp.eye(2), np.ones(()))}) == {
        'a': [0, 1, 2], 'b': [[[1, 0], [0, 1]], 1]}
    with pytest.raises(InputError, match='run returns JSON values.*got object'):
        results.as_json({'loss': object()})


def test_people_see_numbers_data_and_places_but_no_series(tmp_path):
    (tmp_path / 'figures').mkdir()
    text = results.summary({'data': 'toy', 'result': {
        'final': {'test acc': 1 / 3, 'l': 'nan'}, 'seconds': 2,
        'shapes': [['Conv', [1, 10]], ['Dense', [1, 2]]], 'rates': [.1] * 49 + [1e-8],
        'by way': {'fast': {'ms': 1.5}, 'text': 'two\nlines'}, 'few': [1, 2],
        'rows': [[i] for i in range(21)],
        'series': {'test acc': [[1, 1 / 3]]}}}, tmp_path)
    assert [line.rstrip() for line in text.splitlines()] == [
        'final:', '  test acc: 0.333333', '  l:        nan', 'seconds: 2',
        'shapes:', '  Conv   (1, 10)', '  Dense  (1, 2)',
        'rates:   0.1, 0.1, 0.1, 0.1, ..., 1e-08 (50 in all)',
        'by way:', '  fast:', '    ms: 1.5', '  text:', '    two', '    lines',
        'few:     1, 2', 'rows:', *(f'  {i}' for i in range(20)), '  ... (21 in all)',
        "data: toy (generated stand-ins, not the book's data)",
        f'numbers: {tmp_path / "metrics.json"}', f'figures: {tmp_path / "figures"}']
