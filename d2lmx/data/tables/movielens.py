"""MovieLens 100K: ratings of films, with the time of each."""
import io
from pathlib import Path

import numpy as onp
from mxnet import np

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text
from ...runtime.checks import check_chance
from ..arrays import BatchIterator
from ..toys import films as toy_films

__all__ = ['read_data_ml100k', 'read_titles_ml100k', 'split_data_ml100k',
           'load_data_ml100k', 'split_and_load_ml100k', 'films_ml100k']

hub.toy('ml-100k')(toy_films.write_toy)

NAMES = ['user_id', 'item_id', 'rating', 'timestamp']
SPLITS, FEEDBACKS = ('random', 'seq-aware'), ('explicit', 'implicit')
MOST_STARS = 5


def read_data_ml100k():
    """The ratings, a table of pandas, and how many users and items there are.

    Its columns are user_id and item_id, from 1 on; rating, 1 to 5; timestamp, seconds.
    BadData, a ValueError, that names the file, and the line, where something is missing
    or is no whole number, and where users or items are not numbered without a gap.

    Book: 16.2 (sec_movielens)
    """
    file = Path(hub.download_extract('ml-100k')) / 'u.data'
    data = _table(file, read_text(file))
    return data, *(_count(file, name, data[column].to_numpy()) for name, column
                   in (('users', 'user_id'), ('items', 'item_id')))


def _table(file, text):
    """The ratings of a text as a table of pandas, blank lines left out."""
    import pandas  # late: it takes a third of a second
    try:
        table = pandas.read_csv(io.StringIO(text), sep='\t', header=None, dtype='int64')
        if table.shape[1] == len(NAMES) and table.to_numpy().min() > 0 \
                and table[2].max() <= MOST_STARS:
            return table.set_axis(NAMES, axis=1)
    except (ValueError, OverflowError):  # no line, of different lengths, no numbers
        pass
    for number, line in enumerate(text.splitlines(), start=1):
        row = line.split('\t')
        is_rating = len(row) == len(NAMES) and all(map(_is_number, row)) and \
            int(row[2]) <= MOST_STARS
        if line.strip() and not is_rating:
            raise BadData(f'{file}, line {number} must be {", ".join(NAMES)}, whole '
                          'numbers above 0 with a tab between, the rating at most '
                          f'{MOST_STARS}, got {line[:60]!r}')
    raise BadData(f'{file} holds no rating: put the file of MovieLens there')


def _is_number(cell) -> bool:
    """Whether a cell is a whole number above 0, which a column can hold."""
    return cell.strip().isdecimal() and 0 < int(cell) < 2 ** 63


def _count(file, what, ids) -> int:
    """How many there are; BadData unless their numbers are 1, 2, ... without a gap."""
    count = len(onp.unique(ids))
    if ids.min() != 1 or ids.max() != count:
        raise BadData(f'{file}: {what} must be numbered from 1 on without a gap, but '
                      f'{count} {what} have numbers from {ids.min()} to {ids.max()}')
    return count


def read_titles_ml100k() -> list:
    """The titles of the items, 'Toy Story (1995)', in the order of their numbers.

    BadData that names the file, and the line, where one is missing.

    Ours, for 16.3
    """
    file = Path(hub.download_extract('ml-100k')) / 'u.item'
    titles = {}
    # not splitlines, for which letters of Windows end a line
    for number, line in enumerate(read_text(file, 'latin-1').split('\n'), 1):
        item, _, rest = line.partition('|')
        if line.strip():
            if not item.strip().isdecimal() or not rest:
                raise BadData(f'{file}, line {number} must begin with the number and '
                              f'the title of an item, a | after each, got {line[:60]!r}'
                              )
            titles[int(item)] = rest.partition('|')[0]
    missing = set(range(1, len(titles) + 1)) - titles.keys()
    if missing:
        raise BadData(f'{file} has no title of item {min(missing)}')
    return [titles[item] for item in sorted(titles)]


