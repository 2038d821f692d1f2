"""Some of the garments, chosen by chance: small sets, on which much can be tried."""
import numpy as onp

from ..data.images.fashion_mnist import read_fashion_mnist, to_tensor
from ..errors import InputError

__all__ = ['sample_garments']


def sample_garments(*counts: int) -> list:
    """Sets of so many garments each, of Fashion-MNIST's training part, as NumPy arrays.

    Each is a pair: X (count, 1, 28, 28), float32 in [0, 1], and y (count,), int32 from
    0 to 9. No garment is in two of them. Which they are comes from NumPy's global seed.
    InputError where there are not so many.

    Ours, for 21.1
    """
    images, labels = read_fashion_mnist(is_train=True)
    if sum(counts) > len(labels):
        raise InputError(f'{sum(counts)} garments are asked for, and the training part '
                         f'has {len(labels)}')
    chosen = onp.random.permutation(len(labels))[:sum(counts)]
    return [(to_tensor(images[part], None), labels[part])
            for part in onp.split(chosen, onp.cumsum(counts)[:-1])]
