"""What ``help(d2l.X)``, and Jupyter's ``?``, say of every name of d2l."""
import inspect
import pydoc
import re

import pytest

import d2lmx as d2l

LAST_LINE = (r'(^|[.:)] )(Book: (throughout, in its cells|\d+\.\d+ \([\w-]+\))'
             r'|Ours(, for .+)?)$')
VALUES = {'plt', 'DATA_HUB', 'DATA_URL', 'generator'}  # of cells


def whose(name):
    """The package of a function or class; '' for a value."""
    value = getattr(d2l, name)
    if not callable(value):
        return ''
    return getattr(value, '__module__', 'mxnet').split('.')[0]


OURS = sorted(name for name in d2l.__all__ if whose(name) == 'd2lmx')


def test_all_but_constants_and_numpys_functions_is_explained_here():
    others = set(d2l.__all__) - set(OURS)
    assert len(OURS) > 250
    # `d2l.exp` and its like are np's own
    assert {whose(name) for name in others} == {'', 'mxnet', 'numpy'}
    assert all(name.isupper() for name in others
               if not whose(name) and name not in VALUES)


@pytest.mark.parametrize('name', OURS)
def test_help_says_what_a_name_gives_and_whose_it_is(name):
    lines = inspect.getdoc(getattr(d2l, name)).splitlines()
    assert len(lines[0]) > 10 and re.search(LAST_LINE, lines[-1]), lines[-1]


@pytest.mark.parametrize('name, shapes', [
    ('corr2d', 'X (h, w)'), ('masked_softmax', 'X (batch, queries, keys)'),
    ('DotProductAttention', 'queries (batch, num_queries, d)'),
    ('box_iou', '(n, 4), (m, 4) -> (n, m)'), ('MaskLM', '(batch, preds, vocab_size)'),
    ('load_data_fashion_mnist', 'X (batch, 1, h, w)'),
    ('transpose_output', '(batch, steps, heads * d)'),
    ('train_ch6', 'X (batch, channels, h, w)')])
def test_help_shows_shapes_and_the_page(name, shapes):
    shown = pydoc.plain(pydoc.render_doc(getattr(d2l, name)))
    assert shapes in shown and re.search(r'Book: \d+\.\d+ \(sec_', shown)
