"""The launcher's job, with processes that are no workers."""
import sys
import time

import pytest

from d2lmx.distributed.hosts import LaunchError
from d2lmx.distributed.launcher import Job
from d2lmx.distributed.link import MARK
from d2lmx.distributed.nodes import Node

pytestmark = pytest.mark.processes


def worker(code, rank=0):
    node = Node(f'worker {rank}', None, None, rank=rank)
    node.command = [sys.executable, '-c', code]
    return node


def run(nodes, timeout=30):
    """Run a job to its end: the lines that it said."""
    lines = []
    Job(nodes, timeout, lines.append).run()
    return lines


def failure(nodes, timeout=30):
    """Run a job that fails: (status, why, the lines that it said)."""
    lines = []
    with pytest.raises(LaunchError) as caught:
        Job(nodes, timeout, lines.append).run()
    return caught.value.status, str(caught.value), lines


@pytest.mark.alone
def test_a_worker_without_a_sign_of_life_ends_all_within_the_limit():
    begin = time.monotonic()
    nodes = [worker('import time; time.sleep(60)'), worker(
        'import time\nfor _ in range(600): print("x", flush=True); time.sleep(0.1)', 1)]
    status, why, _ = failure(nodes, timeout=1)
    assert 1 <= time.monotonic() - begin < 6
    assert (status, why) == (1, 'no sign of life for 1 s of worker 0 (being started); '
                                'ending all')
    assert all(node.process.returncode is not None for node in nodes)


def test_a_process_that_is_stopped_is_named_first():
    stop = 'import os, signal; os.kill(os.getpid(), signal.SIGSTOP)'
    server = Node('server 0', None, None)
    server.command = [sys.executable, '-c', stop]
    _, why, _ = failure([server, worker('import time; time.sleep(60)')], timeout=1)
    assert why == ('server 0 is stopped (SIGSTOP, or a debugger): no sign of life for '
                   '1 s of worker 0 (being started); ending all')


def test_a_status_of_wrong_usage_is_the_launchers_too():
    complaint = ('import sys, time; print("d2lmx: no\\nd2lmx run 3.3: no"); '
                 'time.sleep({}); sys.exit(2)')
    nodes = [worker(complaint.format(0)), worker(complaint.format(0.1), 1)]
    status, why, lines = failure(nodes)
    assert status == 2 and why.endswith('ended with status 2; ending all')
    assert [line.partition('] ')[2] for line in lines] == [
        'd2lmx: no', 'd2lmx run 3.3: no']  # though both say it


def test_a_server_whose_last_worker_has_failed_is_not_blamed():
    server = Node('server 0', None, None)
    server.command = [sys.executable, '-c', '']
    status, why, _ = failure([server, worker('import sys; sys.exit(2)')])
    assert (status, why) == (2, 'worker 0 ended with status 2; ending all')


def test_whoever_was_killed_is_named_and_not_who_lost_it():
    nodes = [worker('import sys, time; time.sleep(0.1); sys.exit(1)'),
             worker('import os; os.kill(os.getpid(), 9)', 1)]
    assert failure(nodes)[:2] == (1, 'worker 1 was killed (SIGKILL); ending all')


def test_a_command_that_cannot_be_started_is_named():
    node = worker('')
    node.command = ['/no/such/python']
    status, why, _ = failure([node])
    assert status == 1 and why.startswith('cannot start worker 0: ')


def test_sums_are_exact_and_wait_for_all():
    # tells a number; prints the sum that comes back
    code = (f'import sys, json; print({MARK!r} + json.dumps({{"sum": [0.1, %d]}}), '
            'flush=True); print(sys.stdin.readline(), flush=True)')
    lines = run([worker(code % 2 ** 53, 0), worker(code % -1, 1)])
    assert sorted(line for line in lines if 'sum' in line) == [
        f'[worker {rank}] {{"sum": [0.2, 9007199254740991]}}' for rank in range(2)]


def test_last_lines_that_are_read_late_are_printed(monkeypatch):
    read = Job._read

    def read_late(self, node, stream):  # as on a machine that is busy
        time.sleep(0.5)
        read(self, node, stream)

    monkeypatch.setattr(Job, '_read', read_late)
    assert run([worker('print("a\\nb")')]) == ['[worker 0] a', '[worker 0] b']
    status, _, lines = failure([worker('import sys; print("a\\nb"); sys.exit(2)')])
    assert (status, lines) == (2, ['[worker 0] a', '[worker 0] b'])


def test_workers_that_do_not_do_the_same_are_ended():
    code = (f'import time; print({MARK!r} + \'{{"sum": %s}}\', flush=True); '
            'time.sleep(60)')
    status, why, _ = failure([worker(code % '[1]', 0), worker(code % '[1, 2]', 1)])
    assert status == 1 and 'the workers do not do the same' in why
