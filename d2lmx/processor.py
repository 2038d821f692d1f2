"""What MXNet 1.9.1 gets of the processor: threads, how they wait, and kernels.

Only the standard library is imported here, and only its cheapest part: the import hooks
load this module by its path, for a plain ``import mxnet`` too.
"""
import os
import sys

__all__ = []

THREADS, MXNET_THREADS = 'OMP_NUM_THREADS', 'MXNET_OMP_MAX_THREADS'
COPY, SPIN, WAIT = 'MXNET_CPU_PARALLEL_SIZE', 'GOMP_SPINCOUNT', 'OMP_WAIT_POLICY'
SUM_IN_PLACE = 'MXNET_EXEC_INPLACE_GRAD_SUM_CAP'
JOINED = 'MXNET_OPTIMIZER_AGGREGATION_SIZE'
UNTOUCHED = {COPY: '200000', SPIN: '300000'}  # what MXNet and libgomp take themselves
KERNELS = 'OPENBLAS_CORETYPE'
CHOSEN = 'D2LMX_CHOSEN_THREADS'  # tells a child process that the count is our choice
BY_US = 'chosen by d2lmx'
LOOKOUT, IDLE = 'd2lmx: is the machine crowded?', 'd2lmx: an idle team'
INTERVAL = 0.5  # seconds between two looks
# Time that all threads of this process together wait for a processor, as a share of the
# time that passes. MXNet's own alone come to 0.45, beside one busy process to 0.8 and
# more, or to 0.6 where they sleep.
CROWDED, CALM = 0.65, 0.3


def set_variables():
    """Set the environment variables that MXNet and OpenMP read when they are loaded."""
    _choose_threads()
    # MXNet copies large arrays out of NumPy with a second team of OpenMP threads, that
    # of Python's own thread. Once there are more such threads than processors, libgomp
    # stops waiting actively, and an operator of many short steps (a convolution's
    # gradient) takes up to four times as long. So no copy counts as large.
    os.environ.setdefault(COPY, str(2 ** 31 - 1))
    # From 8 uses of a weight on, compiled graphs add its gradients up in place, and the
    # first lands on memory that was never cleared where a recurrent layer in float64
    # gives them. So there is no such number of uses.
    os.environ.setdefault(SUM_IN_PLACE, str(2 ** 31 - 1))
    # How many arrays SGD updates in one call: by 4, which is MXNet's own choice, 64
    # small arrays take 3 ms, and so 0.7.
    os.environ.setdefault(JOINED, '32')


def load(execute, mxnet):
    """Execute MXNet's module so that its products use what the processor has.

    MXNet's OpenBLAS, of 2020, takes a processor that it does not know (a Xeon of 2023)
    for one of 2004, with a third of the speed. It is told of AVX2, the most that it was
    built for; NumPy's own, loaded before, is not.
    """
    if KERNELS in os.environ or not {'avx2', 'fma'} <= _instructions():
        return execute(mxnet)
    os.environ[KERNELS] = 'Haswell'
    try:
        execute(mxnet)
    finally:
        del os.environ[KERNELS]


def watch():
    """See to it, from now on, that threads which wait leave processors to others.

    Between operators OpenMP's threads wait actively for some milliseconds: with some
    ten microseconds a step of a recurrent network takes 1.3 times as long. But where
    others wait for the processors, be it another program or a DataLoader's workers, the
    same step takes up to fifty times as long. So they wait actively as long as this
    process gets the processors that it asks for; and processes that it forks, which do
    as it does then, never. Whoever set a way of waiting keeps it.
    """
    import threading
    is_there = any(thread.name == LOOKOUT for thread in threading.enumerate())
    if is_there or {SPIN, WAIT} & os.environ.keys() or threads()[0] == 1:
        return
    os.register_at_fork(before=_sleep)
    if _delays():  # Linux tells it
        threading.Thread(target=_look_out, name=LOOKOUT, daemon=True).start()


