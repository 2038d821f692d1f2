"""Sequences without an alignment: the loss of connectionist temporal classification."""
import numpy as onp
from mxnet import gluon

__all__ = ['CTCLoss', 'collapsed', 'edit_distance']


class CTCLoss(gluon.loss.Loss):
    """Of labels that stand in a sequence of steps, nobody knows where.

    The negative logarithm of the probability of all ways to place the labels in the
    steps, in their order, each at one step or several, with blanks between. Class 0 is
    the blank.

    Inputs
        pred (batch, steps, classes), scores; pred_lens (batch,), how many steps count;
        label (batch, length), classes from 1 on; label_lens (batch,), how many count

    Outputs
        (batch,); 0, without a gradient, for labels that need more steps than there are:
        one each, and a blank between two that are equal

    Ours, for 21.24; Gluon's own takes no arrays with NumPy's semantics
    """

    def __init__(self, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, pred, pred_lens, label, label_lens):
        label, pred_lens, label_lens = (
            array.astype('float32') for array in (label, pred_lens, label_lens))
        # the operator leaves what is empty or has no room to whatever is in its memory:
        # in their place it is given one letter, and nothing is asked of its answer
        has_room = self.needed(F, label, label_lens) <= pred_lens
        has_room = has_room.astype('float32')
        is_asked = has_room * (label_lens > 0)
        asked = F.np.expand_dims(is_asked, axis=1)
        label = label * asked + (1 - asked)
        arrays = (self.widened(F, pred, label), label, F.np.maximum(pred_lens, 1),
                  label_lens * is_asked + (1 - is_asked))
        l = F.CTCLoss(*(array.as_nd_ndarray() for array in arrays),
                      use_data_lengths=True, use_label_lengths=True,
                      blank_label='first').as_np_ndarray()
        return l * is_asked + self.of_blanks(F, pred, pred_lens) * (has_room - is_asked)

    def of_blanks(self, F, pred, pred_lens):
        """Of no label: the steps that count are all blank."""
        log_p = F.npx.log_softmax(pred, axis=-1)
        blanks = F.np.squeeze(log_p[:, :, :1], axis=2)  # (batch, steps)
        step = F.np.expand_dims(F.npx.arange_like(blanks, axis=1), axis=0)
        counts = (step < F.np.expand_dims(pred_lens, axis=1)).astype('float32')
        return -F.np.sum(blanks * counts, axis=1)

    def widened(self, F, pred, label):
        """Scores (steps + length, batch, classes): the operator wants no fewer steps.
        """
        more = (F.np.expand_dims(F.np.zeros_like(label), axis=2)
                + F.np.zeros_like(F.np.sum(pred, axis=1, keepdims=True)))
        return F.np.transpose(F.np.concatenate([pred, more], axis=1), (1, 0, 2))

    def needed(self, F, label, label_lens):
        """Steps that each example's labels (batch, length) take at least: (batch,)."""
        place = F.np.expand_dims(F.npx.arange_like(label, axis=1), axis=0)
        counts = (place < F.np.expand_dims(label_lens, axis=1)) * (place > 0)
        is_again = (label == F.np.roll(label, 1, axis=1)) * counts
        return label_lens + F.np.sum(is_again.astype('float32'), axis=1)


def collapsed(classes) -> list:
    """What a row of classes, one a step, spells: repeats become one, then blanks go.

    Ours, for 21.24
    """
    classes = onp.asarray(classes)
    is_new = onp.append(True, classes[1:] != classes[:-1])[:len(classes)]
    return classes[is_new & (classes != 0)].tolist()


def edit_distance(first, second) -> int:
    """How many items must be put in, left out or exchanged to make one of the other.

    Ours, for 21.24
    """
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
