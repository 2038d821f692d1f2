"""The work on anchors, timed beside loops that give the same."""
import json

import numpy as onp
import pytest
from mxnet import np

from d2lmx.bench import boxes
from d2lmx.commands import call


@pytest.fixture
def small(monkeypatch):
    """Two scales, 80 anchors, and three pictures."""
    monkeypatch.setattr(boxes, 'SIDES', (4, 2))
    monkeypatch.setattr(boxes, 'BATCH_SIZE', 3)


def test_all_ways_give_the_same(small):
    tasks = boxes.tasks()
    assert list(tasks) == ['targets, 1 object', 'targets, 8 objects', 'suppression']
    for what, (_, ways) in tasks.items():
        found = {way: function() for way, function in ways.items()}
        loops = found.pop(boxes.LOOPS)
        for other in found.values():
            if what == boxes.SUPPRESSION:
                assert 1 < len(loops) < 80 and other.tolist() == loops.tolist()
                continue
            for a, b in zip(loops, other):
                # MXNet's operator adds no 1e-6 to a relation of sides, 0.1 at least
                onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-4,
                                            atol=1e-4)


def test_a_record_has_medians_and_what_they_are_of_the_loops(small, tmp_path, capsys):
    assert call('bench', ['boxes', '--rounds', '3', '--out', str(tmp_path)]) == 0
    record = json.loads((tmp_path / 'bench_boxes.json').read_text('utf-8'))
    for what, ways in record['result'].items():
        loops = ways['loops']['median_seconds']
        for way, row in ways.items():
            times = record['seconds a picture'][what][way]
            assert row['median_seconds'] == sorted(times)[1]
            assert row['times_loops'] == pytest.approx(loops / row['median_seconds'])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][-5:] == ['ms', 'a', 'picture', 'x', 'loops']
    assert lines[1][0] == 'loops' and lines[1][-1] == '1.0'


def test_random_objects_lie_within_the_picture():
    labels = boxes.random_labels(onp.random.RandomState(0), 4, 3)
    assert labels.shape == (4, 3, 5) and (labels[..., 0] == 0).all()
    assert labels.min() >= 0 and labels.max() <= 1
    assert (labels[..., 3:] - labels[..., 1:3]).min() >= np.array(.0999)
