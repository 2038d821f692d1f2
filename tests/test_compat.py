"""compat: NumPy's removed names, distutils, the thread count, the start-up line."""
import builtins
import importlib.util
import os
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest

from d2lmx import compat

COMPAT = Path(compat.__file__)
LOAD = f'''
import runpy, sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_PrepareFirst']
compat = runpy.run_path({str(COMPAT)!r})
'''
WITHOUT_ALIASES = '''
import numpy  # as from 1.24 on, where these names are errors
for table in ('__deprecated_attrs__', '__former_attrs__'):
    getattr(numpy, table, {}).clear()
'''


def python(code, **environment):
    """Run code in its own Python, without thread variables; the finished process."""
    inherited = {name: value for name, value in os.environ.items()
                 if name not in (compat.THREADS, compat.MXNET_THREADS, compat.CHOSEN,
                                 compat.COPY, compat.SPIN, compat.WAIT)}
    return subprocess.run([sys.executable, '-c', code], text=True, capture_output=True,
                          env={**inherited, **environment})


@pytest.fixture
def fake_numpy(monkeypatch):
    """Put a module of that version in NumPy's place."""
    def put(version):
        numpy = ModuleType('numpy')
        numpy.__version__ = version
        monkeypatch.setitem(sys.modules, 'numpy', numpy)
        return numpy
    return put


@pytest.fixture
def machine(monkeypatch):
    """A machine of these processors and files."""
    def put(processors, files):
        monkeypatch.setattr(os, 'sched_getaffinity', lambda _: set(processors))
        monkeypatch.setattr(compat, '_read', lambda file: files.get(file, ''))
    return put


@pytest.fixture
def no_threads(monkeypatch):
    """No thread variable is set, and none stays set afterwards."""
    for name in (compat.THREADS, compat.MXNET_THREADS, compat.CHOSEN):
        monkeypatch.setenv(name, '')


def siblings(pairs):
    return {f'/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list': text
            for cpu, text in pairs.items()}


# ---- NumPy and distutils


def test_mxnet_cannot_be_imported_where_numpy_lost_its_aliases():
    done = python(LOAD + WITHOUT_ALIASES + 'import mxnet')
    assert done.returncode == 1 and "has no attribute 'bool'" in done.stderr


def test_prepare_makes_mxnet_importable_there_with_the_chosen_threads():
    done = python(LOAD + WITHOUT_ALIASES + '''
import ctypes
compat['prepare'].__globals__['usable_cores'] = lambda: 3
compat['prepare']()
import mxnet
print(mxnet.__version__, ctypes.CDLL('libgomp.so.1').omp_get_max_threads())''')
    assert done.stdout == '1.9.1 3\n', done.stderr


def test_prepare_gives_back_the_builtins_and_leaves_what_is_there(fake_numpy):
    numpy = fake_numpy('1.26.4')
    numpy.str = 'kept'
    compat.prepare()
    assert numpy.str == 'kept'
    for name in ('bool', 'int', 'float', 'complex', 'object'):
        assert getattr(numpy, name) is getattr(builtins, name)


@pytest.mark.parametrize('version', ['2.0.2', '2.3.5', '10.0.0'])
def test_prepare_refuses_numpy_2_with_the_mending_command(fake_numpy, version):
    fake_numpy(version)
    with pytest.raises(ImportError, match=f"found {version}.*install 'numpy>=1.21,<2'"):
        compat.prepare()


def test_distutils_version_is_supplied_where_python_has_none(monkeypatch):
    for name in ('distutils', 'distutils.version'):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it now fails
    compat.prepare()
    from distutils.version import LooseVersion, StrictVersion
    assert LooseVersion('1.9') < LooseVersion('1.10')  # not as text
    assert LooseVersion('0.10.5.post0') > LooseVersion('0.10.5')
    assert LooseVersion('1.9.1') < LooseVersion('2.0.0beta1')
    assert StrictVersion('1.26.4') >= StrictVersion('1.6.0')
    assert StrictVersion('1.6.0') == StrictVersion('1.6.0')


