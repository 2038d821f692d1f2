"""What MXNet 1.9.1 needs when it is imported, on today's NumPy and Python.

Only the standard library is imported here, and only its cheapest part: the file
``d2lmx-mxnet.pth`` of an installed d2lmx loads this module by its path whenever Python
starts, so that a plain ``import mxnet`` works too.
"""
import builtins
import os
import sys

__all__ = []

REMOVED_ALIASES = ('bool', 'int', 'float', 'complex', 'object', 'str')
THREADS, MXNET_THREADS = 'OMP_NUM_THREADS', 'MXNET_OMP_MAX_THREADS'
COPY, SPIN, WAIT = 'MXNET_CPU_PARALLEL_SIZE', 'GOMP_SPINCOUNT', 'OMP_WAIT_POLICY'
SUM_IN_PLACE = 'MXNET_EXEC_INPLACE_GRAD_SUM_CAP'
UNTOUCHED = {COPY: '200000', SPIN: '300000'}  # what MXNet and libgomp take themselves
IDLE = 'd2lmx: an idle team'
WATCHED = ('mxnet', 'gluoncv')  # whose imports need `prepare`
CHOSEN = 'D2LMX_CHOSEN_THREADS'  # tells a child process that the count is our choice


def prepare():
    """Make ``import mxnet`` work here; harmless when called again.

    Raises ImportError where NumPy is 2 or newer, which MXNet 1.9.1 cannot use.
    """
    _set_variables()
    import numpy
    if int(numpy.__version__.split('.')[0]) >= 2:
        raise ImportError(
            'MXNet 1.9.1 needs NumPy 1.21 or newer but below 2, found '
            f'{numpy.__version__}; run: '
            f"{sys.executable} -m pip install 'numpy>=1.21,<2'")
    _restore_aliases(numpy)
    _supply_distutils()