def threads():
    """How many threads MXNet's operators use, and who decided it: (count, text)."""
    for name in (THREADS, MXNET_THREADS):
        value = os.environ.get(name, '').strip()
        if not value:
            continue
        first = value.split(',')[0]
        # an unreadable number is ignored by OpenMP, which then takes every processor
        count = int(first) if first.isdecimal() else len(_processors())
        ours = name == THREADS and value == os.environ.get(CHOSEN)
        return count, BY_US if ours else f'set by {name}'
    return (max(1, len(_processors()) // 2),
            "MXNet's own default, as it was imported before d2lmx")


def usable_cores():
    """Physical cores this process may use, by its affinity and its cgroup's quota."""
    processors = _processors()
    cores = {_siblings(processor) for processor in processors}
    quotas = [q for q in map(_quota, _cgroup_files()) if q is not None]
    return max(1, min([len(cores), *map(int, quotas)]))


def _choose_threads():
    # MXNet takes half of the processors, and reads the variable once, when it is loaded
    by_user = any(os.environ.get(name, '').strip() for name in (THREADS, MXNET_THREADS))
    if not by_user and 'mxnet' not in sys.modules:
        os.environ[THREADS] = os.environ[CHOSEN] = str(usable_cores())


def _look_out():
    import time
    start, before = time.monotonic(), _delays()
    while True:
        time.sleep(INTERVAL)
        now, after = time.monotonic(), _delays()
        waited = sum(after[thread] - before.get(thread, 0) for thread in after)
        share = waited / 1e9 / (now - start)
        start, before = now, after
        if share > CROWDED:
            _sleep()
        elif share < CALM:
            _wake()


def _delays():
    """Nanoseconds that each thread here has waited for a processor: {thread: ns}."""
    folder, found = '/proc/self/task', {}
    for thread in os.listdir(folder) if os.path.isdir(folder) else ():
        words = _read(f'{folder}/{thread}/schedstat').split()
        if len(words) == 3:  # it may have ended meanwhile
            found[thread] = int(words[1])
    return found


_ends = []  # what ends the sleep that OpenMP's threads are told of


def _sleep():
    """Let OpenMP's threads fall asleep soon where they wait, until `_wake`.

    libgomp sees to it where it counts more threads than processors, so this makes a
    team of that many, which does nothing, and ends with the thread that made it.
    """
    import ctypes
    import threading
    if _ends:
        return
    try:
        libgomp = ctypes.CDLL('libgomp.so.1')  # the one that MXNet has loaded
    except OSError:
        return
    size = len(_processors()) + 1
    nothing = ctypes.cast(libgomp.omp_get_thread_num, ctypes.c_void_p)
    is_there, is_over = threading.Event(), threading.Event()

    def idle():
        libgomp.GOMP_parallel(nothing, None, size, 0)
        is_there.set()
        is_over.wait()

    _ends.append(is_over.set)
    threading.Thread(target=idle, name=IDLE, daemon=True).start()
    is_there.wait()


def _wake():
    while _ends:
        _ends.pop()()


def _processors():
    if hasattr(os, 'sched_getaffinity'):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _siblings(processor):
    """The processors that share this one's core, as Linux writes them, or itself."""
    folder = f'/sys/devices/system/cpu/cpu{processor}/topology'
    return _read(f'{folder}/thread_siblings_list') or str(processor)


def _instructions():
    """Names of the instruction sets that every processor here has, as Linux says."""
    flags = next((line for line in _read('/proc/cpuinfo').splitlines()
                  if line.startswith('flags')), '')
    return set(flags.split())


def _cgroup_files():
    """Files that may hold a processor quota: this cgroup and those above it."""
    path = next((line[3:] for line in _read('/proc/self/cgroup').splitlines()
                 if line.startswith('0::')), '/').rstrip('/')
    while path:
        yield f'/sys/fs/cgroup{path}/cpu.max'
        path = path.rpartition('/')[0]
    yield '/sys/fs/cgroup/cpu.max'
    yield '/sys/fs/cgroup/cpu/cpu.cfs_quota_us'


def _quota(file):
    """Processors that a cgroup file grants, or None where it sets no bound."""
    words = _read(file).split()
    if file.endswith('cfs_quota_us'):
        words += _read(file.replace('quota', 'period')).split()
    if len(words) != 2 or words[0] in ('max', '-1'):
        return None
    return int(words[0]) / int(words[1])


def _read(file):
    try:
        with open(file, encoding='utf-8') as stream:
            return stream.read().strip()
    except OSError:
        return ''
