"""The import hooks: the start-up line, MXNet on its way, `d2l.mxnet`."""
import importlib.util
import os
import runpy
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

import d2lmx
from d2lmx import hooks

HOOKS = Path(hooks.__file__)
OURS = ('_PrepareFirst', '_ThenNumpy', '_AsBook')
LOAD = f'''
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ not in {OURS}]
'''
WITHOUT_ALIASES = '''
import numpy  # as from 1.24 on, where these names are errors
for table in ('__deprecated_attrs__', '__former_attrs__'):
    getattr(numpy, table, {}).clear()
if numpy.__version__ < '2':
    vars(numpy).pop('bool', None)
'''


def python(code, *options, **environment):
    """Run code in its own Python; the finished process."""
    return subprocess.run([sys.executable, *options, '-c', code], text=True,
                          capture_output=True, env={**os.environ, **environment})


# ---- `import mxnet` before d2lmx


@pytest.mark.slow
def test_the_start_up_line_imports_nothing_and_waits_for_mxnet():
    line = hooks.start_up_line(ascii(str(HOOKS)))
    done = python(LOAD + f'''
before = set(sys.modules)
{line}
assert set(sys.modules) == before, set(sys.modules) - before
import json, numpy
{WITHOUT_ALIASES}
import mxnet
print(numpy.float, mxnet.__version__)''')
    assert done.stdout == "<class 'float'> 1.9.1\n", done.stderr


def test_the_start_up_line_is_one_line_and_silent_when_the_package_is_gone(tmp_path):
    line = hooks.start_up_line(ascii(str(tmp_path / 'gone.py')))
    assert line.count('\n') == 1 and line.startswith('import sys;')  # what site runs
    done = python(f'import sys\nbefore = list(sys.meta_path)\n{line}'
                  'assert sys.meta_path == before')
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_watching_twice_is_watching_once(monkeypatch):
    monkeypatch.setattr(sys, 'meta_path', ['another'])
    hooks.watch_imports()
    hooks.watch_imports()  # once in a virtual environment's start-up, once again
    first, other, last = sys.meta_path
    assert type(first).__name__ == '_PrepareFirst' and other == 'another'
    assert type(last).__name__ == '_AsBook'  # whoever has a real d2l has been asked


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
    # it has no rooms to mend
    monkeypatch.setattr(hooks._beside('compat'), 'mend', lambda mxnet: None)
    monkeypatch.setattr(sys, 'meta_path', [
        finder for finder in sys.meta_path
        if type(finder).__name__ not in OURS])
    return file


def test_numpy_semantics_are_on_as_soon_as_mxnet_is_imported(fake_mxnet):
    hooks.use_numpy_semantics()
    hooks.use_numpy_semantics()  # as by a second module of this kind
    assert 'mxnet' not in sys.modules
    mxnet = importlib.import_module('mxnet')
    assert mxnet.npx.times == 1
    hooks.use_numpy_semantics()  # now MXNet is the first of the two
    assert mxnet.npx.times == 2


def test_the_start_up_line_alone_turns_no_semantics_on(fake_mxnet):
    hooks.watch_imports()
    assert importlib.import_module('mxnet').npx.times == 0


@pytest.mark.parametrize('line_first', [True, False])
def test_semantics_and_preparing_do_not_mind_the_start_up_line(
        fake_mxnet, monkeypatch, line_first):
    calls = [hooks.watch_imports, hooks.use_numpy_semantics]
    for call in calls if line_first else calls[::-1]:
        call()
    monkeypatch.delattr('numpy.float', raising=False)
    assert importlib.import_module('mxnet').npx.times == 1
    assert vars(sys.modules['numpy'])['float'] is float


def test_looking_for_mxnet_imports_nothing_and_finds_its_own_loader(fake_mxnet):
    hooks.use_numpy_semantics()
    spec = importlib.util.find_spec('mxnet')
    assert spec.origin == str(fake_mxnet) and 'mxnet' not in sys.modules
    assert spec.loader.get_source('mxnet') == FAKE
    assert importlib.import_module('mxnet').npx.times == 1


def test_a_reload_of_mxnet_turns_semantics_on_again(fake_mxnet):
    hooks.use_numpy_semantics()
    mxnet = importlib.import_module('mxnet')
    mxnet.npx.set_np = None
    assert importlib.reload(mxnet).npx.times == 1


def test_semantics_are_on_where_mxnets_import_succeeds_at_last(fake_mxnet):
    hooks.use_numpy_semantics()
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

    copies = [runpy.run_path(str(HOOKS))['_ThenNumpy']() for _ in range(2)]
    sys.meta_path[:0] = [copies[0], Old(), copies[1]]
    assert importlib.import_module('mxnet').npx.times == 2


def test_where_mxnet_is_missing_python_says_so(fake_mxnet):
    fake_mxnet.unlink()
    importlib.invalidate_caches()
    sys.path_importer_cache.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, 'path', [str(fake_mxnet.parent)])
        hooks.use_numpy_semantics()
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
    hooks.use_numpy_semantics()
    assert sys.modules['mxnet'].npx.times == 1
    first.join()


# ---- `from d2l import mxnet as d2l`


