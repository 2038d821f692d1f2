"""Losses in which padding counts nothing, and losses of an order."""
from mxnet import gluon

from .recurrent import mask_steps

__all__ = ['MaskedSoftmaxCELoss', 'MaskedSigmoidBCELoss', 'BPRLoss', 'HingeLossbRec']


class MaskedSoftmaxCELoss(gluon.loss.SoftmaxCELoss):
    """Cross-entropy of sequences, in which padding counts nothing.

    Inputs
        pred (batch, steps, vocab_size), scores; label (batch, steps), token numbers;
        valid_len (batch,), how many of each example's labels count

    Outputs
        (batch,), the sum over the valid steps, divided by all steps, padding included

    Book: 9.7 (sec_seq2seq)
    """

    def hybrid_forward(self, F, pred, label, valid_len):
        ones = F.np.ones_like(label).astype('float32')                # (batch, steps)
        weights = mask_steps(F, F.np.swapaxes(ones, 0, 1), valid_len)
        weights = F.np.expand_dims(F.np.swapaxes(weights, 0, 1), axis=2)
        return super().hybrid_forward(F, pred, label, weights)


class MaskedSigmoidBCELoss(gluon.loss.SigmoidBCELoss):
    """Binary cross-entropy of scores: the mean over those that the mask leaves.

    Inputs
        pred (batch, 1, n) or (batch, n), scores; label (batch, n), 0 or 1; mask
        (batch, n), 0 or 1, with a 1 in each row

    Outputs
        (batch,)

    Ours, for 14.4, which divides a mean over all by the share that counts
    """

    def hybrid_forward(self, F, pred, label, mask):
        l = super().hybrid_forward(F, F.npx.reshape_like(pred, label), label, mask)
        return l / F.np.mean(mask, axis=1)


class BPRLoss(gluon.loss.Loss):
    """Bayesian personalized ranking: what to take must score above what not to.

    Inputs
        positive, negative (batch, ...), scores of the same users

    Outputs
        (1, ...), -log sigmoid(positive - negative), summed over the batch; its gradient
        is that of a loss of each example, and wants ``trainer.step(batch_size)``

    Book: 16.5 (sec_ranking)
    """

    def __init__(self, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, positive, negative):
        # book: the logarithm of sigmoid(d), which is infinite for d below -103
        l = F.npx.activation(negative - positive, act_type='softrelu')
        return F.np.sum(l, axis=0, keepdims=True)


class HingeLossbRec(gluon.loss.Loss):
    """The hinge loss of an order: what to take must score higher by a margin.

    Inputs
        positive, negative (batch, ...), scores of the same users; margin, a number

    Outputs
        the sum of all max(0, negative - positive + margin), a single number

    Book: 16.5 (sec_ranking)
    """

    def __init__(self, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, positive, negative, margin=1):
        return F.np.sum(F.npx.relu(negative - positive + margin))
