"""`import d2lmx` and the light commands: what they import."""
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import d2lmx as d2l
from d2lmx import hooks

ROOT = Path(__file__).parent.parent
GUESTS = ('torch', 'gluoncv', 'IPython')  # MXNet itself imports onnx where it can
HEAVY = ('mxnet', 'numpy', 'pandas', 'matplotlib', 'onnx', *GUESTS)
RUN_COMMAND = f'''
import json, runpy, sys
try:
    runpy.run_module('d2lmx', run_name='__main__', alter_sys=True)
except SystemExit as stop:
    status = stop.code
print(json.dumps([status, [name for name in {HEAVY} if name in sys.modules]]),
      file=sys.stderr)
'''
WITHOUT_START_UP_LINE = '''
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_PrepareFirst']
import numpy  # as from 1.24 on, where MXNet cannot be imported unprepared
for table in ('__deprecated_attrs__', '__former_attrs__'):
    getattr(numpy, table, {}).clear()
'''


@pytest.fixture
def python(tmp_path):
    """``python(code, *argv)`` runs code in a process of its own, on no data; its
    output, and the last line of its errors."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('D2LMX_DATA', 'OMP_NUM_THREADS')}

    def run(code, *argv, path=()):
        places = os.pathsep.join(map(str, [*path, ROOT]))
        done = subprocess.run(
            [sys.executable, '-c', code, *argv], text=True, capture_output=True,
            cwd=tmp_path, env={**environment, 'PYTHONPATH': places,
                               'XDG_CACHE_HOME': str(tmp_path)})
        return done.stdout, (done.stderr.splitlines() or [''])[-1]
    return run


# ---- commands that need no MXNet


@pytest.mark.parametrize('command, shown', [
    ('--help', '  list '), ('list', ' lenet '), ('data list', 'timemachine.txt'),
    ('doctor', 'Python: ')])
def test_command_starts_without_the_packages_that_take_a_second(python, command, shown):
    output, told = python(RUN_COMMAND, *command.split())
    assert json.loads(told) == [0, []] and shown in output


# ---- the library behind the names


def test_import_takes_no_package_and_the_first_name_takes_mxnet(python):
    output, _ = python(f'''
import sys
import d2lmx as d2l
d2l.__version__, d2l.files, d2l.errors.InputError, hasattr(d2l, '__wrapped__')
from d2lmx.files import hub
d2l.fit = d2l.mine = "a reader's"
print({set(HEAVY)} & sys.modules.keys(), d2l.files.hub is hub)
from d2lmx import Vocab
print('mxnet' in sys.modules, {set(GUESTS)} & sys.modules.keys())
print(d2l.Vocab is Vocab, d2l.DATA_HUB is hub.DATA_HUB)
print(hasattr(d2l, 'missing'), d2l.fit, d2l.mine)  # what a reader puts there stays''')
    assert output == ('set() True\nTrue set()\nTrue True\n'
                      "False a reader's a reader's\n")


def test_star_import_gives_the_names_and_none_of_the_rooms():
    names = {}
    exec('from d2lmx import *', names)
    assert names['Vocab'] is d2l.Vocab and names['plt'] is d2l.plt
    assert set(dir(d2l)) == {*d2l.__all__, '__all__', '__doc__', '__version__'}
    assert [name for name in dir(d2l) if inspect.ismodule(getattr(d2l, name))] == [
        'plt']
    assert not {'data', 'images', 'text', 'mxnet', 'compat', 'processor',
                '__version__'} & set(names)


def test_a_wrong_name_suggests_the_nearest():
    with pytest.raises(AttributeError, match="'d2lmx' has no attribute 'vocab'; did "
                                             "you mean 'Vocab'\\?$"):
        d2l.vocab
    with pytest.raises(AttributeError, match="no attribute 'nothing_like_it'$"):
        d2l.nothing_like_it


@pytest.mark.parametrize('code', ['d2lmx.Vocab', 'from d2lmx import Vocab'])
def test_a_name_says_why_mxnet_cannot_be_imported_and_how_to_mend_it(
        python, tmp_path, code):
    (tmp_path / 'mxnet.py').write_text('raise OSError("libgomp.so.1: not there")')
    output, error = python(f'import d2lmx\nprint("here")\n{code}', path=[tmp_path])
    assert output == 'here\n'
    assert error.startswith('ImportError: MXNet cannot be imported (OSError: libgomp')
    assert 'run `python -m d2lmx doctor`' in error


# ---- NumPy semantics


NETWORK = '''
from mxnet.gluon import nn
net = nn.Dense(2)
net.initialize()
print(type(net(np.ones((3, 4)))).__name__, np.ones(()).shape, numpy.float)
'''


def test_d2lmx_first_makes_mxnet_importable_with_numpy_semantics(python):
    output, error = python(f'''{WITHOUT_START_UP_LINE}
import d2lmx as d2l
from mxnet import np
{NETWORK}''')
    assert output == "ndarray () <class 'float'>\n", error


def test_a_lone_mxnet_has_none_until_d2lmx_follows(python):
    output, error = python(f'''{WITHOUT_START_UP_LINE}
{hooks.start_up_line(ascii(hooks.__file__))}
import mxnet
from mxnet import np
print(mxnet.is_np_array(), mxnet.is_np_shape())
import d2lmx
print(mxnet.is_np_array(), mxnet.is_np_shape())
{NETWORK}''')
    assert output == "False False\nTrue True\nndarray () <class 'float'>\n", error
