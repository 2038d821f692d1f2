"""A section's file cut into cells: the same statements, comments and all."""
import ast

import pytest

from d2lmx.pages import sections
from d2lmx.pages.cells import CURVES, definitions, markdown, opened, opens, run_itself

SECTION = '''"""A title (标题)

Source: chapter_x/page
"""
import math  # of Python

import d2lmx as d2l

DATA = ('iris',)
SMOKE = dict(n=1)
# the largest
MOST = 3


class Net:
    """A network. X (batch, 2) -> (batch, 3).

    Inputs
        X (batch, 2)
    """

    def forward(self, X):
        """Outputs."""
        return X  # the same


# book: another name
def text():
    return """
  two lines
"""


def run(*, n: int = 2) -> dict:
    # a reason
    net = Net()
    words = """
    kept
""" + text()
    history = d2l.train(net,
                        min(n, MOST))

    for _ in range(n):
        print(words)  # each time
    d2l.show(net)
    size = math.sqrt(n)
    return {'size': size,
            'words': """
            kept"""}


if __name__ == '__main__':
    d2l.main(run)
'''


def test_definitions_stand_in_order_with_their_comments():
    assert definitions(SECTION) == [
        ('code', 'import math  # of Python\n\nimport d2lmx as d2l'),
        ('code', '# the largest\nMOST = 3'),
        ('text', '`Net`: A network. X (batch, 2) -> (batch, 3).\n\nInputs\n\n'
                 '    X (batch, 2)'),
        ('code', 'class Net:\n    def forward(self, X):\n        """Outputs."""\n'
                 '        return X  # the same'),
        ('code', '# book: another name\ndef text():\n    return """\n  two lines\n"""')]


def test_run_becomes_cells_that_end_behind_what_shows_something():
    assert opens(SECTION)
    assert [source for _, source in opened(SECTION)] == [
        '# a reason\nnet = Net()\nwords = """\n    kept\n""" + text()\n'
        'history = d2l.train(net,\n                    min(n, MOST))',
        'for _ in range(n):\n    print(words)  # each time',
        'd2l.show(net)', 'size = math.sqrt(n)',
        "result = {'size': size,\n          'words': \"\"\"\n            kept\"\"\"}",
        CURVES]


def test_run_itself_is_its_lines():
    assert SECTION.index(run_itself(SECTION)) == SECTION.index('def run(')
    assert run_itself(SECTION).endswith('            kept"""}')


@pytest.mark.parametrize('body, alone', [
    ('return {}', True),
    ('x = 1\n    return {"x": x}', True),
    ('f = lambda: 1\n    return {"f": f()}', True),
    ('if n:\n        return {}\n    return {"n": n}', False),       # two ends
    ('x = 1; return {}', False),                                   # in one line
    ('inner = 1\n    return {}', False),                          # another's name
    ('max = n\n    return {}', False),                             # Python's, in use
    ('inner()', False),                                           # no end
    ('a = 1\n    def f():\n        nonlocal a\n        a = 2\n    return {}', False)])
def test_run_is_opened_only_where_that_changes_nothing(body, alone):
    source = ('def inner():\n    return max(1, 2)\n\n\ndef other():\n'
              f'    return inner()\n\n\ndef run(*, n: int = 1) -> dict:\n    {body}\n')
    assert opens(source) == alone


def without_docstrings(tree):
    for node in ast.walk(tree):
        if (isinstance(node, (ast.FunctionDef, ast.ClassDef)) and len(node.body) > 1
                and ast.get_docstring(node) is not None):
            del node.body[0]
    return tree


@pytest.mark.parametrize('section', sections.sections(), ids=lambda s: s.slug)
def test_cells_are_the_sections_own_statements(section):
    source = section.path.read_text(encoding='utf-8')
    tree = without_docstrings(ast.parse(source))
    run, = (node for node in tree.body if getattr(node, 'name', '') == 'run')
    wanted = [ast.unparse(node) for node in tree.body[1:-1] if node is not run]
    cells = definitions(source)
    found = [ast.unparse(node) for node in without_docstrings(ast.parse('\n'.join(
        source for kind, source in cells if kind == 'code'))).body]
    left_out = {line.partition(' = ')[0] for line in wanted if line not in found}
    assert found == [line for line in wanted if line in found]
    assert left_out <= {'DATA', 'SMOKE', 'RANGES', 'PRINTED', 'OVER_SEEDS'}
    if section.number == '13.8':  # returns early for one of its variants
        assert not opens(source)
        return
    *body, curves = [ast.unparse(node) for _, text in opened(source)
                     for node in without_docstrings(ast.parse(text)).body]
    wanted = [ast.unparse(node) for node in run.body]
    if wanted[-1] != 'return result':
        assert body.pop().replace('result = ', 'return ', 1) == wanted[-1]
    assert body == wanted[:-1] and curves == CURVES


def test_a_docstring_becomes_markdown_that_shows_every_sign():
    assert markdown('a * b * c_d, `x * y` <eos> [0, 1)\n\n``if *a``') == (
        r'a \* b \* c\_d, `x * y` \<eos> \[0, 1)' '\n\n``if *a``')
