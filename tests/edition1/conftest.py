"""The first edition's arrays: NumPy semantics are off around each test."""
import pytest
from mxnet import npx

from d2lmx import edition1


@pytest.fixture(autouse=True)
def legacy():
    npx.reset_np()
    yield
    npx.set_np()


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty ``../data`` of the pages' to read from; gives the folder."""
    for name in ('data', 'code'):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / 'code')
    return tmp_path / 'data'


class Asked:
    """The edition's names, which remembers those that it was asked for."""

    def __init__(self):
        self.names = set()

    def __getattr__(self, name):
        self.names.add(name)
        return getattr(edition1, name)


@pytest.fixture
def d2l(request):
    """`d2l` of a page's cells: a test asks for just the names that the page uses.

    Its module has ``USED``, {section: names}; test_6_4_... is of section 6.4.
    """
    section = '.'.join(request.function.__name__.split('_')[1:3])
    asked = Asked()
    yield asked
    if not request.session.testsfailed:
        assert asked.names == set(request.module.USED[section].split())
