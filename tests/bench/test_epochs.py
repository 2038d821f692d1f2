"""Whole epochs, the page's way beside ours."""
import json
from types import SimpleNamespace

import pytest

from d2lmx.bench import epochs
from d2lmx.bench.epochs import kind_of
from d2lmx.bench.measure import Plan
from d2lmx.bench.records import epoch_record, write
from d2lmx.context import current
from d2lmx.errors import InputError
from d2lmx.pages.networks import find_network


@pytest.mark.slow
def test_epochs_are_timed_beside_the_pages_way(tmp_path, monkeypatch):
    monkeypatch.setattr(epochs, 'has_torch', lambda: False)
    record = epoch_record(find_network('lenet'), 'toy', Plan(
        rounds=1, num_batches=2, ways=('page', 'static')))
    ways = record['result']['training epoch']
    assert list(ways) == ['page', 'static'] and ways['page']['times_page'] == 1
    assert record['data'] == 'toy' and record['batch_size'] == 256
    assert record['units_an_epoch'] == 512
    file, _ = write(record, tmp_path)
    assert file == tmp_path / 'epochs_06.06_lenet.json'
    assert json.loads(file.read_text(encoding='utf-8'))['result'] == record['result']


def test_an_epoch_is_timed_as_a_run_trains_which_chooses_its_threads(monkeypatch):
    runs = []
    task = SimpleNamespace(ours=lambda options: lambda: runs.append(current()))
    monkeypatch.setattr(epochs, 'task_of', lambda *which: task)
    monkeypatch.setattr(epochs, 'find_trained', lambda address: None)
    monkeypatch.setattr(epochs.multiprocessing, 'set_start_method',
                        lambda *how, **options: None)
    (epoch,) = epochs.make_epoch('lenet', 'static', 'toy', 2).values()
    epoch()
    assert runs[0].alone and runs[0].data == 'toy' and not current().alone


@pytest.mark.parametrize('token,unit', [('lenet', 'examples'), ('8.5', 'tokens'),
                                        ('9.7', 'tokens'), ('13.1', 'examples'),
                                        ('13.7', 'examples'), ('13.11', 'examples')])
def test_what_is_counted_follows_from_the_sections_data(token, unit):
    assert kind_of(find_network(token)).unit == unit


@pytest.mark.parametrize('token', ['kaggle_house_price', '13.8', 'squeezenet1_1'])
def test_a_network_that_trains_on_other_data_has_no_epochs(token):
    with pytest.raises(InputError, match='sections whose data are'):
        kind_of(find_network(token, with_zoo=True))
