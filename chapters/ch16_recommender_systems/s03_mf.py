"""Matrix factorization (矩阵分解)

Source: chapter_recommender-systems/mf

After a run ``d2lmx predict mf USER --top 10`` names films that a user has not rated.
"""
from pathlib import Path

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ml-100k',)
SMOKE = dict(num_epochs=2, lr=0.02)
# printed, then the range of the book's executed builds
PRINTED = [({}, {'as the page counts/test RMSE': (1.052, 1.045, 1.068)})]
USER, ITEM = 20, 30  # whose rating the page predicts


class MF(nn.HybridBlock):
    """Ratings as products of factors of users and items, and a bias of each.

    user_id, item_id (batch,) -> ratings (batch,)
    """

    def __init__(self, num_factors, num_users, num_items, **kwargs):
        super().__init__(**kwargs)
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.user_bias = nn.Embedding(num_users, 1)
        self.item_bias = nn.Embedding(num_items, 1)

    def hybrid_forward(self, F, user_id, item_id):
        P_u, Q_i = self.P(user_id), self.Q(item_id)             # (batch, factors)
        # book: squeezed, so that a batch of one loses its axis
        b_u = F.npx.reshape(self.user_bias(user_id), (-1,))
        b_i = F.npx.reshape(self.item_bias(item_id), (-1,))
        return F.np.sum(P_u * Q_i, axis=1) + b_u + b_i


def build_net(num_factors=30, num_users=943, num_items=1682):
    """user_id, item_id (batch,), int32 -> ratings (batch,)."""
    return MF(num_factors, num_users, num_items)


def example_inputs(batch_size=2, num_users=943, num_items=1682):
    return tuple(np.random.randint(0, count, size=(batch_size,), dtype='int32')
                 for count in (num_users, num_items))


def evaluator(net, test_iter, devices):
    """The root mean squared error on batches of users, items and ratings."""
    # book: the mean over the batches of the mean of the roots so far
    errors = [squared_errors(net, batch, devices) for batch in test_iter]
    return float((sum(e.sum() for e in errors) / sum(e.size for e in errors)) ** 0.5)


def squared_errors(net, batch, devices):
    """Of each rating of a batch, (batch,)."""
    shards = zip(*(d2l.split_array(array, devices[:len(array)]) for array in batch))
    return d2l.concat([((net(users, items) - ratings) ** 2).as_in_ctx(devices[0])
                       for users, items, ratings in shards])


def as_the_page(net, test_iter, devices):
    """What the page calls the test RMSE."""
    sums, means = 0.0, []
    for number, batch in enumerate(test_iter, start=1):
        sums += float(squared_errors(net, batch, devices).mean()) ** 0.5
        means.append(sums / number)
    return sum(means) / len(means)


def run(*, num_factors: int = 30, num_epochs: int = 20, lr: float = 0.002,
        wd: float = 1e-5, batch_size: int = 512, test_ratio: float = 0.1,
        out: Path = Path('.')) -> dict:
    devices = d2l.try_all_gpus()
    num_users, num_items, train_iter, test_iter = d2l.split_and_load_ml100k(
        test_ratio=test_ratio, batch_size=batch_size)
    net = build_net(num_factors, num_users, num_items)
    net.initialize(ctx=devices, force_reinit=True, init=init.Normal(0.01))
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': lr, 'wd': wd})
    loss = gluon.loss.L2Loss()
    history = d2l.train_recsys_rating(net, train_iter, test_iter, loss, trainer,
                                      num_epochs, devices, evaluator)
    pair = [np.array([number], dtype='int32', ctx=devices[0])
            for number in (min(USER, num_users - 1), min(ITEM, num_items - 1))]
    d2l.save_model(out / 'model', net, pair, d2l.films_ml100k(),
                   other_inputs=[example_inputs(batch_size, num_users, num_items)])
    return {'a rating': float(net(*pair)), **history.record(), 'as the page counts': {
        'train loss': history[d2l.SUMMED_LOSS],
        'test RMSE': as_the_page(net, test_iter, devices)}}


def predict(model, *users, top: int = 10) -> list:
    """The films that each user has not rated, those of the highest ratings first."""
    return d2l.recommend(d2l.load_model(model, titles=[str], seen=[[int]]), users, top)


if __name__ == '__main__':
    d2l.main(run)
