"""The run in force: changed within blocks, restored after them, never mixed up."""
import pytest
from mxnet import cpu

from d2lmx.context import Alone, current, running

DEVICES = [cpu(0), cpu(1)]


def test_a_change_holds_within_its_block_and_what_is_not_changed_goes_on():
    before = current()
    with running(devices=DEVICES) as outer:
        assert current() is outer and before.devices is None
        with running(data='toy') as inner:
            assert current() is inner
            assert (inner.devices, inner.data) == (DEVICES, 'toy')
        assert current() is outer and outer.data == before.data
    assert current() is before


def test_a_block_that_breaks_off_restores_the_run_before_it():
    before = current()
    with pytest.raises(ZeroDivisionError), running(compiles=True), running(data='toy'):
        raise ZeroDivisionError
    assert current() is before and not before.compiles


def test_of_two_blocks_the_one_that_ends_first_takes_only_its_own_run_away():
    before, first, second = current(), running(data='book'), running(data='toy')
    outer, inner = first.__enter__(), second.__enter__()
    first.__exit__(None, None, None)
    assert current() is inner
    second.__exit__(None, None, None)
    assert current() is before is not outer


@pytest.mark.parametrize('data', ['auto', 'real', ''])
def test_data_of_an_unknown_kind_is_refused_and_no_run_begins(data):
    before = current()
    with pytest.raises(ValueError, match=f"must be 'book' or 'toy', got '{data}'"):
        with running(data=data):
            pytest.fail('the block began')
    assert current() is before


def test_a_run_with_files_and_devices_of_its_own_tells_of_itself_alone():
    outer = current()
    outer.files['a'] = 'of the outer run'
    outer.used.add(cpu(0))
    with running(files={}, used=set()) as inner:
        assert (inner.files, inner.used) == ({}, set())
        current().files['b'] = 'of the inner run'
        current().used.add(cpu(1))
    assert (outer.files, outer.used) == ({'a': 'of the outer run'}, {cpu(0)})


def test_what_is_read_and_used_under_a_change_of_data_belongs_to_the_run_around_it():
    with running(files={}, used=set()) as outer:
        with running(data='toy'):
            current().files['a'] = 'toy'
            current().used.add(cpu(1))
        assert (outer.files, outer.used) == ({'a': 'toy'}, {cpu(1)})


def test_a_run_is_changed_by_running_alone():
    with pytest.raises(AttributeError):
        current().data = 'toy'


def test_a_process_by_itself_has_all_rows_and_all_sums():
    alone = Alone()
    assert (alone.rank, alone.size, alone.updates) == (0, 1, None)
    assert alone.part([3, 1, 2]) == alone.sum([3, 1, 2]) == [3, 1, 2]
