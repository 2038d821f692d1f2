"""The data files: list, fetch, verify, path."""
from ..files import hub
from ..pages.options import Parser
from . import complain

ACTIONS = {'fetch': 'download files', 'verify': 'compare with the SHA-1',
           'path': 'where a file is'}


def options(parser):
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION',
                                    parser_class=Parser)
    actions.add_parser('list', help='every file: here or not, and which it is')
    for name, text in ACTIONS.items():
        action = actions.add_parser(name, help=text)
        all_of_them = '' if name == 'path' else '; none: all'
        action.add_argument('names', nargs='*' if all_of_them else 1, metavar='NAME',
                            help='as in `d2lmx data list`' + all_of_them)


def obey(args):
    """1 where a file could not be had, is missing or has other bytes than the book's;
    InputError for a name that is unknown and for data folders that are wrongly set."""
    if hub.policy() == 'toy':
        from .. import data, models  # with whom the writers of toys stand
    names = getattr(args, 'names', [])
    found = {name: hub.locate(name) for name in names or hub.DATA_HUB}
    if args.action == 'list':
        print_table(found)
        return 0
    if args.action == 'fetch':
        return max(map(fetch, names or filter(hub.has_address, found)))
    if args.action == 'verify':
        return verify_all(found, missing_is_wrong=bool(names))
    return max(print_path(name, place) for name, place in found.items())


def print_table(found) -> None:
    """A line a file: name, file, kind, size and folder."""
    rows = [('name', 'file', 'which', 'size', 'folder')]
    for name, place in found.items():
        path, kind = place or (None, 'missing')
        rows.append((name, file_name(name), kind,
                     readable_size(path.stat().st_size) if path else '-',
                     str(path.parent) if path else '-'))
    # no table of pandas, whose import takes longer than all else here
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print('  '.join(f'{cell:{width}}' for cell, width in zip(row, widths)).rstrip())


def fetch(name) -> int:
    """Download a file, unless it is here; says where it is."""
    try:
        path = hub.download(name)
    except hub.DataUnavailable as error:
        complain(error)  # and go on with the next file
        return error.status
    print(f'{name}: {path}')
    return 0


def verify_all(found, missing_is_wrong) -> int:
    """Verify each file that is here, of those named or of all; says if not all are.

    1 where one is wrong, where one that was named is missing, and where none is here.
    """
    here = sum(place is not None for place in found.values())
    status = max(verify(name, place, missing_is_wrong) for name, place in found.items())
    if here < len(found):
        print(f'{here} of {len(found)} files are here')
    return status if here else 1


def verify(name, place, missing_is_wrong) -> int:
    """Compare a file with the book's SHA-1 and print book, local, toy or missing."""
    if place is None:
        print(f'{name}: missing')
        return int(missing_is_wrong)
    path, kind = place
    if kind != 'local':
        print(f'{name}: {kind}')
        return 0
    print(f'{name}: local, {path} has SHA-1 {hub.sha1_of(path)}, the book\'s file '
          f'{hub.DATA_HUB[name][1]}: delete it and run `d2lmx data fetch {name}`, '
          'unless it is your own')
    return 1


def print_path(name, place) -> int:
    """Print where a file is, or how to get it."""
    if place is None:
        complain(f'{file_name(name)} is not on this machine: run `d2lmx data fetch '
                 f'{name}`, or name its folder in D2LMX_DATA')
        return 1
    print(place[0])
    return 0


def file_name(name) -> str:
    """What a file is called in a data folder."""
    return hub.known(name).file


def readable_size(size: int) -> str:
    """Bytes for people: '812 B', '1.5 MB'."""
    for unit in ('B', 'kB', 'MB'):
        if size < 1000:
            return f'{size:.3g} {unit}'
        size /= 1000
    return f'{size:.3g} GB'
