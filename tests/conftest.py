"""Shared fixtures: toy data and private folders for all, real data where marked."""
import os
import signal
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SESSION_CACHE = tempfile.mkdtemp(prefix='d2lmx-tests-')
# before d2lmx is imported: no test sees a user's cache
os.environ['XDG_CACHE_HOME'] = SESSION_CACHE
os.environ['D2LMX_DATA'] = 'toy'
os.environ.setdefault('MPLBACKEND', 'Agg')
# a shell's background jobs, and what they start, ignore Ctrl-C, which tests send
signal.signal(signal.SIGINT, signal.default_int_handler)

import matplotlib.pyplot as plt
import pytest

import d2lmx as d2l  # before mxnet, which it may have to prepare in a bare checkout
from mxnet import npx


def pytest_configure(config):
    config.addinivalue_line('markers', 'data: reads real data files; skipped without')
    config.addinivalue_line('markers', 'torch: compares with PyTorch; skipped without')
    config.addinivalue_line('filterwarnings', 'ignore:distutils Version classes')


def pytest_sessionfinish():
    import shutil
    shutil.rmtree(SESSION_CACHE, ignore_errors=True)


@pytest.fixture(autouse=True)
def isolated():
    """Seeded; every asynchronous error belongs to the test that caused it."""
    d2l.set_seed(0)
    yield
    npx.waitall()
    plt.close('all')


@pytest.fixture
def real_data(monkeypatch):
    """The folder of real data files, as the only data root."""
    folder = Path(os.environ.get('D2LMX_TEST_DATA', ROOT.parent / 'shared' / 'data'))
    if not folder.is_dir():
        pytest.skip(f'no real data in {folder}: set D2LMX_TEST_DATA to a folder of it')
    monkeypatch.setenv('D2LMX_DATA', str(folder))
    return folder


@pytest.fixture
def torch():
    """PyTorch, or a skip that says how to have it."""
    return pytest.importorskip('torch', reason='needs torch: scripts/test --torch')
