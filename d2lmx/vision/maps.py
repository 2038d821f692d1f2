"""Maps that a network makes of pictures, where they are asked for once."""
import numpy as onp
from mxnet import np

from ..data.arrays import BatchIterator
from ..runtime.devices import try_gpu

__all__ = ['batches_of_maps']


def batches_of_maps(batches, stages) -> BatchIterator:
    """Batches of the maps that fixed features give of pictures, in these' place.

    Training, and judging, what reads the maps then costs nothing for the features.

    Parameters
    ----------
    batches
        A `BatchIterator` of pictures (batch, 3, h, w), and of other arrays, such as
        labels, which are kept, as are the size and the order of the batches.
    stages
        ``stages(X)`` is a list of maps (batch, channels, height, width), such as
        `photograph_stages` gives, on the run's first device.

    Ours, for 22.2
    """
    images, *others = batches.arrays
    transform, size = batches.transform or (lambda X: X), batches.batch_size
    found = [stages(np.array(transform(images[i:i + size]), 'float32',
                             ctx=try_gpu()))
             for i in range(0, len(images), size)]
    maps = [onp.concatenate([C.asnumpy() for C in of_all]) for of_all in zip(*found)]
    return BatchIterator((*maps, *others), size, batches.shuffle)
