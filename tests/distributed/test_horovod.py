"""Horovod's view of workers and machines."""
import pytest

from d2lmx.distributed.horovod import slots


def test_horovod_counts_workers_on_their_machine_and_machines():
    pytest.importorskip('horovod', reason='needs Horovod: docs/distributed.md')
    found = [(slot.hostname, slot.local_rank, slot.local_size, slot.cross_rank,
              slot.cross_size) for slot in slots(['a', 'b', 'a', 'b', 'a'])]
    assert found == [('a', 0, 3, 0, 2), ('b', 0, 2, 1, 2), ('a', 1, 3, 0, 2),
                     ('b', 1, 2, 1, 2), ('a', 2, 3, 0, 1)]
