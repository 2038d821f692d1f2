"""Overview of recommender systems (推荐系统概述)

Source: chapter_recommender-systems/recsys-intro

The page has no code. Here is what its words mean in numbers: ratings are explicit
feedback, what was watched implicit; users with like tastes tell of each other, without
a network. What the networks of this chapter reach stands against these.
"""
import numpy as onp

import d2lmx as d2l

DATA = ('ml-100k',)
SMOKE = {}


def rmse(prediction, ratings):
    """The root mean squared error where ratings, (users, items), are not 0."""
    return float(onp.sqrt(((prediction - ratings)[ratings > 0] ** 2).mean()))


def deviations(ratings):
    """How far each user's ratings are from their mean, 0 for none; and these means."""
    is_rated, mean = ratings > 0, ratings[ratings > 0].mean()
    counts = is_rated.sum(axis=1, keepdims=True)
    means = onp.where(counts, ratings.sum(axis=1, keepdims=True)
                      / onp.maximum(counts, 1), mean)
    return onp.where(is_rated, ratings - means, 0), means


def by_neighbours(ratings):
    """Ratings of all items by all users: the user's mean, and what others add to it.

    These count by the cosine between their deviations and the user's, if above 0.
    """
    D, means = deviations(ratings)
    norms = onp.maximum(onp.linalg.norm(D, axis=1, keepdims=True), 1e-9)
    likeness = onp.maximum((D / norms) @ (D / norms).T, 0)       # (users, users)
    onp.fill_diagonal(likeness, 0)
    weights = likeness @ (ratings > 0)                           # (users, items)
    return means + likeness @ D / onp.maximum(weights, 1e-9)


def explicit(data, num_users, num_items):
    """RMSE on a tenth of the ratings, drawn by chance, of three simple guesses."""
    train, test = (
        d2l.load_data_ml100k(part, num_users, num_items)[3].asnumpy().T
        for part in d2l.split_data_ml100k(data, num_users, num_items))
    _, means = deviations(train)
    return {'the mean of all': rmse(train[train > 0].mean(), test),
            "the user's mean": rmse(means, test),
            'users of like tastes': rmse(by_neighbours(train), test)}


def implicit(data, num_users, num_items, k):
    """How high the film that a user watched last stands among the most watched."""
    seen, last = (
        d2l.as_matrix(d2l.load_data_ml100k(part, num_users, num_items, 'implicit')[3],
                      num_users, num_items)
        for part in d2l.split_data_ml100k(data, num_users, num_items, 'seq-aware'))
    scores = onp.broadcast_to(seen.sum(axis=0), seen.shape)
    hits, aucs = d2l.hits_and_aucs(scores, seen, last, k)
    return {'hit rate': hits.mean(), 'AUC': aucs.mean()}


def run(*, k: int = 50) -> dict:
    data, num_users, num_items = d2l.read_data_ml100k()
    return {'RMSE': explicit(data, num_users, num_items),
            'most watched first': implicit(data, num_users, num_items, k)}


if __name__ == '__main__':
    d2l.main(run)
