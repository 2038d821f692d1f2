"""What the tests of commands share."""
import pytest

from d2lmx import commands


@pytest.fixture
def call():
    """``call(*words)``: the exit status of ``d2lmx words...``, in this process."""
    def call(*words):
        with pytest.raises(SystemExit) as stop:
            commands.main([str(word) for word in words])
        return stop.value.code

    return call


@pytest.fixture
def complaint(call, capsys):
    """``complaint(status, *words)``: the one line that ends a command so, silently."""
    def complaint(status, *words):
        capsys.readouterr()
        assert call(*words) == status
        output, errors = capsys.readouterr()
        assert output == '' and errors.count('\n') == 1, (output, errors)
        return errors

    return complaint
