"""A section's network as table and picture, and what its layers make of a photo."""
from pathlib import Path

from ..errors import InputError
from ..pages.editions import add_edition


def options(parser):
    parser.add_argument('section', help='a section with a network, or gluoncv:NAME')
    add_edition(parser)
    parser.add_argument('--params', type=Path, metavar='FILE|DIR',
                        help="of gluoncv's: trained weights, which tell its classes; "
                             'for --activations, as of export')
    parser.add_argument('--activations', type=Path, metavar='PHOTO',
                        help='draw the feature maps of each layer for this picture')
    parser.add_argument('--out', type=Path,
                        help='a .svg, .png or .pdf file to draw, the graph or, with '
                             '--activations, the maps (default: none of the graph, '
                             'results/NAME-activations.png of the maps)')


def obey(args):
    from ..pages.networks import find_network, with_params
    from ..viz.graphs import draw_network
    from ..viz.summaries import summary_table
    network = find_network(with_params(args.section, args.params), with_zoo=True)
    if args.activations is not None:
        return show_maps(network, args)
    inputs = network.example_inputs(1)
    table = summary_table(network.build_net(), *inputs)
    if args.out is not None:  # first: without Graphviz the complaint holds the table
        draw_network(network.build_net(), inputs, args.out)
        table += f'\npicture: {args.out}'
    print(table)


def show_maps(network, args) -> None:
    """Write the picture of all layers' maps, and say how large they are."""
    from ..files.whole import whole_file
    from ..pages.activations import activations
    from ..viz.activations import show_activations
    from ..viz.graphs import SUFFIXES
    out = args.out or Path('results') / f'{network.label}-activations.png'
    if out.suffix not in SUFFIXES:
        raise InputError(f'a drawing ends in {", ".join(SUFFIXES)}, got {str(out)!r}')
    picture, maps = activations(network, args.activations, args.params)
    figure = show_activations(maps, picture)[0, 0].figure
    with whole_file(out) as part:
        figure.savefig(part, dpi=150, bbox_inches='tight')
    if args.params is None:
        print('its weights are random, by a seed: --params FILE gives trained ones')
    for name, channels in maps:
        print(f'{name}: {channels.shape[0]} maps of '
              f'{" x ".join(map(str, channels.shape[1:]))}')
    print(f'picture: {out}')