def test_prepare_leaves_a_distutils_that_is_there(monkeypatch):
    package, module = ModuleType('distutils'), ModuleType('distutils.version')
    package.__path__, package.version = [], module
    monkeypatch.setitem(sys.modules, 'distutils', package)
    monkeypatch.setitem(sys.modules, 'distutils.version', module)
    compat.prepare()
    assert sys.modules['distutils.version'] is module
    assert not hasattr(module, 'LooseVersion')


# ---- threads


def test_hyperthreads_of_one_core_count_once(machine):
    machine([0, 1, 2, 3], siblings({0: '0,2', 1: '1,3', 2: '0,2', 3: '1,3'}))
    assert compat.usable_cores() == 2


def test_cores_outside_the_affinity_do_not_count(machine):
    machine([0, 2], siblings({0: '0,2', 1: '1,3', 2: '0,2', 3: '1,3'}))
    assert compat.usable_cores() == 1


def test_every_processor_counts_where_the_topology_is_unknown(machine):
    machine([0, 1, 5], {})
    assert compat.usable_cores() == 3


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
    assert compat.usable_cores() == cores


def test_prepare_chooses_the_usable_cores_and_says_so(machine, no_threads, monkeypatch):
    machine(range(3), {})
    monkeypatch.delitem(sys.modules, 'mxnet')
    compat.prepare()
    assert os.environ['OMP_NUM_THREADS'] == '3'
    assert compat.threads() == (3, 'chosen by d2lmx')


@pytest.mark.parametrize('name', ['OMP_NUM_THREADS', 'MXNET_OMP_MAX_THREADS'])
def test_prepare_leaves_a_thread_count_of_the_user(no_threads, monkeypatch, name):
    monkeypatch.setenv(name, '7')
    monkeypatch.delitem(sys.modules, 'mxnet')
    compat.prepare()
    assert compat.threads() == (7, f'set by {name}')


def test_prepare_sets_no_count_that_comes_too_late(machine, no_threads):
    machine(range(6), {})
    assert 'mxnet' in sys.modules
    compat.prepare()
    count, reason = compat.threads()
    assert os.environ['OMP_NUM_THREADS'] == '' and count == 3
    assert "MXNet's own default" in reason


def test_unreadable_thread_counts_mean_every_processor_as_openmp_has_it(
        machine, no_threads, monkeypatch):
    machine(range(6), {})
    monkeypatch.setenv('OMP_NUM_THREADS', 'many')
    assert compat.threads()[0] == 6
    monkeypatch.setenv('OMP_NUM_THREADS', '4,2')  # a count for each level of nesting
    assert compat.threads()[0] == 4


def test_a_child_process_knows_our_count_from_a_users(no_threads):
    show = LOAD + "print(compat['threads']()[1])"
    ours = python(show, OMP_NUM_THREADS='3', D2LMX_CHOSEN_THREADS='3')
    changed = python(show, OMP_NUM_THREADS='5', D2LMX_CHOSEN_THREADS='3')
    assert ours.stdout == 'chosen by d2lmx\n', ours.stderr
    assert changed.stdout == 'set by OMP_NUM_THREADS\n', changed.stderr


@pytest.mark.torch
@pytest.mark.parametrize('order', ['import torch, mxnet', 'import mxnet, torch'])
def test_torch_and_mxnet_compute_in_one_process_in_either_order(torch, order):
    done = python(LOAD + f'''
compat['prepare']()
{order}
print(torch.ones(3, 2).mm(torch.ones(2, 3)).sum().item(),
      mxnet.nd.dot(mxnet.nd.ones((3, 2)), mxnet.nd.ones((2, 3))).sum().asscalar())''')
    assert done.stdout == '18.0 18.0\n', done.stderr


# ---- `import mxnet` before d2lmx


