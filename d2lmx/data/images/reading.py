"""Pictures of a reader's own, of whatever kind, as RGB."""
import os

import numpy as onp

from ...errors import InputError, MissingFile

__all__ = ['read_picture']

MOST_BYTES = 200 * 10 ** 6
MOST_PIXELS = 2 ** 27  # 134 million: of a picture of 16,384 by 8,192


def read_picture(file) -> onp.ndarray:
    """The picture in a file: uint8 (height, width, 3), RGB in 0 to 255.

    Upright, as its EXIF orientation says; grey, palettes, CMYK and 16 bits become RGB
    of 8 bits, and what is transparent lies on white. MissingFile where there is none;
    InputError, naming the file, for what OpenCV cannot read, and for more than 134
    million pixels.

    Ours, for 13.1
    """
    import cv2  # late: all else works where its system libraries are missing
    content = _bytes_of(file)
    try:
        plain = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
        picture = (plain if plain is None or plain.ndim == 3 and plain.shape[2] == 4
                   else cv2.imdecode(content, cv2.IMREAD_COLOR))
    except cv2.error as error:
        raise InputError(f'{file} cannot be read as a picture: {error.err}') from error
    if picture is None:
        raise InputError(f'{file} is no picture that OpenCV can read, or it is '
                         'damaged: give a JPEG, PNG, WebP, BMP or TIFF file')
    if picture.shape[2] == 4:
        picture = _on_white(picture)
    return onp.ascontiguousarray(picture[..., ::-1])


def _bytes_of(file) -> onp.ndarray:
    try:
        size = os.path.getsize(file)
        if os.path.isdir(file) or not 0 < size <= MOST_BYTES:
            raise InputError(f'{file} must be the file of a picture, of 1 byte to '
                             f'{MOST_BYTES // 10 ** 6} MB')
        return onp.fromfile(file, onp.uint8)
    except FileNotFoundError as error:
        raise MissingFile(f'there is no picture {file}') from error
    except OSError as error:
        raise InputError(f'{file} cannot be read: {error.strerror or error}') from error


def _on_white(picture):
    """BGRA of 8 or 16 bits as BGR of 8 bits, on white."""
    most = onp.iinfo(picture.dtype).max
    color, alpha = picture[..., :3].astype('float32'), picture[..., 3:] / most
    mixed = (color * alpha + most * (1 - alpha)) * (255 / most)
    return mixed.round().astype('uint8')