@pytest.fixture
def as_book(monkeypatch):
    """Only the start-up line's finders of ours, and no `d2l` imported yet."""
    monkeypatch.setattr(sys, 'meta_path', [
        finder for finder in sys.meta_path if type(finder).__name__ not in OURS])
    for name in ('d2l', 'd2l.mxnet', 'd2l.torch'):
        monkeypatch.setitem(sys.modules, name, None)  # so that all is as before after
        monkeypatch.delitem(sys.modules, name)
    hooks.watch_imports()


def test_the_books_first_line_gives_d2lmx_itself(as_book):
    spec = d2lmx.__spec__
    names = {}
    exec('from d2l import mxnet as d2l\nimport d2l.mxnet as other', names)
    assert names['d2l'] is names['other'] is sys.modules['d2l.mxnet'] is d2lmx
    assert (d2lmx.__spec__, d2lmx.__name__) == (spec, 'd2lmx')


@pytest.mark.parametrize('line', ['from d2l import torch as d2l', 'import d2l.torch'])
def test_the_books_other_frameworks_are_refused_in_a_line(as_book, line):
    with pytest.raises(ImportError, match='d2l.torch is not here.*import mxnet as d2l'):
        exec(line, {})


def test_nothing_else_of_that_name_is_found(as_book):
    with pytest.raises(ModuleNotFoundError, match="No module named 'd2l.nothing'"):
        importlib.import_module('d2l.nothing')
    assert importlib.util.find_spec('d2lx') is None


def test_a_real_d2l_wins(as_book, monkeypatch, tmp_path):
    (tmp_path / 'd2l').mkdir()
    (tmp_path / 'd2l' / '__init__.py').write_text('')
    (tmp_path / 'd2l' / 'mxnet.py').write_text('real = True')
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module('d2l.mxnet').real
    with pytest.raises(ModuleNotFoundError, match="No module named 'd2l.torch'"):
        importlib.import_module('d2l.torch')


def test_a_bare_folder_of_that_name_is_no_d2l(as_book, monkeypatch, tmp_path):
    (tmp_path / 'd2l').mkdir()  # as where a reader keeps the book's notebooks
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module('d2l').__path__._path == [str(tmp_path / 'd2l')]
    assert importlib.import_module('d2l.mxnet') is d2lmx


def test_a_real_d2l_that_comes_later_on_the_way_wins(as_book):
    class Editable:
        """As an editable install puts it behind all others."""

        @staticmethod
        def find_spec(name, path=None, target=None):
            return (importlib.util.spec_from_loader(name, loader=None)
                    if name == 'd2l' else None)

    sys.meta_path.append(Editable)
    assert importlib.util.find_spec('d2l').loader is None


def test_warnings_made_errors_do_not_end_mxnets_import(fake_mxnet, monkeypatch):
    fake_mxnet.write_text('import warnings\nwarnings.warn("old", DeprecationWarning)\n'
                          + FAKE)
    hooks.watch_imports()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert importlib.import_module('mxnet').npx.times == 0
        with pytest.raises(UserWarning):  # as before, once it is imported
            warnings.warn('here')


# ---- what IPython's display has no longer


@pytest.fixture
def ipython(monkeypatch, tmp_path):
    """IPython 9's display, as a file, and what it left to matplotlib_inline."""
    for file, code in [('IPython/__init__.py', ''), ('IPython/display.py', ''),
                       ('matplotlib_inline/__init__.py', ''),
                       ('matplotlib_inline/backend_inline.py',
                        'formats = []\n'
                        'def set_matplotlib_formats(*f, **k): formats.append((f, k))')]:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    for name in list(sys.modules):
        if name.partition('.')[0] in ('IPython', 'matplotlib_inline'):
            monkeypatch.delitem(sys.modules, name)
    for name in ('IPython', 'IPython.display', 'matplotlib_inline',
                 'matplotlib_inline.backend_inline'):
        monkeypatch.setitem(sys.modules, name, None)  # so that all is as before after
        monkeypatch.delitem(sys.modules, name)
    return tmp_path / 'IPython' / 'display.py'


@pytest.mark.parametrize('names', [('mxnet', 'IPython.display'),
                                   ('IPython.display', 'mxnet')])
def test_display_sets_formats_again_where_mxnet_is(fake_mxnet, ipython, names):
    hooks.watch_imports()
    for name in names:
        importlib.import_module(name)
    sys.modules['IPython.display'].set_matplotlib_formats('svg', dpi=9)
    assert sys.modules['matplotlib_inline.backend_inline'].formats == [
        (('svg',), {'dpi': 9})]


def test_a_display_that_has_the_function_keeps_it(fake_mxnet, ipython):
    ipython.write_text('set_matplotlib_formats = print')  # IPython 8
    hooks.watch_imports()
    importlib.import_module('mxnet')
    assert importlib.import_module('IPython.display').set_matplotlib_formats is print


def test_a_display_without_mxnet_is_left_alone(fake_mxnet, ipython):
    hooks.watch_imports()
    display = importlib.import_module('IPython.display')
    assert not hasattr(display, 'set_matplotlib_formats')
