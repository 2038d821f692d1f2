"""A section and the library code that its page prints, whole, in the page's order."""
from ..pages.editions import add_edition


def options(parser):
    parser.add_argument('section', help='number (10.7), name (transformer) or file')
    add_edition(parser)


def obey(args):
    from ..pages import sections
    from ..pages.reading import page_of
    print(page_of(sections.find(args.section)), end='')
