"""A section's network as files, compared when reloaded: symbol, onnx or int8."""
from pathlib import Path

from ..pages.editions import add_edition
from ..pages.options import shape


def options(parser):
    parser.add_argument('section', help='a section with a network, or gluoncv:NAME')
    parser.add_argument('--to', choices=['symbol', 'onnx', 'int8'], required=True,
                        help='int8: measures accuracy and speed, before and after')
    parser.add_argument('--out', type=Path, default=Path('results'))
    add_edition(parser)
    parser.add_argument('--params', type=Path, metavar='FILE|DIR',
                        help='trained weights: a file of net.save_parameters, or the '
                             'checkpoint of a run (default: Xavier weights; none for '
                             'int8)')
    parser.add_argument('--input-shape', type=shape, metavar='CxHxW',
                        help="of one example, such as 1x224x224 (default: the "
                             "section's)")
    parser.add_argument('--data', choices=['auto', 'book', 'toy'], default='auto',
                        help='to calibrate int8 on')


def obey(args):
    return quantize(args) if args.to == 'int8' else export(args)


def export(args):
    from ..pages.artefacts import OTHER_BATCHES, export_network
    from ..pages.networks import find_network, with_params
    network = find_network(with_params(args.section, args.params), with_zoo=True)
    files = export_network(network, args.to, args.out, args.params, args.input_shape)
    print(f'{network.title}: equal to the live network on batches of 2, '
          f'{" and ".join(map(str, OTHER_BATCHES))}')
    if args.params is None and network.token:
        print('its weights are random, by a seed: --params FILE gives trained ones')
    for file in files:
        print(f'written: {file}')


def quantize(args):
    from ..bench.quantization import STATIC, quantization_record
    from ..pages.networks import find_network
    from ..pages.results import write_json
    network = find_network(args.section)
    record = quantization_record(network, args.out, args.params, args.input_shape,
                                 args.data)
    path = write_json(args.out / f'{network.label}-int8.json', record)
    seconds = record['median seconds']
    print(f'{record["name"]}: INT8, calibrated on {record["calibrated on"]} examples; '
          f'data: {record["data"]}; equal when reloaded, on batches of 2, 1 and 3')
    print(f'accuracy on {record["tested on"]:,} test examples: '
          + ', '.join(f'{name} {value:.4f}'
                      for name, value in record['accuracy'].items()))
    print(f'prediction of {record["batch size"]} examples, {record["threads"]} '
          f'threads, medians of {record["rounds"]} rounds in turn:')
    for side, median in seconds.items():
        print(f'  {side:24}{median * 1e3:9.2f} ms{seconds[STATIC] / median:8.2f} x')
    print(f'written: {", ".join(record["files written"])}\nnumbers: {path}')