def test_the_start_up_line_imports_nothing_and_waits_for_mxnet():
    line = compat.start_up_line(ascii(str(COMPAT)))
    done = python(LOAD + f'''
before = set(sys.modules)
{line}
assert set(sys.modules) == before, set(sys.modules) - before
finder = sys.meta_path[0]
import json, numpy
assert finder in sys.meta_path
{WITHOUT_ALIASES}
import mxnet
assert finder not in sys.meta_path
print(numpy.bool, mxnet.__version__)''')
    assert done.stdout == "<class 'bool'> 1.9.1\n", done.stderr


def test_the_start_up_line_is_one_line_and_silent_when_the_package_is_gone(tmp_path):
    line = compat.start_up_line(ascii(str(tmp_path / 'gone.py')))
    assert line.count('\n') == 1 and line.startswith('import sys;')  # what site runs
    done = python(f'import sys\nbefore = list(sys.meta_path)\n{line}'
                  'assert sys.meta_path == before')
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_the_finder_stays_until_numpy_fits(fake_numpy, monkeypatch):
    monkeypatch.setattr(sys, 'meta_path', ['another'])
    compat.watch_imports()
    compat.watch_imports()  # once in a virtual environment's start-up, once again
    finder, _ = sys.meta_path
    fake_numpy('2.0.0')
    for _ in range(2):
        with pytest.raises(ImportError, match='below 2'):
            finder.find_spec('mxnet')
    assert sys.meta_path == [finder, 'another']
    fake_numpy('1.26.4')
    finder.find_spec('gluoncv')
    assert sys.meta_path == ['another']


# ---- NumPy semantics with `import d2lmx`


FAKE = '''
class npx:
    times = 0
    @staticmethod
    def set_np():
        npx.times += 1
'''


@pytest.fixture
def fake_mxnet(monkeypatch, tmp_path):
    """A file in MXNet's place, not yet imported, which counts calls of set_np."""
    file = tmp_path / 'mxnet.py'
    file.write_text(FAKE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'mxnet')
    monkeypatch.setattr(sys, 'meta_path', [
        finder for finder in sys.meta_path
        if type(finder).__name__ not in ('_PrepareFirst', '_ThenNumpy')])
    return file


def test_numpy_semantics_are_on_as_soon_as_mxnet_is_imported(fake_mxnet):
    compat.use_numpy_semantics()
    compat.use_numpy_semantics()  # as by a second module of this kind
    assert 'mxnet' not in sys.modules
    mxnet = importlib.import_module('mxnet')
    assert mxnet.npx.times == 1
    compat.use_numpy_semantics()  # now MXNet is the first of the two
    assert mxnet.npx.times == 2


def test_the_start_up_line_alone_turns_no_semantics_on(fake_mxnet):
    compat.watch_imports()
    assert importlib.import_module('mxnet').npx.times == 0


@pytest.mark.parametrize('line_first', [True, False])
def test_semantics_and_preparing_do_not_mind_the_start_up_line(
        fake_mxnet, monkeypatch, line_first):
    calls = [compat.watch_imports, compat.use_numpy_semantics]
    for call in calls if line_first else calls[::-1]:
        call()
    monkeypatch.delattr('numpy.bool', raising=False)
    assert importlib.import_module('mxnet').npx.times == 1
    assert vars(sys.modules['numpy'])['bool'] is bool


def test_looking_for_mxnet_imports_nothing_and_finds_its_own_loader(fake_mxnet):
    compat.use_numpy_semantics()
    spec = importlib.util.find_spec('mxnet')
    assert spec.origin == str(fake_mxnet) and 'mxnet' not in sys.modules
    assert spec.loader.get_source('mxnet') == FAKE
    assert importlib.import_module('mxnet').npx.times == 1


def test_a_reload_of_mxnet_turns_semantics_on_again(fake_mxnet):
    compat.use_numpy_semantics()
    mxnet = importlib.import_module('mxnet')
    mxnet.npx.set_np = None
    assert importlib.reload(mxnet).npx.times == 1


