"""A section's file cut into the cells of a notebook, comments and line breaks kept."""
import ast
import io
import re
import symtable
import tokenize

from ..errors import InputError

CURVES = "{name: value for name, value in result.items() if name != 'series'}"
SHOWS = re.compile(r'(pre)?train|fit$|print|plot|show|draw|predict')  # beginnings
ADDS = re.compile(r'(d2l\.)?plt\.(title|suptitle|[xy](label|lim|scale)|legend|grid)\(')
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
KINDS = INNER, (ast.Import, ast.ImportFrom)  # of statements; all else is a third


def definitions(source: str) -> list:
    """Cells of all but `run`: pairs ('code' or 'text', source), in the file's order.

    Functions and classes have a cell each, below a text that is their docstring;
    imports and assignments share one where they follow each other. Tables that nothing
    in the file reads (DATA, SMOKE) are for who runs it, as its last lines are: they are
    left out.
    """
    tree, cells, before = ast.parse(source), [], INNER
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)}
    for node, text in pieces(source, tree.body, 0):
        if is_docstring(node) or is_for_the_runner(node, read):
            continue
        kind = next((kind for kind in KINDS if isinstance(node, kind)), None)
        if kind == before != INNER:
            cells[-1] = 'code', cells[-1][1] + text
        else:
            doc, text = without_docstring(node, text)
            cells += [('text', f'`{node.name}`: {markdown(doc)}')] if doc else []
            cells.append(('code', text))
        before = kind
    return [(kind, text.strip('\n')) for kind, text in cells]


def opened(source: str) -> list:
    """Cells of run's body: what it returns is `result`, shown without its curves.

    A cell ends where the file has an empty line, and behind what trains, prints or
    draws, so that this stands below it; what adds to the figure, as a title, is with
    it, since Jupyter closes figures where a cell ends.
    """
    run, cells, ended = function_of(source), [], True
    for node, text in pieces(source, run.body, first_line(run, source)):
        if is_docstring(node):
            continue
        text, returns = dedented(text, node.col_offset), isinstance(node, ast.Return)
        if returns and getattr(node.value, 'id', '') == 'result':
            continue
        adds = bool(ADDS.match(ast.unparse(node)))
        if not (ended and adds) and (ended or returns or text.startswith('\n')):
            cells.append('')
        if adds:  # else Jupyter shows what it returns, below the figure
            text = f'{text.rstrip()};\n'
        cells[-1] += named(text) if returns else text
        ended = any(map(SHOWS.match, called_in(node))) or ended and adds
    return [('code', text.strip('\n')) for text in [*cells, CURVES]]


def opens(source: str) -> bool:
    """Whether run's statements mean the same outside of it.

    It ends by its only return, each statement has lines of its own, and it gives no
    value to a name that stands for something else in the file's other functions.
    """
    run = function_of(source)
    lines = [run.lineno, *(line for node in run.body
                           for line in (node.lineno, node.end_lineno))]
    ends = [node for node in inside(run) if isinstance(
        node, (ast.Return, ast.Yield, ast.YieldFrom))]
    apart = all(before < after for before, after in zip(lines[::2], lines[1::2]))
    table = symtable.symtable(source, 'section', 'exec')
    own = {symbol.get_name() for child in table.get_children()
           if child.get_name() == 'run' for symbol in child.get_symbols()
           if symbol.is_local()}
    others = [child for child in table.get_children() if child.get_name() != 'run']
    return (ends == run.body[-1:] and apart and not own & globals_of(others)
            and not any(isinstance(node, ast.Nonlocal) for node in ast.walk(run)))


# ---- statements


def function_of(source: str):
    """The node of the file's function `run`; InputError where it has none."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == 'run':
            return node
    raise InputError('a section needs a function run: write def run(*, num_epochs: '
                     'int = 10) -> dict, or without arguments')


def run_itself(source: str) -> str:
    """The file's function `run`, whole."""
    tree = ast.parse(source)
    text, = (text for node, text in pieces(source, tree.body, 0)
             if getattr(node, 'name', '') == 'run')
    return text.strip('\n')


