"""Kinds of errors: Python's kinds too, each with one status, and none with both."""
import pytest

from d2lmx.commands import status_of
from d2lmx.errors import InputError, MissingFile, MissingPackage, Unavailable
from d2lmx.export.symbol import ExportDiffers
from d2lmx.files.archives import BadData
from d2lmx.files.hub import DataUnavailable
from d2lmx.files.whole import Unwritable
from d2lmx.pages.sections import UnknownSection
from d2lmx.parity.torch_side import UnusablePort
from d2lmx.train.checkpoint import CheckpointError

KINDS = [  # a kind, Python's kind, the exit status of a command
    (InputError, ValueError, 2), (UnknownSection, ValueError, 2),
    (UnusablePort, ValueError, 2), (Unavailable, Exception, 1),
    (MissingFile, FileNotFoundError, 1), (MissingPackage, ImportError, 1),
    (Unwritable, OSError, 1), (DataUnavailable, OSError, 1),
    (CheckpointError, OSError, 1), (BadData, ValueError, 1),
    (ExportDiffers, ValueError, 1)]


@pytest.mark.parametrize('kind,pythons,status', KINDS)
def test_a_kind_is_pythons_too_and_a_command_says_it_in_a_line(kind, pythons, status,
                                                              capsys):
    def obey():
        raise kind('it is not there')

    with pytest.raises(pythons, match='^it is not there$'):
        obey()
    assert status_of(obey) == status
    assert capsys.readouterr() == ('', 'd2lmx: it is not there\n')


def kinds_of(kind):
    """A class and all that the library derives from it."""
    return {kind}.union(*(kinds_of(child) for child in kind.__subclasses__()
                          if child.__module__.startswith('d2lmx.')))


def test_no_error_is_a_slip_and_out_of_reach_at_once():
    slips, out_of_reach = kinds_of(InputError), kinds_of(Unavailable)
    assert not slips & out_of_reach
    assert {kind.status for kind in slips} == {2}
    assert {kind.status for kind in out_of_reach} == {1}


@pytest.mark.parametrize('kind', [ValueError, OSError, ImportError, RuntimeError])
def test_pythons_own_errors_come_from_defects_and_are_raised_on(kind, capsys):
    def obey():
        raise kind('a defect')

    with pytest.raises(kind, match='a defect'):
        status_of(obey)
    assert capsys.readouterr().err == ''
