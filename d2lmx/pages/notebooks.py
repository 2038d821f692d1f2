"""A section as a Jupyter notebook: its page's order, and its run as cells."""
import ast
import inspect
import re
import typing
from pathlib import Path

from ..errors import MissingPackage
from .cells import CURVES, definitions, function_of, markdown, opened, opens, run_itself
from .options import hyperparameters, smoke_options
from .sections import load

PAGE, ENGLISH = 'https://zh.d2l.ai/', 'https://d2l.ai/'
ENGLISH_ALONE = re.compile(  # chapters that are not in the Chinese book
    r'chapter_(recommender-systems|generative-adversarial-networks|'
    r'appendix-mathematics-for-deep-learning)/')
OPTIONS = "## Options\n\nThe page's values: change them, and run the cells below again."
SMOKE = ('## Options\n\nFor a run of seconds on generated data: the numbers below are '
         "not the book's.")


def notebook_of(section, smoke: bool = False) -> str:
    """The text of a section's .ipynb file, the same each time it is made.

    Docstrings become text; imports, functions and classes are cells with their
    comments; then come `run`'s arguments as assignments, and its statements. Where
    these would mean something else outside of it, the notebook calls `run` itself.
    What a section writes goes to a folder beside the notebook, named as its results.

    smoke: options of a run of seconds, on generated data. InputError for a section
    that cannot run; MissingPackage without nbformat.
    """
    try:
        from nbformat import v4, writes
    except ImportError as error:
        raise MissingPackage('notebooks are written by the package nbformat: pip '
                             'install nbformat (JupyterLab brings it)') from error
    make = {'text': v4.new_markdown_cell, 'code': v4.new_code_cell}
    cells = [make[kind](source, id=f'cell-{i}')
             for i, (kind, source) in enumerate(cells_of(section, smoke))]
    return writes(v4.new_notebook(cells=cells, metadata={'kernelspec': {
        'name': 'python3', 'display_name': 'Python 3', 'language': 'python'}})) + '\n'


def cells_of(section, smoke: bool = False) -> list:
    """The notebook's cells: pairs of 'text' or 'code' and the source."""
    module, source = load(section), section.path.read_text(encoding='utf-8')
    options = options_of(section, module, source, smoke)
    begin = imports(module, options, smoke)
    if opens(source):
        begin += [f'{name} = {value}{choices(module, name)}'
                  for name, value in options.items()]
        folder, run = 'out', opened(source)
    else:
        given = ', '.join(f'{name}={value}' for name, value in options.items())
        begin += [f'options = dict({given})']
        folder, run = "options['out']", [
            ('code', run_itself(source)), ('code', 'result = run(**options)'),
            ('code', CURVES)]
    begin += [f'{folder}.mkdir(exist_ok=True)'] if 'out' in options else []
    return [('text', title_of(section, source)), *definitions(source),
            ('text', SMOKE if smoke else OPTIONS),
            ('code', '\n'.join([*begin, 'd2l.set_seed(0)'])), ('text', '## Run'), *run]


def choices(module, name: str) -> str:
    """A comment with the values that an option can have, where these are few."""
    kind = typing.get_type_hints(module.run).get(name)
    if typing.get_origin(kind) is not typing.Literal:
        return ''
    return f'  # {", ".join(map(repr, typing.get_args(kind)))}'


def imports(module, options, smoke: bool) -> list:
    """Lines for what the options need and the section has not; toy data for a try."""
    lines = ['import os'] if smoke else []
    if not hasattr(module, 'Path') and any(
            value.startswith('Path(') for value in options.values()):
        lines.append('from pathlib import Path')
    if not hasattr(module, 'd2l'):
        lines.append('import d2lmx as d2l')
    toy = ["os.environ['D2LMX_DATA'] = 'toy'"] if smoke else []
    return [*lines, '', *toy] if lines else []


def title_of(section, source) -> str:
    """Both titles as a heading, the page's address, the rest of the docstring."""
    doc = (ast.get_docstring(ast.parse(source)) or '').partition('\n')[2].strip()
    page = re.match(r'Source: (chapter_[\w-]+/)\s*([\w-]+)(\n|$)', doc)
    host = ENGLISH if page and ENGLISH_ALONE.match(page[1]) else PAGE
    place = f'{host}{page[1]}{page[2]}.html' if page else ''
    address = f'[{place}]({place})' if page else ''
    parts = [f'# {section.number} {section.title}'.replace('#  ', '# '),
             section.title_zh, address, markdown(doc[page.end() if page else 0:])]
    return '\n\n'.join(part.strip() for part in dict.fromkeys(parts) if part)


def options_of(section, module, source, smoke: bool) -> dict:
    """{name: its value in Python} of run's arguments, as the file writes them."""
    changed = smoke_options(module) if smoke else {}
    arguments = function_of(source).args
    written = {argument.arg: ast.get_source_segment(source, default)
               for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults)
               if isinstance(default, ast.Constant)}
    found = {}
    for name, (_, default) in hyperparameters(module.run).items():
        value = changed.get(name, default)
        text = f'Path({str(value)!r})' if isinstance(value, Path) else repr(value)
        found[name] = text if name in changed else written.get(name, text)
    if 'out' in inspect.signature(module.run).parameters:
        found['out'] = f'Path({section.slug!r})'
    return found
