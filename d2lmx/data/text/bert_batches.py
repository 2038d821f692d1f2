"""Batches of BERT's sequences with a class each."""
from ...files import hub
from ..arrays import BatchIterator, copied
from ..toys import pretrained

__all__ = ['SequenceBatches']

hub.toy('bert.small')(pretrained.write_toy)

WIDTH = 16  # a batch's length is a multiple of this: so few graphs are planned


class SequenceBatches(BatchIterator):
    """Batches X, y; X is a list: tokens, segments (batch, steps) and valid lengths.

    A batch is as long as its longest sequence, or up to 15 steps longer: what is cut
    is padding, which means nothing to BERT.

    arrays: of all examples, as of `pair_sentences`, and labels (examples,).

    Ours, for 15.7
    """

    def rows(self):
        for tokens, segments, valid_lens, labels in super().rows():
            longest = int(valid_lens.max()) if len(valid_lens) else WIDTH
            steps = -(-longest // WIDTH) * WIDTH
            yield [tokens[:, :steps], segments[:, :steps], valid_lens, labels]

    def __iter__(self):
        for rows in self.rows():
            *X, y = map(copied, rows)
            yield X, y
