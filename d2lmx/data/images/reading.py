"""Pictures of a reader's own, of whatever kind, as RGB."""
import contextlib
import os
import warnings

import numpy as onp

from ...errors import InputError, MissingFile

__all__ = ['read_picture', 'SIDES']

MOST_BYTES = 200 * 10 ** 6
MOST_PIXELS = 2 ** 27  # 134 million: of a picture of 16,384 by 8,192
TOO_LARGE = f'more than {MOST_PIXELS // 10 ** 6} million pixels: scale it down'
SIDES = range(1, 4097)  # in pixels, of pictures that a saved network may ask for
WHITE = (255, 255, 255, 255)


def read_picture(file) -> onp.ndarray:
    """The picture in a file: uint8 (height, width, 3), RGB in 0 to 255.

    Upright, as its EXIF orientation says; grey, palettes, CMYK and 16 bits become RGB
    of 8 bits, what is transparent lies on white, and what moves stands at its first
    frame. MissingFile where there is none; InputError, naming the file, for what is no
    picture, or damaged, or cut off, and for more than 134 million pixels.

    Ours, for 13.1
    """
    # OpenCV, which decodes data sets here, takes half of a JPEG for a whole one, CMYK
    # for transparency, and writes to standard error by itself
    from PIL import Image, ImageFile
    # which packages switch on for all, gluoncv among them: a cut picture is none here
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    check_size(file)
    with decoding(file):
        image = Image.open(file)
    with image:
        check_pixels(file, *image.size)
        with decoding(file):
            return onp.array(_as_rgb(image))


@contextlib.contextmanager
def decoding(file):
    """Silence, and an InputError that names the file for whatever Pillow finds wrong.
    """
    from PIL import Image
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:  # 179 million, before `check_pixels`
        raise InputError(f'{file} has {TOO_LARGE}') from error
    except Exception as error:  # Pillow's decoders share no narrower class
        raise InputError(f'{file} is no picture, or it is damaged: give a JPEG, PNG, '
                         f'WebP, BMP, GIF or TIFF file ({error})') from error


def check_size(file) -> None:
    """InputError unless this can be the file of a picture."""
    try:
        size = os.path.getsize(file)
    except FileNotFoundError as error:
        raise MissingFile(f'there is no picture {file}') from error
    except (OSError, ValueError) as error:
        raise InputError(f'{file} cannot be read: {error}') from error
    if not os.path.isfile(file) or not 0 < size <= MOST_BYTES:
        raise InputError(f'{file} must be the file of a picture, of 1 byte to '
                         f'{MOST_BYTES // 10 ** 6} MB')


def check_pixels(file, width, height) -> None:
    """InputError for a picture that is too large to be decoded here."""
    if width * height > MOST_PIXELS:
        raise InputError(f'{file} is {width} x {height}, {TOO_LARGE}')


def _as_rgb(image):
    """A picture of Pillow's, upright and in RGB."""
    from PIL import Image, ImageOps
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith('I'):  # 16 bits, which Pillow would cut off at 255
        pixels = onp.array(image)
        if pixels.min() < 0 or pixels.max() > 65535:
            raise ValueError('its pixels are no whole numbers of 16 bits')
        image = Image.fromarray((pixels / 257).round().astype('uint8'))
    if image.mode == 'F':
        raise ValueError('its pixels are no whole numbers')
    if image.mode in ('LA', 'PA', 'RGBA', 'RGBa') or 'transparency' in image.info:
        image = image.convert('RGBA')
        image = Image.alpha_composite(Image.new('RGBA', image.size, WHITE), image)
    return image.convert('RGB')
