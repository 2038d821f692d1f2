"""The door to gluoncv: what it hides, and what it leaves as it was."""
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from mxnet import npx
from mxnet.util import is_np_shape

from d2lmx.errors import MissingPackage
from d2lmx.runtime.threads import legacy_arrays
from d2lmx.vision.gluoncv import gluoncv

ROOT = Path(__file__).parent.parent.parent
GUESTS = '''
import sys
from types import ModuleType
sys.modules['torch'] = torch = ModuleType('torch')  # as an imported PyTorch 2 is there
torch.__version__ = '2.13.0'
'''
TRUE = 'True True True True\n'


def python(code):
    """Output of a process of its own; warnings are errors in it."""
    done = subprocess.run([sys.executable, '-W', 'error', '-c', code], text=True,
                          capture_output=True,
                          env={**os.environ, 'PYTHONPATH': str(ROOT)})
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.slow
def test_it_imports_beside_torch_2_which_stays_and_without_scipy():
    assert python(GUESTS + '''
import d2lmx as d2l
d2l.Timer
assert 'gluoncv' not in sys.modules
sys.modules.pop('scipy', None)
from importlib import util
find_spec = util.find_spec
util.find_spec = lambda name: None if name == 'scipy' else find_spec(name)
from d2lmx.vision.gluoncv import gluoncv
package = gluoncv()
# no empty module is left, though the true one may have been imported where it is
print(package is gluoncv(), package._found_mxnet, sys.modules['torch'] is torch,
      hasattr(sys.modules.get('scipy', util), '__file__'))''') == TRUE


def test_without_it_the_reader_is_told_what_to_install(monkeypatch):
    gluoncv()
    monkeypatch.setitem(sys.modules, 'gluoncv', None)
    for name in [name for name in sys.modules if name.startswith('gluoncv.')]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingPackage, match='pip install --no-deps gluoncv==0.10.5'):
        gluoncv()


def test_semantics_are_as_before_after_an_import_and_a_block():
    gluoncv()
    assert npx.is_np_array() and is_np_shape()
    with pytest.raises(KeyError), legacy_arrays():
        assert not npx.is_np_array() and not is_np_shape()
        raise KeyError
    assert npx.is_np_array() and is_np_shape()
    found = []  # in a new thread, too, which asks nobody for its semantics
    thread = threading.Thread(target=lambda: found.append(is_np_shape()))
    thread.start()
    thread.join()
    assert found == [True]
