"""Neural collaborative filtering for personalized ranking (用于个性化排序的神经协同过滤)

Source: chapter_recommender-systems/neumf

After a run ``d2lmx predict neumf USER --top 10`` names films that a user has not rated.
"""
from pathlib import Path

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ml-100k',)
SMOKE = dict(num_epochs=2)
# what builds printed before the network ended in a sigmoid, on two GPUs. The AUC of
# the four was .733 to .737; the range is wider, as they ended in a sum, and ours in
# weights, which reach .739
PRINTED = [({}, {'as the page ranks/hit rate': (0.33, 0.32, 0.34),
                 'as the page ranks/AUC': (0.735, 0.73, 0.74)})]
NUMS_HIDDENS = 10, 10, 10


class NeuMF(nn.HybridBlock):
    """Scores by a product of factors and a perceptron, each with factors of its own.

    user_id, item_id (batch,) -> scores (batch, 1); with is_sigmoid their sigmoid.
    """

    # book: the sigmoid of the score, of whose differences the loss takes it once more:
    # they are below 1, and hardly anything is learnt
    def __init__(self, num_factors, num_users, num_items, nums_hiddens,
                 is_sigmoid=False, **kwargs):
        super().__init__(**kwargs)
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.U = nn.Embedding(num_users, num_factors)
        self.V = nn.Embedding(num_items, num_factors)
        self.mlp = nn.HybridSequential()
        for num_hiddens in nums_hiddens:
            self.mlp.add(nn.Dense(num_hiddens, activation='relu', use_bias=True))
        # book: of weights near 0, which let little of the loss reach the factors; as
        # ones it begins as the sum that the page's first builds have in its place
        self.prediction_layer = (
            nn.Dense(1, activation='sigmoid', use_bias=False) if is_sigmoid else
            nn.Dense(1, use_bias=False, weight_initializer='ones'))

    def hybrid_forward(self, F, user_id, item_id):
        gmf = d2l.multiply(F, self.P(user_id), self.Q(item_id))  # (batch, factors)
        mlp = self.mlp(d2l.join(F, self.U(user_id), self.V(item_id)))
        con_res = d2l.join(F, gmf, mlp)
        return self.prediction_layer(con_res)


class PRDataset(gluon.data.Dataset):
    """Users with an item that they took and one, drawn at random, that they did not.

    candidates: {user: items taken}. `d2l.RankingBatches` makes batches of them at once.
    """

    def __init__(self, users, items, candidates, num_items):
        self.users, self.items, self.cand = users, items, candidates
        self.num_items = num_items

    def __len__(self):
        return len(self.users)

    def __getitem__(self, idx):
        user = int(self.users[idx])
        neg_items = onp.setdiff1d(onp.arange(self.num_items), self.cand[user])
        return user, self.items[idx], int(onp.random.choice(neg_items))


def build_net(num_factors=10, num_users=943, num_items=1682, nums_hiddens=NUMS_HIDDENS,
              is_sigmoid=False):
    """user_id, item_id (batch,), int32 -> scores (batch, 1)."""
    return NeuMF(num_factors, num_users, num_items, nums_hiddens, is_sigmoid)


def example_inputs(batch_size=2, num_users=943, num_items=1682):
    return tuple(np.random.randint(0, count, size=(batch_size,), dtype='int32')
                 for count in (num_users, num_items))


def load_data(batch_size):
    """num_users, num_items, batches to train on, and what was watched last and before,
    {user: items}."""
    df, num_users, num_items = d2l.read_data_ml100k()
    train_data, test_data = d2l.split_data_ml100k(df, num_users, num_items, 'seq-aware')
    users_train, items_train, _, candidates = d2l.load_data_ml100k(
        train_data, num_users, num_items, feedback='implicit')
    *_, test_iter = d2l.load_data_ml100k(test_data, num_users, num_items,
                                         feedback='implicit')
    # book: a PRDataset, an example at a time
    train_iter = d2l.RankingBatches(
        [onp.array(users_train, 'int32'), onp.array(items_train, 'int32')],
        d2l.as_matrix(candidates, num_users, num_items), batch_size)
    return num_users, num_items, train_iter, test_iter, candidates


def run(*, num_factors: int = 10, num_epochs: int = 10, lr: float = 0.01,
        wd: float = 1e-5, batch_size: int = 1024, out: Path = Path('.')) -> dict:
    devices = d2l.try_all_gpus()
    num_users, num_items, train_iter, test_iter, candidates = load_data(batch_size)

    def train(is_sigmoid):
        net = build_net(num_factors, num_users, num_items, is_sigmoid=is_sigmoid)
        net.initialize(ctx=devices, force_reinit=True, init=init.Normal(0.01))
        trainer = gluon.Trainer(net.collect_params(), 'adam',
                                {'learning_rate': lr, 'wd': wd})
        return net, d2l.train_ranking(
            net, train_iter, test_iter, d2l.BPRLoss(), trainer, None, num_users,
            num_items, num_epochs, devices, d2l.evaluate_ranking, candidates)

    def rank_as_the_page(net, history):
        # book: as many items as there are users
        hit_rate, auc = d2l.evaluate_ranking(net, test_iter, None, candidates,
                                             num_users, min(num_users, num_items),
                                             devices)
        return {'train loss': history[d2l.SUMMED_LOSS], 'hit rate': hit_rate,
                'AUC': auc}

    net, history = train(False)
    d2l.plt.title('scores')
    inputs = example_inputs(batch_size, num_users, num_items)
    d2l.save_model(out / 'model', net, inputs, d2l.films_ml100k(),
                   other_inputs=[tuple(X[:1] for X in inputs)])
    with_sigmoid, page = train(True)
    d2l.plt.title('sigmoid of scores')
    return {**history.record(), 'series': {
                'scores': history.series, 'sigmoid of scores': page.series},
            'as the page ranks': rank_as_the_page(net, history),
            "with the page's sigmoid": rank_as_the_page(with_sigmoid, page)}


def predict(model, *users, top: int = 10) -> list:
    """The films that each user has not rated, those of the highest scores first."""
    return d2l.recommend(d2l.load_model(model, titles=[str], seen=[[int]]), users, top)


if __name__ == '__main__':
    d2l.main(run)
