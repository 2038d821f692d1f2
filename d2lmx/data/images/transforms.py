"""Transforms of pictures by array and OpenCV operations, called as Gluon's are.

Each is called with one picture (h, w, 3), or with a batch: an array (n, h, w, 3), or a
list of pictures of any sizes. Pictures are uint8, RGB in 0 to 255, of MXNet or NumPy.
What comes back is NumPy's; nothing is changed in place. Random numbers come from `rng`,
a ``numpy.random.RandomState``, else from NumPy's global seed; each picture of a batch
has its own. OpenCV and NumPy work without Python's lock, so batches may be transformed
side by side in threads.
"""
import math

import numpy as onp

from ...errors import InputError

__all__ = ['Compose', 'RandomFlipLeftRight', 'RandomFlipTopBottom', 'RandomResizedCrop',
           'RandomBrightness', 'RandomHue', 'RandomColorJitter', 'RandomLighting',
           'Resize', 'CenterCrop', 'ToTensor', 'Normalize']

GREY = onp.array([.299, .587, .114])  # parts of red, green and blue
# principal components of ImageNet's colours, one a column, and their deviations of 255
LIGHTS = onp.array([[-.5675, .7192, .4009], [-.5808, -.0045, -.8140],
                    [-.5836, -.6948, .4203]])
LIGHT_STD = onp.array([55.46, 4.794, 1.148])
TRIES = 10                            # of RandomResizedCrop


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


class RandomBrightness(EachPicture):
    """Each picture times a number of 1 - brightness to 1 + brightness.

    Ours, for 13.1
    """

    def __init__(self, brightness: float):
        self.brightness = brightness

    def change(self, picture, rng):
        return mixed(picture, onp.eye(3) * near_one(self.brightness, rng))


class RandomContrast(EachPicture):
    """Each picture's distance from its mean grey times such a number."""

    def __init__(self, contrast: float):
        self.contrast = contrast

    def change(self, picture, rng):
        factor = near_one(self.contrast, rng)
        grey = picture.reshape(-1, 3).mean(axis=0) @ GREY
        return mixed(picture, onp.eye(3) * factor, (1 - factor) * grey)


class RandomSaturation(EachPicture):
    """Each pixel's distance from its own grey times such a number."""

    def __init__(self, saturation: float):
        self.saturation = saturation

    def change(self, picture, rng):
        factor = near_one(self.saturation, rng)
        return mixed(picture, onp.eye(3) * factor + (1 - factor) * GREY)


class RandomHue(EachPicture):
    """Each picture's colours, turned by -hue to hue of the whole circle of colours.

    Ours, for 13.1
    """

    def __init__(self, hue: float):
        self.hue = hue

    def change(self, picture, rng):
        import cv2  # late: all else works where its system libraries are missing
        turned = cv2.cvtColor(onp.ascontiguousarray(picture), cv2.COLOR_RGB2HSV_FULL)
        turned[..., 0] += onp.uint8(round(rng.uniform(-self.hue, self.hue) * 256) % 256)
        return cv2.cvtColor(turned, cv2.COLOR_HSV2RGB_FULL)


class RandomColorJitter(Transform):
    """Brightness, contrast, saturation and hue, in random order; 0 leaves one out.

    Ours, for 13.1
    """

    def __init__(self, brightness: float = 0, contrast: float = 0,
                 saturation: float = 0, hue: float = 0):
        kinds = [(RandomBrightness, brightness), (RandomContrast, contrast),
                 (RandomSaturation, saturation), (RandomHue, hue)]
        self.transforms = [kind(amount) for kind, amount in kinds if amount]

    def transform(self, pictures, rng):
        for i in rng.permutation(len(self.transforms)):
            pictures = self.transforms[i](pictures, rng)
        return pictures


class RandomLighting(EachPicture):
    """Each picture in another light, along the colours in which pictures differ most.

    Those are the principal components of ImageNet's colours. Each is added, to all
    pixels alike, its standard deviation times a normal number of deviation alpha.

    Ours, for 13.14
    """

    def __init__(self, alpha: float):
        self.alpha = alpha

    def change(self, picture, rng):
        shift = LIGHTS @ (LIGHT_STD * rng.normal(0, self.alpha, 3))
        return mixed(picture, onp.eye(3), shift)


class Resize(EachPicture):
    """Each picture scaled to one size: pixels of height and width, or (width, height).

    keep_ratio: scaled so that the shorter side has that many pixels, one number.

    Ours, for 13.1
    """

    def __init__(self, size, keep_ratio: bool = False):
        self.size, self.keep_ratio = as_size(size), keep_ratio

    def change(self, picture, rng):
        height, width = picture.shape[:2]
        factor = self.size[0] / min(height, width)
        return resized(picture, (round(width * factor), round(height * factor))
                       if self.keep_ratio else self.size)


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
    """A picture scaled to (width, height) by bilinear interpolation."""
    import cv2
    if picture.shape[1::-1] == tuple(size):
        return picture
    return cv2.resize(onp.ascontiguousarray(picture), size)


def near_one(reach, rng) -> float:
    return rng.uniform(max(0, 1 - reach), 1 + reach)


def mixed(picture, matrix, plus=0.0):
    """Each pixel's colour times a matrix, plus a number or colour, within 0 to 255."""
    import cv2
    table = onp.column_stack([matrix, onp.full(3, plus)])
    return cv2.transform(onp.ascontiguousarray(picture), table)
