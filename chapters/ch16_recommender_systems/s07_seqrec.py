"""Sequence-aware recommender systems (序列感知推荐系统)

Source: chapter_recommender-systems/seqrec

After a run ``d2lmx predict seqrec USER`` names what a user may watch next.
"""
from pathlib import Path

import mxnet as mx
import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ml-100k',)
SMOKE = dict(num_epochs=2)
# printed, then the range of the book's executed builds
PRINTED = [({}, {'as the page ranks/hit rate': (0.413, 0.358, 0.413),
                 'as the page ranks/AUC': (0.761, 0.746, 0.762)})]


class Caser(nn.HybridBlock):
    """Scores of an item after the L last ones, by convolutions over their factors.

    user_id (batch,), seq (batch, L), item_id (batch,) or (batch, 1) -> scores (batch,)
    """

    def __init__(self, num_factors, num_users, num_items, L=5, d=16, d_prime=4,
                 drop_ratio=0.05, **kwargs):
        super().__init__(**kwargs)
        self.P = nn.Embedding(num_users, num_factors)
        self.Q = nn.Embedding(num_items, num_factors)
        self.num_factors, self.d, self.d_prime = num_factors, d, d_prime
        # book: nn.Conv2D, in which most of a training's time would go
        # vertical: a weighted sum of the items, for each factor
        self.conv_v = d2l.SmallConv2D(d_prime, (L, 1), size=(L, num_factors))
        # horizontal: what stands in 1, 2, ... L items that follow each other
        self.conv_h = nn.HybridSequential()
        for h in range(1, L + 1):
            self.conv_h.add(d2l.SmallConv2D(d, (h, num_factors),
                                            size=(L, num_factors)))
        self.fc = nn.Dense(num_factors, activation='relu',
                           in_units=d_prime * num_factors + d * L)
        self.Q_prime = nn.Embedding(num_items, 2 * num_factors)
        self.b = nn.Embedding(num_items, 1)
        self.dropout = nn.Dropout(drop_ratio)

    def represent(self, F, user_id, seq):
        """What a user wants next: (batch, 2 * factors)."""
        item_embs = F.np.expand_dims(self.Q(seq), axis=1)       # (batch, 1, L, factors)
        out_v = F.npx.reshape(self.conv_v(item_embs), (-2, -1))
        out_hs = []
        for conv in self.conv_h:
            conv_out = F.np.squeeze(F.npx.relu(conv(item_embs)), axis=3)
            # book: nn.MaxPool1D, which takes long, too
            out_hs.append(d2l.max_over_time(F, conv_out))       # (batch, d)
        out = d2l.join(F, out_v, *out_hs)
        z = self.fc(self.dropout(out))
        return d2l.join(F, z, self.P(user_id))

    def hybrid_forward(self, F, user_id, seq, item_id):
        x = self.represent(F, user_id, seq)
        q_prime_i = F.npx.reshape(self.Q_prime(item_id), (-1, 2 * self.num_factors))
        b = F.npx.reshape(self.b(item_id), (-1,))
        return F.np.sum(d2l.multiply(F, x, q_prime_i), axis=1) + b

    def score_all(self, user_id, seq):
        """The same of all items: (batch, num_items); their convolutions are shared."""
        x, device = self.represent(mx.ndarray, user_id, seq), user_id.ctx
        return (np.dot(x, self.Q_prime.weight.data(device).T)
                + self.b.weight.data(device).T)


class SeqDataset(gluon.data.Dataset):
    """A user, L items that they took, the one after these, and one never taken.

    user_ids, item_ids: as of `d2l.load_data_ml100k`, a user's items in their order.
    Of a user with L items or fewer the first is repeated in front. Attributes, NumPy
    arrays, int32: ``seq_users`` (examples,), ``seq_items`` (examples, L), ``seq_tgt``
    (examples, 1); ``test_seq`` (num_users, L), the last items of each.
    """

    def __init__(self, user_ids, item_ids, L, num_users, num_items, candidates):
        # book: a loop over users and their windows
        user_ids, item_ids = (onp.array(ids, 'int32') for ids in (user_ids, item_ids))
        order = onp.argsort(user_ids, kind='stable')
        users, starts, counts = onp.unique(user_ids[order], return_index=True,
                                           return_counts=True)
        windows = onp.maximum(counts - L, 1)                    # of each user
        rows = onp.repeat(onp.arange(len(users)), windows)
        # the last window first, which ends with the user's last item
        back = onp.arange(len(rows)) - onp.repeat(windows.cumsum() - windows, windows)
        places = (counts[rows] - 1 - back)[:, None] + onp.arange(-L, 1)
        items = item_ids[order][starts[rows][:, None] + onp.maximum(places, 0)]
        self.seq_users, self.cand, self.num_items = users[rows], candidates, num_items
        self.seq_items, self.seq_tgt = items[:, :L], items[:, L:]
        self.test_seq = onp.zeros((num_users, L), 'int32')
        self.test_seq[users] = items[back == 0, 1:]

    def __len__(self):
        return len(self.seq_users)

    def __getitem__(self, idx):
        taken = self.cand[int(self.seq_users[idx])]
        neg = onp.setdiff1d(onp.arange(self.num_items), taken)
        return (self.seq_users[idx], self.seq_items[idx], self.seq_tgt[idx],
                int(onp.random.choice(neg)))


