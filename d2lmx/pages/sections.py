"""The index of the book's sections: the folder of chapters is the only list.

``chapters/ch06_convolutional_neural_networks/s06_lenet.py`` is section 6.6, `lenet`.
Titles are read without importing, so that one broken section cannot hide the rest.
"""
import ast
import difflib
import functools
import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from . import edition1


class UnknownSection(InputError):
    """No section, or more than one, has that number, name or file."""


@dataclass(frozen=True)
class Section:
    """One section of the book, as its file's path and docstring give it."""

    number: str      # '6.6'; '' for a reader's own file
    name: str        # 'lenet'
    title: str       # 'Convolutional neural networks: LeNet'
    title_zh: str    # '卷积神经网络'
    data: tuple      # names of the data files it needs, in DATA_HUB
    path: Path

    @property
    def slug(self) -> str:
        """Name of its results folder: '06.06_lenet'."""
        if not self.number:
            return self.name
        chapter, section = self.number.split('.')
        return f'{int(chapter):02d}.{int(section):02d}_{self.name}'

    @property
    def twin(self) -> str:
        """Address of its PyTorch port, if it has one: 'ch06.s06_lenet'."""
        if not self.number:
            return ''
        return f'ch{int(self.number.partition(".")[0]):02d}.{self.path.stem}'


def chapters_folder() -> Path:
    """Where the sections are: inside the package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / 'chapters'
    return inside if inside.is_dir() else package.parent / 'chapters'


def sections() -> list:
    """All sections in the order of the book."""
    found = [read_section(path) for path in chapters_folder().glob('ch*/s[0-9]*_*.py')]
    return sorted(found, key=lambda s: s.slug)


def of_chapter(chapter: str) -> list:
    """The sections of 'ch9', 'ch09' or '9'; InputError where there is none."""
    wanted = chapter.lower().removeprefix('ch').lstrip('0')
    index = sections()
    found = [s for s in index if s.number.partition('.')[0] == wanted]
    if not found:
        numbers = dict.fromkeys(s.number.partition('.')[0] for s in index)
        raise InputError(f'no chapter {chapter!r}: there are {", ".join(numbers)}')
    return found


def read_section(path: Path) -> Section:
    """A section from its file, which is parsed but not imported."""
    about = path.stat()
    return _parsed(path, about.st_mtime_ns, about.st_size)


@functools.lru_cache(maxsize=None)
def _parsed(path, *_changed):
    """`read_section`, once for each state of the file."""
    chapter = re.match(r'ch(\d+)_', path.parent.name)
    page = re.match(r's(\d+)_(\w+)$', path.stem)
    number = f'{int(chapter[1])}.{int(page[1])}' if chapter and page else ''
    name = page[2] if page else path.stem
    try:
        tree = ast.parse(path.read_text(encoding='utf-8'))
        first_line = (ast.get_docstring(tree) or name).splitlines()[0]
        data = next((ast.literal_eval(node.value) for node in tree.body
                     if isinstance(node, ast.Assign)
                     and getattr(node.targets[0], 'id', '') == 'DATA'), ())
        data = tuple(data)
    except (SyntaxError, ValueError, TypeError, OSError) as error:
        first_line, data = f'cannot be read: {error}', ()
    title = re.match(r'(.*?)\s*\(([^()]*)\)$', first_line)
    return Section(number, name, title[1] if title else first_line,
                   title[2] if title else '', data, path)


def find(token: str) -> Section:
    """The section with a number ('6.6'), a name ('lenet'), a slug or a file.

    The first words of a name will do, where no other name begins with them: 'padding';
    or the first and some of the others, in their order: 'sentiment_rnn' is
    'sentiment_analysis_rnn'. UnknownSection lists the chapter, suggests the nearest
    names, or says how to tell those of one name apart.
    """
    if token.endswith('.py'):
        if not os.path.isfile(token):
            raise UnknownSection(f'there is no file {token}')
        return read_section(Path(token).resolve())
    wanted = token.strip().lower().replace('-', '_')
    if re.fullmatch(r'\d+\.\d+', wanted):
        wanted = '.'.join(str(int(part)) for part in wanted.split('.'))
    index = sections()
    found = [s for s in index if wanted in (s.number, s.name, s.slug)]
    begun = [s for s in index if s.name.startswith(f'{wanted}_')]
    begun = begun or [s for s in index if _has_words(s.name, wanted)]
    if len(found) == 1 or not found and len(begun) == 1:
        return (found or begun)[0]
    if found:
        count = 'two' if len(found) == 2 else len(found)
        numbers = sorted({s.number for s in found}, key=[s.number for s in found].index)
        if len(numbers) < len(found):
            files = ' and '.join(str(s.path) for s in found)
            raise UnknownSection(f'{count} files are section {numbers[0]}: {files}; '
                                 'give one of them another number')
        raise UnknownSection(f'{count} sections are called {token}: '
                             f'{" and ".join(numbers)}; say which by its number')
    raise UnknownSection(f'no section {token!r}: {_what_there_is(wanted, index)}'
                         f'{_what_there_was(wanted)}`d2lmx list` shows all')


def _has_words(name, wanted) -> bool:
    """Whether a name begins with the first of the wanted words, and others follow."""
    first, *others = wanted.split('_')
    word, *rest = name.split('_')
    left = iter(rest)
    return word == first and all(other in left for other in others)


def _what_there_is(wanted, index) -> str:
    """What is said where a section is not there: its chapter's, or the nearest names.
    """
    if re.fullmatch(r'\d+\.\d+', wanted):
        chapters = {}
        for section in index:
            chapters.setdefault(section.number.split('.')[0], []).append(section.number)
        chapter = wanted.split('.')[0]
        if chapter not in chapters:
            return f'chapters {", ".join(chapters)} are ported; '
        return (f'the sections of chapter {chapter} with code are '
                f'{", ".join(chapters[chapter])}; ')
    names = [s.name for s in index] + [s.number for s in index]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    return f'did you mean {" or ".join(near)}? ' if near else ''


def _what_there_was(wanted) -> str:
    """What is said of a number, or name, that the printed first edition has."""
    return ''.join(f"with --edition 1 it is the first edition's {first.number}, "
                   f'{first.page}; ' for first in edition1.printed()
                   if wanted in (first.number, first.page.replace('-', '_')))


def load(section: Section):
    """The section's module, imported from its file; InputError for no Python."""
    name = f'd2lmx_section_{section.slug.replace(".", "_")}'
    spec = importlib.util.spec_from_file_location(name, section.path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(code_of(spec.loader, section.path), vars(module))
    return module


def code_of(loader, path):
    """A file's code; InputError, with the line, for a file that is no Python."""
    try:
        return loader.get_code(loader.name)
    except SyntaxError as error:
        raise InputError(f'{path}, line {error.lineno}: {error.msg}') from error
    except (OSError, ValueError) as error:  # bytes that are no text
        raise InputError(f'{path} cannot be read: {error}') from error
