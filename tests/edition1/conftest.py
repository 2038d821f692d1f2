"""The first edition's arrays: NumPy semantics are off around each test."""
import pytest
from mxnet import npx


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
