"""processor: the thread count, how threads wait, which kernels products use."""
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from d2lmx import processor

FILE = Path(processor.__file__)
LOAD = f'''
import runpy, sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_PrepareFirst']
processor = runpy.run_path({str(FILE)!r})
processor['set_variables']()
runpy.run_path({str(FILE.with_name('compat.py'))!r})['prepare']()
'''
VARIABLES = (processor.THREADS, processor.MXNET_THREADS, processor.CHOSEN,
             processor.COPY, processor.SPIN, processor.WAIT, processor.KERNELS,
             processor.JOINED)


def python(code, **environment):
    """Run code in its own Python, without these variables; the finished process."""
    inherited = {name: value for name, value in os.environ.items()
                 if name not in VARIABLES}
    return subprocess.run([sys.executable, '-c', code], text=True, capture_output=True,
                          env={**inherited, **environment})


@pytest.fixture
def machine(monkeypatch):
    """A machine of these processors and files."""
    def put(processors, files):
        monkeypatch.setattr(os, 'sched_getaffinity', lambda _: set(processors))
        monkeypatch.setattr(processor, '_read', lambda file: files.get(file, ''))
    return put


@pytest.fixture
def no_threads(monkeypatch):
    """No thread variable is set, and none stays set afterwards."""
    for name in (processor.THREADS, processor.MXNET_THREADS, processor.CHOSEN):
        monkeypatch.setenv(name, '')


def siblings(pairs):
    return {f'/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list': text
            for cpu, text in pairs.items()}


# ---- kernels

CORE = '''
import os, sys, d2lmx, mxnet, ctypes
name = mxnet.base._LIB.openblas_get_corename
name.restype = ctypes.c_char_p
print(name().decode(), os.environ.get('OPENBLAS_CORETYPE'))'''


@pytest.mark.skipif(not {'avx2', 'fma'} <= processor._instructions(),
                    reason='this processor has no AVX2')
def test_products_use_avx2_on_processors_that_openblas_is_too_old_for():
    done = python(CORE)
    assert done.stdout == 'Haswell None\n', done.stderr


def test_kernels_of_the_users_choice_are_left():
    done = python(CORE, OPENBLAS_CORETYPE='Core2')
    assert done.stdout == 'Core2 Core2\n', done.stderr


@pytest.mark.parametrize('flags', ['', 'flags\t\t: fpu sse2 avx2\n', 'flags : avx fma'])
def test_a_processor_without_avx2_keeps_its_kernels(machine, monkeypatch, flags):
    machine([0], {'/proc/cpuinfo': f'processor : 0\n{flags}'})
    monkeypatch.delenv(processor.KERNELS, raising=False)
    seen = []
    processor.load(
        lambda module: seen.append((module, os.environ.get(processor.KERNELS))), 1)
    assert seen == [(1, None)]


def test_the_variable_is_gone_where_mxnet_fails_to_load(machine, monkeypatch):
    machine([0], {'/proc/cpuinfo': 'flags\t\t: fma avx2\n'})
    monkeypatch.delenv(processor.KERNELS, raising=False)

    def fails(module):
        assert os.environ[processor.KERNELS] == 'Haswell'
        raise OSError(module)

    with pytest.raises(OSError, match='libmxnet'):
        processor.load(fails, 'libmxnet')
    assert processor.KERNELS not in os.environ


# ---- updates


def test_sgd_updates_many_arrays_in_a_call_to_the_same_values():
    done = python(LOAD + '''
from mxnet import gluon, np, npx, optimizer
npx.set_np()
for momentum in 0, 0.9:
    sgd = optimizer.SGD(learning_rate=0.5, momentum=momentum, wd=0.1)
    update = optimizer.get_updater(sgd)
    weights = [np.full((i % 3 + 1,), i, dtype='float32') for i in range(40)]
    gradients = [np.full((i % 3 + 1,), 1 - i, dtype='float32') for i in range(40)]
    for _ in range(2):
        update(list(range(40)), gradients, weights)
    print(sgd.aggregate_num, *(float(w.min()) for w in weights))''')
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stderr
    for momentum, line in zip((0, 0.9), lines):
        size, *values = map(float, line.split())
        expected = []
        for w in range(40):
            gradient, moved = 1 - w, 0
            for _ in range(2):
                moved = momentum * moved - 0.5 * (gradient + 0.1 * w)
                w += moved
            expected.append(w)
        assert size == 32 and values == pytest.approx(expected, rel=1e-6)  # float32


