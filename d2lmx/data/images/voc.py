"""Pascal VOC 2012: photographs, and for each pixel which of 20 classes it shows."""
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as onp
from mxnet import gluon, np

from ...context import current
from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ..arrays import BatchIterator
from ..toys.voc import write_voc

__all__ = ['VOC_COLORMAP', 'VOC_CLASSES', 'VOC_VOID', 'read_voc_images',
           'voc_colormap2label', 'voc_label_indices', 'voc_rand_crop', 'VOCSegDataset',
           'load_data_voc']

VOC_COLORMAP = [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128],
                [128, 0, 128], [0, 128, 128], [128, 128, 128], [64, 0, 0], [192, 0, 0],
                [64, 128, 0], [192, 128, 0], [64, 0, 128], [192, 0, 128],
                [64, 128, 128], [192, 128, 128], [0, 64, 0], [128, 64, 0], [0, 192, 0],
                [128, 192, 0], [0, 64, 128]]
VOC_CLASSES = ['background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus',
               'car', 'cat', 'chair', 'cow', 'diningtable', 'dog', 'horse', 'motorbike',
               'person', 'potted plant', 'sheep', 'sofa', 'train', 'tv/monitor']
VOID_COLOR, VOC_VOID, UNKNOWN = (224, 224, 192), 255, 254
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, RGB in [0, 1]
SCALE = onp.divide(1, onp.multiply(STD, 255)).astype('float32')
SHIFT = -onp.divide(MEAN, STD).astype('float32')

hub.toy('voc2012')(write_voc)


def read_voc_images(voc_dir, is_train: bool = True):
    """All pictures of a part and their masks, as the page has them: two lists.

    Both hold MXNet arrays, uint8 (h, w, 3), RGB, each of a size of its own; a mask has
    the class's colour of `VOC_COLORMAP` at each pixel. BadData, a ValueError, for a
    folder that is not as VOC's, for files that are missing or no pictures, and for a
    mask of another size than its picture.

    Book: 13.9 (sec_semantic_segmentation)
    """
    pairs = read_pairs(voc_dir, is_train)
    return tuple([np.array(array, dtype='uint8') for array in arrays]
                 for arrays in zip(*pairs))


def read_pairs(voc_dir, is_train, convert=lambda file, mask: mask):
    """(picture, mask) of each name in a part's list, as NumPy arrays.

    convert: ``(file, mask) -> what is to be kept of it``.
    """
    folder, part = Path(voc_dir), 'train' if is_train else 'val'
    file = folder / 'ImageSets' / 'Segmentation' / f'{part}.txt'
    if not file.is_file():
        raise BadData(f'{folder} holds no {file.relative_to(folder)}: name the folder '
                      'VOC2012 of the archive, with its ImageSets, JPEGImages and '
                      'SegmentationClass')
    names = file.read_text(encoding='utf-8', errors='replace').split()
    if not names:
        raise BadData(f'{file} names no picture: replace it')

    def read(name):
        picture = _decoded(folder / 'JPEGImages' / f'{name}.jpg')
        mask_file = folder / 'SegmentationClass' / f'{name}.png'
        mask = _decoded(mask_file)
        if mask.shape != picture.shape:
            raise BadData(f'{mask_file} is a mask of {mask.shape[:2]} pixels, but its '
                          f'picture has {picture.shape[:2]}: replace one of them by '
                          'the file that belongs to the other')
        return picture, convert(mask_file, mask)

    with ThreadPoolExecutor() as threads:  # OpenCV decodes beside Python
        return list(threads.map(read, names))


