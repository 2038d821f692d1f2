"""What a classifier's answers are worth, and labels that are wrong on purpose."""
import numpy as onp

__all__ = ['confusion_matrix', 'precision_recall_f1', 'plant_wrong_labels']


def confusion_matrix(y, y_hat, num_classes: int) -> onp.ndarray:
    """(num_classes, num_classes): how often class i was said to be class j.

    y, y_hat: (n,) classes that are, and that were said to be.

    Ours, for 21.10
    """
    pairs = onp.asarray(y).astype(int) * num_classes + onp.asarray(y_hat).astype(int)
    return onp.bincount(pairs, minlength=num_classes ** 2).reshape(num_classes, -1)


def precision_recall_f1(y, y_hat) -> dict:
    """{'precision', 'recall', 'F1'} of yes or no, (n,) each: what is, what was said.

    The precision is how many of those said to be are; the recall how many of those that
    are were said to be; F1 their harmonic mean. 0 where nothing is, or was said to be.

    Ours, for 21.9
    """
    y, y_hat = (onp.asarray(a).astype(bool) for a in (y, y_hat))
    right = int((y & y_hat).sum())
    said, there = int(y_hat.sum()), int(y.sum())
    return {'precision': right / said if said else 0.0,
            'recall': right / there if there else 0.0,
            'F1': 2 * right / (said + there) if said + there else 0.0}


def plant_wrong_labels(y, count: int, num_classes: int) -> tuple:
    """Labels like y (n,) of which so many are another class, and which these are.

    Both examples and classes come from NumPy's global seed.

    Ours, for 21.10
    """
    changed = onp.random.permutation(len(y))[:count]
    wrong = y.copy()
    wrong[changed] += onp.random.randint(1, num_classes, len(changed)).astype(y.dtype)
    return wrong % num_classes, changed