# ---- threads


def test_hyperthreads_of_one_core_count_once(machine):
    machine([0, 1, 2, 3], siblings({0: '0,2', 1: '1,3', 2: '0,2', 3: '1,3'}))
    assert processor.usable_cores() == 2


def test_cores_outside_the_affinity_do_not_count(machine):
    machine([0, 2], siblings({0: '0,2', 1: '1,3', 2: '0,2', 3: '1,3'}))
    assert processor.usable_cores() == 1


def test_every_processor_counts_where_the_topology_is_unknown(machine):
    machine([0, 1, 5], {})
    assert processor.usable_cores() == 3


@pytest.mark.parametrize('files, cores', [
    ({'/sys/fs/cgroup/cpu.max': 'max 100000'}, 8),
    ({'/sys/fs/cgroup/cpu.max': '250000 100000'}, 2),   # 2.5 processors: 2 busy threads
    ({'/sys/fs/cgroup/cpu.max': '50000 100000'}, 1),    # half a processor: one thread
    ({'/proc/self/cgroup': '1:cpu:/x\n0::/a/b',         # the bound of a cgroup above
      '/sys/fs/cgroup/a/b/cpu.max': 'max 100000',
      '/sys/fs/cgroup/a/cpu.max': '300000 100000'}, 3),
    ({'/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000'}, 8),
    ({'/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '400000',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000'}, 4),
])
def test_a_cgroup_quota_bounds_the_cores(machine, files, cores):
    machine(range(8), files)
    assert processor.usable_cores() == cores


def test_it_chooses_the_usable_cores_and_says_so(machine, no_threads, monkeypatch):
    machine(range(3), {})
    monkeypatch.delitem(sys.modules, 'mxnet')
    processor.set_variables()
    assert os.environ['OMP_NUM_THREADS'] == '3'
    assert processor.threads() == (3, 'chosen by d2lmx')


@pytest.mark.parametrize('name', ['OMP_NUM_THREADS', 'MXNET_OMP_MAX_THREADS'])
def test_it_leaves_a_thread_count_of_the_user(no_threads, monkeypatch, name):
    monkeypatch.setenv(name, '7')
    monkeypatch.delitem(sys.modules, 'mxnet')
    processor.set_variables()
    assert processor.threads() == (7, f'set by {name}')


def test_it_sets_no_count_that_comes_too_late(machine, no_threads):
    machine(range(6), {})
    assert 'mxnet' in sys.modules
    processor.set_variables()
    count, reason = processor.threads()
    assert os.environ['OMP_NUM_THREADS'] == '' and count == 3
    assert "MXNet's own default" in reason


def test_unreadable_thread_counts_mean_every_processor_as_openmp_has_it(
        machine, no_threads, monkeypatch):
    machine(range(6), {})
    monkeypatch.setenv('OMP_NUM_THREADS', 'many')
    assert processor.threads()[0] == 6
    monkeypatch.setenv('OMP_NUM_THREADS', '4,2')  # a count for each level of nesting
    assert processor.threads()[0] == 4


def test_a_child_process_knows_our_count_from_a_users(no_threads):
    show = LOAD + "print(processor['threads']()[1])"
    ours = python(show, OMP_NUM_THREADS='3', D2LMX_CHOSEN_THREADS='3')
    changed = python(show, OMP_NUM_THREADS='5', D2LMX_CHOSEN_THREADS='3')
    assert ours.stdout == 'chosen by d2lmx\n', ours.stderr
    assert changed.stdout == 'set by OMP_NUM_THREADS\n', changed.stderr


# ---- how threads wait


NEW_THREADS = '''
import numpy
from mxnet import np, npx
def threads():
    return int(open('/proc/self/status').read().split('Threads:')[1].split()[0])
npx.set_np()
np.ones((1000, 1000)).sum()
npx.waitall()
before = threads()
np.array(numpy.zeros(10 ** 6, 'float32'))  # as large as a batch of pictures
npx.waitall()
print(threads() - before)
'''


