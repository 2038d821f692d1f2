"""What users have taken, and what they have not: examples to learn an order from."""
import numpy as onp

from ...errors import InputError
from ..arrays import BatchIterator

__all__ = ['as_matrix', 'UnseenItems', 'RankingBatches']


def as_matrix(interactions: dict, num_users: int, num_items: int) -> onp.ndarray:
    """Whether a user has taken an item: (num_users, num_items), bool.

    interactions: {user: items}, from 0 on, as of `load_data_ml100k`; items from
    num_items on are left out.

    Ours, for 16.6
    """
    matrix = onp.zeros((num_users, num_items), bool)
    counts = list(map(len, interactions.values()))
    if sum(counts):
        users = onp.repeat(list(interactions), counts)
        items = onp.concatenate(list(interactions.values())).astype('int64')
        known = items < num_items
        matrix[users[known], items[known]] = True
    return matrix


class UnseenItems:
    """Draws items that a user has not taken, each with the same chance.

    seen (num_users, num_items), bool, as of `as_matrix`.

    Ours, for 16.6
    """

    def __init__(self, seen):
        self.counts = (~seen).sum(axis=1)
        # those of a user first, in their order
        self.items = onp.argsort(seen, axis=1, kind='stable').astype('int32')

    def draw(self, users) -> onp.ndarray:
        """An item for each of the users (n,): (n,), int32, from NumPy's seed.

        InputError for a user who has taken all.
        """
        counts = self.counts[users]
        if not (counts > 0).all():
            raise InputError(f'user {users[counts.argmin()] + 1} has taken every item: '
                             'there is none to set against them')
        draws = onp.random.uniform(size=len(users))
        return self.items[users, (draws * counts).astype('int64')]


class RankingBatches(BatchIterator):
    """Shuffled batches of examples, with items drawn anew in each pass: a list of
    arrays, the last of which are unseen items (batch,), int32.

    Parameters
    ----------
    arrays
        Users (examples,), int32, then what else an example has, its item last; items
        (examples, 1) come as (batch,).
    seen
        As of `UnseenItems`.
    batch_size
        Examples a batch; the last may hold fewer.

    Ours, for 16.6
    """

    def __init__(self, arrays, seen, batch_size: int):
        *others, items = arrays
        items = items[:, 0] if items.shape[1:] == (1,) else items
        super().__init__((*others, items, onp.zeros(len(items), 'int32')), batch_size,
                         shuffle=True)
        self.unseen = UnseenItems(seen)

    def rows(self):
        self.arrays[-1] = self.unseen.draw(self.arrays[0])
        yield from super().rows()
