"""``d2lmx bench``: tables and statuses."""
import json

import pytest

from d2lmx.bench import records, survey
from d2lmx.bench.measure import Plan
from d2lmx.bench.ways import PREDICT, TRAIN
from d2lmx.errors import Unavailable
from d2lmx.pages.networks import find_network

SECONDS = {(what, way): [seconds] * 3 for what in (TRAIN, PREDICT) for way, seconds in
           (('imperative', 0.08), ('static', 0.02), ('torch eager', 0.01))}


def record_of(network, batch_size=None, plan=None, watch=None):
    """In the place of `step_record`: SECONDS of 40 examples, at 40 GFLOP/s."""
    shares = {TRAIN: {'peak': 0.005, 'bandwidth': 0.001},
              PREDICT: {'peak': 0.0025, 'bandwidth': 0.0005}}
    return {**records.head(network, {'': SECONDS}), 'batch_size': 40,
            'unit': 'examples',
            'limits': {'': {'peak_flops': 4e10, 'peak_bytes': 1e10}},
            'refused': {f'{PREDICT}, int8': 'too small'},
            'result': records.summary(SECONDS, 'imperative', 40, shares=shares)}


@pytest.fixture
def measured(monkeypatch):
    """Nothing is measured: all networks are as fast as SECONDS says."""
    monkeypatch.setattr(records, 'step_record', record_of)


def test_a_table_shows_every_way_and_where_the_numbers_are(measured, call, tmp_path,
                                                           capsys):
    assert call('bench', 'batch_norm:concise', '--out', tmp_path) == 0
    output = capsys.readouterr().out
    lines = [line.split() for line in output.splitlines()]
    assert output.startswith('batch_norm (7.5), concise, batch of 40; ')
    for what, share in ((TRAIN, ['25.0%', '5.0%']), (PREDICT, ['12.5%', '2.5%'])):
        begin = lines.index([*what.split(), 'examples/s', 'median', 'ms', 'min', 'x',
                             'imperative', 'x', 'best', 'torch', 'of', 'peak', 'of',
                             'bandwidth'])
        # 40 examples in 20 ms, which imperative takes 80 for and PyTorch 10
        assert lines[begin + 2] == ['static', '2000', '20', '20', '4.00', '0.50',
                                    *share]
    assert 'limits: 40 GFLOP/s, 10.0 GB/s, measured in this run' in output
    assert '  not timed: prediction, int8: too small\n' in output
    name = tmp_path / 'bench_07.05_batch_norm_concise'
    assert output.endswith(f'numbers: {name}.json\npicture: {name}.svg\n')
    record = json.loads(name.with_name(f'{name.name}.json').read_text('utf-8'))
    assert record['name'] == '07.05_batch_norm_concise'


def test_epochs_are_told_with_what_the_ways_mean(call, tmp_path, capsys, monkeypatch):
    def epoch_record(network, data, plan, watch):
        seconds = {('training epoch', 'page'): [3.0], ('training epoch', 'static'): [2]}
        assert (plan, data) == (Plan(rounds=2, threads=(1, 2), under_load=True), 'toy')
        return {**records.head(network, {'': seconds}), 'refused': {},
                'batch_size': 256, 'unit': 'tokens',
                'legend': {'page': 'as the page has it'},
                'result': records.summary(seconds, 'page', 600, unit='tokens')}

    monkeypatch.setattr(records, 'epoch_record', epoch_record)
    assert call('bench', '8.6', '--epochs', '--data', 'toy', '--rounds', 2,
                '--threads', '1,2', '--under-load', '--out', tmp_path) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ['static', '300', '2000', '2000', '1.50'] in lines
    assert ['page:', 'as', 'the', 'page', 'has', 'it'] in lines
    assert (tmp_path / 'epochs_08.06_rnn_concise.json').is_file()


@pytest.mark.parametrize('words,reason', [
    (['batch_norm:fast'], 'has the variants'), (['lenet:fast'], 'none'),
    (['ndarray'], 'has no network'), (['lenet', '--rounds', '0'], 'at least 1'),
    (['kaggle_house_price', '--epochs'], 'sections whose data are'),
    (['--all', '--grow'], 'leave out --all'), (['9.1', '--threads', '1,x'], "got 'x'"),
    (['8.5', '--epochs', '--batch-size', '3'], "batches of the section's size"),
    (['boxes', '--epochs'], "'boxes' takes --rounds and --out alone")])
