"""The first edition's arrays: NumPy semantics are off around each test."""
import re

import pytest
from mxnet import npx

from d2lmx import edition1


@pytest.fixture(autouse=True)
def legacy():
    npx.reset_np()
    yield
    npx.set_np()


LINE = re.compile(r'epoch (\d+), loss (\d+\.\d{4}), train acc ([01]\.\d{3}), test acc '
                  r'([01]\.\d{3})(?:, time \d+\.\d sec)?')


@pytest.fixture
def epochs_of():
    """Function that gives (epoch, loss, train acc, test acc) of each line told."""
    return lambda out: [tuple(map(float, match.groups()))
                        for match in map(LINE.fullmatch, out.splitlines()) if match]


@pytest.fixture
def learns(epochs_of, capsys):
    """Function that says whether so many epochs were told, and the loss fell."""
    def falls(num_epochs):
        losses = [line[1] for line in epochs_of(capsys.readouterr().out)]
        return len(losses) == num_epochs and losses[-1] < losses[0]

    return falls


class Noted:
    """The edition's names, of which it notes those that were asked for."""

    def __init__(self):
        self.used = set()

    def __getattr__(self, name):
        self.used.add(name)
        return getattr(edition1, name)


@pytest.fixture
def d2l(tmp_path, monkeypatch):
    """What a page's ``import d2lzh as d2l`` gives, in a folder without data."""
    (tmp_path / 'code').mkdir()
    monkeypatch.chdir(tmp_path / 'code')
    monkeypatch.setenv('HOME', str(tmp_path))
    return Noted()


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty ``../data`` of the pages' to read from; gives the folder."""
    for name in ('data', 'code'):
        (tmp_path / name).mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / 'code')
    return tmp_path / 'data'


@pytest.fixture
def pages_names(request, d2l):
    """A test of cells asks for just the names that its page uses.

    Its module has ``USED``, {section: names}; test_6_4_... is of section 6.4.
    """
    yield
    section = '.'.join(request.function.__name__.split('_')[1:3])
    if not request.session.testsfailed:
        assert d2l.used == set(request.module.USED[section].split())
