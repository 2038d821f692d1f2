"""Transforms of pictures by array and OpenCV operations, called as Gluon's are.

Each is called with one picture (h, w, 3), or with a batch: an array (n, h, w, 3), or a
list of pictures of any sizes. Pictures are uint8, RGB in 0 to 255, of MXNet or NumPy.
What comes back is NumPy's; nothing is changed in place. Random numbers come from `rng`,
a ``numpy.random.RandomState``, else from NumPy's global seed; each picture of a batch
has its own. OpenCV and NumPy work without Python's lock, so batches may be transformed
side by side in threads.
"""
import numpy as onp

from ...errors import InputError
from .reading import MOST_PIXELS

__all__ = ['Compose', 'RandomFlipLeftRight', 'RandomFlipTopBottom', 'RandomResizedCrop',
           'Resize', 'CenterCrop', 'ToTensor', 'Normalize']

TRIES = 10  # of RandomResizedCrop


class Transform:
    """One picture or a batch as `transform` makes it of a batch."""

    def __call__(self, pictures, rng=onp.random):
        if getattr(pictures, 'ndim', 0) == 3:
            return self.transform([to_numpy(pictures)], rng)[0]
        if not isinstance(pictures, list):
            return self.transform(to_numpy(pictures), rng)
        return self.transform([to_numpy(picture) for picture in pictures], rng)

    def transform(self, pictures, rng):
        """A NumPy array (n, ...) or a list of n, of one or the other."""
        raise NotImplementedError


def to_numpy(picture):
    return picture if isinstance(picture, onp.ndarray) else picture.asnumpy()


class EachPicture(Transform):
    """A transform that looks at one picture at a time; sizes stay or become equal."""

    def transform(self, pictures, rng):
        changed = [self.change(picture, rng) for picture in pictures]
        same = len({picture.shape for picture in changed}) == 1
        return onp.stack(changed) if same else changed

    def change(self, picture, rng):
        """The picture (h, w, 3), transformed."""
        raise NotImplementedError


class Compose(Transform):
    """One transform after another.

    Ours, for 13.1
    """

    def __init__(self, transforms):
        self.transforms = list(transforms)

    def transform(self, pictures, rng):
        for transform in self.transforms:
            pictures = transform(pictures, rng)
        return pictures


class RandomFlipLeftRight(Transform):
    """Each picture, or its mirror image with chance p.

    Ours, for 13.1
    """

    across = 1  # the axis of a picture that is turned round

    def __init__(self, p: float = 0.5):
        self.p = p

    def transform(self, pictures, rng):
        chosen = rng.uniform(size=len(pictures)) < self.p
        if isinstance(pictures, list):
            return [onp.flip(picture, self.across) if flip else picture
                    for picture, flip in zip(pictures, chosen)]
        pictures = pictures.copy()
        pictures[chosen] = onp.flip(pictures[chosen], 1 + self.across)
        return pictures


class RandomFlipTopBottom(RandomFlipLeftRight):
    """Each picture, or with chance p the same upside down.

    Ours, for 13.1
    """

    across = 0


