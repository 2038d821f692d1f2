import pytest

from d2lmx import sections


@pytest.fixture
def section():
    """``section('6.6')`` is the module of a section of the book."""
    return lambda token: sections.load(sections.find(token))
