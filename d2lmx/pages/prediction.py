"""What a section's ``predict`` makes of a reader's own inputs."""
import inspect
import sys
import typing
from pathlib import Path

import matplotlib
from matplotlib import pyplot as plt

from ..context import running
from ..errors import InputError
from ..files.whole import whole_file, writing
from ..runtime.devices import set_seed
from ..viz.finish import finish
from . import sections
from .options import Parser, add_option, flag, hyperparameters
from .results import as_json

PLACE = 'predictions'  # the folder of figures, beside the model
MARK = '\ufeff'        # of byte order, with which some editors begin a file


def find(token: str) -> tuple:
    """The section that predicts by a name, and the options that the name means.

    What a section's name ends in may be an option of its predict: 'analogy' means
    14.7, 'similarity_analogy', with --analogy. And so may a network of several, one of
    the option variant: 'nade' means 23.20 with --variant nade. UnknownSection as of
    `sections.find`.
    """
    try:
        return sections.find(token), []
    except sections.UnknownSection:
        word = token.strip().lower()
        for section in sections.sections():
            if section.name.endswith(f'_{word}') and is_switch(section, word):
                return section, [flag(word)]
            if is_variant(section, word):
                return section, [flag('variant'), word]
        raise


def is_switch(section, name: str) -> bool:
    """Whether a section's predict has an option of this name, yes or no."""
    predict = getattr(sections.load(section), 'predict', None)
    return takes_model(predict) and options_of(predict).get(name, [None])[0] is bool


def is_variant(section, name: str) -> bool:
    """Whether a section's predict has several networks, and one of this name."""
    if repr(name) not in section.path.read_text(encoding='utf-8', errors='replace'):
        return False  # seen without an import of all sections
    predict = getattr(sections.load(section), 'predict', None)
    return takes_model(predict) and name in typing.get_args(
        options_of(predict).get('variant', [None])[0])


def options_of(predict) -> dict:
    """{name: (type, default)} of what predict takes beside the model and inputs."""
    return hyperparameters(predict, 'predict', ('model', *inputs_of(predict)))


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
    inputs, group = inputs_of(module.predict), fields_of(module.predict)
    names = group or inputs
    if names:
        parser.add_argument('inputs', nargs='*', metavar=' '.join(names).upper(),
                            help='none: the lines of standard input')
    parser.add_argument('--model', type=Path, metavar='DIR',
                        default=default_model(section, module.predict),
                        help='the folder `model` of a run (default: %(default)s)')
    parser.add_argument('--out', type=Path, metavar='DIR', help='where figures go '
                        f'(default: {PLACE}, beside the model)')
    parser.add_argument('--json', action='store_true', help='numbers as JSON')
    own = parser.add_argument_group('this section')
    for name, (kind, default) in options_of(module.predict).items():
        add_option(own, name, kind, default)
    args = parser.parse_intermixed_args(argv)
    keywords = {name: value for name, value in vars(args).items()
                if name not in ('inputs', 'model', 'out', 'json')}
    if not names:
        args.inputs = []
    elif not args.inputs:
        lines = [line.rstrip('\r\n').lstrip(MARK) for line in sys.stdin]
        args.inputs = ([field for number, line in enumerate(lines, start=1)
                        for field in split(line, group, number)] if group else lines)
    if names:
        check_count(section, module.predict, names, args.inputs)
    if group:
        args.inputs = list(zip(*[iter(args.inputs)] * len(group)))
    return args, keywords


def takes_model(function) -> bool:
    """Whether a function is a section's predict(model, ...), not a page's own."""
    return (inspect.isfunction(function)
            and next(iter(inspect.signature(function).parameters), '') == 'model')


def default_model(section, function) -> Path:
    """What predict takes by itself, as ``predict(model='glove.6b.50d', *words)`` does,
    or where a run of the section leaves its model."""
    given = next(iter(inspect.signature(function).parameters.values())).default
    return Path('results', section.slug, 'model') if given is inspect.Parameter.empty \
        else Path(given)


def inputs_of(function) -> list:
    """The names of what predict(model, content, style) takes beside the model."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]


def takes_any_number(function) -> bool:
    """Whether predict takes ``*inputs``, and gives a result for each."""
    return any(p.kind is p.VAR_POSITIONAL
               for p in inspect.signature(function).parameters.values())


def fields_of(function) -> tuple:
    """The names of what makes one input of predict, where it takes several together.

    A ``typing.NamedTuple`` says it: ``*pairs: Pair``. Otherwise ().
    """
    return next((getattr(p.annotation, '_fields', ())
                 for p in inspect.signature(function).parameters.values()
                 if p.kind is p.VAR_POSITIONAL), ())


def split(line, names, number) -> list:
    """What stands between the tabs of a line; InputError unless it is one a name."""
    found = line.split('\t')
    if len(found) != len(names):
        raise InputError(f'line {number} must be {", ".join(names)} with a tab '
                         f'between, got {line[:60]!r}')
    return found


def check_count(section, function, names, inputs) -> None:
    """InputError unless there are as many inputs as predict takes."""
    name = section.number or section.name
    if not inputs:
        raise InputError(f'there is nothing to predict from: section {name} takes '
                         f'{", ".join(names)}; give them as arguments, or as lines of '
                         'standard input')
    is_whole = (len(inputs) % len(names) == 0 if fields_of(function) else
                takes_any_number(function) or len(inputs) == len(names))
    if not is_whole:
        raise InputError(f'section {name} takes {len(names)} inputs '
                         f'({", ".join(names)}), got {len(inputs)}')


def predictions(section, module, args, keywords):
    """(results, files of figures): JSON values, one for each input or group of inputs.

    args: of `parse`. A figure's file is called by its number and, where there is one
    for each input, or for inputs that belong together, by their names.
    """
    matplotlib.use('Agg')
    plt.close('all')
    set_seed(0)
    with running(section=section.slug):
        results = module.predict(args.model, *args.inputs, **keywords)
    most = len(args.inputs) if takes_any_number(module.predict) else 1
    if not isinstance(results, list) or not 1 <= len(results) <= most:
        raise InputError('predict must return a list of JSON values, one for each '
                         'result')
    folder = args.out or args.model.parent / PLACE
    numbers = plt.get_fignums()
    names = ([f'-{stem_of(given)}' for given in args.inputs]
             if len(numbers) == len(args.inputs) == most else [''] * len(numbers))
    files = [folder / f'{i}{name}.png' for i, name in enumerate(names, start=1)]
    return as_json(results), [save(plt.figure(number), file)
                              for number, file in zip(numbers, files)]


def stem_of(given) -> str:
    """What a figure's file is called by: an input, or inputs that belong together."""
    parts = [given] if isinstance(given, str) else given
    return '-'.join(Path(part).stem for part in parts)[:100]


def save(figure, path) -> Path:
    """Write a figure as PNG, whole or not at all."""
    finish(figure)
    with whole_file(path) as part, writing(path):
        figure.savefig(part, dpi=150, bbox_inches='tight')
    return path