def test_semantics_are_on_where_mxnets_import_succeeds_at_last(fake_mxnet):
    compat.use_numpy_semantics()
    fake_mxnet.write_text('raise OSError("no libgomp")')
    for _ in range(2):
        with pytest.raises(OSError, match='no libgomp'):
            importlib.import_module('mxnet')
    fake_mxnet.write_text(FAKE + '# mended')
    importlib.invalidate_caches()
    assert importlib.import_module('mxnet').npx.times == 1


def test_finders_that_ask_each_other_come_to_an_end(fake_mxnet):
    class Old:
        """A finder from before `find_spec`."""

    copies = [runpy.run_path(str(COMPAT))['_ThenNumpy']() for _ in range(2)]
    sys.meta_path[:0] = [copies[0], Old(), copies[1]]
    assert importlib.import_module('mxnet').npx.times == 2


def test_where_mxnet_is_missing_python_says_so(fake_mxnet):
    fake_mxnet.unlink()
    importlib.invalidate_caches()
    sys.path_importer_cache.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, 'path', [str(fake_mxnet.parent)])
        compat.use_numpy_semantics()
        with pytest.raises(ModuleNotFoundError, match="No module named 'mxnet'"):
            importlib.import_module('mxnet')
        (fake_mxnet.parent / 'mxnet').mkdir()  # a bare folder of that name is a package
        importlib.invalidate_caches()
        assert importlib.import_module('mxnet').__path__


def test_semantics_come_after_an_import_that_another_thread_has_begun(fake_mxnet):
    fake_mxnet.write_text(f'import time\ntime.sleep(0.2)\n{FAKE}')
    first = threading.Thread(target=importlib.import_module, args=('mxnet',))
    first.start()
    while 'mxnet' not in sys.modules:
        time.sleep(0.001)
    compat.use_numpy_semantics()
    assert sys.modules['mxnet'].npx.times == 1
    first.join()


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


def test_a_large_copy_makes_no_second_team_of_threads():
    # a second team throttles every later operator, as libgomp sees too many threads
    untouched = python(LOAD + "compat['prepare']()" + NEW_THREADS, OMP_NUM_THREADS='2',
                       **compat.UNTOUCHED)
    ours = python(LOAD + "compat['prepare']()" + NEW_THREADS, OMP_NUM_THREADS='2')
    assert untouched.stdout == '1\n', untouched.stderr  # MXNet's own way
    assert ours.stdout == '0\n', ours.stderr


two_processors = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2,
    reason='on one processor the threads of two sleep from the start')
SPINNING = '''
import os, threading, time
from mxnet import np, npx
X = np.ones((256, 256))

def spun():
    """Processor time that 50 small products and the waiting after them take."""
    start = time.process_time()
    for _ in range(50):
        npx.fully_connected(X, X, None, num_hidden=256, no_bias=True).wait_to_read()
        time.sleep(0.01)  # longer than libgomp's threads wait actively
    return time.process_time() - start

def fork():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)

def teams():
    return sum('idle team' in thread.name for thread in threading.enumerate())

spun()
alone = spun()
fork()
fork()
print(teams(), spun() < alone / 2)
'''


@pytest.mark.alone
@two_processors
def test_threads_wait_actively_until_the_first_fork():
    # libgomp's 3 ms after each operator, or next to nothing: a factor of 10 and more
    ours = python(LOAD + "compat['prepare']()" + SPINNING, OMP_NUM_THREADS='2')
    assert ours.stdout == '1 True\n', ours.stderr


@pytest.mark.parametrize('choice', [{'GOMP_SPINCOUNT': '300000'},
                                    {'OMP_WAIT_POLICY': 'active'},
                                    {'OMP_NUM_THREADS': '1'}], ids=lambda c: [*c][0])
@pytest.mark.alone
@two_processors
def test_no_fork_changes_how_threads_wait_where_the_user_chose(choice):
    code = LOAD + "compat['prepare']()" + SPINNING
    chosen = python(code, **{'OMP_NUM_THREADS': '2', **choice})
    assert chosen.stdout == '0 False\n', chosen.stderr
