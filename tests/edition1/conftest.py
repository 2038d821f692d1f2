"""The first edition's arrays: NumPy semantics are off around each test."""
import pytest
from mxnet import npx


@pytest.fixture(autouse=True)
def legacy():
    npx.reset_np()
    yield
    npx.set_np()