@pytest.mark.slow
def test_a_large_copy_makes_no_second_team_of_threads():
    # a second team throttles every later operator, as libgomp sees too many threads
    untouched = python(LOAD + NEW_THREADS, OMP_NUM_THREADS='2',
                       **processor.UNTOUCHED)
    ours = python(LOAD + NEW_THREADS, OMP_NUM_THREADS='2')
    assert untouched.stdout == '1\n', untouched.stderr  # MXNet's own way
    assert ours.stdout == '0\n', ours.stderr


two_processors = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2,
    reason='on one processor the threads of two sleep from the start')
WAITING = '''
import ctypes, os, threading, time
delays, share = processor['_look_out'].__globals__, 0.0
began = time.monotonic()
queued, since = 0.0, began

def fake():  # one thread, which has waited for a processor for a share of the time
    global queued, since
    now = time.monotonic()
    queued, since = queued + share * (now - since), now
    return {'1': int(queued * 1e9)}

delays.update(INTERVAL=0.02, _delays=fake)
from mxnet import np, npx
npx.set_np()
X = np.ones((256, 256))

def spun():
    "Processor time that 50 small products and the waiting after them take."
    start = time.process_time()
    for _ in range(50):
        npx.fully_connected(X, X, None, num_hidden=256, no_bias=True).wait_to_read()
        time.sleep(0.01)  # longer than libgomp's threads wait actively
    return time.process_time() - start

def teams():
    return sum('idle team' in thread.name for thread in threading.enumerate())

def until(is_so):
    while not is_so():
        time.sleep(0.01)

spun()
alone = spun()
processor['watch']()
processor['watch']()
looking = sum('crowded' in thread.name for thread in threading.enumerate())
share = 0.7
until(lambda: teams())
crowded = spun() < alone / 2
share = 0.4  # between the bounds nothing changes
time.sleep(0.1)
still = teams()
share = 0.1
until(lambda: not teams())
print(looking, crowded, still, spun() > alone / 2)
share = 0.4
for _ in range(2):
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
print(teams(), spun() < alone / 2)
'''


@pytest.mark.slow
@pytest.mark.alone
@two_processors
def test_threads_that_wait_sleep_as_long_as_others_want_the_processors():
    # libgomp's 3 ms after each operator, or next to nothing: a factor of 10 and more;
    # a process that has forked, and what it forks, never waits actively
    ours = python(LOAD + WAITING, OMP_NUM_THREADS='2')
    assert ours.stdout == '1 True 1 True\n1 True\n', ours.stderr


@pytest.fixture
def started(monkeypatch):
    """Threads that `watch` starts in a process of two threads, and none before."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(processor.THREADS, '2')
    monkeypatch.setattr(threading, 'enumerate', list)
    monkeypatch.setattr(os, 'register_at_fork', lambda **how: None)
    monkeypatch.setattr(processor, '_delays', lambda: {'1': 0})
    found = []

    class Thread:
        def __init__(self, name, **how):
            found.append(name)

        def start(self):
            pass

    monkeypatch.setattr(threading, 'Thread', Thread)
    return found


@pytest.mark.slow
@pytest.mark.parametrize('choice', [{}, {'GOMP_SPINCOUNT': '300000'},
                                    {'OMP_WAIT_POLICY': 'active'},
                                    {'OMP_NUM_THREADS': '1'}],
                         ids=lambda choice: [*choice, 'none'][0])
def test_nothing_changes_how_threads_wait_where_the_user_chose(started, monkeypatch,
                                                               choice):
    for name, value in choice.items():
        monkeypatch.setenv(name, value)
    processor.watch()
    assert started == ([] if choice else [processor.LOOKOUT])


def test_nobody_looks_out_where_the_system_does_not_tell(started, monkeypatch):
    monkeypatch.setattr(processor, '_delays', dict)
    processor.watch()
    assert started == []


def test_the_time_that_threads_wait_is_read_for_each_of_them(machine, monkeypatch):
    folder = '/proc/self/task'
    machine([0], {f'{folder}/7/schedstat': '5000 1234 9', f'{folder}/8/schedstat': ''})
    monkeypatch.setattr(os, 'listdir', lambda path: ['7', '8'])  # 8 has just ended
    monkeypatch.setattr(os.path, 'isdir', lambda path: True)
    assert processor._delays() == {'7': 1234}
