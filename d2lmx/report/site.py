"""The report's folder: pages from templates, with copies of figures and records.

What results hold is text to the pages, whatever it is: templates escape it, figures are
shown as images, in which a browser runs no code, and each page forbids all code but the
report's own file.
"""
import functools
import re
import shutil
from collections import Counter
from pathlib import Path

import jinja2

from ..errors import InputError, MissingFile
from ..files.whole import whole_folder, writing
from ..version import VERSION
from . import tables
from .chapters import by_chapter
from .entries import STATES, read_entries
from .records import Found

HERE = Path(__file__).parent
OWN = 'report.css', 'report.js'
GENERATOR = '<meta name="generator" content="d2lmx report">'


def write_report(results: Path, out: Path) -> list:
    """Write the pages on a folder of results; the entries that they tell of.

    out: a folder, which appears whole or not at all; an older report in it gives way.
    InputError where it holds anything else. MissingFile where there are no results;
    BadData for a file among them that no command wrote.
    """
    if not results.is_dir():
        raise MissingFile(f'there is no folder {results} of results: `d2lmx run '
                          'SECTION` makes it')
    with writing(out):
        refuse_to_replace(results, out)
    entries = read_entries(results)
    if all(entry.found == Found() for entry in entries):
        what = ('the results of one run: name the folder that it is in'
                if (results / 'metrics.json').is_file() else
                'no results: `d2lmx run SECTION` makes them in a folder `results`')
        raise MissingFile(f'{results} holds {what}')
    with whole_folder(out) as folder, writing(out):
        for name in OWN:
            shutil.copyfile(HERE / 'static' / name, folder / name)
        for entry in entries:
            copy(entry, folder / 'sections' / entry.place)
        for name, text in pages(entries):
            (folder / name).write_text(text, encoding='utf-8', errors='replace')
    return entries


def refuse_to_replace(results, out) -> None:
    """InputError where a report would replace what is no report, or its results."""
    front = out / 'index.html'
    if out.resolve() in [results.resolve(), *results.resolve().parents]:
        raise InputError(f'the report in {out} would replace the results in {results}: '
                         'choose another folder with --out')
    if out.resolve() in [Path.cwd(), *Path.cwd().parents]:
        raise InputError(f'the report would replace {out.resolve()}, where you are: '
                         'choose another folder with --out')
    if (out.exists() or out.is_symlink()) and not (
            out.is_dir() and (not any(out.iterdir()) or front.is_file()
                              and GENERATOR in front.read_text(errors='replace'))):
        raise InputError(f'{out} holds no report, and would be replaced: choose '
                         'another folder with --out')


def copy(entry, folder) -> None:
    """Figures and records of an entry."""
    folder.mkdir(parents=True)
    for number, figure in enumerate(entry.figures, start=1):
        (folder / 'figures').mkdir(exist_ok=True)
        shutil.copyfile(figure.file, folder / 'figures' / f'{number}.svg')
    for name, file in downloads(entry):
        shutil.copyfile(file, folder / name)


def downloads(entry) -> list:
    """(name in the report, file) of the records that its page offers."""
    return [(re.sub(r'[^\w.-]', '-', file.name, flags=re.ASCII), file)
            for file in entry.found.copied]


@functools.lru_cache(maxsize=None)
def environment():
    """The templates, compiled once."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / 'templates'), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(generator=GENERATOR, version=VERSION, tables=tables,
                        states=STATES, downloads=downloads)
    made.filters['size'] = size
    return made


def pages(entries):
    """(path, text) of each page."""
    chapters = by_chapter(entries)
    counts = Counter(entry.state.key for entry in entries)
    yield 'index.html', environment().get_template('index.html').render(
        root='', entries=entries, chapters=chapters, counts=counts)
    yield 'figures.html', environment().get_template('figures.html').render(
        root='', chapters=chapters)
    yield 'claims.html', environment().get_template('claims.html').render(
        root='', claimed=[(entry, row) for entry in entries if entry.run
                          for row in tables.claims_of(entry.run)])
    page = environment().get_template('section.html')
    around = [None, *entries, None]
    for previous, entry, following in zip(around, entries, around[2:]):
        yield f'sections/{entry.place}/index.html', page.render(
            root='../../', entry=entry, previous=previous, following=following)


def size(count: int) -> str:
    """Bytes for people: '1.2 MB'."""
    for unit in ('bytes', 'kB', 'MB'):
        if count < 1000:
            break
        count /= 1000
    else:
        unit = 'GB'
    return f'{count:.3g} {unit}'
