"""Pascal VOC 2012: photographs, and masks of what each pixel shows."""
import random

import numpy as onp
from mxnet import nd
from mxnet.gluon import data as gdata

from ..data.images import voc
from ..data.images.voc import VOC_CLASSES, VOC_COLORMAP
from ..errors import InputError
from .places import DATA, data_folder, unpack_into

__all__ = ['VOC_CLASSES', 'VOC_COLORMAP', 'download_voc_pascal', 'read_voc_images',
           'voc_label_indices', 'voc_rand_crop', 'VOCSegDataset']

NAME, FOLDER = 'voc2012', 'VOCdevkit/VOC2012'  # the hub's, and in the archive
ROOT = f'{DATA}/{FOLDER}'


def download_voc_pascal(data_dir: str = DATA) -> str:
    """Have VOC 2012 in data_dir, unpacked where it is not; returns its folder.

    That is ``VOCdevkit/VOC2012`` in data_dir. Errors as of `hub.download`; BadData for
    an archive that is damaged or unsafe.

    Edition 1: 9.9
    """
    return unpack_into(data_dir, NAME, FOLDER)


def read_voc_images(root: str = ROOT, is_train: bool = True):
    """All pictures of a part and their masks: two lists of arrays (h, w, 3).

    uint8, RGB; a mask has the class's colour of `VOC_COLORMAP` at each pixel. Without
    a root, where ``../data`` has none, the hub's files are read. BadData for a folder
    that is not as VOC's, and for files that are missing or no pictures.

    Edition 1: 9.9
    """
    pairs = voc.read_pairs(_folder(root), is_train)
    return tuple([nd.array(array, dtype='uint8') for array in arrays]
                 for arrays in zip(*pairs))


def _folder(root):
    return data_folder(NAME, FOLDER, ROOT) if str(root) == ROOT else root


def voc_label_indices(colormap, colormap2label):
    """The class of each pixel of a mask (h, w, 3), RGB: an array (h, w).

    colormap2label: an array (256 ** 3,) of the class of each colour
    (256 * red + green) * 256 + blue; the result has its type. InputError for a mask
    without three colours a pixel, and for a shorter table.

    Edition 1: 9.9
    """
    if colormap.ndim != 3 or colormap.shape[2] != 3 or len(colormap2label) < 256 ** 3:
        raise InputError('a mask (height, width, 3) and a table of 256 ** 3 classes '
                         f'are needed, got {colormap.shape} and '
                         f'{colormap2label.shape}')
    codes = _codes(colormap.asnumpy())
    return nd.take(colormap2label, nd.array(codes, colormap2label.context, 'int32'))


def _codes(colors):
    red, green, blue = onp.moveaxis(colors, -1, 0).astype('int32')
    return (256 * red + green) * 256 + blue


def voc_rand_crop(feature, label, height: int, width: int):
    """The same part, at random from Python's seed, of a picture and of its mask.

    feature (h, w, ...) and label (h, w, ...) -> (height, width, ...) of both.
    InputError where the picture is smaller, or of another size than the mask.

    Edition 1: 9.9
    """
    # edition 1: shrinks the part, and stretches what it has cut out
    h, w = voc.check_part(feature, label, height, width)
    left, top = random.randint(0, w - width), random.randint(0, h - height)
    return tuple(array[top:top + height, left:left + width]
                 for array in (feature, label))


class VOCSegDataset(gdata.Dataset):
    """Random parts of pictures, and the class of each of their pixels.

    An example is (picture (3, height, width), classes (height, width)), float32, the
    picture of mean 0 and deviation 1 over ImageNet. Pictures that are smaller than the
    parts are left out; how many are read is printed.

    Parameters
    ----------
    is_train
        Whether the pictures to train on, or those to validate on.
    crop_size
        (height, width) of the parts.
    voc_dir
        The folder, as of `download_voc_pascal`.
    colormap2label
        As in `voc_label_indices`.

    InputError where no picture is as large; errors as of `read_voc_images`.

    Edition 1: 9.9
    """

    def __init__(self, is_train: bool, crop_size, voc_dir, colormap2label):
        self.rgb_mean, self.rgb_std = nd.array(voc.MEAN), nd.array(voc.STD)
        self.crop_size = tuple(crop_size)
        classes = colormap2label.asnumpy()
        # edition 1: keeps pictures as floats, four times the memory, and the colours of
        # masks, whose classes it seeks at each look
        kept = [(picture, classes[_codes(mask)]) for picture, mask
                in self.filter(voc.read_pairs(_folder(voc_dir), is_train))]
        if not kept:
            height, width = self.crop_size
            raise InputError(f'no picture of {voc_dir} has {height} x {width} pixels: '
                             'choose a smaller crop_size')
        self.features, self.labels = map(list, zip(*kept))
        print(f'read {len(self)} examples')

    def normalize_image(self, img):
        """uint8 (h, w, 3) -> float32 of mean 0 and deviation 1 over ImageNet."""
        return (img.astype('float32') / 255 - self.rgb_mean) / self.rgb_std

    def filter(self, pairs):
        """Those (picture, mask) that are large enough."""
        height, width = self.crop_size
        return [pair for pair in pairs
                if pair[0].shape[0] >= height and pair[0].shape[1] >= width]

    def __getitem__(self, idx):
        feature, label = voc_rand_crop(self.features[idx], self.labels[idx],
                                       *self.crop_size)
        feature = self.normalize_image(nd.array(feature, dtype='uint8'))
        return feature.transpose((2, 0, 1)), nd.array(label, dtype='float32')

    def __len__(self):
        return len(self.features)
