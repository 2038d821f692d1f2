"""Shared fixtures: toy data and private folders for all, real data where marked.

Under pytest-xdist (`-n`) tests run side by side, each worker with one thread. Groups
stay on one worker: what is marked `processes` or `alone`, the tests of one section's
smoke run, else the tests of a file: xdist, which counts the tests of all groups after
each test, would spend 20 seconds on as many groups as there are tests.
"""
import contextlib
import fcntl
import gc
import logging
import os
import re
import runpy
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROCESSOR = runpy.run_path(str(ROOT / 'd2lmx' / 'processor.py'))
WORKER = os.environ.get('PYTEST_XDIST_WORKER')
# sections of large networks or pictures: of the tests of every section theirs are slow
LARGE = re.compile(r'\[(07\.01|07\.02|12\.06|13\.02|13\.11|13\.12|13\.14)_\w+\]')
# a worker inherits the folder of the process that hands out the tests
SESSION = os.environ['XDG_CACHE_HOME'] if WORKER else tempfile.mkdtemp(prefix='d2lmx-')
# before d2lmx is imported: no test sees a user's cache
os.environ['XDG_CACHE_HOME'] = SESSION
os.environ['D2LMX_DATA'] = 'toy'
os.environ['PYTHONPATH'] = os.pathsep.join(  # processes that tests start read this code
    [str(ROOT), *filter(None, [os.environ.get('PYTHONPATH')])])
os.environ.setdefault('MPLBACKEND', 'Agg')
# what is collected, and what processes of tests import, is compiled once, not by each
os.environ.pop('PYTHONDONTWRITEBYTECODE', None)
sys.dont_write_bytecode = False
threads, chosen = (os.environ.get(PROCESSOR[name]) for name in ('THREADS', 'CHOSEN'))
if WORKER and threads == chosen:  # nobody asked for more: other cores, other workers
    os.environ[PROCESSOR['THREADS']] = '1'  # MXNet reads it once, when it is imported
from d2lmx.context import running
from d2lmx.files import hub

# a shell's background jobs, and what they start, ignore Ctrl-C, which tests send
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    if WORKER:  # --dist loadgroup, which -n alone does not mean
        config.option.loadgroup = True
    elif getattr(config.option, 'dist', 'no') == 'load':
        config.option.dist = 'loadgroup'


def pytest_unconfigure():
    if not WORKER:
        shutil.rmtree(SESSION, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Of -n auto: physical cores within this process's affinity and quota."""
    return PROCESSOR['usable_cores']()


@pytest.hookimpl(tryfirst=True)  # before xdist, and -m, read the marks
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
        if LARGE.search(item.name):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish():
    sys.dont_write_bytecode = True  # some tests write a file twice in a second
    gc.collect()
    gc.freeze()  # no later collection looks at the half a million objects of the tests


def group_of(item):
    """Name of the group of tests that run on one worker."""
    if item.get_closest_marker('processes') or item.get_closest_marker('alone'):
        return 'in-turn'
    if 'smoke_run' in item.fixturenames:  # '06.06_lenet', by its entry or file
        entry = item.callspec.params.get('entry') if hasattr(item, 'callspec') else None
        return entry.slug if entry else item.path.stem[5:].replace('_', '.', 1)
    return item.path.relative_to(ROOT / 'tests').with_suffix('').as_posix()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    alone = item.get_closest_marker('alone') is not None
    with turn(alone) if WORKER else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def turn(alone):
    """The machine, with the tests of other workers or alone.

    Who waits to be alone holds the door meanwhile, so that nobody else comes in.
    """
    with open(f'{SESSION}/door', 'w') as door, open(f'{SESSION}/room', 'w') as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # closing leaves it to forked processes


@pytest.fixture(autouse=True)
def isolated():
    """Seeded; every asynchronous error belongs to the test that caused it."""
    import matplotlib.pyplot as plt
    from mxnet import npx

    import d2lmx as d2l
    d2l.set_seed(0)
    logging.getLogger('d2lmx').propagate = True  # as before any command
    with running(files={}, used=set()):
        yield
    npx.waitall()
    plt.close('all')


@pytest.fixture(scope='session', autouse=True)
def fewer_pictures():
    """Of three toy sets, whose many or large pictures take seconds."""
    from d2lmx.data.toys import fruit, records, voc
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fruit, 'COUNTS', {'bananas_train': 96, 'bananas_val': 32})
        patch.setattr(records, 'COUNTS', {'train': 16, 'val': 8})
        patch.setattr(voc, 'COUNTS', {'train': 32, 'val': 8})
        yield


@pytest.fixture
def small_inputs():
    """``small_inputs(section)(batch_size)``: example inputs of its network.

    Smaller pictures than the page's where they take seconds, or become dense layers of
    tens of millions of weights; their last maps are still 2 x 2.
    """
    from d2lmx.pages import sections
    sizes = {'7.1': 127, '7.2': 64, '7.3': 127, '7.4': 64, '7.6': 64, '7.7': 64,
             '12.6': 16, '13.7': 128}

    def of(section):
        example_inputs = sections.load(section).example_inputs
        if section.number not in sizes:
            return example_inputs
        return lambda batch_size: example_inputs(batch_size, sizes[section.number])

    return of


@pytest.fixture
def real_data(monkeypatch):
    """The folder of real data files, with its subsets, as the only data roots."""
    folder = Path(os.environ.get('D2LMX_TEST_DATA', ROOT.parent / 'shared' / 'data'))
    if not folder.is_dir():
        pytest.skip(f'no real data in {folder}: set D2LMX_TEST_DATA to a folder of it')
    roots = [folder, *filter(Path.is_dir, (folder / name for name in (
        'subset', 'extra', 'weights')))]
    monkeypatch.setenv('D2LMX_DATA', os.pathsep.join(map(str, roots)))
    return folder


@pytest.fixture
def torch():
    """PyTorch, or a skip that says how to have it."""
    return pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


@pytest.fixture
def empty_hub(monkeypatch, tmp_path):
    """A hub without roots, whose cache is a new folder; the folder is returned."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'home'))
    monkeypatch.delenv('D2LMX_DATA', raising=False)
    monkeypatch.setattr(hub, 'SYSTEM_ROOT', tmp_path / 'no-packages')
    tables = hub.DATA_HUB, hub.TOYS, hub._KNOWN
    before = [dict(table) for table in tables]
    yield hub.cache()
    for table, entries in zip(tables, before):
        table.clear()
        table.update(entries)
