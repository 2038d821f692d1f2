"""docs/migration.md: every row of its tables is run, so that the page cannot lie.

A row has a cell for the first edition, for today and for PyTorch, whose code is run on
the same numbers. Without an arrow all three give the same; where another shape or type
comes, the last cell names both. With an arrow each gives what stands behind it.
"""
import inspect
import re
from functools import lru_cache
from pathlib import Path

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx import edition1

PAGE = Path(__file__).parents[2] / 'docs' / 'migration.md'
TEXT = PAGE.read_text(encoding='utf-8')
SIDES = 'the first edition', 'today', 'PyTorch'
# a single precision result, computed by another library in another order
TOLERANCE = dict(rtol=1e-5, atol=1e-6)


def tables(first_header):
    """The rows of all tables whose first column has this header, as lists of cells."""
    header = None
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if not line.startswith('|'):
            header = None
        elif header is None:
            header = cells[0]
        elif header == first_header and not set(cells[0]) <= set('- '):
            yield cells


ROWS = list(tables('first edition'))


@lru_cache(maxsize=None)
def inputs():
    """{name: lists of numbers} that the page defines for all rows."""
    names = {}
    exec(re.search(r'```python\n(.*?)```', TEXT, re.DOTALL).group(1), names)
    return {name: value for name, value in names.items() if isinstance(value, list)}


def names_of(side, file):
    """What a cell may use."""
    if side == 'PyTorch':
        torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')
        arrays = {name: torch.tensor(value, dtype=torch.float32)
                  for name, value in inputs().items()}
        return {**arrays, 'torch': torch, 'nn': torch.nn, 'file': str(file),
                'F': torch.nn.functional, 'data': torch.utils.data}
    import mxnet as mx
    from mxnet import autograd, gluon, init, nd, np, npx
    from mxnet.gluon import data, nn, rnn
    from mxnet.gluon import loss as gloss
    shared = dict(mx=mx, autograd=autograd, gluon=gluon, init=init, nn=nn, rnn=rnn,
                  gloss=gloss, data=data, file=str(file))
    if side == 'today':
        npx.set_np()
        arrays = {name: np.array(value) for name, value in inputs().items()}
        return {**arrays, **shared, 'np': np, 'npx': npx, 'd2l': d2l}
    npx.reset_np()
    arrays = {name: nd.array(value) for name, value in inputs().items()}
    return {**arrays, **shared, 'nd': nd}


def code_of(cell):
    """The lines of code in a cell, and what stands behind its arrow, or None."""
    lines = re.findall('`([^`]+)`', cell)
    found = re.search('→ (.+)$', cell)
    if found and found.group(1) != 'an error':
        return '\n'.join(lines[:-1]), lines[-1]
    return '\n'.join(lines), found and found.group(1)


def run(code, names):
    """The value of the last line."""
    *before, last = code.split('\n')
    exec('\n'.join(before), names)
    return plain(eval(last, names))


def plain(value):
    """A value of any library as a NumPy array, or as it is."""
    if hasattr(value, 'asnumpy'):
        return value.asnumpy()
    if hasattr(value, 'detach'):
        return value.detach().numpy()
    return onp.array(value) if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize('side', [1, 2], ids=SIDES[1:])
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row[0][:40])
def test_the_cells_of_a_row_give_what_it_says(row, side, tmp_path):
    assert len(row) == 4
    first = checked(row[0], SIDES[0], tmp_path / 'first')
    value = checked(row[side], SIDES[side], tmp_path / 'file')
    if '→' not in row[0]:
        check_told(row[3], first, value)
        check_same(onp.reshape(value, onp.shape(first)), first)


def checked(cell, side, file):
    """What a cell gives; it is what stands behind the arrow, where there is one."""
    code, expected = code_of(cell)
    assert code
    names = names_of(side, file)
    if expected == 'an error':
        with pytest.raises(Exception) as caught:
            run(code, names)
        assert not isinstance(caught.value, (NameError, SyntaxError))
        return None
    value = run(code, names)
    if expected is not None:
        expected = plain(eval(expected, {}))
        assert onp.shape(value) == onp.shape(expected)
        check_same(value, expected)
    return value


def check_same(value, expected):
    if isinstance(expected, str):
        assert value == expected
    else:
        onp.testing.assert_allclose(onp.asarray(value, float), expected, **TOLERANCE)


def check_told(note, first, value):
    """A shape or a type that is another than the first edition's is in the note."""
    if onp.shape(value) != onp.shape(first):
        assert str(onp.shape(first)) in note and str(onp.shape(value)) in note
    if isinstance(first, onp.ndarray) and isinstance(value, onp.ndarray) and (
            value.dtype != first.dtype):
        assert str(first.dtype) in note and str(value.dtype) in note


def test_rows_are_read_and_every_kind_of_trap_is_among_them():
    assert len(ROWS) > 90
    assert set(inputs()) == {'x', 'w', 'v', 'y', 't'}
    for words in ('argmax', 'reshape((-4', 'nd.dot(t', 'asscalar', 'grad_req', 'pick',
                  'one_hot', 'nd.concat', 'trainer.step', 'DataLoader', 'rnn.',
                  'save_parameters', 'init.', 'x[:]', 'as_in_context', 'keepdims'):
        assert any(words in row[0] for row in ROWS), words


# ---- the names


NAMES = list(tables('`d2lzh`'))


def signature_in(cell):
    """(name, [arguments]) of the first piece of code in a cell."""
    name, _, arguments = re.search('`([^`]+)`', cell).group(1).partition('(')
    return name, re.findall(r'\w+', arguments)


def test_every_name_of_the_edition_has_a_row():
    found = [signature_in(old)[0] for old, _, _ in NAMES]
    assert len(found) == len(set(found)) == 55


def check_arguments(name, value, arguments):
    if callable(value):
        assert [argument for argument in inspect.signature(value).parameters
                if argument != 'kwargs'] == arguments, name


def test_names_are_there_in_both_editions_with_the_arguments_of_their_row():
    for old, new, difference in NAMES:
        old_name, old_arguments = signature_in(old)
        check_arguments(old_name, getattr(edition1, old_name), old_arguments)
        if new == 'gone':
            assert not hasattr(d2l, old_name), old_name
            continue
        name, arguments = signature_in(new)
        check_arguments(name, getattr(d2l, name), arguments)
        is_same = (name, arguments) == signature_in(old)
        assert is_same == (difference == 'same') and difference, old_name
        assert (name == old_name or not hasattr(d2l, old_name)
                or 'another' in difference), old_name