def test_wrong_usage_is_status_2(words, reason, complaint):
    assert reason in complaint(2, 'bench', *words)


@pytest.mark.parametrize('below', ['', 'results'])
def test_a_file_in_the_place_of_the_folder_is_told_before_measuring(
        complaint, tmp_path, below, monkeypatch):
    monkeypatch.setattr(records, 'step_record', None)  # cannot be called
    (tmp_path / 'file').write_text('mine')
    line = complaint(2, 'bench', 'lenet', '--out', tmp_path / 'file' / below)
    assert f"cannot write in '{tmp_path / 'file'}'" in line
    assert (tmp_path / 'file').read_text() == 'mine'


@pytest.fixture
def few(monkeypatch):
    """There are two networks, with twins, that fail as told; who was measured."""
    class Few:
        failing, measured = set(), []

    def step_record(network, batch_size, plan, watch):
        Few.measured.append(network.name)
        if network.name in Few.failing:
            raise Unavailable('a measuring process died')
        return record_of(network)

    Few.failing, Few.measured = set(), []
    chosen = [find_network('lenet'), find_network('use_gpu')]
    monkeypatch.setattr(survey, 'with_ports', lambda: chosen)
    monkeypatch.setattr(records, 'step_record', step_record)
    return Few


@pytest.mark.torch
def test_all_is_a_table_that_a_document_can_hold(torch, few, call, tmp_path, capsys):
    assert call('bench', '--all', '--out', tmp_path) == 0
    text = (tmp_path / 'all_steps.md').read_text(encoding='utf-8')
    output = capsys.readouterr().out
    assert output == (f'{text}table: {tmp_path / "all_steps.md"}\n'
                      f'numbers: {tmp_path / "all_steps.json"}\n')
    rows = [line.split(' | ') for line in text.strip().splitlines()[-4:]]
    assert rows[0] == ['| section', 'batch', 'unit', 'way', 'ours', 'x imperative',
                       'x torch eager', 'x best of torch', 'of peak', 'of bandwidth |']
    # 40 examples in 20 ms, four times as fast as imperative, half as fast as PyTorch
    figures = ['40', 'examples', 'static', '2000', '4.00', '0.50', '0.50', '25%',
               '5% |']
    assert rows[2:] == [['| lenet (6.6)', *figures], ['| use_gpu (5.6)', *figures]]
    found = json.loads((tmp_path / 'all_steps.json').read_text('utf-8'))
    assert [row['ours'] for row in found] == [2000, 2000]


@pytest.mark.torch
def test_all_goes_on_where_it_was_stopped(torch, few, call, tmp_path):
    few.failing.add('use_gpu')
    assert call('bench', '--all', '--out', tmp_path) == 1
    few.failing.clear()
    assert call('bench', '--all', '--out', tmp_path) == 0
    assert few.measured == ['lenet', 'use_gpu', 'use_gpu']
    assert len(json.loads((tmp_path / 'all_steps.json').read_text('utf-8'))) == 2
    # other rounds are another measurement, and --again means all
    for words in (['--rounds', 2], ['--rounds', 2, '--again']):
        few.measured.clear()
        assert call('bench', '--all', *words, '--out', tmp_path) == 0
        assert few.measured == ['lenet', 'use_gpu']


@pytest.mark.torch
@pytest.mark.parametrize('failing', [{'lenet'}, {'lenet', 'use_gpu'}], ids=len)
def test_all_goes_on_after_a_network_that_fails_and_is_status_1(
        torch, failing, few, call, tmp_path, capsys):
    few.failing |= failing
    assert call('bench', '--all', '--out', tmp_path) == 1
    output, errors = capsys.readouterr()
    assert errors.splitlines() == [f'd2lmx: {title}: a measuring process died'
                                   for name, title in (('lenet', 'lenet (6.6)'),
                                                       ('use_gpu', 'use_gpu (5.6)'))
                                   if name in failing]
    assert ('use_gpu (5.6)' in output) == ('use_gpu' not in failing)
