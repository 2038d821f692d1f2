"""All sections of the book: number, name, titles, data files."""
import json

from ..pages.sections import sections


def options(parser):
    parser.add_argument('--json', action='store_true', help='as JSON')


def obey(args):
    rows = [{'number': s.number, 'name': s.name, 'title': s.title,
             'title_zh': s.title_zh, 'data': list(s.data)} for s in sections()]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        needs = f'  [{", ".join(row["data"])}]' if row['data'] else ''
        print(f'{row["number"]:>5}  {row["name"]:32} {row["title"]} '
              f'{row["title_zh"]}{needs}')
