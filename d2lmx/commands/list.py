"""All sections of the book, or of a chapter: number, name, titles, data."""
import itertools
import json
import re
from dataclasses import asdict

from ..pages import edition1
from ..pages.editions import add_edition, held
from ..pages.sections import of_chapter, sections


def options(parser):
    parser.add_argument('chapter', nargs='?', help='ch9, or 9 (default: all)')
    add_edition(parser)
    parser.add_argument('--json', action='store_true', help='as JSON')


def obey(args):
    if args.edition == '1':
        return list_first(args)
    found = sections() if args.chapter is None else of_chapter(args.chapter)
    if args.json:
        print(json.dumps([{'number': s.number, 'name': s.name, 'title': s.title,
                           'title_zh': s.title_zh, 'data': list(s.data)}
                          for s in found], indent=1))
        return
    for folder, of_folder in itertools.groupby(found, lambda s: s.path.parent.name):
        print(heading(folder))
        for section in of_folder:
            print(line_of(section, width=max(len(s.name) for s in found)))


def heading(folder: str) -> str:
    """Of a chapter, from its folder: '9  Recurrent modern'."""
    number, _, words = folder.removeprefix('ch').partition('_')
    return f'{int(number)}  {words.replace("_", " ").capitalize()}'


def line_of(section, width: int) -> str:
    """'   9.7  seq2seq  Sequence to sequence learning / 序列到序列学习  [fra-eng]'.
    """
    titles = dict.fromkeys([section.title, section.title_zh])  # may be one word
    sets = dict.fromkeys(re.sub(r'_(train|test)(_\w+)?$', '', name)
                         for name in section.data)  # of several files, or one
    needs = ', '.join(sets)
    return (f'{section.number:>6}  {section.name:{width}}  {" / ".join(titles)}'
            + (f'  [{needs}]' if needs else ''))


def list_first(args):
    """The sections of the first edition, with the numbers of ours."""
    found = (edition1.printed() if args.chapter is None
             else edition1.of_chapter(args.chapter))
    if args.json:
        print(json.dumps([asdict(section) for section in found], indent=1))
        return
    width = max(len(section.page) for section in found)
    for section in found:
        here, _ = held(section)
        words = [] if section.has_code else ['text without code']
        words += [f'{other.number} {other.name}' for other in here]
        print(f'{section.number:>6}  {section.page:{width}}  {section.title_zh}'
              f'  -> {", ".join(words)}')
