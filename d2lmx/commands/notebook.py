"""A section as a Jupyter notebook, or all of them in a folder."""
from pathlib import Path

from ..errors import InputError
from ..pages import sections
from ..pages.editions import add_edition


def options(parser):
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument('section', nargs='?',
                       help='number (6.6), name (lenet) or file')
    which.add_argument('--all', action='store_true', help='every section')
    parser.add_argument('-o', '--out', type=Path,
                        help='the .ipynb file (default: 06.06_lenet.ipynb, here), or '
                             'the folder of all (default: notebooks)')
    add_edition(parser)
    parser.add_argument('--smoke', action='store_true',
                        help='with options of a run of seconds, on toy data')
    parser.add_argument('--force', action='store_true', help='replace notebooks')


def obey(args):
    """Write notebooks, all or none; those that are there stay without --force."""
    from tqdm import tqdm

    from ..files.whole import whole_files, writing
    from ..pages.notebooks import notebook_of
    targets = all_targets(args.out) if args.all else one_target(args.section, args.out)
    there = [file for file in targets.values() if file.exists()]
    if there and not args.force:
        raise InputError(f'{there[0]} is there: --force replaces it, --out names '
                         'another place')
    texts = [notebook_of(section, args.smoke) for section in tqdm(
        targets, disable=None if args.all else True, unit='section', leave=False)]
    with whole_files(*targets.values()) as parts:
        for text, part, target in zip(texts, parts, targets.values()):
            with writing(target):
                part.write_text(text, encoding='utf-8')
    where = f'{len(targets)} notebooks in {args.out or "notebooks"}'
    print(f'written: {where if args.all else list(targets.values())[0]}')


def one_target(token, out) -> dict:
    """{section: file} of a single notebook."""
    section = sections.find(token)
    if out is not None and (out.suffix != '.ipynb' or out.is_dir()):
        raise InputError(f'expected the name of a file that ends in .ipynb, got {out}')
    return {section: out or Path(f'{section.slug}.ipynb')}


def all_targets(out) -> dict:
    """{section: file} of all notebooks, in one folder."""
    folder = out or Path('notebooks')
    if folder.exists() and not folder.is_dir():
        raise InputError(f'expected the name of a folder, got the file {folder}')
    return {section: folder / f'{section.slug}.ipynb'
            for section in sections.sections()}
