"""Numbers of a result that a search can go by, and which way is better, by their names.
"""
import re

from ..errors import InputError

# words of names: of what is better the less, or the more, there is of it
LESS = {'loss', 'perplexity', 'ppl', 'error', 'err', 'errors', 'rmse', 'mse', 'mae'}
MORE = {'acc', 'accuracy', 'auc', 'f1', 'hit', 'bleu', 'iou', 'map', 'precision',
        'recall'}
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
                         f'it has {", ".join(final or result) or "none"}')
    return (held_out or names)[-1]