def _decoded(file):
    """The picture in a file of the archive: uint8 (h, w, 3), RGB; or BadData."""
    import cv2  # late: all else works where its system libraries are missing
    if not file.is_file():
        raise BadData(f'{file} is missing, though its part lists it: unpack the '
                      'archive anew')
    try:
        picture = cv2.imdecode(onp.fromfile(file, onp.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # of an empty file, and of too many pixels
        picture = None
    if picture is None:
        raise BadData(f'{file} is no picture, or it is damaged: replace it')
    return onp.ascontiguousarray(picture[..., ::-1])


@functools.lru_cache(maxsize=1)
def _table():
    """The class of each colour, uint8 (256 ** 3,); `VOC_VOID` or UNKNOWN for others."""
    table = onp.full(256 ** 3, UNKNOWN, onp.uint8)
    table[_codes(onp.array(VOC_COLORMAP))] = onp.arange(len(VOC_COLORMAP))
    table[_codes(onp.array(VOID_COLOR))] = VOC_VOID
    return table


def _codes(colors):
    """Colours (..., 3) as whole numbers (...) below 256 ** 3."""
    red, green, blue = onp.moveaxis(colors, -1, 0).astype(onp.int32)
    return (red * 256 + green) * 256 + blue


def voc_colormap2label():
    """The class of each colour (256 * red + green) * 256 + blue: uint8 (256 ** 3,).

    0, the background, for colours of no class, as that of the border of things.

    Book: 13.9 (sec_semantic_segmentation)
    """
    # book: floats; classes are whole numbers, and a quarter of the memory holds them
    return np.array(onp.where(_table() < UNKNOWN, _table(), 0), dtype='uint8')


def voc_label_indices(colormap, colormap2label):
    """The class of each pixel of a mask (..., 3), RGB: (...), as an MXNet array.

    colormap2label: of `voc_colormap2label`. Both may be of MXNet or NumPy. InputError
    for a mask without three colours from 0 to 255.

    Book: 13.9 (sec_semantic_segmentation)
    """
    colors, table = _on_numpy(colormap), _on_numpy(colormap2label)
    if colors.shape[-1:] != (3,) or not ((colors >= 0) & (colors <= 255)).all():
        raise InputError('a mask must be (height, width, 3), with colours from 0 to '
                         f'255, got {colors.shape}')
    return np.array(table[_codes(colors)], dtype=table.dtype)


def voc_rand_crop(feature, label, height: int, width: int):
    """The same part, at random from NumPy's seed, of a picture and of its mask.

    feature (h, w, ...) and label (h, w, ...), of MXNet or NumPy -> (height, width, ...)
    of both. InputError for a picture that is smaller, or of another size than the mask.

    Book: 13.9 (sec_semantic_segmentation)
    """
    height, width = _checked_size((height, width))
    # book: shrinks the part, and stretches what it has cut out
    h, w = check_part(feature, label, height, width)
    top, left = onp.random.randint(h - height + 1), onp.random.randint(w - width + 1)
    return tuple(array[top:top + height, left:left + width]
                 for array in (feature, label))


def check_part(feature, label, height, width):
    """(h, w) of a picture and its mask; InputError where they have no such part."""
    h, w = feature.shape[:2]
    if label.shape[:2] != (h, w):
        raise InputError(f'the picture has {(h, w)} pixels, but its mask '
                         f'{label.shape[:2]}')
    if not (1 <= height <= h and 1 <= width <= w):
        raise InputError(f'a picture of {h} x {w} pixels has no part of {height} x '
                         f'{width}: choose a smaller one')
    return h, w


class VOCSegDataset(gluon.data.Dataset):
    """Pictures, decoded once, of which each look cuts out another part.

    An example is a part of a picture (3, height, width), float32, of mean 0 and
    deviation 1 over ImageNet, and its classes (height, width), uint8, where the border
    of things counts as background. Pictures that are smaller are left out.

    Parameters
    ----------
    is_train
        Whether the pictures to train on, or those to validate on.
    crop_size
        (height, width) of the parts.
    voc_dir
        The folder VOC2012 of the archive.

    Attributes
    ----------
    features
        List of pictures, NumPy arrays (h, w, 3), uint8, RGB.
    labels
        List of their classes, (h, w), uint8, with `VOC_VOID` on the border of things.

    Errors as of `read_voc_images`; BadData for colours of a mask that are not VOC's,
    too, and InputError where no picture is as large as the parts.

    Book: 13.9 (sec_semantic_segmentation)
    """

    def __init__(self, is_train: bool, crop_size, voc_dir):
        self.crop_size = _checked_size(crop_size)
        self.rgb_mean, self.rgb_std = np.array(MEAN), np.array(STD)
        # book: keeps floats, four times the memory, and masks as colours
        kept = self.filter(read_pairs(voc_dir, is_train, _classes))
        if not kept:
            height, width = self.crop_size
            raise InputError(f'no picture of {voc_dir} has {height} x {width} pixels: '
                             'choose a smaller crop size')
        # book: prints how many are left; here the section does
        self.features, self.labels = map(list, zip(*kept))

    def normalize_image(self, img):
        """uint8 (..., h, w, 3) -> float32 of mean 0 and deviation 1 over ImageNet."""
        return np.array(_on_numpy(img) * SCALE + SHIFT)

    def filter(self, pairs):
        """Those (picture, mask) that are large enough to be cropped."""
        height, width = self.crop_size
        return [(img, mask) for img, mask in pairs
                if img.shape[0] >= height and img.shape[1] >= width]

    def crops(self, chosen):
        """A part of each chosen picture: X (n, 3, height, width), y (n, height, width).

        chosen: their numbers. NumPy arrays, as of an example.
        """
        pixels = onp.empty((len(chosen), *self.crop_size, 3), onp.uint8)
        y = onp.empty(pixels.shape[:-1], onp.uint8)
        for i, number in enumerate(chosen):
            pixels[i], y[i] = voc_rand_crop(self.features[number], self.labels[number],
                                            *self.crop_size)
        y[y == VOC_VOID] = 0
        X = onp.empty((len(chosen), 3, *self.crop_size), onp.float32)
        onp.multiply(onp.moveaxis(pixels, -1, 1), SCALE[:, None, None], out=X)
        X += SHIFT[:, None, None]
        return X, y

    def __getitem__(self, idx):
        X, y = self.crops([idx])
        return np.array(X[0]), np.array(y[0], dtype='uint8')

    def __len__(self):
        return len(self.features)


class VOCBatches(BatchIterator):
    """Whole batches of random parts of a `VOCSegDataset`; what is left is dropped."""

    def __init__(self, dataset, batch_size: int, shuffle: bool):
        super().__init__((onp.arange(len(dataset)),), batch_size, shuffle)
        self.dataset = dataset
        if not len(self):
            raise InputError(f'{len(dataset)} pictures are fewer than a batch of '
                             f'{self.batch_size * current().workers.size}: choose a '
                             'smaller batch size')

    def __len__(self):
        return len(self.dataset) // (self.batch_size * current().workers.size)

    def rows(self):
        for _, (chosen,) in zip(range(len(self)), super().rows()):
            yield list(self.dataset.crops(chosen))


def load_data_voc(batch_size: int, crop_size):
    """Batches to train on, shuffled, and to validate on.

    crop_size: (height, width). A batch is X (batch, 3, height, width) and y (batch,
    height, width), as in a `VOCSegDataset`, which each has as ``dataset``. What is left
    for a last batch is dropped; InputError where that is all.

    Book: 13.9 (sec_semantic_segmentation)
    """
    voc_dir = hub.download_extract('voc2012', 'VOCdevkit/VOC2012')
    return tuple(VOCBatches(VOCSegDataset(is_train, crop_size, voc_dir), batch_size,
                            shuffle=is_train) for is_train in (True, False))


def _classes(file, mask):
    """The classes of a mask's pixels; BadData, naming the file, for other colours."""
    labels = _table()[_codes(mask)]
    if (labels == UNKNOWN).any():
        color = tuple(map(int, mask[labels == UNKNOWN][0]))
        raise BadData(f'{file} has the colour {color}, which is of no class: masks '
                      "must have VOC's colours, as in SegmentationClass of the archive")
    return labels


def _checked_size(size):
    """(height, width) as whole numbers from 1 on, else InputError."""
    try:
        height, width = map(int, size)
    except (TypeError, ValueError):
        height = width = 0
    if min(height, width) < 1 or [height, width] != list(size):
        raise InputError('the size of a crop must be (height, width), whole numbers '
                         f'from 1 on, got {size}')
    return height, width


def _on_numpy(array):
    return array.asnumpy() if hasattr(array, 'asnumpy') else onp.asarray(array)
