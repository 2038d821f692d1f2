"""What the commands left in a folder of results: read and checked, nothing run."""
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..files.archives import BadData
from ..files.reading import read_text

NUMBER, TEXTS = (int, float), {str: str}
MADE = {'section': str, 'data': str, 'files': [TEXTS], 'versions': TEXTS, 'device': str,
        'threads': (int, None)}
BESIDE = {'ours': (*NUMBER, str), 'book': NUMBER, 'lowest': NUMBER, 'highest': NUMBER,
          'inside': bool}
RUN = {**MADE, 'name': str, 'title': str, 'options': dict, 'seed': int, 'smoke': bool,
       'hybridized': bool, 'workers': int, 'result': dict,
       'book': (None, {'reason': str}, {'numbers': {str: BESIDE}}),
       'timing': {'total_seconds': NUMBER}}
SIDES = {'gluon': NUMBER, 'torch': NUMBER, 'ratio': NUMBER}
DIFFERENCE = {'absolute': (*NUMBER, str), 'relative': (*NUMBER, str),
              'tolerance': NUMBER, 'passed': bool}
CHECK = {**DIFFERENCE, 'float64?': DIFFERENCE}
COMPARISON = {**MADE, 'title': str, 'port': str, 'torch': str, 'batch_size': int,
              'steps': int, 'lr': NUMBER, 'checks': {str: CHECK},
              'settings': [{'what': str, 'ours': object, 'theirs': object,
                            'passed': bool}],
              'not_compared': [str], 'conventions': TEXTS, 'error': (None, str),
              'parting': (None, {'mode': str, 'text': str}), 'passed': bool,
              'timing': (None, {'batch_size': int, 'threads': int, 'rounds': int,
                                'training step': SIDES, 'prediction': SIDES})}
WAY = {'median_seconds': NUMBER, 'examples_per_second?': NUMBER,
       'tokens_per_second?': NUMBER, 'times_best_torch?': (*NUMBER, None)}
SPEED = {'title?': str, 'threads': (int, None), 'rounds': int, 'versions': TEXTS,
         'unit?': str, 'batch_size?': int, 'processor?': str, 'legend?': TEXTS,
         'refused?': TEXTS, 'result': {str: {str: WAY}}}
INT8 = {**MADE, 'name': str, 'accuracy': {str: NUMBER}, 'tested on': int,
        'calibrated on': int, 'batch size': int, 'median seconds': {str: NUMBER}}
SUMMARY = [{'section': str, 'state': str, 'reason': str}]
# a file's label, the part before these, begins with its section's slug
EXPORTED = re.compile(r'(.+?)(-int8)?(-encoder|-step)?'
                      r'(\.onnx|-symbol\.json|-\d{4}\.params|-parts\.json)')


@dataclass
class Found:
    """All that was left of one section, or of one network that belongs to none."""

    run: dict = None             # the record of its last run
    folder: Path = None          # of that run, with its figures
    failure: str = ''            # why a later run failed
    comparisons: list = field(default_factory=list)  # (file, record) each
    speeds: list = field(default_factory=list)
    quantized: list = field(default_factory=list)
    exported: list = field(default_factory=list)     # files
    others: list = field(default_factory=list)       # records of other options, seeds

    @property
    def copied(self) -> list:
        """The files of JSON that a page offers as they are."""
        run = [self.folder / 'metrics.json'] if self.run else []
        return run + [file for file, _ in
                      self.comparisons + self.speeds + self.quantized]


def read_results(folder: Path, slugs: dict) -> dict:
    """{slug, or label of what is no section's: Found} of a folder of results.

    slugs: {slug: number} of all sections. BadData names a file that no command wrote
    so.
    """
    found = {}

    def of(label) -> Found:
        owners = [slug for slug in slugs if f'{label}_'.startswith(f'{slug}_')]
        return found.setdefault(max(owners, key=len, default=label), Found())

    for path in sorted(folder.glob('[!.]*/metrics.json')):
        entry = of(path.parent.name)
        entry.run, entry.folder = read_record(path, RUN, 'run'), path.parent
    for path in sorted(folder.glob('[!.]*/[!.]*/metrics.json')):  # `check` left these
        if path.parent.name in slugs:
            of(path.parent.name).others.append(read_record(path, RUN, 'run'))
    for path in sorted(file for file in folder.glob('[!.]*') if file.is_file()):
        file = path.name
        if match := re.fullmatch(r'compare_(.+)\.json', file):
            record = read_record(path, COMPARISON, 'compare')
            of(match[1]).comparisons.append((path, record))
        elif match := re.fullmatch(r'(?:bench|epochs)_(.+)\.json', file):
            of(match[1]).speeds.append((path, read_record(path, SPEED, 'bench')))
        elif match := EXPORTED.fullmatch(file):
            of(match[1]).exported.append(path)
        elif match := re.fullmatch(r'(.+)-int8\.json', file):
            of(match[1]).quantized.append((path, read_record(path, INT8, 'export')))
    for number, reason in failures(folder / 'summary.json').items():
        for slug in (slug for slug, other in slugs.items() if other == number):
            if not is_newer(folder / slug / 'metrics.json', folder / 'summary.json'):
                of(slug).failure = reason
    return found


def failures(summary: Path) -> dict:
    """{number: reason} of the sections that failed in `run --all`."""
    rows = read_record(summary, SUMMARY, 'run --all') if summary.is_file() else []
    return {row['section']: row['reason'] for row in rows if row['state'] == 'failed'}


def is_newer(path: Path, other: Path) -> bool:
    """Whether a file is there, and was written after the other."""
    return path.is_file() and path.stat().st_mtime_ns > other.stat().st_mtime_ns


def read_record(path: Path, form, command: str) -> dict:
    """A record of JSON; BadData unless it has the form that its command gives it."""
    try:
        record = json.loads(read_text(path), parse_constant=str, parse_int=whole_number)
    except (ValueError, RecursionError) as error:
        raise BadData(f'{path} is no JSON ({error}): remove it, or let `d2lmx '
                      f'{command}` write it again') from error
    if problem := misfit(record, form):
        raise BadData(f'{path} is no record of `d2lmx {command}` ({problem}): remove '
                      'it, or let that command write it again')
    return record


def whole_number(digits: str):
    """An int; a float, infinite perhaps, where no counter counts so far."""
    return int(digits) if len(digits) < 20 else float(digits)


def misfit(value, form, place='the record') -> str:
    """Where a value has not a form, in words; '' where it has it.

    form: a type; None, of nothing; a tuple of forms, one of which must fit; [form] of
    each part of a list; {str: form} of each value of a dict, or {key: form} of those it
    must have, and {'key?': form} of those it may have.
    """
    if isinstance(form, tuple):
        problems = [misfit(value, one, place) for one in form]
        return '' if '' in problems else problems[-1]
    if isinstance(form, type) or form is None:
        fits = value is None if form is None else isinstance(value, form)
        return '' if fits else f'{place} is {type(value).__name__}'
    if not isinstance(value, type(form)):
        return f'{place} is {type(value).__name__}'
    if isinstance(form, list):
        parts = [(f'a part of {place}', part, form[0]) for part in value]
    elif str in form:
        parts = [(repr(key), part, form[str]) for key, part in value.items()]
    elif lacking := [key for key in form if key[-1] != '?' and key not in value]:
        return f'{lacking[0]!r} is not there'
    else:
        parts = [(repr(key), value[key], one) for key, one in (
            (key.rstrip('?'), one) for key, one in form.items()) if key in value]
    return next(filter(None, (misfit(part, one, name) for name, part, one in parts)),
                '')
