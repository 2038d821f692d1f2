"""What MXNet 1.9.1 needs when it is imported, on today's NumPy and Python.

Only the standard library is imported here, and only its cheapest part: the import hooks
load this module by its path, for a plain ``import mxnet`` too.
"""
import builtins
import sys

__all__ = []

REMOVED_ALIASES = ('bool', 'int', 'float', 'complex', 'object', 'str')
RENAMED = {'alltrue': 'all', 'product': 'prod', 'round_': 'round', 'sometrue': 'any',
           'trapz': 'trapezoid'}
LOOPS = '_foreach', '_while_loop', '_cond'
FINANCIAL = ('mirr', 'npv', 'pmt', 'ppmt', 'pv', 'rate')


def prepare():
    """Make ``import mxnet`` work here; harmless when called again.

    Raises ImportError under ``python -OO``, which takes away the docstrings that MXNet
    makes its operators' functions from.
    """
    if sys.flags.optimize > 1:
        raise ImportError('MXNet makes its functions from docstrings, which python -OO '
                          '(or PYTHONOPTIMIZE=2) takes away; run python without it')
    import numpy
    _restore_names(numpy)
    _supply_distutils()


def load(execute, mxnet):
    """Execute MXNet's module without scikit-learn, unless that is there already.

    MXNet would import it, a sixth of its own import's time, for nothing but the base
    class of `mxnet.model.FeedForward`, which is deprecated.
    """
    if 'sklearn' in sys.modules:
        return execute(mxnet)
    sys.modules['sklearn'] = None  # an import of it now fails
    try:
        execute(mxnet)
    finally:
        del sys.modules['sklearn']


def mend(mxnet):
    """Mend an imported MXNet: what it computes wrong, what NumPy and Python break."""
    import numpy
    mend_slope(mxnet)
    mend_loops(mxnet)
    if str((numpy.int64(2),)) != '(2,)':
        write_plain_numbers(mxnet)
    if not hasattr(numpy.ndarray, 'tostring'):
        use_tobytes(mxnet)
    if sys.version_info >= (3, 14):
        fork_workers(mxnet)


def mend_display(display):
    """Give IPython's display the function back that cells of the book call.

    It was there up to IPython 8; page 3.2 of the first edition calls it without d2lzh.
    """
    def set_matplotlib_formats(*formats, **kwargs):
        from matplotlib_inline.backend_inline import set_matplotlib_formats as set_them
        set_them(*formats, **kwargs)

    if not hasattr(display, 'set_matplotlib_formats'):
        display.set_matplotlib_formats = set_matplotlib_formats


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


def mend_loops(mxnet):
    """Let what follows a loop in a compiled network wait for it.

    With ``static_shape`` an operator whose arrays are all planned is handed to the
    engine as a whole. From a loop the engine learns only then what there is to compute,
    and queues it behind what follows, which reads what was in memory before. A network
    with such a loop is compiled without ``static_shape``.
    """
    block = mxnet.gluon.HybridBlock
    build_cache = block._build_cache

    def _build_cache(self, *args):
        flags = self._flags
        if dict(flags).get('static_shape'):
            if _has_hidden_loop(*self._get_graph(*args)):
                self._flags = [flag for flag in flags if flag[0] != 'static_shape']
        try:
            return build_cache(self, *args)
        finally:
            self._flags = flags

    block._build_cache = _build_cache


def _has_hidden_loop(variables, graph):
    """Whether a graph has a loop or branch that has neither an input of the graph, one
    of the variables, nor an output of it.
    """
    text = graph.tojson()
    if not any(f'"{loop}"' in text for loop in LOOPS):
        return False
    import json
    graph, names = json.loads(text), {variable.name for variable in variables}
    nodes, ends = graph['nodes'], {number for number, *_ in graph['heads']}
    own = {i for i, node in enumerate(nodes)
           if node['op'] == 'null' and node['name'] in names}
    return any(node['op'] in LOOPS and i not in ends
               and not own & {number for number, *_ in node['inputs']}
               for i, node in enumerate(nodes))


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
