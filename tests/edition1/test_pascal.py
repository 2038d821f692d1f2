"""Pascal VOC 2012 as the first edition's pages read it."""
import random

import cv2
import numpy as onp
import pytest
from mxnet import gluon, nd

from d2lmx.data.toys import voc as toys
from d2lmx.edition1 import pascal
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData

SIZES = {'small': (6, 9), 'large': (8, 12), 'other': (10, 8)}


@pytest.fixture
def voc_dir(tmp_path):
    """Three training pictures, one to validate on: their place is their colour."""
    folder = tmp_path / 'VOC2012'
    for name in ('JPEGImages', 'SegmentationClass', 'ImageSets/Segmentation'):
        (folder / name).mkdir(parents=True)
    for name, (h, w) in SIZES.items():
        picture = onp.zeros((h, w, 3), 'uint8')
        picture[..., 0] = 20 * onp.arange(w)  # blue, as OpenCV has it
        mask = onp.zeros((h, w, 3), 'uint8')
        mask[h // 2:, :] = (0, 0, 128)        # red: an aeroplane
        cv2.imwrite(str(folder / 'JPEGImages' / f'{name}.jpg'), picture)
        cv2.imwrite(str(folder / 'SegmentationClass' / f'{name}.png'), mask)
    for part, names in (('train', SIZES), ('val', ['large'])):
        (folder / 'ImageSets/Segmentation' / f'{part}.txt').write_text('\n'.join(names))
    return folder


@pytest.fixture(scope='module')
def colormap2label():
    table = nd.zeros(256 ** 3)
    for i, (red, green, blue) in enumerate(pascal.VOC_COLORMAP):
        table[(red * 256 + green) * 256 + blue] = i
    return table


def test_there_is_a_colour_for_each_class():
    assert len(pascal.VOC_CLASSES) == len(pascal.VOC_COLORMAP) == 21
    assert pascal.VOC_CLASSES[0] == 'background'
    assert pascal.VOC_COLORMAP[pascal.VOC_CLASSES.index('tv/monitor')] == [0, 64, 128]


def test_pictures_and_masks_are_red_first_and_in_the_lists_order(voc_dir):
    features, labels = pascal.read_voc_images(voc_dir, is_train=True)
    assert [x.shape[:2] for x in features] == list(SIZES.values())
    assert isinstance(features[0], nd.NDArray) and features[0].dtype == onp.uint8
    assert labels[1][7, 0].asnumpy().tolist() == [128, 0, 0]
    blue = features[1].asnumpy()[..., 2].mean(axis=0)
    onp.testing.assert_allclose(blue, 20 * onp.arange(12), atol=12)  # JPEG's loss
    assert len(pascal.read_voc_images(voc_dir, is_train=False)[0]) == 1


def test_a_root_that_is_no_voc_is_told(tmp_path):
    with pytest.raises(BadData, match='name the folder VOC2012'):
        pascal.read_voc_images(tmp_path)


def test_labels_are_those_of_the_colours(colormap2label):
    mask = nd.array([[[0, 0, 0], [128, 0, 0]], [[0, 0, 128], [224, 224, 192]],
                     [[0, 64, 128], [192, 128, 128]]], dtype='uint8')
    indices = pascal.voc_label_indices(mask, colormap2label)
    assert indices.asnumpy().tolist() == [[0, 1], [4, 0], [20, 15]]  # the border is 0
    for wrong in (mask[:, :, :2], mask[0]):
        with pytest.raises(InputError, match='a mask .height, width, 3. and a table'):
            pascal.voc_label_indices(wrong, colormap2label)


def test_crops_are_of_one_place_by_pythons_seed():
    picture = nd.arange(8 * 12 * 3).reshape((8, 12, 3))
    starts = set()
    for seed in range(8):
        random.seed(seed)
        crop, label = pascal.voc_rand_crop(picture, picture[:, :, :1], 5, 7)
        random.seed(seed)
        again, _ = pascal.voc_rand_crop(picture, picture, 5, 7)
        assert crop.shape == (5, 7, 3) and (crop == again).asnumpy().all()
        assert (crop[:, :, :1] == label).asnumpy().all()
        top, left = divmod(int(crop[0, 0, 0].asscalar()) // 3, 12)
        assert (crop == picture[top:top + 5, left:left + 7]).asnumpy().all()
        starts.add((top, left))
    assert len(starts) > 3


@pytest.mark.parametrize('size', [(9, 7), (5, 13), (0, 7)])
def test_a_crop_that_is_too_large_or_empty_is_told(size):
    picture = nd.zeros((8, 12, 3))
    with pytest.raises(InputError, match='8 x 12 pixels has no part of'):
        pascal.voc_rand_crop(picture, picture, *size)
    with pytest.raises(InputError, match='but its mask'):
        pascal.voc_rand_crop(picture, picture[:4], 2, 2)


def test_examples_are_normalized_crops_of_the_large_pictures(voc_dir, colormap2label,
                                                             capsys):
    dataset = pascal.VOCSegDataset(True, (7, 9), voc_dir, colormap2label)
    assert capsys.readouterr().out == 'read 1 examples\n' and len(dataset) == 1
    X, y = dataset[0]
    assert X.shape == (3, 7, 9) and y.shape == (7, 9)
    assert X.dtype == y.dtype == onp.float32
    crops = cv2.imread(str(voc_dir / 'JPEGImages/large.jpg'))[..., ::-1]
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's
    whole = ((crops / 255 - mean) / std).transpose(2, 0, 1)
    places = [abs(whole[:, top:top + 7, left:left + 9] - X.asnumpy()).max()
              for top in range(2) for left in range(4)]
    assert min(places) < 1e-5
    top = [0, 0, 0, 0, 1, 1, 1, 1]  # of the mask's rows
    assert y.asnumpy()[:, 0].tolist() in (top[:7], top[1:])


def test_workers_make_batches_of_them(voc_dir, colormap2label):
    dataset = pascal.VOCSegDataset(True, (6, 8), voc_dir, colormap2label)
    assert len(dataset) == 3
    loader = gluon.data.DataLoader(dataset, 2, shuffle=True, last_batch='discard',
                                   num_workers=2)
    (X, y), = loader
    assert type(X) is nd.NDArray and X.shape == (2, 3, 6, 8) and y.shape == (2, 6, 8)


def test_too_large_crops_are_told(voc_dir, colormap2label):
    with pytest.raises(InputError, match='no picture of .* has 20 x 30 pixels'):
        pascal.VOCSegDataset(True, (20, 30), voc_dir, colormap2label)


def test_toys_are_unpacked_where_the_pages_look(data_dir, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(data_dir))
    monkeypatch.setitem(toys.COUNTS, 'train', 2)
    monkeypatch.setitem(toys.COUNTS, 'val', 1)
    assert pascal.download_voc_pascal() == '../data/VOCdevkit/VOC2012'
    assert len(pascal.read_voc_images()[0]) == 2  # of `../data`
