"""MNIST: 70,000 grey pictures of handwritten digits, 28 x 28 pixels, ten classes."""
from ...files import hub
from ..toys.digits import write_images, write_labels
from .fashion_mnist import read_classes

__all__ = ['read_mnist']

for _part in ('train', 'test'):
    hub.toy(f'mnist_{_part}_images')(write_images)
    hub.toy(f'mnist_{_part}_labels')(write_labels)


def read_mnist(is_train: bool = True):
    """The decoded pictures and labels, as NumPy arrays.

    Pictures (n, 28, 28), uint8 in 0 (paper) to 255 (ink), and labels (n,), int32, the
    digits, with n = 60,000, or 10,000 without `is_train`, in the data set's own files,
    which lie in a folder `mnist` of a data root. ValueError for damaged files, and for
    pictures of another size.

    Ours, for 18.9
    """
    return read_classes('mnist', 'MNIST', is_train)
