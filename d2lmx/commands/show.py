"""A section's network as table and picture."""
from pathlib import Path

from ..pages.editions import add_edition


def options(parser):
    parser.add_argument('section', help='a section with a network, or gluoncv:NAME')
    add_edition(parser)
    parser.add_argument('--params', type=Path, metavar='FILE',
                        help="of gluoncv's: trained weights, which tell its classes")
    parser.add_argument('--out', type=Path, help='a .svg, .png or .pdf file to draw')


def obey(args):
    from ..pages.networks import find_network, with_params
    from ..viz.graphs import draw_network
    from ..viz.summaries import summary_table
    network = find_network(with_params(args.section, args.params), with_zoo=True)
    inputs = network.example_inputs(1)
    table = summary_table(network.build_net(), *inputs)
    if args.out is not None:  # first: without Graphviz the complaint holds the table
        draw_network(network.build_net(), inputs, args.out)
        table += f'\npicture: {args.out}'
    print(table)
