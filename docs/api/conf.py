"""Sphinx's settings: python -m sphinx -W docs/api FOLDER makes the API reference.

A page for each room of the library with its public names, one of the book's pages with
the names that each prints, and one of the first edition's names are written to
docs/api/generated as the build begins.
"""
import inspect
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import d2lmx as d2l
from d2lmx import edition1

project, author, release = 'd2lmx', 'd2lmx', d2l.__version__
extensions = ['sphinx.ext.autodoc', 'sphinx.ext.viewcode']
default_role = 'py:obj'  # `name` links to what has that name, and is code anyway
add_module_names = False
autodoc_inherit_docstrings = False  # MXNet's own are not ours to mend
autodoc_default_options = {'members': True}
exclude_patterns = ['_build']
html_theme = 'alabaster'
html_theme_options = {'description': release, 'page_width': '1100px'}
html_show_sourcelink = False


def room_of(value):
    """The room of the library that a name lives in: 'layers'."""
    return value.__module__.split('.')[1]


def heading(title, line='='):
    return f'{title}\n{line * len(title)}\n\n'


def entry(name, value):
    """The directive that shows a function or class."""
    kind = 'class' if inspect.isclass(value) else 'function'
    return f'.. auto{kind}:: {name}\n\n'


def by_page(names):
    """A list of the book's pages, each with links to the names that it prints."""
    pages = {}
    for name, value in names.items():
        for page in re.findall(r'Book: (\d+)\.(\d+)', inspect.getdoc(value) or ''):
            pages.setdefault(tuple(map(int, page)), []).append(f'`~d2lmx.{name}`')
    return heading('By the pages of the book') + ''.join(
        f'{chapter}.{section}\n   {", ".join(found)}\n\n'
        for (chapter, section), found in sorted(pages.items()))


def names_of(module):
    """{name: value} of its public functions and classes that are this library's."""
    return {name: value for name in sorted(module.__all__, key=str.lower)
            if getattr(value := getattr(module, name), '__module__', '').startswith(
                'd2lmx.') and (inspect.isfunction(value) or inspect.isclass(value))}


def module_page(title, module, home, names):
    """What a module says, then an entry for each name, as `home` offers it."""
    return (f'{heading(title)}.. automodule:: {module}\n   :no-members:\n\n'
            f'.. currentmodule:: {home}\n\n'
            + ''.join(entry(name, value) for name, value in names.items()))


def write_pages():
    """The pages that index.rst names, from what ``d2l`` holds."""
    names = names_of(d2l)
    folder = HERE / 'generated'
    (folder / 'rooms').mkdir(parents=True, exist_ok=True)
    rooms = sorted({room_of(value) for value in names.values()})
    for room in rooms:
        found = {name: value for name, value in names.items() if room_of(value) == room}
        (folder / 'rooms' / f'{room}.rst').write_text(
            module_page(room, f'd2lmx.{room}', 'd2lmx', found), encoding='utf-8')
    (folder / 'pages.rst').write_text(by_page(names), encoding='utf-8')
    (folder / 'edition1.rst').write_text(
        module_page('The first edition: d2lzh', 'd2lmx.edition1', 'd2lmx.edition1',
                    names_of(edition1)), encoding='utf-8')


def as_rst(app, what, name, value, options, lines):
    """Our docstrings as Sphinx reads them: headings, and lines with shapes."""
    shapes = False
    for i, line in enumerate(lines):
        if line and not line.strip('-'):
            lines[i - 1:i + 1] = [f'.. rubric:: {lines[i - 1]}', '']
        elif not line.startswith(' '):
            shapes = line in ('Inputs', 'Outputs')
        elif shapes:
            lines[i] = f'    | {line.strip()}'


def setup(app):
    write_pages()
    app.connect('autodoc-process-docstring', as_rst)
