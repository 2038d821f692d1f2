"""A section read whole: what its page prints, in the page's order."""
import ast
import importlib
import inspect
import re
from pathlib import Path

from ..errors import InputError

LIBRARY = __package__.partition('.')[0]
ROOT = Path(__file__).parents[2]


def page_of(section) -> str:
    """The section's file, with the library's part of the page before its first use.

    The library holds what the book saves, and what other sections use too. Each such
    function or class whose docstring names this page (``Ours, for 10.7
    it) stands, under a line that tells its file, before the first statement that needs
    it; what the page has and the section does not use comes behind. A list of all else
    that is named, with its page and its file, ends the text. InputError for a file that
    is no Python.
    """
    page = Page(section.number)
    try:
        source = section.path.read_text(encoding='utf-8')
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, OSError) as error:  # or no text
        raise InputError(f'{section.path} cannot be read: {error}') from error
    lines, end = source.splitlines(keepends=True), 0
    for node in statements:
        first = min([node.lineno, *(d.lineno for d in
                                    getattr(node, 'decorator_list', []))])
        page.parts += lines[end:first - 1]
        for thing in page.used_by(node):
            page.show(thing)
        page.parts += lines[first - 1:node.end_lineno]
        end = node.end_lineno
    page.parts += lines[end:]
    page.show_the_rest()
    return ''.join(page.parts) + listing(page.elsewhere)


class Page:
    """The text of one page as it grows, and what of the library it names."""

    def __init__(self, number: str):
        self.number, self.parts = number, []
        self.shown, self.elsewhere = [], []
        self.library = importlib.import_module(LIBRARY)

    def used_by(self, node) -> list:
        """The library's functions and classes that a statement names, in its order."""
        names = [part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)
                 and isinstance(part.value, ast.Name) and part.value.id == 'd2l']
        things = [getattr(self.library, name) for name in dict.fromkeys(names)]
        return [thing for thing in things if is_ours(thing)]

    def show(self, thing) -> None:
        """Add a source of this page, after those it names itself; or note the name."""
        if not self.number or home_of(thing) != self.number:
            if thing not in self.elsewhere:
                self.elsewhere.append(thing)
            return
        if thing in self.shown:
            return
        self.shown.append(thing)
        source = inspect.getsource(thing)
        for other in named_in(thing, source):
            self.show(other)
        self.parts += [f'# ---- {where(thing)}\n\n', source, '\n\n']

    def show_the_rest(self) -> None:
        """Add what the page prints and the section does not use."""
        things = [getattr(self.library, name) for name in self.library.__all__]
        rest = [thing for thing in things if is_ours(thing) and self.number
                and home_of(thing) == self.number and thing not in self.shown]
        if rest:
            self.parts.append('\n\n')
        for thing in sorted(rest, key=place_of):
            self.show(thing)


def is_ours(thing) -> bool:
    """Whether it is a function or class of this library."""
    return (inspect.isfunction(thing) or inspect.isclass(thing)) and (
        thing.__module__.startswith(f'{LIBRARY}.'))


def named_in(thing, source) -> list:
    """The library's functions and classes that its source names, as they stand."""
    scope = vars(inspect.getmodule(thing))
    found = {scope.get(name) for name in re.findall(r'\b[A-Za-z_]\w*', source)
             if is_ours(scope.get(name))}
    return sorted(found - {thing}, key=place_of)


def home_of(thing) -> str:
    """Number of the page that prints it, or that it is for; '' where there is none."""
    found = re.search(r'(?:Book:|Ours, for) (\d+\.\d+)', inspect.getdoc(thing) or '')
    return found[1] if found else ''


def place_of(thing) -> tuple:
    """Its module, and where it begins there."""
    return thing.__module__, inspect.getsourcelines(inspect.unwrap(thing))[1]


def where(thing) -> str:
    """Its file, as a reader finds it."""
    file = inspect.getsourcefile(inspect.unwrap(thing))
    return Path(file).relative_to(ROOT).as_posix()


def listing(things) -> str:
    """Comments that say where all else that was named comes from."""
    if not things:
        return ''
    width = max(len(thing.__name__) for thing in things)
    rows = [f'#   {thing.__name__:{width}}  {home_of(thing) or "-":5}  '
            f'{where(thing)}\n' for thing in things]
    return '\n\n# ---- also used, with the page it is on\n' + ''.join(rows)
