"""What a network of ratings or orders has to learn, and how high it ranks what users
take next, for all of them at once.
"""
import numpy as onp
from mxnet import np

from ..runtime.devices import split_array
from .replicas import devices_of

__all__ = ['rating_loss', 'ranking_loss', 'score_items', 'hits_and_aucs']

MOST_PAIRS = 2 ** 16  # pairs of a user and an item that are scored at once


def rating_loss(F, net, loss, *features_and_ratings):
    """The sum of the losses of ratings, the last of the arrays, (batch,).

    F: as of ``hybrid_forward``; net: ``net(*features)``; loss: ``loss(outputs,
    ratings)``.

    Ours, for 16.3
    """
    *features, ratings = features_and_ratings
    return F.np.sum(loss(net(*features), ratings))


def ranking_loss(F, net, loss, *features_and_items):
    """The sum of the losses of items taken and of items not taken, the last two arrays,
    (batch,).

    F: as of ``hybrid_forward``; net: ``net(*features, items)``; loss:
    ``loss(positive, negative)`` of the two scores. One call of net has both: two, as on
    the page, take a sixth longer where it is small.

    Ours, for 16.6
    """
    *features, positive, negative = features_and_items
    items = F.np.concatenate([positive, negative], axis=0)
    scores = net(*(F.np.concatenate([X, X], axis=0) for X in features), items)
    return F.np.sum(loss(*F.np.split(scores, 2, axis=0)))


def score_items(net, num_users: int, num_items: int, seq=None, devices=None):
    """The scores of all items for all users: (num_users, num_items), NumPy, float32.

    net: ``net(users, items)``, or ``net(users, seqs, items)``, of as many rows each,
    int32, gives a score for each row. A network whose method ``score_all(users)``, or
    ``score_all(users, seqs)``, gives (users, num_items) is asked by that, since it need
    not begin anew for each item. seq (num_users, L): items taken last; None: net does
    not ask for them. devices: a list, over which users are divided; None: those that
    hold net.

    Ours, for 16.6
    """
    score_all = getattr(net, 'score_all', None)
    per_user = [onp.arange(num_users, dtype='int32')]
    if seq is not None:
        per_user.append(onp.asarray(seq).astype('int32'))
    devices, parts = devices or devices_of(net), []
    step = max(1, MOST_PAIRS // num_items)
    for start in range(0, num_users, step):
        rows = [array[start:start + step] for array in per_user]
        call, count = score_all, len(rows[0])
        if call is None:
            items = onp.tile(onp.arange(num_items, dtype='int32'), count)
            rows = [*(onp.repeat(array, num_items, axis=0) for array in rows), items]
            call = net
        arrays = [np.array(array, dtype='int32') for array in rows]
        busy = devices and devices[:count]
        shards = zip(*(split_array(X, busy) for X in arrays))
        scores = [call(*shard) for shard in shards]
        parts += [s.asnumpy().reshape(-1) for s in scores]
    if score_all is not None:
        return onp.concatenate(parts).reshape(num_users, -1)[:, :num_items]
    return onp.concatenate(parts).reshape(num_users, num_items)


def hits_and_aucs(scores, seen, relevant, k: int):
    """For each user the hits among the k best, and the area under the ROC curve.

    scores (users, items), float; seen and relevant (users, items), bool. Items that are
    seen take no part; of equal scores the first item is the better. Hits (users,) are
    the relevant ones among a user's k best; an area (users,) is the share of the other
    items below the first relevant one, and 0 where there is none. Both are NaN for a
    user one of whose scores is.

    Ours, for 16.6; what `hit_and_auc` says of one user
    """
    lowest = onp.finfo('float32').min  # above what is seen
    costs = onp.where(seen, onp.inf, -onp.maximum(scores, lowest))
    order = onp.argsort(costs, axis=1, kind='stable')
    found = onp.take_along_axis(relevant & ~seen, order, axis=1)
    others = (~seen).sum(axis=1) - 1
    aucs = (others - found.argmax(axis=1)) / onp.maximum(others, 1)
    aucs = onp.where(found.any(axis=1), aucs, 0)
    # NaN would stand behind what is seen, and equal ones in the order of items, in
    # which well-known ones often come first
    unknown = onp.where(onp.isnan(scores).any(axis=1), onp.nan, 0)
    return found[:, :k].sum(axis=1) + unknown, aucs + unknown
