"""Losses whose targets are softer than labels: a teacher's, or evenly smoothed ones."""
import math
import numbers

from mxnet import gluon

from ..errors import InputError
from ..runtime.checks import check_chance

__all__ = ['DistillationLoss', 'SmoothedCELoss']

LEAST = -1e4  # for a logarithm whose exponential is 0 in any float: 0 * -inf is NaN


class DistillationLoss(gluon.loss.Loss):
    """How far a student is from its teacher's softened probabilities, and from labels.

    With p and q the softmax of the teacher's and of the student's scores, each divided
    by the temperature T: soft T^2 sum p log(p / q) + (1 - soft) times the cross-entropy
    of the labels, at T = 1. Gradients of the first term shrink as 1 / T^2; the factor
    makes up for it, so that T may change and soft stay (Hinton et al., 2015, 2.1).

    Parameters
    ----------
    temperature
        T, above 0; the higher, the more the small probabilities tell.
    soft
        The share of the soft targets, in [0, 1].

    InputError for other numbers.

    Inputs
        pred, teacher (batch, classes), scores, the teacher's -inf where it rules out a
        class, but not for all classes; label (batch,), numbers of classes

    Outputs
        (batch,)

    Ours, for 22.5
    """

    def __init__(self, temperature: float, soft: float = 0.5, batch_axis=0, **kwargs):
        super().__init__(None, batch_axis, **kwargs)
        if not isinstance(temperature, numbers.Real) or not 0 < temperature < math.inf:
            raise InputError('temperature must be a number above 0, got '
                             f'{temperature!r}')
        if not isinstance(soft, numbers.Real) or not 0 <= soft <= 1:
            raise InputError(f'soft must be a share in [0, 1], got {soft!r}')
        self.temperature, self.soft = temperature, soft

    def hybrid_forward(self, F, pred, label, teacher):
        T = self.temperature
        log_p, log_q = (F.npx.log_softmax(scores / T, axis=-1)
                        for scores in (teacher, pred))
        p, log_p = F.np.exp(log_p), F.np.maximum(log_p, LEAST)
        far = F.np.sum(p * (log_p - log_q), axis=-1)                   # (batch,)
        wrong = -F.npx.pick(F.npx.log_softmax(pred, axis=-1), label, axis=-1)
        return self.soft * T ** 2 * far + (1 - self.soft) * wrong


class SmoothedCELoss(gluon.loss.Loss):
    """Cross-entropy of labels that leave a share of their 1 to all classes alike.

    Parameters
    ----------
    smoothing
        That share, in [0, 1), InputError for another.

    Inputs
        pred (batch, classes), scores; label (batch,), numbers of classes

    Outputs
        (batch,)

    Ours, for 22.5
    """

    def __init__(self, smoothing: float, batch_axis=0, **kwargs):
        super().__init__(None, batch_axis, **kwargs)
        check_chance(smoothing=smoothing)
        self.smoothing = smoothing

    def hybrid_forward(self, F, pred, label):
        log_q = F.npx.log_softmax(pred, axis=-1)
        return -((1 - self.smoothing) * F.npx.pick(log_q, label, axis=-1)
                 + self.smoothing * F.np.mean(log_q, axis=-1))