def first_line(function, source: str) -> int:
    """The line, from 0, where its body begins with a comment or a statement."""
    lines, first = source.splitlines(), function.body[0].lineno - 1
    while lines[first - 1].lstrip().startswith('#'):
        first -= 1
    return first


def pieces(source: str, body: list, start: int) -> list:
    """(statement, its lines with what stands above it), from the line after `start`."""
    lines, found = source.splitlines(keepends=True), []
    for node in body:
        if node.end_lineno > start:
            found.append((node, ''.join(lines[start:node.end_lineno])))
            start = node.end_lineno
    return found


def is_docstring(node) -> bool:
    """Whether a statement is a text alone."""
    return isinstance(node, ast.Expr) and isinstance(
        getattr(node.value, 'value', None), str)


def is_for_the_runner(node, read) -> bool:
    """Whether a notebook needs the statement not: `run`, its tables, its call."""
    if isinstance(node, ast.Assign):
        names = {name for target in node.targets for name in names_in(target)}
        return all(name.isupper() for name in names) and not names & read
    return (isinstance(node, ast.FunctionDef) and node.name == 'run'
            or isinstance(node, ast.If) and '__name__' in names_in(node.test))


def names_in(node) -> list:
    """All names in a piece of code, with or without a dot before them."""
    return [name for part in ast.walk(node)
            if (name := getattr(part, 'id', getattr(part, 'attr', None)))]


def called_in(node) -> list:
    """Names of the functions and methods that a piece of code calls."""
    return [getattr(part.func, 'id', getattr(part.func, 'attr', ''))
            for part in ast.walk(node) if isinstance(part, ast.Call)]


def inside(function):
    """All nodes of a function but those of functions and classes within it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, INNER):
            yield node
            yield from inside(node)


def globals_of(tables) -> set:
    """The names that functions and classes take from the file, or from Python."""
    return {symbol.get_name() for table in tables for symbol in table.get_symbols()
            if symbol.is_global()}.union(
                *(globals_of(table.get_children()) for table in tables))


# ---- text


def without_docstring(node, text: str) -> tuple:
    """(docstring, the lines without it); ('', text) where it has none, or that alone.
    """
    doc = ast.get_docstring(node) if isinstance(node, INNER) else None
    if not doc or len(node.body) == 1 or node.body[0].lineno == node.lineno:
        return '', text
    lines = text.splitlines(keepends=True)
    first, last = (line - node.end_lineno - 1 + len(lines) for line in (
        node.body[0].lineno, node.body[0].end_lineno))
    rest = ''.join(lines[last + 1:])
    return doc, ''.join(lines[:first]) + rest.lstrip('\n')


def markdown(doc: str) -> str:
    """A docstring as Markdown; what is indented stays as it stands."""
    lines = []
    for line in doc.splitlines():
        indented = line.startswith('    ')
        if lines and lines[-1] and line and indented != lines[-1].startswith('    '):
            lines.append('')
        lines.append(line if indented else ''.join(
            part if part.startswith('`') else re.sub(r'([\\*_<$\[~|#])', r'\\\1', part)
            for part in re.split(r'(`+[^`]+`+)', line)))
    return '\n'.join(lines)


def dedented(text: str, width: int) -> str:
    """The lines so much further left, but those that begin within a text."""
    return shifted(text, lambda line: line[min(width, len(line) - len(
        line.lstrip(' '))):])


def named(text: str) -> str:
    """``return VALUE`` as ``result = VALUE``, its lines still aligned."""
    by = len('result =') - len('return')
    text = shifted(text, lambda line: ' ' * by + line
                   if line.startswith(' ' * len('return ')) else line)
    return re.sub(r'^return', 'result =', text, count=1, flags=re.MULTILINE)


def shifted(text: str, move) -> str:
    """The text with each line moved that does not begin within a Python string."""
    within = {row - 1 for token in tokenize.generate_tokens(io.StringIO(text).readline)
              for row in range(token.start[0] + 1, token.end[0] + 1)}
    return ''.join(line if i in within else move(line)
                   for i, line in enumerate(text.splitlines(keepends=True)))
