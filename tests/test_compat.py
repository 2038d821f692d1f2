"""compat: NumPy's removed names and new texts, distutils."""
import builtins
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import mxnet
import numpy
import pytest
from mxnet import gluon, np, npx

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


def python(code):
    """Run code in its own Python; the finished process."""
    return subprocess.run([sys.executable, '-c', code], text=True, capture_output=True)


@pytest.fixture
def fake_numpy(monkeypatch):
    """Put a module of that version in NumPy's place."""
    def put(version):
        numpy = ModuleType('numpy')
        numpy.__version__ = version
        monkeypatch.setitem(sys.modules, 'numpy', numpy)
        return numpy
    return put


# ---- NumPy and distutils


def test_mxnet_cannot_be_imported_where_numpy_lost_its_aliases():
    done = python(LOAD + WITHOUT_ALIASES + 'import mxnet')
    assert done.returncode == 1  # `bool` is the first on NumPy 1, `PZERO` on NumPy 2
    assert "has no attribute 'bool'" in done.stderr or 'PZERO' in done.stderr


def test_prepare_makes_mxnet_importable_there_and_mend_writes_plain_numbers():
    # on NumPy 2 `mend` has something to do, on NumPy 1 nothing
    done = python(LOAD + WITHOUT_ALIASES + """
compat['prepare']()
import mxnet
print(mxnet.__version__)
compat['mend'](mxnet)
mended = 'str' in vars(mxnet.symbol.symbol)
two = numpy.int64(2)
print(mended == (repr(two) != '2'), mxnet.nd.zeros((two, 3)).shape)
""")
    assert done.stdout == '1.9.1\nTrue (2, 3)\n', done.stderr


def test_prepare_gives_back_the_builtins_and_leaves_what_is_there(fake_numpy):
    numpy = fake_numpy('1.26.4')
    numpy.str = 'kept'
    compat.prepare()
    assert numpy.str == 'kept'
    for name in ('bool', 'int', 'float', 'complex', 'object'):
        assert getattr(numpy, name) is getattr(builtins, name)


@pytest.mark.parametrize('version', ['2.0.2', '2.5.5', '10.0.0'])
def test_names_that_numpy_2_lost_come_back_with_their_old_meaning(fake_numpy, version):
    lost = fake_numpy(version)
    for name in ('inf', 'nan', 'all', 'any', 'prod', 'round', 'sort', 'isin'):
        setattr(lost, name, getattr(numpy, name))
    lost.trapezoid = lambda y, **how: ('trapezoid', y)
    compat.prepare()
    X = numpy.array([[3, 1], [2, 4]])
    assert (lost.PINF, lost.NINF, lost.Inf) == (numpy.inf, -numpy.inf, numpy.inf)
    assert numpy.isnan(lost.NaN) and numpy.isnan(lost.NAN)
    assert (str(lost.PZERO), str(lost.NZERO)) == ('0.0', '-0.0')
    assert isinstance('edge', lost.compat.basestring)
    assert lost.msort(X).tolist() == [[2, 1], [3, 4]]  # down the first axis
    assert lost.in1d(X, [1, 2]).tolist() == [False, True, True, False]  # always flat
    assert lost.alltrue(X > 1, axis=0).tolist() == [True, False]
    assert (lost.sometrue([0, 1]), lost.product([2, 3]), lost.round_(1.26, 1)) == (
        True, 6, 1.3)
    assert lost.trapz([1]) == ('trapezoid', [1])
    assert lost.alltrue is not lost.all  # MXNet enters both as functions of NumPy
    with pytest.raises(NotImplementedError, match='numpy-financial'):
        lost.npv(0.1, [1])


def test_numpy_1_gets_none_of_these(fake_numpy):
    numpy = fake_numpy('1.26.4')
    compat.prepare()
    assert not hasattr(numpy, 'alltrue')


class Int(numpy.int64):
    """Written as NumPy 2 writes its numbers."""

    def __repr__(self):
        return f'np.int64({int(self)})'


class Float(numpy.float32):
    def __repr__(self):
        return 'np.float32(...)'


@pytest.fixture
def plain_numbers():
    """MXNet with what `mend` does on NumPy 2, on whatever NumPy is here."""
    modules = (mxnet._ctypes.ndarray, mxnet._ctypes.symbol, mxnet.symbol.symbol)
    before = [vars(module).get('str') for module in modules]
    compat.write_plain_numbers(mxnet)
    yield
    for module, value in zip(modules, before):
        if value is None:
            del module.str
        else:
            module.str = value


