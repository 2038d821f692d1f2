"""What MXNet 1.9.1 needs when it is imported, on today's NumPy and Python.

Only the standard library is imported here, and only its cheapest part: the import hooks
load this module by its path, for a plain ``import mxnet`` too.
"""
import builtins
import os
import sys

__all__ = []

REMOVED_ALIASES = ('bool', 'int', 'float', 'complex', 'object', 'str')
RENAMED = {'alltrue': 'all', 'product': 'prod', 'round_': 'round', 'sometrue': 'any',
           'trapz': 'trapezoid'}
FINANCIAL = ('mirr', 'npv', 'pmt', 'ppmt', 'pv', 'rate')
THREADS, MXNET_THREADS = 'OMP_NUM_THREADS', 'MXNET_OMP_MAX_THREADS'
COPY, SPIN, WAIT = 'MXNET_CPU_PARALLEL_SIZE', 'GOMP_SPINCOUNT', 'OMP_WAIT_POLICY'
SUM_IN_PLACE = 'MXNET_EXEC_INPLACE_GRAD_SUM_CAP'
UNTOUCHED = {COPY: '200000', SPIN: '300000'}  # what MXNet and libgomp take themselves
IDLE = 'd2lmx: an idle team'
CHOSEN = 'D2LMX_CHOSEN_THREADS'  # tells a child process that the count is our choice


def prepare():
    """Make ``import mxnet`` work here; harmless when called again.

    Raises ImportError under ``python -OO``, which takes away the docstrings that MXNet
    makes its operators' functions from.
    """
    if sys.flags.optimize > 1:
        raise ImportError('MXNet makes its functions from docstrings, which python -OO '
                          '(or PYTHONOPTIMIZE=2) takes away; run python without it')
    set_variables()
    import numpy
    _restore_names(numpy)
    _supply_distutils()


def mend(mxnet):
    """Mend an imported MXNet: what it computes wrong, what NumPy and Python break."""
    import numpy
    mend_slope(mxnet)
    if str((numpy.int64(2),)) != '(2,)':
        write_plain_numbers(mxnet)
    if not hasattr(numpy.ndarray, 'tostring'):
        use_tobytes(mxnet)
    if sys.version_info >= (3, 14):
        fork_workers(mxnet)


def mend_slope(mxnet):
    """Let PReLU learn its slope in compiled networks too.

    There the operator writes the gradient of its input over that of its output before
    it reads it for the slope's, which comes out multiplied by the slope.
    """
    operator = mxnet.gluon.nn.PReLU.hybrid_forward

    def hybrid_forward(self, F, x, alpha):
        if not mxnet.util.is_np_array():
            return operator(self, F, x, alpha)
        if self.alpha.shape == (1,):
            return F.np.where(x > 0, x, alpha * x)
        below = F.np.swapaxes(alpha * F.np.swapaxes(x, 1, -1), 1, -1)
        return F.np.where(x > 0, x, below)

    mxnet.gluon.nn.PReLU.hybrid_forward = hybrid_forward


def write_plain_numbers(mxnet):
    """Write NumPy's numbers in operators' parameters as NumPy 1 did: `2`.

    From NumPy 2 on a tuple of them is the text `(np.int64(2),)`, which no operator can
    read.
    """
    import numpy

    class Bare(str):
        __repr__ = str.__str__

    def plain(value):
        if isinstance(value, (tuple, list)):
            return (tuple if isinstance(value, tuple) else list)(map(plain, value))
        number = isinstance(value, (numpy.number, numpy.bool_))
        return Bare(value) if number else value

    class AnyText(type):
        def __instancecheck__(cls, value):
            return isinstance(value, str)

        def __call__(cls, value=''):
            return str(plain(value))

    class Text(metaclass=AnyText):
        """What these modules take for `str`."""

    for module in (mxnet._ctypes.ndarray, mxnet._ctypes.symbol, mxnet.symbol.symbol):
        module.str = Text


def use_tobytes(mxnet):
    """Let records be packed without ``ndarray.tostring``, gone from NumPy 2.3."""
    for function in (mxnet.recordio.pack, mxnet.recordio.pack_img):
        code = function.__code__
        names = ['tobytes' if name == 'tostring' else name for name in code.co_names]
        function.__code__ = code.replace(co_names=tuple(names))


def fork_workers(mxnet):
    """Let Gluon's DataLoader fork its workers, as everywhere before Python 3.14.

    Workers of another kind cannot share the memory of MXNet's arrays.
    """
    import multiprocessing
    forking = type(sys)('multiprocessing')
    vars(forking).update(vars(multiprocessing))
    context = multiprocessing.get_context('fork')
    forking.Pool, forking.Process = context.Pool, context.Process
    forking.get_context = lambda method='fork': multiprocessing.get_context(method)
    mxnet.gluon.data.dataloader.multiprocessing = forking


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


def set_variables():
    """Set the environment variables that MXNet and OpenMP read when they are loaded."""
    _choose_threads()
    _calm_threads()
    # From 8 uses of a weight on, compiled graphs add its gradients up in place, and the
    # first lands on memory that was never cleared where a recurrent layer in float64
    # gives them. So there is no such number of uses.
    os.environ.setdefault(SUM_IN_PLACE, str(2 ** 31 - 1))


class _Version(tuple):
    """Stand-in for the version classes of distutils, gone from Python 3.12."""

    def __new__(cls, text):
        import re
        # words sort below numbers; distutils raised TypeError on such a pair
        return super().__new__(cls, ((1, int(part)) if part.isdecimal() else (0, part)
                                     for part in re.findall(r'\d+|[a-z]+', text)))


def _restore_names(numpy):
    """Give NumPy names back that MXNet reads, where they are gone."""
    names = {name: getattr(builtins, name) for name in REMOVED_ALIASES}
    if int(numpy.__version__.split('.')[0]) >= 2:
        names.update(_names_of_numpy_1(numpy))
    # vars() rather than hasattr(), which would fire NumPy's deprecation warning
    for name in names.keys() - vars(numpy).keys():
        setattr(numpy, name, names[name])


def _names_of_numpy_1(numpy):
    def another(name):  # than NumPy's own: MXNet enters each as a function of NumPy
        function = getattr(numpy, name)
        return lambda *args, **kwargs: function(*args, **kwargs)

    def gone(*args, **kwargs):
        raise NotImplementedError('left NumPy; the package numpy-financial has it')

    compat = type(sys)('compat')
    compat.basestring = str
    return {
        'PZERO': 0.0, 'NZERO': -0.0, 'PINF': numpy.inf, 'NINF': -numpy.inf,
        'Inf': numpy.inf, 'NAN': numpy.nan, 'NaN': numpy.nan, 'compat': compat,
        **{name: another(new) for name, new in RENAMED.items()},
        'msort': lambda a: numpy.sort(a, axis=0),
        'in1d': lambda *sets, **how: numpy.isin(*sets, **how).reshape(-1),
        **dict.fromkeys(FINANCIAL, gone)}


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
