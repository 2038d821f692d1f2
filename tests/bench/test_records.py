"""What is measured of a network: figures by hand, JSON and a picture."""
import json

import pytest

from d2lmx.bench import measure, records, roofline
from d2lmx.bench.measure import Plan
from d2lmx.bench.records import step_record, summary, write
from d2lmx.bench.ways import PREDICT, TRAIN
from d2lmx.pages.networks import find_network


def test_figures_by_hand():
    seconds = {('step', 'imperative'): [4, 2, 3], ('step', 'static'): [1, 1, 2],
               ('step', 'torch eager'): [2, 2, 2], ('step', 'torch compiled'): [6] * 3}
    seconds['step', 'torch scratch'] = [3, 3, 9]
    rows = summary(seconds, 'imperative', 30, shares={
        'step': {'peak': 0.5, 'bandwidth': 0.25}})['step']
    assert rows['static'] == {
        'examples_per_second': 30, 'median_seconds': 1, 'min_seconds': 1,
        'times_imperative': 3, 'times_best_torch': 2, 'times_torch_scratch': 3,
        'share_of_peak': 0.5, 'share_of_bandwidth': 0.25}
    assert rows['torch compiled']['times_best_torch'] == pytest.approx(1 / 3)


def test_without_torch_and_peak_there_are_no_such_figures():
    row = summary({('epoch', 'page'): [2]}, 'page', 10)['epoch']['page']
    for name in ('times_best_torch', 'times_torch_scratch', 'share_of_peak',
                 'share_of_bandwidth'):
        assert row[name] is None


@pytest.mark.slow
def test_a_network_is_measured_and_written(monkeypatch, tmp_path):
    # compiling, and preparing for oneDNN, take their time
    monkeypatch.setattr(records, 'OURS', ('imperative', 'static'))
    monkeypatch.setattr(records, 'THEIRS', ('eager', 'channels last'))
    turns = []
    record = step_record(find_network('batch_norm:concise'), 4, Plan(rounds=3),
                         watch=lambda *turn: turns.append(turn))
    assert record['batch_size'] == 4 and record['rounds'] == 3
    ways = record['result'][TRAIN]
    assert ways['imperative']['times_imperative'] == 1
    assert 0 < ways['static']['share_of_peak'] < 1
    assert 0 < ways['static']['share_of_bandwidth'] < 1
    assert len(record['seconds'][PREDICT]['static']) == 3
    assert turns[-1][0] == turns[-1][1] == len(turns)
    file, picture = write(record, tmp_path)
    assert file == tmp_path / 'bench_07.05_batch_norm_concise.json'
    assert picture == tmp_path / 'bench_07.05_batch_norm_concise.svg'
    assert json.loads(file.read_text(encoding='utf-8'))['seconds'] == record['seconds']
    assert picture.read_bytes().startswith(b'<?xml')


def a_second_each(makers, rounds, **_):
    """In the place of `seconds_in_turn`: no process, and a second for every call."""
    keys = {(side, (way, what)) for side in makers for way in ('imperative', 'static')
            for what in (TRAIN, PREDICT)}
    keys |= {(side, (str(side), limit)) for side in makers
             for limit in (roofline.PEAK, roofline.STREAM)}
    return {key: [1.0] * rounds for key in keys}, {}


def test_operations_bytes_and_shares_by_hand(monkeypatch):
    # 784 inputs by 10 outputs of 4 examples, a multiplication and an addition each;
    # going back takes them twice more: for the inputs' gradients and the weights'.
    # Between the layers of 4.3 ReLU reads and writes 256 numbers of each example
    monkeypatch.setattr(measure, 'seconds_in_turn', a_second_each)
    monkeypatch.setattr(roofline, 'GEMM_SIZE', 100)
    monkeypatch.setattr(roofline, 'STREAM_SIZE', 1000)
    for token, flops, moved in (('3.7', 2 * 784 * 10 * 4, 0),
                                ('4.3', 2 * (784 + 10) * 256 * 4, 2 * 256 * 4 * 4)):
        record = step_record(find_network(token), 4, Plan(rounds=3))
        assert record['limits'] == {'': {'peak_flops': 2 * 100 ** 3,
                                         'peak_bytes': 3 * 4 * 1000}}
        for what, passes in ((TRAIN, 3), (PREDICT, 1)):
            assert record['asked'][what] == {'flops': passes * flops,
                                             'bytes': passes * moved}
            row = record['result'][what]['static']
            assert row['share_of_peak'] == pytest.approx(
                passes * flops / (2 * 100 ** 3))
            assert row['share_of_bandwidth'] == pytest.approx(passes * moved / 12000)


@pytest.mark.parametrize('token,tokens', [('gru', 4 * 35), ('gru:scratch', 4 * 35),
                                          ('9.7', 4 * 10)])
def test_steps_of_sequences_are_timed_in_tokens(token, tokens, monkeypatch):
    monkeypatch.setattr(measure, 'seconds_in_turn', a_second_each)
    record = step_record(find_network(token), 4, Plan(rounds=3))
    assert record['unit'] == 'tokens'
    for what in (TRAIN, PREDICT):
        row = record['result'][what]['static']
        assert row['tokens_per_second'] == tokens and row['share_of_peak'] is None


@pytest.mark.parametrize('token', ['gru', 'gru:scratch', '9.7'])
def test_steps_of_sequences_train(token):
    functions = records.gluon_side(find_network(token).address, 4, ('static',))
    assert functions.keys() == {
        ('MXNet', roofline.PEAK), ('MXNet', roofline.STREAM), ('static', TRAIN),
        ('static', PREDICT)}
    for function in functions.values():
        function()


@pytest.mark.torch
@pytest.mark.parametrize('token', ['gru:scratch', '9.7'])
def test_a_port_is_timed_on_the_inputs_of_the_usual_network(torch, token):
    functions = records.torch_side(find_network(token).address, 4, ('eager',))
    for function in functions.values():
        function()
