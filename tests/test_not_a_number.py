"""No check lets NaN through: whatever is compared with a bound must be below it.

``if difference > bound: raise`` is silent about NaN; ``if not difference <= bound``
is not.
"""
import ast
from pathlib import Path

import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.export import int8, symbol
from d2lmx.pages.printed import compared

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob('d2lmx/**/*.py'), *ROOT.glob('chapters/**/*.py'),
                  *ROOT.glob('scripts/*.py')])
BOUNDS = {'atol', 'rtol', 'tolerance', 'bound', 'eps'}
REDUCED = {'abs', 'max', 'sum', 'mean', 'norm', 'difference'}
# numbers of things, and sets, which are no floats
COUNTS = {'0 < len(missing) < len(FILES)',
          'len(theirs) != 1 or source.suffix == target.suffix or '
          '(not theirs <= set(PORT_SUFFIXES))',
          'len(prefixes) * vocab_size > MOST_HYPOTHESES',
          'labels.size and labels.max() >= len(LABELS)',
          'not numbers or max(numbers) >= count',
          'tuple(shape) != row_shape or not 1 <= n <= MOST_ROWS',
          "'\\x00' in given or len(os.fsencode(given)) > PATH "
          'or any((len(part) > NAME for part in parts))', '0 < abs(value) < REAL[0]',
          'seconds > READ_SECONDS and received < SLOWEST * seconds',
          'n > MOST_COUNTED', 'count > MOST_SAMPLES'}
X = np.array([[1., -2., 3.], [4., 5., -6.]])


def silent_checks(source):
    """Conditions under which something is raised, and which NaN never fulfils."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise):
            test = node.test
            if not isinstance(test, ast.UnaryOp) and any(map(is_bound, ast.walk(test))):
                yield ast.unparse(test)


def is_bound(node):
    """Whether a node compares something measured, or with a bound."""
    if not (isinstance(node, ast.Compare) and isinstance(
            node.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE))):
        return False
    parts = list(ast.walk(node))
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    called = {getattr(part.func, 'id', getattr(part.func, 'attr', ''))
              for part in parts if isinstance(part, ast.Call)}
    return bool(names & BOUNDS or called & REDUCED
                or any(name.isupper() and len(name) > 1 for name in names)
                or any(isinstance(part, ast.Constant) and isinstance(part.value, float)
                       for part in parts))


def test_what_is_measured_must_keep_its_bound():
    found = {path.name: set(silent_checks(path.read_text(encoding='utf-8'))) - COUNTS
             for path in SOURCES}
    assert not {name: checks for name, checks in found.items() if checks}, (
        'NaN passes these: write "if not ... <= bound"')
    assert len(SOURCES) > 200


@pytest.mark.parametrize('condition, silent', [
    ('abs(a - b).max() > limit', True), ('difference > 1e-5', True),
    ('a.ok or error >= tolerance', True), ('lost > MOST_LOST', True),
    ('not abs(a - b).max() <= limit', False), ('n > 3', False)])
def test_a_check_that_nan_passes_is_found(condition, silent):
    assert bool(list(silent_checks(f'if {condition}:\n raise ValueError'))) == silent


class GivesNaN(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return F.np.sqrt(X)


class HasNaNGradient(nn.HybridBlock):
    """ReLU by a root: where X is 0, MXNet's root has an infinite slope, times 0."""

    def hybrid_forward(self, F, X):
        positive = F.npx.relu(X)
        return F.np.sqrt(positive * positive)


@pytest.mark.parametrize('block, what', [(GivesNaN, ''), (HasNaNGradient, 'gradients')])
def test_the_contract_refuses_nan(block, what):
    with pytest.raises(AssertionError, match=what):
        d2l.check_hybrid_block(block, (X,))
    d2l.check_hybrid_block(block, (abs(X),))


def test_an_export_of_nan_is_refused(tmp_path):
    with pytest.raises(ValueError, match='output 0 of the network itself is NaN'):
        d2l.export_block(GivesNaN(), X, tmp_path / 'net')
    assert not list(tmp_path.iterdir())


def test_an_int8_file_that_predicts_nan_is_refused():
    with pytest.raises(symbol.ExportDiffers, match='nan'):
        int8._check_reloaded(lambda X: X * onp.nan, [X], [X])
    int8._check_reloaded(lambda X: X, [X], [X])


def test_an_onnx_file_that_predicts_nan_is_refused():
    from d2lmx.export.onnx.export import _check_equal
    arrays = [onp.ones(2, 'float32')]
    _check_equal(arrays, arrays, '', 1e-5, 1e-6)
    with pytest.raises(ValueError, match='nan'):
        _check_equal(arrays, [arrays[0] * onp.nan], '', 1e-5, 1e-6)


def test_nan_is_outside_of_the_books_range():
    assert not compared(onp.nan, 1, 0, 2)['inside']
    assert compared(1., 1, 0, 2)['inside']
