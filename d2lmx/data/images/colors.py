"""Transforms of the colours of pictures: brightness, contrast, saturation, hue, light.

They are called as those of ``transforms.py`` are.
"""
import numpy as onp

from .transforms import EachPicture, Transform

__all__ = ['RandomBrightness', 'RandomHue', 'RandomColorJitter', 'RandomLighting']

GREY = onp.array([.299, .587, .114])  # parts of red, green and blue
# principal components of ImageNet's colours, one a column, and their deviations of 255
LIGHTS = onp.array([[-.5675, .7192, .4009], [-.5808, -.0045, -.8140],
                    [-.5836, -.6948, .4203]])
LIGHT_STD = onp.array([55.46, 4.794, 1.148])


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


def near_one(reach, rng) -> float:
    return rng.uniform(max(0, 1 - reach), 1 + reach)


def mixed(picture, matrix, plus=0.0):
    """Each pixel's colour times a matrix, plus a number or colour, within 0 to 255."""
    import cv2
    table = onp.column_stack([matrix, onp.full(3, plus)])
    return cv2.transform(onp.ascontiguousarray(picture), table)
