"""The arithmetic of communication against computing, by hand."""
import runpy
from pathlib import Path

import pytest

from d2lmx.distributed.scaling import (bandwidth, communication_seconds, forecast,
                                       speed_up, table)


def test_a_worker_sends_and_gets_four_bytes_a_parameter():
    # 1e6 parameters: 4 MB there, 4 MB back, at 1 MB/s
    assert communication_seconds(10 ** 6, 1, 1, 1e6) == 8
    assert bandwidth(10 ** 6, communication=8) == 1e6


def test_a_server_carries_the_bytes_of_its_workers():
    assert communication_seconds(10 ** 6, 6, 2, 1e6) == 24
    assert communication_seconds(10 ** 6, 6, 12, 1e6) == 8  # a worker's line is full


def test_speed_up_is_halved_where_a_step_communicates_as_long_as_it_computes():
    assert speed_up(compute=3, communication=3, workers=8) == 4


def test_a_forecast_has_a_line_for_one_server_and_one_for_as_many_as_workers():
    # 125e6 parameters: 1 s for 1e9 bytes there and back, at 8 Gbit/s
    lines = forecast(125 * 10 ** 6, compute=1, workers=(4,), gigabits=(8,))
    assert lines[2:] == ['| 4, 1 | 0.8 |', '| 4, 4 | 2.0 |']


def test_throughput_counts_parameters_that_are_trained_and_gives_seconds():
    path = Path(__file__).parents[2] / 'scripts' / 'throughput.py'
    result = runpy.run_path(str(path))['run'](section='lenet', batch_size=2, steps=6)
    # 5x5 windows: 1 -> 6, 6 -> 16 channels; then 400 -> 120 -> 84 -> 10; and biases
    assert result['parameters'] == (25 * 6 + 6 + 25 * 6 * 16 + 16 + 400 * 120 + 120
                                    + 120 * 84 + 84 + 84 * 10 + 10)
    assert 0 < result['timing']['seconds a step'] < 60


def test_predicted_is_the_time_beside_another_and_the_bytes_of_two_workers():
    told = {'parameters': 10 ** 6, 'alone': 4, 'two at once': 5, '1 worker': 6,
            '2 workers': 8, 'communication': 2}
    lines = table(told, batch_size=10)
    assert lines[0] == ('1,000,000 parameters, 4.0 MB of gradients; sent and added up '
                        'by 4 MB/s')
    # 5 s, and 2 s for each worker: 20 examples in 9 s, where one process has 10 in 4
    assert lines[-1] == '| 2 workers, predicted | 9.000 | 2.2 | 0.89 |'
