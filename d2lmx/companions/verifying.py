"""Whether two embedded pictures are of one person: what is learnt from, and how well.

Embeddings are rows of numbers; who is in a picture is a whole number.
"""
import numpy as onp
from mxnet import np, npx

from ..errors import InputError

__all__ = ['balanced_pairs', 'random_triplets', 'semi_hard_triplets',
           'contrastive_loss', 'triplet_loss', 'squared_distances', 'roc',
           'equal_error', 'one_shot_accuracy']


def squared_distances(A, B) -> onp.ndarray:
    """Between the rows of A (n, d) and of B (m, d): (n, m), in float64, from 0 on.

    Ours, for 21.18
    """
    A, B = (onp.asarray(rows, 'float64') for rows in (A, B))
    squares = (A ** 2).sum(axis=1)[:, None] + (B ** 2).sum(axis=1)
    return (squares - 2 * A @ B.T).clip(0)


def balanced_pairs(who) -> tuple:
    """All pairs of one person, and as many, drawn, of two: (first, second, is_same).

    Three arrays of as many rows, the first two numbers of examples. who: (examples,).
    InputError where there is but one person, or none stands twice.

    Ours, for 21.18
    """
    first, second = onp.triu_indices(len(who), 1)
    is_same = who[first] == who[second]
    _check(is_same.any() and not is_same.all())
    others = onp.random.choice(onp.flatnonzero(~is_same), is_same.sum())
    chosen = onp.concatenate([onp.flatnonzero(is_same), others])
    return first[chosen], second[chosen], is_same[chosen].astype('float32')


def anchors_and_positives(who):
    """All ordered pairs of different examples of one person; InputError as above."""
    is_same = who[:, None] == who
    _check(not is_same.all())
    onp.fill_diagonal(is_same, False)
    _check(is_same.any())
    return onp.nonzero(is_same)


def _check(holds):
    if not holds:
        raise InputError('a batch must hold two people at least, and someone twice: '
                         'take more pictures, or another batch size')


def random_triplets(who) -> tuple:
    """Anchor, another of that person, and anybody else, drawn: numbers of examples.

    Each pair of a person's examples stands in either order, once. InputError as of
    `balanced_pairs`.

    Ours, for 21.18
    """
    anchor, positive = anchors_and_positives(who)
    negative = [onp.random.choice(onp.flatnonzero(who != who[i])) for i in anchor]
    return anchor, positive, onp.array(negative)


def semi_hard_triplets(E, who) -> tuple:
    """As `random_triplets`, with the negative that is the next beyond the positive.

    Of all others that are farther from the anchor than the positive it is the nearest;
    where there is none such, the farthest of all. E: embeddings (examples, d).

    Ours, for 21.18
    """
    anchor, positive = anchors_and_positives(who)
    distance = squared_distances(E, E)
    from_anchor = distance[anchor]
    is_other = who[anchor][:, None] != who
    is_beyond = is_other & (from_anchor > distance[anchor, positive][:, None])
    nearest = onp.where(is_beyond, from_anchor, onp.inf).argmin(axis=1)
    farthest = onp.where(is_other, from_anchor, -1).argmax(axis=1)
    return anchor, positive, onp.where(is_beyond.any(axis=1), nearest, farthest)


def contrastive_loss(A, B, is_same, margin: float = 1):
    """d^2 of pairs of one person, max(0, margin - d)^2 of others: (pairs,).

    A, B (pairs, d), embeddings, MXNet's; is_same (pairs,), 1 or 0.

    Ours, for 21.18
    """
    square = ((A - B) ** 2).sum(axis=1)
    # the root has no slope at 0
    apart = npx.relu(margin - np.sqrt(square + 1e-12)) ** 2
    return is_same * square + (1 - is_same) * apart


def triplet_loss(anchor, positive, negative, margin: float = 0.2):
    """``max(0, |a - p|^2 - |a - n|^2 + margin)`` of points (triplets, d): (triplets,).

    Ours, for 21.18
    """
    near, far = (((anchor - other) ** 2).sum(axis=1) for other in (positive, negative))
    return npx.relu(near - far + margin)


def roc(distances, is_same) -> tuple:
    """What is accepted at each threshold: (wrongly, rightly, thresholds).

    A pair is accepted whose distance is the threshold or less: of pairs of two people a
    share 'wrongly', of pairs of one a share 'rightly'. Both rise from 0, before the
    least distance, to 1. InputError unless there are pairs of either kind, and where a
    distance is NaN, which no threshold accepts or refuses.

    Ours, for 21.18
    """
    distances, is_same = onp.asarray(distances), onp.asarray(is_same, bool)
    if is_same.all() or not is_same.any():
        raise InputError('pairs of one person and pairs of two are needed')
    if onp.isnan(distances).any():
        raise InputError('a distance is NaN')
    order = onp.argsort(distances, kind='stable')
    distances, is_same = distances[order], is_same[order]
    last = onp.append(distances[1:] != distances[:-1], True)  # of equal ones
    wrongly, rightly = (onp.append(0, onp.cumsum(part)[last] / part.sum())
                        for part in (~is_same, is_same))
    return wrongly, rightly, onp.append(-onp.inf, distances[last])


def equal_error(distances, is_same) -> tuple:
    """(rate, threshold) at which as many are wrongly accepted as wrongly refused.

    Between two thresholds the shares are taken as straight lines. Errors as of `roc`.

    Ours, for 21.18
    """
    wrongly, rightly, thresholds = roc(distances, is_same)
    excess = onp.round(wrongly - (1 - rightly), 12)  # rises from -1 to 1
    i = int(onp.argmax(excess >= 0))
    part = -excess[i - 1] / (excess[i] - excess[i - 1])
    rate = wrongly[i - 1] + part * (wrongly[i] - wrongly[i - 1])
    return float(rate), float(thresholds[i])


def one_shot_accuracy(E, num_choices: int) -> float:
    """How often a picture is nearest to its person's, of one picture of each of some.

    The first picture of each person is the known one; the others are asked. What is
    given is the mean over them, and over all choices of num_choices - 1 other people.

    Parameters
    ----------
    E
        Embeddings (people, pictures, d), two pictures each at least.
    num_choices
        At least 1, and no more than there are people.

    Ours, for 21.18
    """
    E = onp.asarray(E)
    num_people, num_pictures, _ = E.shape
    if not 1 <= num_choices <= num_people or num_pictures < 2:
        raise InputError(f'num_choices must be 1 to {num_people}, the number of people,'
                         f' and of each there must be two pictures, got {num_choices} '
                         f'and {num_pictures}')
    asked = E[:, 1:].reshape(-1, E.shape[2])
    who = onp.repeat(onp.arange(num_people), num_pictures - 1)
    distance = squared_distances(asked, E[:, 0])
    own = distance[onp.arange(len(asked)), who]
    rivals = (distance <= own[:, None]).sum(axis=1) - 1
    chance = onp.ones(len(asked))  # that none of the rivals is drawn
    for i in range(num_choices - 1):
        chance *= (num_people - 1 - rivals - i).clip(0) / (num_people - 1 - i)
    return float(chance.mean())