@pytest.mark.parametrize('make', [
    lambda: np.zeros((Int(2), 3)),
    lambda: np.tile(np.ones((2, 1)), (1, Int(3))),
    lambda: np.ones((2, 5))[:, :Int(3)],
    lambda: npx.reshape(np.ones(6), (Int(2), [Int(3)][0]))],
    ids=['zeros', 'tile', 'slice', 'reshape'])
def test_operators_read_numpys_numbers_in_tuples(plain_numbers, make):
    assert make().shape == (2, 3)


def test_networks_read_numpys_numbers(plain_numbers):
    net = gluon.nn.Dense(Int(4), in_units=Int(3))
    net.initialize()
    net.hybridize()
    assert net(np.ones((2, 3))).shape == (2, 4)
    assert net.weight.var().attr('__shape__') == '(4, 3)'


def test_parameters_are_written_as_on_numpy_1(plain_numbers):
    text = mxnet.symbol.symbol.str
    assert text(numpy.float32(0.1)) == '0.1'
    assert text((Float(0.5), [Int(2)], 'a', None)) == "(0.5, [2], 'a', None)"
    assert text((numpy.bool_(True),)) == '(True,)' and text('a') == 'a'
    assert isinstance('a', text) and not isinstance(1, text)


@pytest.mark.parametrize('there', [False, True])
def test_scikit_learn_is_left_out_of_mxnets_import_unless_it_is_there(monkeypatch,
                                                                      there):
    for name in [name for name in sys.modules if name.split('.')[0] == 'sklearn']:
        monkeypatch.delitem(sys.modules, name)
    before = {'sklearn': ModuleType('sklearn')} if there else {}
    sys.modules.update(before)

    def fails(module):
        if there:
            assert sys.modules['sklearn'] is before['sklearn']
        else:
            with pytest.raises(ImportError):
                import sklearn
        raise OSError(module)

    with pytest.raises(OSError, match='libmxnet'):
        compat.load(fails, 'libmxnet')
    after = {name: module for name, module in sys.modules.items() if name == 'sklearn'}
    assert after == before
    sys.modules.pop('sklearn', None)


def test_records_are_packed_without_tostring(monkeypatch):
    functions = mxnet.recordio.pack, mxnet.recordio.pack_img
    for function in functions:
        monkeypatch.setattr(function, '__code__', function.__code__)
    compat.use_tobytes(mxnet)
    assert not any('tostring' in function.__code__.co_names for function in functions)
    labels = numpy.array([1.5, 2.0], 'float32')
    packed = mxnet.recordio.pack(mxnet.recordio.IRHeader(0, labels, 7, 0), b'rest')
    header, rest = mxnet.recordio.unpack(packed)
    assert (header.label.tolist(), header.id, rest) == ([1.5, 2.0], 7, b'rest')


WORKERS = """
import multiprocessing
compat['prepare']()
import mxnet
from mxnet import gluon, np, npx
npx.set_np()
multiprocessing.set_start_method('forkserver')  # Python's own choice from 3.14 on
compat['fork_workers'](mxnet)
data = gluon.data.ArrayDataset(np.arange(6), np.arange(6))
loader = gluon.data.DataLoader(data, batch_size=3, num_workers=2)
print([X.asnumpy().tolist() for X, _ in loader])
"""


def test_gluons_workers_are_forked_whatever_python_would_do():
    done = python(LOAD + WORKERS)
    assert done.stdout == '[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]\n', done.stderr


def test_python_without_docstrings_is_refused_in_a_line():
    done = subprocess.run([sys.executable, '-OO', '-c', LOAD + "compat['prepare']()"],
                          text=True, capture_output=True)
    assert 'ImportError: MXNet makes its functions from docstrings' in done.stderr
    assert done.returncode == 1 and 'without it' in done.stderr.splitlines()[-1]


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


PRODUCTS = """
print(torch.ones(3, 2).mm(torch.ones(2, 3)).sum().item(),
      mxnet.nd.dot(mxnet.nd.ones((3, 2)), mxnet.nd.ones((2, 3))).sum().asscalar())"""


@pytest.mark.slow
@pytest.mark.torch
def test_torch_and_mxnet_compute_in_one_process_in_either_order(torch, capsys):
    done = python(LOAD + f'''
compat['prepare']()
import torch, mxnet
{PRODUCTS}''')
    assert done.stdout == '18.0 18.0\n', done.stderr
    exec(PRODUCTS)  # here MXNet, which d2lmx imports, came first
    assert capsys.readouterr().out == '18.0 18.0\n'
