"""Pictures of every kind that cameras and friends send."""
import struct
import zlib

import cv2
import numpy as onp
import pytest

from PIL import Image, ImageFile

import d2lmx as d2l
from d2lmx.errors import InputError, MissingFile

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(left=RED, right=BLUE):
    """16 pixels high and 24 wide: its left half in one colour, its right in another."""
    rgb = onp.zeros((16, 24, 3), 'uint8')
    rgb[:, :12], rgb[:, 12:] = left, right
    return rgb


def halves(rgb):
    """The colours of the two halves."""
    return rgb[8, 4].astype(int), rgb[8, 20].astype(int)


def write(path, array, *options):
    assert cv2.imwrite(str(path), array, *options)
    return path


@pytest.mark.parametrize('suffix, most', [('png', 0), ('bmp', 0), ('tiff', 0),
                                          ('jpg', 8), ('webp', 8)])
def test_formats_are_read_as_rgb(tmp_path, suffix, most):
    file = write(tmp_path / f'a.{suffix}', picture()[..., ::-1])
    rgb = d2l.read_picture(file)
    assert rgb.shape == (16, 24, 3) and rgb.dtype == onp.uint8
    for found, color in zip(halves(rgb), (RED, BLUE)):  # JPEG loses a little
        assert abs(found - color).max() <= most


def test_grey_and_sixteen_bits_become_rgb_of_eight(tmp_path):
    grey = onp.full((5, 7), 200, 'uint8')
    assert (d2l.read_picture(write(tmp_path / 'grey.png', grey)) == 200).all()
    deep = onp.full((5, 7), 200 * 257, 'uint16')  # 257: of 255 to 65535
    for name, array in (('deep.png', deep), ('rgb.png', deep[..., None].repeat(3, 2))):
        rgb = d2l.read_picture(write(tmp_path / name, array))
        assert rgb.shape == (5, 7, 3) and (abs(rgb.astype(int) - 200) <= 1).all()


@pytest.mark.parametrize('value', [-1, 65536])
def test_grey_of_32_bits_is_no_picture_unless_16_hold_it(value, tmp_path):
    for name, number in (('right.tif', 100 * 257), ('wrong.tif', value)):
        pixels = onp.full((5, 7), number, 'int32')
        Image.fromarray(pixels).save(tmp_path / name)
    assert (d2l.read_picture(tmp_path / 'right.tif') == 100).all()
    with pytest.raises(d2l.InputError, match='no whole numbers of 16 bits'):
        d2l.read_picture(tmp_path / 'wrong.tif')


@pytest.mark.parametrize('dtype', ['uint8', 'uint16'])
def test_what_is_transparent_lies_on_white(tmp_path, dtype):
    most = onp.iinfo(dtype).max
    bgra = onp.zeros((4, 4, 4), dtype)  # black
    bgra[:, :2, 3], bgra[:2, :2, 3] = most // 2, most
    rgb = d2l.read_picture(write(tmp_path / 'a.png', bgra))
    assert rgb[0, 0].tolist() == [0] * 3 and rgb[0, 3].tolist() == [255] * 3
    assert (abs(rgb[3, 0].astype(int) - 128) <= 1).all()  # half of it


def exif(orientation) -> bytes:
    """A JPEG's segment that says how the camera was held."""
    entry = struct.pack('<HHIHH', 0x112, 3, 1, orientation, 0)
    tiff = b'II*\0' + struct.pack('<IH', 8, 1) + entry + bytes(4)
    return b'\xff\xe1' + struct.pack('>H', 2 + 6 + len(tiff)) + b'Exif\0\0' + tiff


@pytest.mark.parametrize('orientation, shape, corner', [
    (1, (16, 24), RED), (3, (16, 24), BLUE), (6, (24, 16), RED), (8, (24, 16), BLUE)])
def test_a_picture_stands_as_its_camera_was_held(tmp_path, orientation, shape, corner):
    _, jpeg = cv2.imencode('.jpg', picture()[..., ::-1])
    content = jpeg.tobytes()
    file = tmp_path / 'a.jpg'
    file.write_bytes(content[:2] + exif(orientation) + content[2:])
    rgb = d2l.read_picture(file)
    assert rgb.shape[:2] == shape
    assert abs(rgb[2, 2].astype(int) - corner).max() <= 8


def chunk(name, content) -> bytes:
    return (struct.pack('>I', len(content)) + name + content
            + struct.pack('>I', zlib.crc32(name + content)))


def png(width, height, rows=b'', color=2, extra=b'') -> bytes:
    """A PNG file that announces a size, whatever it holds."""
    return (b'\x89PNG\r\n\x1a\n'
            + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, color, 0, 0, 0))
            + extra + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def test_a_palette_becomes_its_colours(tmp_path):
    file = tmp_path / 'a.png'
    palette = chunk(b'PLTE', bytes([*RED, *BLUE]))
    file.write_bytes(png(2, 1, bytes([0, 1, 0]), color=3, extra=palette))
    assert d2l.read_picture(file)[0].tolist() == [list(BLUE), list(RED)]


