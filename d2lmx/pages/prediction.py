"""What a section's ``predict`` makes of a reader's own inputs."""
import inspect
import sys
from pathlib import Path

import matplotlib
from matplotlib import pyplot as plt

from ..context import running
from ..errors import InputError
from ..files.whole import whole_file, writing
from ..runtime.devices import set_seed
from .options import Parser, add_option, hyperparameters
from .results import as_json

PLACE = 'predictions'  # the folder of figures, beside the model


def parse(section, module, argv):
    """The command's own options, and the keyword arguments for the section's predict.

    InputError for a section that predicts nothing.
    """
    if not hasattr(module, 'predict') or not takes_model(module.predict):
        raise InputError(f'section {section.number or section.path.name} predicts '
                         'nothing from inputs: it has no function predict(model, '
                         '*inputs)')
    title = f'{section.title} {section.title_zh}'.strip()
    parser = Parser(prog=f'd2lmx predict {section.number or section.path.name}',
                    description=title)
    inputs = inputs_of(module.predict)
    parser.add_argument('inputs', nargs='*', metavar=' '.join(inputs).upper(),
                        help='none: the lines of standard input')
    parser.add_argument('--model', type=Path, metavar='DIR',
                        default=Path('results', section.slug, 'model'),
                        help='the folder `model` of a run (default: %(default)s)')
    parser.add_argument('--out', type=Path, metavar='DIR', help='where figures go '
                        f'(default: {PLACE}, beside the model)')
    parser.add_argument('--json', action='store_true', help='numbers as JSON')
    group = parser.add_argument_group('this section')
    for name, (kind, default) in hyperparameters(
            module.predict, 'predict', ('model', *inputs)).items():
        add_option(group, name, kind, default)
    args = parser.parse_intermixed_args(argv)
    keywords = {name: value for name, value in vars(args).items()
                if name not in ('inputs', 'model', 'out', 'json')}
    args.inputs = args.inputs or [line.rstrip('\n') for line in sys.stdin]
    check_count(section, module.predict, inputs, args.inputs)
    return args, keywords


def takes_model(function) -> bool:
    """Whether a function is a section's predict(model, ...), not a page's own."""
    return (inspect.isfunction(function)
            and next(iter(inspect.signature(function).parameters), '') == 'model')


def inputs_of(function) -> list:
    """The names of what predict(model, content, style) takes beside the model."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]


def takes_any_number(function) -> bool:
    """Whether predict takes ``*inputs``, and gives a result for each."""
    return any(p.kind is p.VAR_POSITIONAL
               for p in inspect.signature(function).parameters.values())


def check_count(section, function, names, inputs) -> None:
    """InputError unless there are as many inputs as predict takes."""
    name = section.number or section.name
    if not inputs:
        raise InputError(f'there is nothing to predict from: section {name} takes '
                         f'{", ".join(names)}; give them as arguments, or as lines of '
                         'standard input')
    if not takes_any_number(function) and len(inputs) != len(names):
        raise InputError(f'section {name} takes {len(names)} inputs '
                         f'({", ".join(names)}), got {len(inputs)}')


def predictions(section, module, args, keywords):
    """(results, files of figures): JSON values, one for each input that is a result's.

    args: of `parse`. A figure's file is called by its number and, where there is one
    for each input, by the input's name.
    """
    matplotlib.use('Agg')
    plt.close('all')
    set_seed(0)
    with running(section=section.slug):
        results = module.predict(args.model, *args.inputs, **keywords)
    expected = len(args.inputs) if takes_any_number(module.predict) else 1
    if not isinstance(results, list) or len(results) != expected:
        raise InputError('predict must return a list of JSON values, one for each '
                         'result')
    folder = args.out or args.model.parent / PLACE
    numbers = plt.get_fignums()
    names = ([f'-{Path(name).stem[:100]}' for name in args.inputs]
             if len(numbers) == len(args.inputs) == expected else [''] * len(numbers))
    files = [folder / f'{i}{name}.png' for i, name in enumerate(names, start=1)]
    return as_json(results), [save(plt.figure(number), file)
                              for number, file in zip(numbers, files)]


def save(figure, path) -> Path:
    """Write a figure as PNG, whole or not at all."""
    with whole_file(path) as part, writing(path):
        figure.savefig(part, dpi=150, bbox_inches='tight')
    return path
