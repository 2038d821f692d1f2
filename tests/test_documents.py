"""The documents: short enough to be finished, and nothing in them leads nowhere."""
import re
from pathlib import Path

import pytest

from d2lmx import commands
from d2lmx.pages import sections

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob('*.md'), *(ROOT / 'docs').glob('*.md')]
LONGEST = 150  # lines of a README
THE_FIVE = 'check', 'notebook', 'report', 'run --all', 'predict', 'compare', 'launch'


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize('path', DOCUMENTS, ids=name_of)
def test_links_lead_to_files_and_headings_that_are_there(path):
    links = re.findall(r'\]\((?!https?:)([^)\s]+)\)', path.read_text(encoding='utf-8'))
    assert [link for link in links
            if not (path.parent / link.partition('#')[0]).is_file()] == []


@pytest.mark.parametrize('name', ['README.md', 'README.zh.md'])
def test_a_readme_is_short_and_names_what_one_can_do(name):
    text = (ROOT / name).read_text(encoding='utf-8')
    assert len(text.splitlines()) <= LONGEST
    assert [word for word in THE_FIVE if f'd2lmx {word}' not in text] == []


def test_each_document_can_be_reached_from_the_readme():
    seen, ahead = set(), [ROOT / 'README.md']
    while ahead:
        path = ahead.pop()
        if path in seen or path.suffix != '.md':
            continue
        seen.add(path)
        ahead += [(path.parent / link).resolve() for link in re.findall(
            r'\]\((?!https?:)([^)#\s]+)', path.read_text(encoding='utf-8'))]
    assert {name_of(path) for path in seen} == {name_of(path) for path in DOCUMENTS}


def test_every_command_is_in_the_list_of_all():
    text = (ROOT / 'docs' / 'commands.md').read_text(encoding='utf-8')
    assert [name for name in commands.names()
            if not re.search(rf'^\| `d2lmx {name}\b', text, re.MULTILINE)] == []


@pytest.mark.parametrize('name,first', [
    ('README.md', r'chapters 2 to (\d+)'), ('README.zh.md', r'第 2 章到第 (\d+) 章'),
    ('docs/first-steps.md', r'chapters 2 to (\d+)'),
    ('docs/first-steps.zh.md', r'第 2 章到第 (\d+) 章')])
def test_chapters_are_counted_to_the_last_of_the_book(name, first):
    chapters = {int(section.number.partition('.')[0]) for section in
                sections.sections()} - {20, 21, 22, 23}  # these are ours
    counted, = re.findall(first, (ROOT / name).read_text(encoding='utf-8'))
    assert int(counted) == max(chapters)