@pytest.mark.parametrize('suffix, most', [('tiff', 1), ('jpg', 8)])
def test_inks_become_rgb(tmp_path, suffix, most):
    inks = onp.zeros((16, 24, 4), 'uint8')  # cyan, magenta, yellow, black
    inks[:, :12] = (0, 255, 255, 0)         # no cyan reflects red
    inks[:, 12:] = (255, 255, 0, 0)
    file = tmp_path / f'a.{suffix}'
    Image.fromarray(inks, 'CMYK').save(file)
    for found, color in zip(halves(d2l.read_picture(file)), (RED, BLUE)):
        assert abs(found - color).max() <= most


def test_black_and_white_and_moving_pictures_are_read(tmp_path):
    bits = onp.zeros((4, 6), bool)
    bits[0, 1] = True
    Image.fromarray(bits).save(tmp_path / 'bits.png')
    rgb = d2l.read_picture(tmp_path / 'bits.png')
    assert rgb[0, 1].tolist() == [255] * 3 and rgb.sum() == 3 * 255
    frames = [Image.fromarray(picture(color, color)) for color in (RED, BLUE)]
    frames[0].save(tmp_path / 'a.gif', save_all=True, append_images=frames[1:])
    assert (d2l.read_picture(tmp_path / 'a.gif') == RED).all()


def test_a_transparent_picture_is_turned_too(tmp_path):
    image = Image.fromarray(onp.zeros((8, 16, 4), 'uint8'))
    held = Image.Exif()
    held[0x112] = 6
    image.save(tmp_path / 'a.png', exif=held)
    rgb = d2l.read_picture(tmp_path / 'a.png')
    assert rgb.shape == (16, 8, 3) and (rgb == 255).all()


def test_one_pixel_is_a_picture(tmp_path):
    file = tmp_path / 'a.png'
    file.write_bytes(png(1, 1, b'\0\1\2\3'))
    assert d2l.read_picture(file).tolist() == [[[1, 2, 3]]]


@pytest.mark.parametrize('content', [
    b'', b'no picture', b'\xff\xd8\xff\xe0', png(0, 5), png(10 ** 5, 10 ** 5),
    png(30000, 30000), png(2 ** 31 - 1, 1), b'GIF89a', b'%PDF-1.4', bytes(1000)],
    ids=lambda content: repr(content[:24]))
def test_what_is_no_picture_ends_in_one_line(tmp_path, content):
    file = tmp_path / 'a.png'
    file.write_bytes(content)
    with pytest.raises(InputError, match='a.png') as caught:
        d2l.read_picture(file)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('side', [13000, 20000])  # Pillow's own limit lies between
def test_a_picture_too_large_is_not_called_damaged(tmp_path, side):
    file = tmp_path / 'a.png'
    file.write_bytes(png(side, side))
    with pytest.raises(InputError, match='134 million pixels: scale it down') as caught:
        d2l.read_picture(file)
    assert 'damaged' not in str(caught.value)


def test_a_picture_cut_off_is_not_half_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile, 'LOAD_TRUNCATED_IMAGES', True)  # as gluoncv does
    chance = onp.random.RandomState(0)
    noise = chance.randint(0, 256, (64, 64, 3)).astype('uint8')
    for suffix in ('png', 'jpg'):
        file = write(tmp_path / f'a.{suffix}', noise)
        file.write_bytes(file.read_bytes()[:file.stat().st_size // 2])
        with pytest.raises(InputError, match='damaged'):
            d2l.read_picture(file)


def test_what_is_not_there_and_a_folder_are_told(tmp_path):
    with pytest.raises(MissingFile, match='there is no picture'):
        d2l.read_picture(tmp_path / 'none.png')
    with pytest.raises(InputError, match='must be the file of a picture'):
        d2l.read_picture(tmp_path)


@pytest.mark.parametrize('width', [2 ** 14 + 1, 2 ** 16])  # 2 ** 29: Pillow's own limit
def test_too_many_pixels_are_told_as_such_before_they_are_decoded(tmp_path, width):
    header = struct.pack('>IIBBBBB', width, 2 ** 13, 8, 2, 0, 0, 0)
    chunks = b''.join(struct.pack('>I', len(data)) + name + data
                      + struct.pack('>I', zlib.crc32(name + data))
                      for name, data in ((b'IHDR', header), (b'IDAT', b''),
                                         (b'IEND', b'')))
    (tmp_path / 'map.png').write_bytes(b'\x89PNG\r\n\x1a\n' + chunks)
    with pytest.raises(InputError, match='map.png .*134 million.*scale it down'):
        d2l.read_picture(tmp_path / 'map.png')
