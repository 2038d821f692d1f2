"""Devices, the stopwatch and folders of the first edition."""
import re

import mxnet as mx
import pytest

from d2lmx.edition1 import devices
from d2lmx.errors import InputError


def test_without_a_gpu_devices_are_the_cpu(monkeypatch):
    monkeypatch.setattr(mx.npx, 'num_gpus', lambda: 0)
    assert devices.try_gpu() == mx.cpu()
    assert devices.try_all_gpus() == [mx.cpu()]


def test_with_gpus_they_are_all_of_them_and_the_first(monkeypatch):
    monkeypatch.setattr(mx.npx, 'num_gpus', lambda: 2)
    assert devices.try_gpu() == mx.gpu(0)
    assert devices.try_all_gpus() == [mx.gpu(0), mx.gpu(1)]


@pytest.mark.parametrize('prefix, before', [(None, ''), ('queued.', 'queued. ')])
def test_a_benchmark_prints_seconds_after_its_prefix(capsys, prefix, before):
    with devices.Benchmark(prefix) as nothing:
        print('in between')
    between, line = capsys.readouterr().out.splitlines()
    assert nothing is None and between == 'in between'
    assert re.fullmatch(re.escape(before) + r'time: \d+\.\d{4} sec', line)


def test_a_benchmark_waits_for_nothing_that_was_queued_before(monkeypatch):
    monkeypatch.setattr(mx.npx, 'waitall', lambda: pytest.fail('waits'))
    monkeypatch.setattr(mx.nd, 'waitall', lambda: pytest.fail('waits'))
    with devices.Benchmark():  # 8.2 has its second block wait for the work of the first
        pass


def test_a_folder_is_made_with_those_above_it_once(tmp_path):
    parts = [str(tmp_path), 'kaggle', 'train_valid']
    devices.mkdir_if_not_exist(parts)
    devices.mkdir_if_not_exist(parts)
    assert (tmp_path / 'kaggle' / 'train_valid').is_dir()


@pytest.mark.parametrize('path', ['../data', [], None])
def test_a_path_that_is_no_list_of_parts_is_told(path):
    with pytest.raises(InputError, match=r"list of a path's parts, such as .*, got"):
        devices.mkdir_if_not_exist(path)


@pytest.mark.parametrize('below', [[], ['deeper']])
def test_a_file_in_a_folders_place_is_told(tmp_path, below):
    (tmp_path / 'data').write_text('')
    with pytest.raises(InputError, match='a file has that name'):
        devices.mkdir_if_not_exist([str(tmp_path), 'data', *below])
