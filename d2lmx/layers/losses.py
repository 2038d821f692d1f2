"""Losses in which padding counts nothing."""
from mxnet import gluon

from .recurrent import mask_steps

__all__ = ['MaskedSoftmaxCELoss', 'MaskedSigmoidBCELoss']


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