def use_numpy_semantics():
    """What ``import d2lmx`` does: MXNet's NumPy semantics are on once it is imported.

    The variables of `prepare` are set at once, for whatever else reads them; the rest
    of it waits for MXNet's import. MXNet keeps its semantics for each thread: it is the
    importing one that has them.
    """
    _set_variables()
    if 'mxnet' in sys.modules:
        prepare()
        import mxnet  # waits where another thread is importing it
        _turn_numpy_on(mxnet)
    else:
        _watch(_ThenNumpy())


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
        return count, 'chosen by d2lmx' if ours else f'set by {name}'
    return (max(1, len(_processors()) // 2),
            "MXNet's own default, as it was imported before d2lmx")


def usable_cores():
    """Physical cores this process may use, by its affinity and its cgroup's quota."""
    processors = _processors()
    cores = {_siblings(processor) for processor in processors}
    quotas = [q for q in map(_quota, _cgroup_files()) if q is not None]
    return max(1, min([len(cores), *map(int, quotas)]))


def watch_imports():
    """Call `prepare` when MXNet or gluoncv is first imported, and not before."""
    _watch(_PrepareFirst())


def start_up_line(file):
    """The line of a ``.pth`` file that loads this module and calls `watch_imports`.

    `file` is the Python expression of this module's path; a ``.pth`` line may use
    `sitedir`, its own folder. Whatever is missing later, the line stays silent.
    """
    code = ('try:\n'
            '    from _frozen_importlib_external import SourceFileLoader\n'
            "    compat = type(sys)('_d2lmx_compat')\n"
            f"    loader = SourceFileLoader('_d2lmx_compat', {file})\n"
            "    exec(loader.get_code('_d2lmx_compat'), compat.__dict__)\n"
            '    compat.watch_imports()\n'
            'except Exception:\n'
            '    pass\n')
    return f'import sys; exec({code!a})\n'


class _PrepareFirst:
    """An import finder that finds nothing, but sees MXNet's import coming."""

    def find_spec(self, name, path=None, target=None):
        if name in WATCHED and self in sys.meta_path:
            prepare()
            # a new list: the import at work goes on through the old one and skips none
            sys.meta_path = [finder for finder in sys.meta_path if finder is not self]
        return None


class _ThenNumpy:
    """An import finder that prepares for MXNet, and has NumPy semantics turned on."""

    def find_spec(self, name, path=None, target=None):
        if name not in WATCHED:
            return None
        prepare()
        if name != 'mxnet':
            return None
        # those before this one have been asked, and a second of this kind asks on, too
        for finder in sys.meta_path[sys.meta_path.index(self) + 1:]:
            # the oldest finders have no such method, and a bare folder no loader
            find = getattr(finder, 'find_spec', None)
            spec = find and find(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    self.extend(spec.loader)
                return spec
        return None

    @staticmethod
    def extend(loader):
        """Let a loader turn NumPy semantics on as soon as the module is there."""
        execute = loader.exec_module

        def exec_module(module):
            execute(module)
            _turn_numpy_on(module)

        loader.exec_module = exec_module


class _Version(tuple):
    """Stand-in for the version classes of distutils, gone from Python 3.12."""

    def __new__(cls, text):
        import re
        # words sort below numbers; distutils raised TypeError on such a pair
        return super().__new__(cls, ((1, int(part)) if part.isdecimal() else (0, part)
                                     for part in re.findall(r'\d+|[a-z]+', text)))


def _watch(finder):
    # by name: a virtual environment's start-up runs the line, so makes the class, twice
    if type(finder).__name__ not in [type(other).__name__ for other in sys.meta_path]:
        sys.meta_path.insert(0, finder)


def _turn_numpy_on(mxnet):
    mxnet.npx.set_np()  # the one place where the library does


def _set_variables():
    _choose_threads()
    _calm_threads()
    # From 8 uses of a weight on, compiled graphs add its gradients up in place, and the
    # first lands on memory that was never cleared where a recurrent layer in float64
    # gives them. So there is no such number of uses.
    os.environ.setdefault(SUM_IN_PLACE, str(2 ** 31 - 1))


def _restore_aliases(numpy):
    # vars() rather than hasattr(), which would fire NumPy's deprecation warning
    for name in REMOVED_ALIASES:
        if name not in vars(numpy):
            setattr(numpy, name, getattr(builtins, name))


def _supply_distutils():
    import warnings
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', DeprecationWarning)
            import distutils.version
    except ImportError:
        package, module = type(sys)('distutils'), type(sys)('distutils.version')
        package.__path__ = []
        package.version = module
        module.LooseVersion = module.StrictVersion = _Version
        sys.modules.update({'distutils': package, 'distutils.version': module})


def _choose_threads():
    # MXNet takes half of the processors, and reads the variable once, when it is loaded
    by_user = any(os.environ.get(name, '').strip() for name in (THREADS, MXNET_THREADS))
    if not by_user and 'mxnet' not in sys.modules:
        os.environ[THREADS] = os.environ[CHOSEN] = str(usable_cores())


def _calm_threads():
    # MXNet copies large arrays out of NumPy with a second team of OpenMP threads, that
    # of Python's own thread. Once there are more such threads than processors, libgomp
    # stops waiting actively, and an operator of many short steps (a convolution's
    # gradient) takes up to four times as long. So no copy counts as large ...
    os.environ.setdefault(COPY, str(2 ** 31 - 1))
    # ... and the one team left waits actively for libgomp's milliseconds: with some ten
    # microseconds a step of a recurrent network takes 1.3 times as long. But processes
    # that share the processors have to wait for that: an epoch of LeNet with the book's
    # DataLoader of four workers takes 113 s instead of 10 on two cores. So it ends with
    # the first process that is forked, unless the user chose a way of waiting.
    if not {SPIN, WAIT} & os.environ.keys():
        os.register_at_fork(before=_wait_asleep)


def _wait_asleep():
    """From now on OpenMP's threads fall asleep soon where they have to wait.

    libgomp sees to it where it counts more threads than processors, so this makes a
    team of that many, which does nothing.
    """
    import threading
    already = any(thread.name == IDLE for thread in threading.enumerate())
    if already or 'mxnet' not in sys.modules or threads()[0] == 1:
        return
    import ctypes
    try:
        libgomp = ctypes.CDLL('libgomp.so.1')  # the one that MXNet has loaded
    except OSError:
        return
    size = len(_processors()) + 1
    nothing = ctypes.cast(libgomp.omp_get_thread_num, ctypes.c_void_p)
    is_there = threading.Event()

    def idle():
        libgomp.GOMP_parallel(nothing, None, size, 0)
        is_there.set()
        threading.Event().wait()  # for ever: a team ends with the thread that made it

    threading.Thread(target=idle, name=IDLE, daemon=True).start()
    is_there.wait()


def _processors():
    if hasattr(os, 'sched_getaffinity'):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _siblings(processor):
    """The processors that share this one's core, as Linux writes them, or itself."""
    folder = f'/sys/devices/system/cpu/cpu{processor}/topology'
    return _read(f'{folder}/thread_siblings_list') or str(processor)


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
