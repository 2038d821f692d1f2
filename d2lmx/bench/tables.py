"""The table of all sections, in Markdown and as JSON."""
from ..files.whole import whole_file, writing
from ..pages.results import as_json, write_json
from .epochs import EPOCH, PAGE, SCRATCH
from .processes import UNDER_LOAD
from .records import slowdowns
from .ways import TRAIN

OURS = 'static', 'imperative'  # the first of these that there is stands for us


def rows_of(records) -> list:
    """A dict of figures for each section and condition, in the records' order.

    'ours' is how many units a second this library trains on, static where it can be;
    others are how many times as fast that is as another way, None where there is none.
    """
    return [row_of(record, what) for record in records for what in record['result']
            if what.startswith((EPOCH, TRAIN)) and not what.endswith(UNDER_LOAD)]


def row_of(record, what) -> dict:
    """One section's figures under one condition."""
    ways = record['result'][what]
    way = next(way for way in OURS if way in ways)
    ours = ways[way]
    medians = {name: row['median_seconds'] for name, row in ways.items()}
    slower = slowdowns(record)

    def times(*names):
        return min((medians[name] for name in names if name in medians),
                   default=None)

    others = {'page': [PAGE], 'imperative': ['imperative'],
              'torch eager': ['torch eager'],
              'torch compiled': ['torch compiled'], 'best of torch': [
                  name for name in medians
                  if name.startswith('torch') and name not in SCRATCH],
              'torch scratch': SCRATCH}
    best = {name: times(*names) for name, names in others.items()}
    theirs = [value for (thing, name), value in slower.items()
              if thing == what and name == 'torch eager']
    return {'section': record['title'], 'condition': what.partition(', ')[2],
            'batch': record['batch_size'], 'unit': record['unit'], 'way': way,
            'ours': ours[f'{record["unit"]}_per_second'],
            **{f'x {name}': seconds and seconds / medians[way]
               for name, seconds in best.items()},
            'of peak': ours.get('share_of_peak'),
            'of bandwidth': ours.get('share_of_bandwidth'),
            'under load: times as long': slower.get((what, way)),
            'torch eager under load': theirs[0] if theirs else None}


def markdown(rows) -> str:
    """The rows as a table: columns without any figure are left out."""
    if not rows:
        return ''
    columns = [name for name in rows[0]
               if any(row[name] not in (None, '') for row in rows)]
    lines = [columns, ['---'] * len(columns),
             *([cell(name, row[name]) for name in columns] for row in rows)]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def cell(name, value) -> str:
    """A figure as text: a rate to three digits, shares in percent."""
    if value in (None, ''):
        return '-'
    if isinstance(value, str):
        return value
    if name.startswith('of '):
        return f'{value:.0%}'
    if isinstance(value, int):
        return str(value)
    return f'{float(f"{value:.3g}"):.0f}' if name == 'ours' else f'{value:.2f}'


def heading(records) -> str:
    """On what, and how, the records were made: a sentence."""
    record = next(iter(records))
    rounds = sorted({record['rounds'] for record in records})
    return (f'{record["processor"]}, {record["threads"]} threads unless a row says '
            f'otherwise, medians of {rounds[0]} to {rounds[-1]} rounds in turn.')


def write_table(rows, records, out, is_epochs):
    """The text of the table, and the files that hold it: Markdown and JSON."""
    stem = out / ('all_epochs' if is_epochs else 'all_steps')
    text = '\n\n'.join([heading(records), markdown(rows)]) if rows else ''
    path = stem.parent / f'{stem.name}.md'
    with whole_file(path) as part, writing(path):
        part.write_text(text + '\n', encoding='utf-8')
    return text, (path, write_json(stem.parent / f'{stem.name}.json', as_json(rows)))