def build_net(num_factors=10, num_users=943, num_items=1682, L=5, d=16, d_prime=4,
              drop_ratio=0.05):
    """user_id (batch,), seq (batch, L), item_id (batch,), int32 -> scores (batch,)."""
    return Caser(num_factors, num_users, num_items, L, d, d_prime, drop_ratio)


def example_inputs(batch_size=2, num_users=943, num_items=1682, L=5):
    return tuple(np.random.randint(0, count, size=(batch_size, *more), dtype='int32')
                 for count, more in ((num_users, ()), (num_items, (L,)),
                                     (num_items, ())))


def run(*, num_factors: int = 10, L: int = 5, num_epochs: int = 8, lr: float = 0.04,
        wd: float = 1e-5, batch_size: int = 4096, out: Path = Path('.')) -> dict:
    devices = d2l.try_all_gpus()
    df, num_users, num_items = d2l.read_data_ml100k()
    train_data, test_data = d2l.split_data_ml100k(df, num_users, num_items, 'seq-aware')
    users_train, items_train, _, candidates = d2l.load_data_ml100k(
        train_data, num_users, num_items, feedback='implicit')
    *_, test_iter = d2l.load_data_ml100k(test_data, num_users, num_items,
                                         feedback='implicit')
    train_seq_data = SeqDataset(users_train, items_train, L, num_users, num_items,
                                candidates)
    test_seq_iter = train_seq_data.test_seq
    train_iter = d2l.RankingBatches(
        [train_seq_data.seq_users, train_seq_data.seq_items, train_seq_data.seq_tgt],
        d2l.as_matrix(candidates, num_users, num_items), batch_size)
    net = build_net(num_factors, num_users, num_items, L)
    net.initialize(ctx=devices, force_reinit=True, init=init.Normal(0.01))
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': lr, 'wd': wd})
    history = d2l.train_ranking(
        net, train_iter, test_iter, d2l.BPRLoss(), trainer, test_seq_iter, num_users,
        num_items, num_epochs, devices, d2l.evaluate_ranking, candidates)
    # the page ranks as many items as there are users
    num_ranked = min(num_users, num_items)
    hit_rate, auc = d2l.evaluate_ranking(net, test_iter, test_seq_iter, candidates,
                                         num_users, num_ranked, devices)
    users, items, *_ = d2l.load_data_ml100k(
        df.sort_values('timestamp', kind='stable'), num_users, num_items, 'implicit')
    recent = SeqDataset(users, items, L, num_users, num_items, {}).test_seq
    inputs = example_inputs(batch_size, num_users, num_items, L)
    d2l.save_model(out / 'model', net, inputs,
                   {**d2l.films_ml100k(), 'recent': recent.tolist()},
                   other_inputs=[tuple(X[:1] for X in inputs)])
    return {'an example': [part.tolist() for part in (
        train_seq_data.seq_users[0], train_seq_data.seq_items[0],
        train_seq_data.seq_tgt[0])], **history.record(), 'as the page ranks': {
        'items': num_ranked, 'train loss': history[d2l.SUMMED_LOSS],
        'hit rate': hit_rate, 'AUC': auc}}


def predict(model, *users, top: int = 10) -> list:
    """The films that each user may watch next, those of the highest scores first."""
    return d2l.recommend(d2l.load_model(model, titles=[str], seen=[[int]],
                                        recent=[[int]]), users, top)


if __name__ == '__main__':
    d2l.main(run)
