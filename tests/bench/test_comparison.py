"""The record of a network beside its port: differences, parameters, speed."""
from pathlib import Path

import pytest

from d2lmx.bench.comparison import comparison_record, port_of
from d2lmx.errors import InputError
from d2lmx.models.pretrained import NETWORKS
from d2lmx.pages.networks import find_network, networks
from d2lmx.parity import twins

pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


def test_a_record_has_differences_parameters_and_versions():
    record = comparison_record(find_network('6.6'), batch_size=2, rounds=0)
    assert record['passed'] and record['lr'] == 0.9 and record['steps'] == 10
    assert (record['section'], record['title']) == ('6.6', 'lenet (6.6)')
    assert record['port'] == 'its PyTorch twin' and record['timing'] is None
    assert len(record['parameters']) == 10
    assert record['parameters']['2.weight']['port'] == '3.weight'
    assert record['parameters']['2.weight']['gradient']['relative'] < 1e-4
    assert record['versions']['mxnet'] == '1.9.1' and record['torch']


@pytest.mark.slow
def test_both_sides_are_timed():
    timing = comparison_record(find_network('use_gpu'), rounds=1)['timing']
    for what in ('training step', 'prediction'):
        row = timing[what]
        assert row['gluon'] > 0
        assert row['ratio'] == pytest.approx(row['torch'] / row['gluon'])
    assert timing['threads'] >= 1 and timing['batch_size'] == 256


def test_a_readers_own_port_takes_the_twins_place(tmp_path):
    (tmp_path / 'own.py').write_text('from torch import nn\n\n'
                                     'def net():\n    return nn.Linear(3, 1)\n')
    network, spec = find_network('use_gpu'), f'{tmp_path / "own.py"}:net'
    record = comparison_record(network, spec, rounds=0)
    assert record['port'] == spec and record['passed']
    assert record['parameters']['0.weight']['port'] == 'weight'  # the twin's: 0.weight


def test_every_twin_belongs_to_a_network():
    files = Path(twins.__file__).parent.glob('*/[!_]*.py')
    addresses = {f'{file.parent.name}.{file.stem}' for file in files}
    assert len(addresses) > 30
    assert addresses <= ({network.twin for network in networks()}
                         | {f'zoo.{name}' for name in NETWORKS})


def test_a_network_without_a_twin_asks_for_a_port(tmp_path):
    (tmp_path / 'own.py').write_text(
        '"""Own (自己)"""\nfrom mxnet import np\nfrom mxnet.gluon import nn\n\n'
        'def build_net():\n    return nn.Dense(1)\n\n'
        'def example_inputs(batch_size=2):\n    return (np.ones((batch_size, 2)),)\n\n'
        'def run(*, lr: float = 0.1) -> dict:\n    return {}\n')
    with pytest.raises(InputError, match='has no PyTorch twin: name your own port'):
        port_of(find_network(str(tmp_path / 'own.py')))
