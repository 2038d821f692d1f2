"""The losses of BERT's pretraining as chapter 14 spells them, and a step by them."""
from mxnet import np

from ..context import current
from ..train.step import Step
from ..train.steps import measured_step

__all__ = ['_get_batch_loss_bert', 'bert_step']


def _get_batch_loss_bert(net, loss, vocab_size, tokens_X_shards, segments_X_shards,
                         valid_lens_x_shards, pred_positions_X_shards,
                         mlm_weights_X_shards, mlm_Y_shards, nsp_y_shards) -> tuple:
    """Three lists with a number a shard: loss of hidden words, of pairs, and both.

    The first is the mean over the words that count, by their weights, the second that
    over the pairs. Shards: lists of a batch's seven arrays, as of `load_data_wiki`.
    loss: Gluon's cross-entropy. vocab_size: the scores of a word, which say it anyway.

    Book: 14.10 (sec_bert-pretraining)
    """
    mlm_ls, nsp_ls, ls = [], [], []
    for (tokens_X, segments_X, valid_lens_x, pred_positions_X, mlm_weights_X, mlm_Y,
         nsp_y) in zip(tokens_X_shards, segments_X_shards, valid_lens_x_shards,
                       pred_positions_X_shards, mlm_weights_X_shards, mlm_Y_shards,
                       nsp_y_shards):
        _, mlm_Y_hat, nsp_Y_hat = net(tokens_X, segments_X, valid_lens_x.reshape(-1),
                                      pred_positions_X)
        # book: reshapes the scores, all of which MXNet copies for it, and back again
        mlm_l = loss(mlm_Y_hat, mlm_Y, np.expand_dims(mlm_weights_X, axis=2))
        total = mlm_l.sum() * mlm_Y.shape[1]  # which are means over a pair's words
        mlm_ls.append(total / (mlm_weights_X.sum() + 1e-8))
        nsp_ls.append(loss(nsp_Y_hat, nsp_y).mean())
        ls.append(mlm_ls[-1] + nsp_ls[-1])
        # book: waits for each shard, so that no two devices work at once
    return mlm_ls, nsp_ls, ls


def bert_step(net, loss, vocab_size: int, updater, devices=None):
    """A step for the seven arrays of a batch of `load_data_wiki`: reports both losses.

    They are those of `_get_batch_loss_bert` over the whole batch: over all its words
    that count, however many of them each device or worker has. updater, devices: as of
    `classification_step`.

    Ours, for 14.10
    """
    def measure(*shard):
        mlm_ls, nsp_ls, _ = _get_batch_loss_bert(net, loss, vocab_size,
                                                 *([array] for array in shard))
        size, weights = len(shard[0]), shard[4]
        mlm_l, nsp_l = mlm_ls[0] * weights.sum(), nsp_ls[0] * size
        return mlm_l + nsp_l, {'mlm loss': (mlm_l, size), 'nsp loss': (nsp_l, size)}

    train = measured_step(net, measure, updater, devices)

    def step(tokens_X, segments_X, valid_lens_x, pred_positions_X, mlm_weights_X, mlm_Y,
             nsp_y):
        count, size = current().workers.sum([float(mlm_weights_X.asnumpy().sum()),
                                             len(mlm_weights_X)])
        # as many as pairs in all, so that the mean over pairs is that over words
        mlm_weights_X = mlm_weights_X * (size / max(count, 1))
        return train(tokens_X, segments_X, valid_lens_x, pred_positions_X,
                     mlm_weights_X, mlm_Y, nsp_y)

    return Step(step, trains=(net, updater))
