"""Search a section's options: `tune lenet --lr 0.001..1:log --batch-size 64,256`.

A value of an option may be a range or choices; trials within these are proposed by
Optuna, and each is a run, by a process of its own.
"""
import argparse
import shlex
from pathlib import Path

from ..errors import InputError, Unavailable
from ..pages import sections
from ..pages.editions import add_edition
from ..pages.options import Parser
from ..pages.values import folder, number

ROWS = 20  # trials that a table shows


def options(parser):
    parser.usage = 'd2lmx tune SECTION --OPTION RANGE... [--trials N] [options]'
    parser.epilog = ('RANGE is 0.001..1, 0.001..1:log (powers of ten are equally '
                     'likely), 1..4, or choices: 64,256. d2lmx tune SECTION --help '
                     'shows the options of a section.')
    parser.add_argument('section', metavar='SECTION',
                        help='number (6.6), name (lenet) or file; d2lmx list shows all')
    parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                        help=argparse.SUPPRESS)
    add_search(parser)
    add_edition(parser)


def add_search(parser) -> None:
    """The options of a search, which stand among the section's."""
    own = parser.add_argument_group('the search')
    own.add_argument('--trials', type=number('trials', int, 20), default=20,
                     help='how many, with those of an earlier call (default: 20)')
    own.add_argument('--metric', metavar='NAME',
                     help="a number of the result's final, or the path to one: 'test "
                          "acc', 'fine-tuned/test acc' (default: the last that is of "
                          'held-out data)')
    way = own.add_mutually_exclusive_group()
    way.add_argument('--minimize', dest='goal', action='store_const', const='minimize')
    way.add_argument('--maximize', dest='goal', action='store_const', const='maximize',
                     help='which way is better (default: as the name says: loss, acc)')
    own.add_argument('--again', action='store_true',
                     help='begin anew (default: go on with the trials that are left)')


def obey(args):
    section = sections.find(args.section)
    plan, again = plan_of(section, args.arguments)
    record = searched(plan, again)
    files = [plan.folder / 'tune.json']
    if record['best']:
        files += drawn(record, plan)
    print(text_of(record, files))
    if not record['best']:
        raise Unavailable(f'every trial failed, the last by this: '
                          f'{record["trials"][-1]["reason"]}')


def plan_of(section, argv) -> tuple:
    """(the `Plan`, whether it begins anew) of the words after a section."""
    from ..pages.apart import saved
    from ..pages.measures import goal_of, need_metric
    from ..pages.options import need_run, parse
    from ..pages.spaces import grid, split
    from ..pages.tuning import Plan
    own = Parser(prog='d2lmx tune', add_help=False, allow_abbrev=False)
    add_search(own)
    own.add_argument('--out', type=folder, default=Path('results'))
    mine, words = own.parse_known_args(argv)
    module = sections.load(section)
    need_run(section, module)
    space, words = split(section, module, words)
    args, options = parse(section, module, words, 'tune', add_search)
    for name in ('checkpoint', 'resume', 'show'):
        if getattr(args, name):
            raise InputError(f'--{name} is of a single run: a search that was '
                             'interrupted goes on by itself')
    if not space:
        raise InputError('nothing is searched: give an option a range, as in --lr '
                         '0.001..1:log, or choices, as in --batch-size 64,256')
    if mine.goal and not mine.metric:
        raise InputError(f'--{mine.goal} what? name a number of the result by --metric')
    if mine.metric and not (mine.goal or goal_of(mine.metric)):
        raise InputError(f'{mine.metric!r} does not tell which way is better: add '
                         '--minimize or --maximize')
    if not mine.metric:
        need_metric(section, saved(section, mine.out))
    num_trials = len(grid(space, mine.trials)) or mine.trials
    return Plan(section, module, words, args, options, space, mine.metric or '',
                mine.goal or '', num_trials, mine.out / 'tune' / section.slug
                ), mine.again


def searched(plan, again) -> dict:
    """The record of a search; a bar shows the time left, where there is a terminal."""
    from tqdm import tqdm

    from ..pages.tuning import search
    with tqdm(total=plan.num_trials, disable=None, unit='trial', leave=False) as bar:
        def watch(rows):
            bar.update(len(rows) - bar.n)
            watch.done = len(rows)

        watch.done = 0
        try:
            return search(plan, again, watch)
        except KeyboardInterrupt as stop:
            stop.args = (f'{watch.done} of {plan.num_trials} trials are done: the same '
                         'command goes on with the others'),
            raise


def drawn(record, plan) -> list:
    """The picture of a search, in two files."""
    from matplotlib import pyplot as plt

    from ..files.whole import whole_files, writing
    from ..viz.trials import draw_trials
    plt.switch_backend('Agg')
    figure = draw_trials(record['trials'], record['metric'], record['goal'],
                         {name: part.choices or ('log' if part.log else 'linear')
                          for name, part in plan.space.items()})
    files = [plan.folder / f'tune.{suffix}' for suffix in ('svg', 'png')]
    with whole_files(*files) as parts, writing(plan.folder):
        for part in parts:
            figure.savefig(part, dpi=150, bbox_inches='tight')
    plt.close(figure)
    return files


def text_of(record, files) -> str:
    """The best trials as a table, a line for each that failed, the best's command."""
    from ..pages.results import number_text
    from ..viz.tables import table
    metric, trials = record['metric'], record['trials']
    done = [row for row in trials if row['state'] == 'done']
    done.sort(key=lambda row: row['value'], reverse=record['goal'] == 'maximize')
    lines = [table([{'trial': str(row['trial']), **{
        name: number_text(value) for name, value in row['values'].items()},
        metric: number_text(row['value']), 'seconds': f'{row["seconds"] or 0:.1f}'}
        for row in done[:ROWS]])] if done else []
    if len(done) > ROWS:
        lines.append(f'... ({len(done)} in all)')
    lines += [f'trial {row["trial"]} FAILED: {row["reason"]}' for row in trials
              if row['state'] == 'failed']
    if record['best']:
        lines += [f'best: {metric} {number_text(record["best"]["value"])}, data: '
                  f'{record["data"]}; again:', f'  {shlex.join(record["command"])}']
    return '\n'.join([*lines, *(f'{name}: {file}' for name, file in zip(
        ('numbers', 'figure', 'figure'), files))])
