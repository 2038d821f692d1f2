"""How good the tags of words are: each for itself, and as entities in BIO form."""
import numpy as onp

from ..context import current

__all__ = ['kinds_of', 'entity_spans', 'TaggingScores']


def kinds_of(classes) -> list:
    """The kinds of entities that tags speak of: ['LOC', 'PER'] of B-PER, I-PER, B-LOC.

    [] where tags are of another sort, such as parts of speech.

    Ours, for 20.2
    """
    return sorted({tag[2:] for tag in classes if tag[:2] in ('B-', 'I-')})


def entity_spans(tags, classes) -> onp.ndarray:
    """The entities in rows of tags, from the first row and word on: (entities, 4).

    An entity's row is the number of its sentence, its first word, the word after its
    last, and its kind's number in `kinds_of`. It begins at 'B-', and goes on as long as
    'I-' of its kind follows. An 'I-' that goes on with nothing begins an entity, too,
    as in the shared tasks of CoNLL.

    Parameters
    ----------
    tags
        (sentences, words), numbers of tags; -1 is padding.
    classes
        Names of the tags 0, 1, ...

    Ours, for 20.2
    """
    kinds = kinds_of(classes)
    # the last is the kind of padding
    kind_of = onp.array([kinds.index(tag[2:]) if tag[:2] in ('B-', 'I-') else -1
                         for tag in classes] + [-1])
    begins = onp.array([tag.startswith('B-') for tag in classes] + [False])
    tags = onp.pad(onp.asarray(tags), ((0, 0), (1, 1)), constant_values=-1)
    kind, is_new = kind_of[tags], begins[tags][:, 1:]
    is_new |= kind[:, 1:] != kind[:, :-1]
    sentences, starts = onp.nonzero(is_new & (kind[:, 1:] >= 0))
    _, ends = onp.nonzero(is_new & (kind[:, :-1] >= 0))  # one for each start, in order
    return onp.stack([sentences, starts, ends, kind[sentences, starts + 1]], axis=1)


class TaggingScores:
    """What share of tags is right, and how well entities are found; over all workers.

    An entity is found if its kind, its first and its last word are right. Precision is
    the share of found ones in those predicted, recall that in the true ones, F1 twice
    the found over the sum of both: each in [0, 1], and 0 where it has nothing to count.

    Parameters
    ----------
    classes
        Names of the tags 0, 1, ..., as of `entity_spans`.

    Ours, for 20.2
    """

    def __init__(self, classes):
        self.classes, self.kinds = list(classes), kinds_of(classes)
        self._words = onp.zeros(2)                     # right, all
        self._spans = onp.zeros((len(self.kinds), 3))  # found, predicted, true

    def add(self, predicted, true, valid_lens) -> None:
        """Count the first valid_lens (batch,) words of tags (batch, words), numbers."""
        predicted, true, lens = map(onp.asarray, (predicted, true, valid_lens))
        is_valid = onp.arange(true.shape[1]) < lens[:, None]
        self._words += [((predicted == true) & is_valid).sum(), is_valid.sum()]
        spans = [entity_spans(onp.where(is_valid, tags, -1), self.classes)
                 for tags in (predicted, true)]
        # each stands once in either, so that what stands twice stands in both
        rows, counts = onp.unique(onp.concatenate(spans), axis=0, return_counts=True)
        for i, part in enumerate((rows[counts == 2], *spans)):
            self._spans[:, i] += onp.bincount(part[:, 3], minlength=len(self.kinds))

    def result(self) -> dict:
        """{'acc': of words, 'F1': of entities, 'entities': {kind: its scores}}.

        The last two only where tags are of entities.
        """
        sums = current().workers.sum([*self._words, *self._spans.ravel()])
        right, words, *rest = map(float, sums)
        found = {'acc': share(right, words)}
        if self.kinds:
            spans = onp.reshape(rest, (-1, 3))
            found['F1'] = scores(*spans.sum(axis=0).tolist())['F1']
            found['entities'] = {kind: scores(*row) for kind, row
                                 in zip(self.kinds, spans.tolist())}
        return found


def share(part, whole) -> float:
    """A quotient; 0 of nothing."""
    return part / whole if whole else 0.0


def scores(found, predicted, true) -> dict:
    """Precision, recall and F1 of three counts, and how many there truly are."""
    return {'precision': share(found, predicted), 'recall': share(found, true),
            'F1': share(2 * found, predicted + true), 'count': int(true)}
