"""AutoRec: rating prediction with autoencoders (AutoRec：使用自动编码器预测评分)

Source: chapter_recommender-systems/autorec
"""
import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ml-100k',)
SMOKE = dict(num_epochs=2, num_hidden=50)
# printed, then the range of the book's executed builds
PRINTED = [({}, {'test RMSE': (0.898, 0.896, 0.904)})]


class AutoRec(nn.HybridBlock):
    """An item's ratings by all users, from those of the users who have rated it.

    input (batch, num_users), 0 for none -> ratings (batch, num_users)
    """

    def __init__(self, num_hidden, num_users, dropout=0.05):
        super().__init__()
        self.encoder = nn.Dense(num_hidden, activation='sigmoid', use_bias=True)
        self.decoder = nn.Dense(num_users, use_bias=True)
        self.dropout = nn.Dropout(dropout)

    # book: zeroes what is not rated in training alone, which a compiled graph cannot
    # ask; `RatedL2Loss` does it
    def hybrid_forward(self, F, input):
        hidden = self.dropout(self.encoder(input))
        return self.decoder(hidden)


class RatedL2Loss(gluon.loss.L2Loss):
    """Half the mean squared error of a row, in which what is not rated errs by 0.

    pred, label (batch, num_users), 0 for no rating -> (batch,)
    """

    def hybrid_forward(self, F, pred, label):
        errors = d2l.subtract(F, d2l.multiply(F, pred, F.np.sign(label)), label)
        ones = F.np.ones_like(F.npx.slice(label, begin=(0, None), end=(1, None)))
        means = d2l.squared_norms(F, errors) / F.np.sum(ones)        # (batch, 1)
        return F.npx.reshape(self._weight / 2 * means, (-1,))


def build_net(num_hidden=500, num_users=943, dropout=0.05):
    """input (batch, num_users), 0 for no rating -> ratings (batch, num_users)."""
    return AutoRec(num_hidden, num_users, dropout)


def example_inputs(batch_size=2, num_users=943):
    return (np.random.randint(0, 6, size=(batch_size, num_users)).astype('float32'),)


def evaluator(network, inter_matrix, test_data, devices):
    """The root mean squared error of the ratings in test_data, (items, num_users).

    inter_matrix: batches of its items' ratings that are known.
    """
    recons = [network(shard).asnumpy() for values in inter_matrix for shard in
              d2l.split_array(values, devices[:len(values)])]
    test_data = test_data.asnumpy()
    is_rated = test_data > 0
    errors = (onp.concatenate(recons) - test_data)[is_rated]
    return float(onp.sqrt((errors ** 2).mean()))


def run(*, num_hidden: int = 500, num_epochs: int = 25, lr: float = 0.002,
        wd: float = 1e-5, batch_size: int = 256, dropout: float = 0.05) -> dict:
    devices = d2l.try_all_gpus()
    df, num_users, num_items = d2l.read_data_ml100k()
    train_data, test_data = d2l.split_data_ml100k(df, num_users, num_items)
    *_, train_inter_mat = d2l.load_data_ml100k(train_data, num_users, num_items)
    *_, test_inter_mat = d2l.load_data_ml100k(test_data, num_users, num_items)
    train_iter = d2l.load_array([train_inter_mat], batch_size)
    test_iter = d2l.load_array([train_inter_mat], 4 * batch_size, is_train=False)
    net = build_net(num_hidden, num_users, dropout)
    net.initialize(ctx=devices, force_reinit=True, init=init.Normal(0.01))
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': lr, 'wd': wd})
    loss = RatedL2Loss()
    history = d2l.train_recsys_rating(net, train_iter, test_iter, loss, trainer,
                                      num_epochs, devices, evaluator,
                                      inter_mat=test_inter_mat)
    return {'examples an epoch': num_items, **history.record(), 'as the page counts': {
        'train loss': history[d2l.SUMMED_LOSS],
        # book: all cells, most of which hold no rating
        'examples an epoch': num_items * num_users}}


if __name__ == '__main__':
    d2l.main(run)
