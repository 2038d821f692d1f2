"""`import d2lzh` is answered, and one process serves one edition."""
import json
import subprocess
import sys
from pathlib import Path

import pytest
from mxnet import npx

from d2lmx import hooks

# the start-up line of this code, in place of an installed one's
LOAD = f'''
import runpy, sys
sys.meta_path[:] = [f for f in sys.meta_path if 'd2lmx' not in type(f).__module__]
runpy.run_path({hooks.__file__!r}, run_name='_d2lmx_hooks')['watch_imports']()
'''
SEMANTICS = '''
from mxnet import util
def semantics(_=None):
    return [util.is_np_array(), util.is_np_shape()]
def refusal(code):
    try:
        exec(code, {})
    except (ImportError, RuntimeError) as error:
        return f'{type(error).__name__}: {error}'
'''
# what a worker does that is started anew, as on Windows
UNPICKLED = SEMANTICS + '''
import pickle
told = [pickle.loads(b'cd2lzh%s\\n%s\\n.').__name__, semantics()]
'''
TOLD = '\nimport json; print("\\n" + json.dumps(told))'
D2LZH_FIRST = '''
import d2lzh as d2l
from mxnet import nd
from d2lzh import *
import pickle, sys, threading
from concurrent.futures import ThreadPoolExecutor
''' + SEMANTICS + '''
class Rows(gdata.Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):  # in a worker
        return nd.array([i, util.is_np_array(), util.is_np_shape()])

told = dict(main=semantics(), star=d2l.try_gpu is try_gpu, nd=nd is d2l.nd)
threads = []
thread = threading.Thread(target=lambda: threads.append(semantics()))
thread.start()
thread.join()
with ThreadPoolExecutor(2) as pool:
    told['threads'] = threads + list(pool.map(semantics, range(2)))
for num_workers, thread_pool in ((0, False), (2, True), (2, False)):
    batch, = gdata.DataLoader(Rows(), 4, num_workers=num_workers,
                              thread_pool=thread_pool)
    told[f'loader {num_workers} {thread_pool}'] = [type(batch).__name__,
                                                   batch.asnumpy().tolist()]
told['names'] = sorted({value.__module__.partition('.')[0] for value in (
    *map(vars(d2l).get, d2l.__all__), gdata.vision.FashionMNIST) if callable(value)
    and getattr(value, '__module__', '').startswith(('d2lmx', 'd2lzh'))})
told['pickled'] = pickle.loads(pickle.dumps(d2l.Benchmark)) is d2l.Benchmark
told['again'] = __import__('d2lzh') is d2l
told['d2lmx'] = refusal('import d2lmx as d2l; d2l.Timer')
told['book'] = refusal('from d2l import mxnet as d2l; d2l.Timer()')
told['set_np'] = refusal('from mxnet import npx; npx.set_np()')
told['after'] = semantics()
import d2lmx
told['files'] = d2lmx.files.__name__
'''
MXNET_FIRST = '''
from mxnet import nd
import mxnet as mx
one = nd.ones((2,))
import d2lzh as d2l
''' + SEMANTICS + '''
told = dict(main=semantics(), type=type(d2l.nd.ones((2,)) + one).__name__,
            mended=mx.gluon.nn.PReLU.hybrid_forward.__module__,
            numpy='d2lmx.names' in __import__('sys').modules)
'''


def told(code):
    """What the code, in a Python of its own with this hook, puts into `told`."""
    done = subprocess.run([sys.executable, '-c', LOAD + code + TOLD], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope='module')
def d2lzh_first():
    return told(D2LZH_FIRST)


OFF = [False, False]


def test_its_arrays_are_the_older_ones_in_each_thread(d2lzh_first):
    assert d2lzh_first['main'] == OFF and d2lzh_first['threads'] == [OFF] * 3
    assert d2lzh_first['star'] and d2lzh_first['nd']


@pytest.mark.parametrize('workers', ['loader 0 False', 'loader 2 True',
                                     'loader 2 False'])
def test_a_loaders_workers_make_older_arrays_too(d2lzh_first, workers):
    kind, rows = d2lzh_first[workers]
    assert kind == 'NDArray' and rows == [[i, 0, 0] for i in range(4)]


def test_it_is_one_module_whose_classes_can_be_pickled(d2lzh_first):
    assert d2lzh_first['again'] and d2lzh_first['pickled']


@pytest.mark.parametrize('module,name', [('.devices', 'try_gpu'),
                                         ('.datasets', 'FashionMNIST')])
def test_a_worker_that_is_started_anew_is_of_the_first_edition(module, name,
                                                               d2lzh_first):
    assert d2lzh_first['names'] == ['d2lzh']  # a pickle holds these
    assert told(UNPICKLED % (module, name)) == [name, OFF]


def test_the_second_edition_is_refused_there_in_a_line(d2lzh_first):
    for asked in ('d2lmx', 'book'):
        assert d2lzh_first[asked].startswith('ImportError: d2lzh has been imported')
        assert 'one process serves one edition' in d2lzh_first[asked]
    assert d2lzh_first['set_np'].startswith('RuntimeError: d2lzh has been imported')
    assert d2lzh_first['after'] == OFF
    assert d2lzh_first['files'] == 'd2lmx.files'  # what makes no arrays can be used


@pytest.mark.slow
def test_mxnet_may_come_first():
    found = told(MXNET_FIRST)
    assert found['main'] == OFF and found['type'] == 'NDArray'
    assert found['mended'] == '_d2lmx_compat' and not found['numpy']


# ---- in this process, which is the second edition's


@pytest.fixture
def finder(monkeypatch):
    monkeypatch.setattr(sys, 'meta_path', [
        finder for finder in sys.meta_path if type(finder).__name__ != '_AsBook'])
    sys.meta_path.append(hooks._AsBook())
    monkeypatch.delitem(sys.modules, 'd2lzh', raising=False)


def test_where_d2lmx_was_imported_it_is_refused_in_a_line(finder):
    for _ in range(2):
        with pytest.raises(ImportError, match='^d2lmx has been imported here, .* one '
                                              'process serves one edition'):
            import d2lzh
    assert 'd2lzh' not in sys.modules and not hooks.is_first_edition()


def test_where_semantics_are_on_it_is_refused_in_a_line(finder, monkeypatch):
    monkeypatch.delitem(sys.modules, 'd2lmx')
    npx.set_np()
    with pytest.raises(ImportError, match=r'semantics are on here \(npx.set_np\)'):
        import d2lzh
    assert 'd2lmx' not in sys.modules  # nothing has been begun


def test_another_d2lzh_wins_and_is_not_taken_for_ours(finder, monkeypatch, tmp_path):
    (tmp_path / 'd2lzh').mkdir()
    (tmp_path / 'd2lzh' / '__init__.py').write_text('real = True')
    monkeypatch.syspath_prepend(tmp_path)
    import d2lzh
    assert d2lzh.real and Path(d2lzh.__file__).parent.parent == tmp_path
    assert not hooks.is_first_edition()
    del sys.modules['d2lzh']
