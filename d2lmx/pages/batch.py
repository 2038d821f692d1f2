"""Many sections in turn, each by a process of its own; what is done is not done again.
"""
import json

from ..errors import Unavailable
from . import sections
from .apart import is_of, run_apart, saved
from .options import parse
from .printed import outside, standing
from .results import write_json

SUMMARY = 'summary.json'


def chosen(chapters=None) -> list:
    """All sections, or those of chapters ['3', 'ch4']; InputError where one is not."""
    if chapters is None:
        return sections.sections()
    return [section for chapter in dict.fromkeys(chapters)
            for section in sections.of_chapter(chapter)]


def done_before(found, argv, out) -> dict:
    """{slug: record} of the sections that have results of a run with this `argv`."""
    records = {section.slug: record_of(section, argv, out) for section in found}
    return {slug: record for slug, record in records.items() if record}


def record_of(section, argv, out):
    """The record of a finished run of the section with this `argv`, or None."""
    record = saved(section, out)
    try:
        wanted = record and parse(section, sections.load(section), argv)
    except Exception:  # whatever is wrong with a section, its own process tells
        return None
    return record if wanted and is_of(record, *wanted) else None


def run_all(found, argv, out, records=None, watch=None):
    """Run sections that `records` ({slug: record}) does not hold, and go on after each.

    Gives a row for each section; the rows so far are in ``out/summary.json`` after
    every one, behind those of `failed_before`. watch: called with each section that is
    about to run.
    """
    before = failed_before(found, out)
    rows = {section.slug: row_of(section, record) for section in found
            if (record := (records or {}).get(section.slug))}
    for section in found:
        if section.slug in rows:
            continue
        if watch:
            watch(section)
        try:
            rows[section.slug] = row_of(section, run_apart(section, argv, out))
        except Unavailable as error:
            rows[section.slug] = row_of(section, None, str(error))
        write_json(out / SUMMARY, before + in_order(found, rows))
    write_json(out / SUMMARY, before + in_order(found, rows))
    return in_order(found, rows)


def failed_before(found, out) -> list:
    """Rows of an earlier summary: other sections that failed, and did not run since."""
    summary, chosen = out / SUMMARY, {section.number for section in found}
    try:
        rows = list(json.loads(summary.read_text(encoding='utf-8')))
        written = summary.stat().st_mtime_ns
    except (OSError, ValueError, TypeError):  # damaged, it is written anew
        return []
    results = {section.number: out / section.slug / 'metrics.json'
               for section in sections.sections() if section.number not in chosen}
    failed = [row for row in rows if isinstance(row, dict)
              and row.get('state') == 'failed' and row.get('section') in results]
    return [row for row in failed if not (
        (file := results[row['section']]).is_file()
        and file.stat().st_mtime_ns > written)]


def in_order(found, rows: dict) -> list:
    """The rows that there are, in the sections' order."""
    return [rows[section.slug] for section in found if section.slug in rows]


def row_of(section, record, reason: str = '') -> dict:
    """A section's row: 'state' is 'done' or 'failed'; 'book' says how it stands there.

    'book' is 'inside', 'outside', 'not compared', or '' for a page without numbers.
    """
    row = {'section': section.number, 'name': section.name, 'title': section.title,
           'state': 'failed' if record is None else 'done', 'reason': reason}
    if record is None:
        return {**row, 'data': '', 'seconds': None, 'book': '', 'outside': []}
    book = record['book']
    return {**row, 'data': record['data'], 'seconds': record['timing']['total_seconds'],
            'book': standing(book), 'outside': outside((book or {}).get('numbers', {}))}
