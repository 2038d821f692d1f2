"""Busy processes beside, gone afterwards; how much slower they make things."""
import os
import signal
import time

import pytest

from d2lmx.bench import measure as module
from d2lmx.bench.load import busy
from d2lmx.bench.measure import Plan, measure
from d2lmx.bench.records import joined, nested, slowdowns, summary


def is_there(pid):
    """Whether a process runs: one that has ended may wait for its parent's notice."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
            return file.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def test_busy_processes_compute_and_are_gone_however_the_block_ends():
    with pytest.raises(KeyboardInterrupt):
        with busy(2) as pids:
            assert len(pids) == 2 and all(map(is_there, pids))
            before = [sum(os_times(pid)) for pid in pids]
            deadline = time.monotonic() + 20  # of a machine that others use, too
            while time.monotonic() < deadline and any(
                    sum(os_times(pid)) == t for pid, t in zip(pids, before)):
                time.sleep(0.01)
            assert all(sum(os_times(pid)) > t for pid, t in zip(pids, before))
            assert all(os.getpriority(os.PRIO_PROCESS, pid)
                       == os.getpriority(os.PRIO_PROCESS, 0) for pid in pids)
            raise KeyboardInterrupt
    assert not any(map(is_there, pids))


def os_times(pid):
    """A process's ticks: in its own code, and in the system's."""
    with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
        return [int(word) for word in file.read().rpartition(')')[2].split()[11:13]]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGKILL])
def test_busy_processes_end_with_the_process_that_has_them(number):
    ours, theirs = os.pipe()
    holder = os.fork()
    if not holder:
        try:
            with busy(1) as (pid,):
                os.write(theirs, str(pid).encode())
                time.sleep(60)
        finally:
            os._exit(0)
    pid = int(os.read(ours, 20))
    assert is_there(pid)
    os.kill(holder, number)
    os.waitpid(holder, 0)
    os.close(ours)
    os.close(theirs)
    deadline = time.monotonic() + 20
    while is_there(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_there(pid)


def sleeper(seconds):
    return {('static', 'step'): lambda: time.sleep(seconds),
            ('int8', 'step'): 'it cannot'}


def count_of_threads(folder):
    """Its environment's number of threads, as the name of a file."""
    def step():
        (folder / os.environ['OMP_NUM_THREADS']).touch()
    return {('static', 'step'): step}


@pytest.mark.slow
def test_each_round_is_made_on_a_quiet_machine_and_beside_others(monkeypatch):
    begun = []

    def counted(count):
        begun.append(busy(count))
        return begun[-1]

    monkeypatch.setattr(module, 'busy', counted)
    found, refused = measure({'a': (sleeper, 0.01)}, Plan(rounds=2, under_load=True),
                             {}, warm_up=1, a_turn=1e-9)
    assert len(begun) == 3 and list(found) == ['', 'under load']
    for seconds in found.values():
        assert len(seconds['step', 'static']) == 2
    assert refused == {'step, int8': 'it cannot'}


@pytest.mark.slow
def test_numbers_of_threads_are_those_of_the_processes(tmp_path):
    found, _ = measure({'a': (count_of_threads, tmp_path)},
                       Plan(rounds=1, threads=(1, 3)), {'a': {'OMP_NUM_THREADS': '7'}},
                       warm_up=0, a_turn=1e-9)
    assert list(found) == ['1 thread', '3 threads']
    assert sorted(path.name for path in tmp_path.iterdir()) == ['1', '3']


def test_a_slowdown_is_the_ratio_of_medians():
    found = {'': {('step', 'static'): [1, 2, 9]},
             'under load': {('step', 'static'): [3, 5, 4]}}
    result = joined({condition: summary(seconds, 'static', 1)
                     for condition, seconds in found.items()})
    assert list(result) == ['step', 'step, under load']
    assert slowdowns({'result': result}) == {('step', 'static'): 2}
    assert nested(found['']) == {'step': {'static': [1, 2, 9]}}