def split_data_ml100k(data, num_users: int, num_items: int, split_mode: str = 'random',
                      test_ratio: float = 0.1):
    """Ratings to train on and to test on, two tables with the columns of `data`.

    split_mode 'random': each rating is one to test on by the chance test_ratio, in
    [0, 1), drawn from NumPy's seed. 'seq-aware': of each user the last, which is the
    first in the table of those with the same timestamp; the others are sorted by user
    and time. InputError for another.

    Book: 16.2 (sec_movielens)
    """
    check_chance(test_ratio=test_ratio)
    _check('split_mode', split_mode, SPLITS)
    if split_mode == 'random':
        is_train = onp.random.uniform(size=len(data)) < 1 - test_ratio
        return data[is_train], data[~is_train]
    # book: loops over the ratings, and searches each in the list of the last ones
    users, times = (data.iloc[:, column].to_numpy() for column in (0, 3))
    order = onp.lexsort((times, users))
    users, times = users[order], times[order]
    ends = onp.append(users[1:] != users[:-1], True)       # a user's last rating
    last_times = times[ends][onp.cumsum(ends) - ends]      # of each rating's user
    is_last = times == last_times
    _, first = onp.unique(users[is_last], return_index=True)
    tested = onp.flatnonzero(is_last)[first]
    return data.iloc[onp.delete(order, tested)], data.iloc[order[tested]]


def load_data_ml100k(data, num_users: int, num_items: int, feedback: str = 'explicit'):
    """Users, items and scores, lists of numbers from 0 on, and all interactions.

    feedback 'explicit': scores are ratings, and interactions an array (num_items,
    num_users), float32, of ratings, 0 where there is none. 'implicit': scores are 1,
    and interactions {user: its items in the table's order}. InputError for another, and
    for users and items beyond the given numbers.

    Book: 16.2 (sec_movielens)
    """
    _check('feedback', feedback, FEEDBACKS)
    columns = data.iloc[:, :3].to_numpy()
    users, items, scores = columns[:, 0] - 1, columns[:, 1] - 1, columns[:, 2]
    for name, ids, count in (('user', users, num_users), ('item', items, num_items)):
        unknown = ids[(ids < 0) | (ids >= count)]
        if unknown.size:
            raise InputError(f'{name}s must be 1 to {count}, got {unknown[0] + 1}')
    if feedback == 'explicit':
        inter = onp.zeros((num_items, num_users), 'float32')
        inter[items, users] = scores
        inter = np.array(inter)
    else:
        scores = onp.ones_like(scores)
        order = onp.argsort(users, kind='stable')
        found, starts = onp.unique(users[order], return_index=True)
        inter = dict(zip(found.tolist(), map(onp.ndarray.tolist, onp.split(
            items[order], starts[1:]))))
    return users.tolist(), items.tolist(), scores.tolist(), inter


def split_and_load_ml100k(split_mode: str = 'seq-aware', feedback: str = 'explicit',
                          test_ratio: float = 0.1, batch_size: int = 256):
    """num_users, num_items, and batches to train on, shuffled, and to test on.

    A batch is users and items (batch,), int32, from 0 on, and scores (batch,), float32.
    Arguments as of `split_data_ml100k` and `load_data_ml100k`.

    Book: 16.2 (sec_movielens)
    """
    data, num_users, num_items = read_data_ml100k()
    iters = []
    for part, shuffle in zip(split_data_ml100k(data, num_users, num_items, split_mode,
                                               test_ratio), (True, False)):
        users, items, scores, _ = load_data_ml100k(part, num_users, num_items, feedback)
        arrays = (onp.array(users, 'int32'), onp.array(items, 'int32'),
                  onp.array(scores, 'float32'))
        # book: last_batch='rollover', which leaves some ratings to the next epoch
        iters.append(BatchIterator(arrays, batch_size, shuffle))
    return num_users, num_items, *iters


def films_ml100k() -> dict:
    """What `recommend` needs of the films: 'titles', and 'seen', of each user in turn
    the items that they have rated, from 0 on.

    BadData for fewer titles than items.

    Ours, for 16.3
    """
    data, num_users, num_items = read_data_ml100k()
    titles = read_titles_ml100k()
    if len(titles) < num_items:
        raise BadData(f'u.item of ml-100k has {len(titles)} titles, and u.data ratings '
                      f'of {num_items} items: put both of one release there')
    *_, seen = load_data_ml100k(data, num_users, num_items, 'implicit')
    return {'titles': titles[:num_items], 'seen': [seen[u] for u in range(num_users)]}


def _check(name, value, choices) -> None:
    """InputError unless the value is one of the choices."""
    if value not in choices:
        raise InputError(f'{name} must be {" or ".join(map(repr, choices))}, got '
                         f'{value!r}')