class RandomResizedCrop(EachPicture):
    """A random part of each picture, scaled to one size.

    Parameters
    ----------
    size
        Pixels of height and width, or (width, height).
    scale
        Lowest and highest share of the picture's area.
    ratio
        Lowest and highest width / height of the part. Where ten draws do not fit into a
        picture, the largest square in its middle is taken.

    Ours, for 13.1
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)):
        self.size, self.scale, self.ratio = as_size(size), scale, ratio

    def change(self, picture, rng):
        height, width = picture.shape[:2]
        areas = rng.uniform(*self.scale, size=TRIES) * height * width
        ratios = onp.exp(rng.uniform(*onp.log(self.ratio), size=TRIES))
        places = rng.uniform(size=2)
        ws, hs = (onp.rint(onp.sqrt(areas * r)).astype(int).clip(1)
                  for r in (ratios, 1 / ratios))
        fitting, = onp.nonzero((ws <= width) & (hs <= height))
        w, h = (ws[fitting[0]], hs[fitting[0]]) if len(fitting) else (
            [min(height, width)] * 2)
        top, left = (places * (height - h + 1, width - w + 1)).astype(int) if (
            len(fitting)) else ((height - h) // 2, (width - w) // 2)
        return resized(picture[top:top + h, left:left + w], self.size)


class Resize(EachPicture):
    """Each picture scaled to one size: pixels of height and width, or (width, height).

    keep_ratio: scaled so that the shorter side has that many pixels, one number;
    InputError for a picture that is so narrow that this gives more than 134 million.

    Ours, for 13.1
    """

    def __init__(self, size, keep_ratio: bool = False):
        self.size, self.keep_ratio = as_size(size), keep_ratio

    def change(self, picture, rng):
        height, width = picture.shape[:2]
        if not self.keep_ratio:
            return resized(picture, self.size)
        factor = self.size[0] / min(height, width)
        w, h = round(width * factor), round(height * factor)
        if not w * h <= MOST_PIXELS:
            raise InputError(f'a picture of {width} x {height} pixels is too narrow to '
                             f'be scaled to {w} x {h}: cut a part out of it')
        return resized(picture, (w, h))


class CenterCrop(EachPicture):
    """The middle of each picture: pixels of height and width, or (width, height).

    Of a picture that is smaller, the largest middle part of that shape, enlarged.

    Ours, for 13.1
    """

    def __init__(self, size):
        self.size = as_size(size)

    def change(self, picture, rng):
        height, width = picture.shape[:2]
        shrink = min(1, width / self.size[0], height / self.size[1])
        w, h = (max(1, int(side * shrink)) for side in self.size)
        top, left = (height - h) // 2, (width - w) // 2
        return resized(picture[top:top + h, left:left + w], self.size)


class ToTensor(Transform):
    """float32 in [0, 1] with the channels first: (3, h, w), (n, 3, h, w) of a batch.

    InputError for pictures of several sizes.

    Ours, for 13.1
    """

    def transform(self, pictures, rng):
        if isinstance(pictures, list):
            sizes = sorted({picture.shape for picture in pictures})
            if len(sizes) > 1:
                raise InputError('a batch needs pictures of one size, and has '
                                 f'{sizes[0]} and {sizes[-1]}: add Resize or a crop '
                                 'before ToTensor')
            pictures = onp.stack(pictures)
        shape = pictures.shape
        X = onp.empty((shape[0], shape[3], *shape[1:3]), 'float32')
        return onp.divide(pictures.transpose(0, 3, 1, 2), onp.float32(255), out=X)


class Normalize(Transform):
    """(X - mean) / std of each channel: X (n, 3, h, w) float32, or one (3, h, w).

    Ours, for 13.1
    """

    def __init__(self, mean, std):
        self.mean, self.std = (onp.array(values, 'float32').reshape(-1, 1, 1)
                               for values in (mean, std))

    def transform(self, pictures, rng):
        X = onp.asarray(pictures) - self.mean
        X /= self.std
        return X


def as_size(size) -> tuple:
    """(width, height), each at least 1, else InputError."""
    pair = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2 or not all(isinstance(n, int) and n >= 1 for n in pair):
        raise InputError('a size is a whole number of pixels or (width, height), each '
                         f'at least 1, got {size!r}')
    return pair


def resized(picture, size):
    """A picture scaled to (width, height) by bilinear interpolation.

    By means of its pixels where it shrinks to less than a half: interpolation would
    look at four of them, and leave out the others.
    """
    import cv2
    if picture.shape[1::-1] == tuple(size):
        return picture
    shrinks = min(old / new for old, new in zip(picture.shape[1::-1], size)) > 2
    return cv2.resize(onp.ascontiguousarray(picture), size,
                      interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
