"""Batches of pictures that threads decode and augment ahead of the training."""
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as onp

from ...errors import InputError
from ...processor import usable_cores
from ..arrays import BatchIterator, copied
from .reading import read_picture

__all__ = ['PictureIterator', 'PictureFiles']

CHUNK = 16   # pictures that a thread takes at once
AHEAD = 2    # batches made before they are asked for
MOST_BYTES = 2 ** 30  # of decoded pictures that are kept


class PictureFiles:
    """Pictures in files, by number: uint8 (h, w, 3) each, decoded when asked for first.

    They are kept as long as all that are kept fit in a gibibyte. Errors as of
    `read_picture`.

    Ours, for 13.2
    """

    def __init__(self, files):
        self.files = list(files)
        self._kept, self._num_bytes = {}, 0

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        picture = self._kept.get(i)
        if picture is None:
            picture = read_picture(self.files[i])
            if self._num_bytes + picture.nbytes <= MOST_BYTES:
                self._kept[i] = picture
                self._num_bytes += picture.nbytes
        return picture


class PictureIterator(BatchIterator):
    """Batches [X, y] of augmented pictures: X (batch, 3, h, w) float32, y int32.

    Order, shares of workers and errors are those of `BatchIterator`. Threads, one a
    core, augment the next batches while the training is busy with one. What is random
    in them depends on NumPy's seed alone, not on the threads.

    Parameters
    ----------
    pictures
        uint8 (n, h, w, 3), or a sequence of n pictures, such as `PictureFiles`.
    labels
        (n,) numbers of classes.
    batch_size
        Examples a batch.
    augs
        A transform of batches, such as `Compose`, which ends with `ToTensor`.
    shuffle
        Whether each pass has a random order.

    Ours, for 13.1
    """

    def __init__(self, pictures, labels, batch_size: int, augs, shuffle: bool = False):
        if len(pictures) != len(labels):
            raise InputError(f'there must be one label a picture, got {len(pictures)} '
                             f'pictures and {len(labels)} labels')
        numbers = onp.arange(len(pictures))
        super().__init__((numbers, onp.asarray(labels, 'int32')), batch_size, shuffle)
        self.pictures, self.augs = pictures, augs

    def __iter__(self):
        seeds = onp.random.randint(2 ** 31 - 1, size=len(self.pictures))  # of this pass
        pool, ahead = ThreadPoolExecutor(usable_cores()), deque()
        try:
            for numbers, labels in self.rows():
                chunks = [numbers[i:i + CHUNK] for i in range(0, len(numbers), CHUNK)]
                # a worker's last share may be empty; its shape is that of any picture
                ahead.append((labels, [pool.submit(self._augmented, chunk, seeds)
                                       for chunk in chunks or [onp.zeros(1, int)]]))
                if len(ahead) > AHEAD:
                    yield _batch(*ahead.popleft())
            while ahead:
                yield _batch(*ahead.popleft())
        finally:  # whoever stops in the middle waits for no more than is under way
            for _, futures in ahead:
                for future in futures:
                    future.cancel()
            pool.shutdown()

    def _augmented(self, numbers, seeds):
        rng = onp.random.RandomState(seeds[numbers[0]])
        pictures = (self.pictures[numbers] if isinstance(self.pictures, onp.ndarray)
                    else [self.pictures[i] for i in numbers])
        return self.augs(pictures, rng)


def _batch(labels, futures):
    X = onp.concatenate([future.result() for future in futures])[:len(labels)]
    return [copied(X), copied(labels)]
