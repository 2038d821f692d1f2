"""Numbers of a result that a search can go by, and which way is better, by their names.
"""
import re

from ..errors import InputError

# words of names: of what is better the less, or the more, there is of it
LESS = {'loss', 'perplexity', 'ppl', 'error', 'err', 'errors', 'rmse', 'mse', 'mae'}
MORE = {'acc', 'accuracy', 'auc', 'f1', 'hit', 'bleu', 'iou', 'map', 'precision',
        'recall'}
MOST_NAMES = 12  # in a complaint
# in a section's file: it measures claims, it gives numbers in 'final'
CLAIMS, FINAL = re.compile("'claims'"), re.compile(r"'final'|(?<!autograd)\.record\(")
HELD_OUT = {'test', 'valid', 'validation'}
GOALS = {'minimize': 1, 'maximize': -1}  # by what a value becomes a cost


def words_in(name: str) -> set:
    """The words of a name, or of what a path ends in, in small letters."""
    return set(re.findall('[a-z0-9]+', name.rpartition('/')[2].lower()))


def goal_of(metric: str) -> str:
    """'minimize', 'maximize', or '' where the name of a number does not tell."""
    less, more = words_in(metric) & LESS, words_in(metric) & MORE
    return 'minimize' if less and not more else 'maximize' if more and not less else ''


def default_metric(result: dict) -> str:
    """The name of the number in a result's 'final' that a search goes by.

    The last of those on held-out data, or else of all, whose name tells which way is
    better; InputError without any.
    """
    final = result.get('final')
    names = [name for name in final or {} if goal_of(name)]
    held_out = [name for name in names if words_in(name) & HELD_OUT]
    if not names:
        raise InputError('the result has no number in final that tells which way is '
                         'better: name one by --metric, with --minimize or --maximize; '
                         f'it has {names_of(result)}')
    return (held_out or names)[-1]


def need_metric(section, record) -> None:
    """Say at once, not after a first trial, that nothing can be the default metric.

    record: of an earlier run, which has the names, or None: sections that measure
    claims mostly have no 'final'. InputError.
    """
    if record and isinstance(record.get('result'), dict):
        default_metric(record['result'])
        return
    text = section.path.read_text(encoding='utf-8')
    if CLAIMS.search(text) and not FINAL.search(text):
        number = section.number or section.path
        raise InputError(
            f'section {number} measures claims, none of which is what a search goes '
            'by: name a number by --metric, with --minimize or --maximize; d2lmx run '
            f'{number} --smoke writes all into its metrics.json, such as '
            'claims/0/measured/NAME/0, that of the first seed')


def names_of(result: dict) -> str:
    """The names and paths of a result's numbers, as a text: those of 'final', or all,
    the short ones first.
    """
    paths = sorted(_paths(result), key=lambda path: path.count('/'))
    names = list(result.get('final') or paths) or ['none']
    more = [f'... ({len(names)} in all)'] if len(names) > MOST_NAMES else []
    shown = [repr(name) if ',' in name else name for name in names[:MOST_NAMES]]
    return ', '.join(shown + more)


def _paths(value, path=''):
    """Where the numbers in a value are; of a list of numbers the first."""
    if isinstance(value, list):
        value = dict(enumerate(value[:1] if _is_number(*value[:1]) else value))
    if isinstance(value, dict):
        for key, part in value.items():
            if '/' not in str(key):
                yield from _paths(part, f'{path}/{key}' if path else str(key))
    elif _is_number(value):
        yield path


def _is_number(value=None) -> bool:
    return type(value) in (int, float)  # not bool
