"""The launcher's parts, with processes that are no workers."""
import random
import sys
import time

import numpy as onp
import pytest

from d2lmx.distributed.hosts import Host, LaunchError, own_address, read_hosts
from d2lmx.distributed.launcher import Job
from d2lmx.distributed.link import MARK
from d2lmx.distributed.nodes import Node
from d2lmx.distributed.worker import random_state, take_random_state


def worker(code, rank=0):
    node = Node(f'worker {rank}', None, None, rank=rank)
    node.command = [sys.executable, '-c', code]
    return node


def test_a_worker_without_a_sign_of_life_ends_all_within_the_limit(capsys):
    begin = time.monotonic()
    nodes = [worker('import time; time.sleep(60)'), worker(
        'import time\nfor _ in range(600): print("x", flush=True); time.sleep(0.1)', 1)]
    assert Job(nodes, timeout=1).run() == 1
    assert 1 <= time.monotonic() - begin < 6
    assert capsys.readouterr().err == ('d2lmx launch: no sign of life for 1 s of '
                                       'worker 0 (being started); ending all\n')
    assert all(node.process.returncode is not None for node in nodes)


def test_a_status_of_wrong_usage_is_the_launchers_too(capsys):
    complaint = 'import sys, time; print("d2lmx: no"); time.sleep({}); sys.exit(2)'
    nodes = [worker(complaint.format(0)), worker(complaint.format(0.1), 1)]
    assert Job(nodes, timeout=30).run() == 2
    output, errors = capsys.readouterr()
    assert output.count('d2lmx: no') == 1  # both say it
    assert 'ended with status 2; ending all' in errors


def test_whoever_was_killed_is_named_and_not_who_lost_it(capsys):
    nodes = [worker('import sys, time; time.sleep(0.1); sys.exit(1)'),
             worker('import os; os.kill(os.getpid(), 9)', 1)]
    assert Job(nodes, timeout=30).run() == 1
    assert capsys.readouterr().err == (
        'd2lmx launch: worker 1 was killed (SIGKILL); ending all\n')


def test_a_command_that_cannot_be_started_is_named(capsys):
    node = worker('')
    node.command = ['/no/such/python']
    assert Job([node], timeout=30).run() == 1
    assert capsys.readouterr().err.startswith('d2lmx launch: cannot start worker 0: ')


def test_sums_are_exact_and_wait_for_all(capfd):
    # tells a number; prints the sum that comes back
    code = (f'import sys, json; print({MARK!r} + json.dumps({{"sum": [0.1, %d]}}), '
            'flush=True); print(sys.stdin.readline(), flush=True)')
    nodes = [worker(code % 2 ** 53, 0), worker(code % -1, 1)]
    assert Job(nodes, timeout=30).run() == 0
    assert capfd.readouterr().out.count('{"sum": [0.2, 9007199254740991]}') == 2


def test_workers_that_do_not_do_the_same_are_ended(capsys):
    code = (f'import time; print({MARK!r} + \'{{"sum": %s}}\', flush=True); '
            'time.sleep(60)')
    nodes = [worker(code % '[1]', 0), worker(code % '[1, 2]', 1)]
    assert Job(nodes, timeout=30).run() == 1
    assert 'the workers do not do the same' in capsys.readouterr().err


def test_random_states_come_back_as_they_were():
    onp.random.seed(5), random.seed(5)
    onp.random.normal(), random.gauss(0, 1)  # both hold back a second number
    state = [float(value) for value in random_state()]
    expected = (onp.random.normal(), onp.random.rand(), random.gauss(0, 1),
                random.random())
    take_random_state(state)
    assert expected == (onp.random.normal(), onp.random.rand(), random.gauss(0, 1),
                        random.random())


def test_a_file_of_hosts_may_hold_addresses_and_remarks(tmp_path):
    path = tmp_path / 'hosts'
    path.write_text('localhost\n# the lab\nnode-a 192.0.2.17  # by the door\n\n')
    here, there = read_hosts(path)
    assert here == Host('localhost', '127.0.0.1') and here.is_here
    assert there == Host('node-a', '192.0.2.17') and not there.is_here
    assert own_address([here]) == '127.0.0.1'
    assert own_address([there], given='127.0.0.2') == '127.0.0.2'


@pytest.mark.parametrize('text,reason', [('# none\n', 'names no host'),
                                         (None, 'cannot read the hosts')])
def test_no_host_is_an_error(tmp_path, text, reason):
    if text is not None:
        (tmp_path / 'hosts').write_text(text)
    with pytest.raises(LaunchError, match=reason):
        read_hosts(tmp_path / 'hosts')
