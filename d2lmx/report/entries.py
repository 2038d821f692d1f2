"""What a report tells of: each section, and what else was run, with its state."""
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Optional

from ..pages import sections
from ..pages.printed import outside
from . import tables
from .chapters import BookSide, book_side, judged, other_runs
from .records import Found, read_results

NUMERIC = re.compile(r'[-−+]?[\d.]+(e[-−+]?\d+)?')  # what axes have at their ticks
WORDS = 12  # of a figure that its description repeats


class State(NamedTuple):
    """How a section stands."""

    key: str
    word: str
    meaning: str


STATES = {state.key: state for state in (
    State('inside', 'Inside', "all numbers lie in the range that the book's executed "
                              'builds reached'),
    State('outside', 'Outside', "a number lies outside the range of the book's builds"),
    State('other', 'Not comparable', "run with other options or data than the book's"),
    State('toy', 'Toy data', "run on generated stand-ins, not the book's data"),
    State('ran', 'Ran', 'the book prints no number to compare with'),
    State('failed', 'Failed', 'the last run ended with an error'),
    State('not-run', 'Not run', 'no run has left results'))}


class Figure(NamedTuple):
    """A figure's file, its size in pixels, and the words that are in it."""

    file: Path
    width: Optional[int]
    height: Optional[int]
    words: str


@dataclass
class Entry:
    """One section, or one network that belongs to none, and what is known of it."""

    slug: str
    number: str
    title: str
    title_zh: str = ''
    section: Optional[sections.Section] = None
    found: Found = field(default_factory=Found)
    book: BookSide = BookSide()
    others: list = field(default_factory=list)  # of `other_runs`

    @property
    def run(self):
        """The record of its run, or None."""
        return self.found.run

    @property
    def place(self) -> str:
        """Its folder's name in the report, in letters that an address takes as such."""
        return re.sub(r'[^\w.-]', lambda found: f'~{ord(found[0]):x}~', self.slug,
                      flags=re.ASCII)

    @property
    def command(self) -> str:
        """What runs it."""
        return f'd2lmx run {self.number}'

    @property
    def state(self) -> State:
        """How it stands."""
        key = state_of(self.found, self.section is not None)
        lost = any(outside(book['numbers']) for _, book in self.others)
        return STATES['outside' if key == 'inside' and lost else key]

    @property
    def reason(self) -> str:
        """Why it failed, or its numbers are not compared with the book's; or ''."""
        book = (self.run or {}).get('book') or {}
        return self.found.failure or book.get('reason', '')

    @property
    def headline(self) -> tuple:
        """(name, ours, the book's or ''), or ()."""
        return tables.headline(self.run) if self.run else ()

    @property
    def agrees(self) -> Optional[bool]:
        """Whether it was found equal to its PyTorch port; None: not compared."""
        verdicts = [record['passed'] for _, record in self.found.comparisons]
        return all(verdicts) if verdicts else None

    @property
    def search(self) -> str:
        """What a search finds it by."""
        data = [file['name'] for file in self.run['files']] if self.run else (
            self.section.data if self.section else [])
        return ' '.join([self.number, self.slug, self.title, self.title_zh,
                         self.state.word, *data]).lower()

    @cached_property
    def figures(self) -> list:
        """Of its run, in order."""
        files = self.found.folder.glob('figures/[!.]*.svg') if self.run else []
        there = [file for file in files if file.is_file()]
        return [read_figure(file) for file in
                sorted(there, key=lambda file: (len(file.name), file.name))]

    @cached_property
    def exported(self) -> list:
        """(name, bytes) of each file of networks that was exported."""
        folder = self.found.folder / 'model' if self.run else None
        model = sorted(folder.glob('*')) if folder and folder.is_dir() else []
        return ([(file.name, file.stat().st_size) for file in self.found.exported]
                + [(f'{self.slug}/model/{file.name}', file.stat().st_size)
                   for file in model if file.is_file()])


def state_of(found: Found, is_section: bool) -> str:
    """The key of a state, from what was left; a network of its own is only measured."""
    if found.failure:
        return 'failed'
    if found.run is None:
        return 'not-run' if is_section else 'ran'
    book = found.run['book'] or {}
    if 'numbers' in book:
        return 'inside' if all(row['inside'] for row in book['numbers'].values()
                               ) else 'outside'
    if found.run['data'] == 'toy':
        return 'toy'
    return 'other' if book else 'ran'


def read_entries(folder: Path) -> list:
    """Of all sections in the order of the book, then of what else is in the folder."""
    index = {section.slug: section for section in sections.sections()}
    found = read_results(folder, {slug: section.number
                                  for slug, section in index.items()})
    return [
        *(of_section(section, found.get(slug, Found()))
          for slug, section in index.items()),
        *(Entry(slug, '', title_of(slug, found[slug]), found=found[slug])
          for slug in sorted(set(found) - set(index)))]


def of_section(section, found: Found) -> Entry:
    """What is known of a section, its run judged as `d2lmx check` judges it."""
    book = book_side(section)
    if found.run:
        found.run = judged(section, book, found.run)
    others = [judged(section, book, run) for run in found.others]
    return Entry(section.slug, section.number, section.title, section.title_zh, section,
                 found, book, other_runs(section, book, found.run, others))


def title_of(slug, found: Found) -> str:
    """Of what is no section of the book: a reader's own file, or a network of a zoo."""
    records = [found.run or {}, *(record for _, record in
                                  found.comparisons + found.speeds)]
    return next((str(record['title']) for record in records if 'title' in record), slug)


def read_figure(file: Path) -> Figure:
    """Size and words of an SVG as matplotlib writes it."""
    text = file.read_text(encoding='utf-8', errors='replace')
    root = re.search(r'<svg\b[^>]*>', text)
    sides = [re.search(rf'\b{side}="([\d.]+)pt"', root[0]) if root else None
             for side in ('width', 'height')]
    width, height = (round(float(side[1]) * 4 / 3) if side else None for side in sides)
    words = dict.fromkeys(re.sub(r'\$\\mathdefault\{(.*?)\}\$', r'\1', word)
                          for word in re.findall(r'<!-- (.{1,60}?) -->', text))
    told = [word for word in words if not NUMERIC.fullmatch(word)]
    return Figure(file, width, height, ', '.join(told[:WORDS]))
