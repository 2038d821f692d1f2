from types import SimpleNamespace

import cv2
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.data.images.voc import VOCBatches
from d2lmx.files.archives import BadData

DOG, VOID = (64, 0, 128), (224, 224, 192)
MEAN, STD = (.485, .456, .406), (.229, .224, .225)


def pair(height, width, color=(200, 100, 50)):
    """A picture of one colour; a mask with a dog of 4 x 6 pixels and its contour."""
    mask = onp.zeros((height, width, 3), 'u1')
    mask[1:7, 1:9] = VOID
    mask[2:6, 2:8] = DOG
    return onp.full((height, width, 3), color, 'u1'), mask


def write(folder, pairs, part='train'):
    """A folder as VOC's; its pictures 'p0.jpg', ... are PNG, to be exact."""
    for name in ('JPEGImages', 'SegmentationClass', 'ImageSets/Segmentation'):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i, (picture, mask) in enumerate(pairs):
        for array, name in ((picture, f'JPEGImages/p{i}.jpg'),
                            (mask, f'SegmentationClass/p{i}.png')):
            content = cv2.imencode('.png', onp.ascontiguousarray(array[..., ::-1]))[1]
            (folder / name).write_bytes(content.tobytes())
    (folder / f'ImageSets/Segmentation/{part}.txt').write_text(
        ''.join(f'p{i}\n' for i in range(len(pairs))))
    return folder


def as_numpy(array):
    return array.asnumpy() if isinstance(array, np.ndarray) else array


def test_colours_are_those_of_vocs_own_rule():
    # bit 3 i + c of a class's number is bit 7 - i of its colour's component c
    colors = [[sum((label >> 3 * i + c & 1) << 7 - i for i in range(8))
               for c in range(3)] for label in range(21)]
    assert d2l.VOC_COLORMAP == colors
    assert len(d2l.VOC_CLASSES) == 21 and d2l.VOC_CLASSES.index('dog') == 12
    assert d2l.VOC_CLASSES[0] == 'background' and sorted(
        d2l.VOC_CLASSES[1:16]) == d2l.VOC_CLASSES[1:16]  # by name, but for the last


def test_a_table_has_the_class_of_each_colour():
    table = d2l.voc_colormap2label()
    assert table.shape == (256 ** 3,) and table.dtype == onp.uint8
    numbers = [256 ** 2 * r + 256 * g + b for r, g, b in d2l.VOC_COLORMAP]
    assert [int(table[n]) for n in numbers] == list(range(21))
    assert int(table.astype('int64').sum()) == 210  # 1 + ... + 20: all others are 0


@pytest.mark.parametrize('kind', [np.array, onp.array])
def test_classes_of_a_mask_by_hand(kind):
    mask = kind([[DOG, VOID, (0, 0, 0)], [(0, 64, 128), (192, 128, 128), (1, 2, 3)]],
                dtype='uint8')
    labels = d2l.voc_label_indices(mask, d2l.voc_colormap2label())
    assert isinstance(labels, np.ndarray)
    assert labels.tolist() == [[12, 0, 0], [20, 15, 0]]


@pytest.mark.parametrize('mask', [onp.zeros((2, 2)), onp.full((2, 2, 3), 256),
                                  onp.full((2, 2, 3), -1), onp.zeros((2, 2, 4))])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(d2l.InputError, match='a mask must be'):
        d2l.voc_label_indices(mask, d2l.voc_colormap2label())


def test_pictures_and_masks_are_read_as_rgb(tmp_path):
    pairs = [pair(10, 12), pair(9, 14, (1, 2, 3))]
    features, labels = d2l.read_voc_images(write(tmp_path, pairs, 'val'), False)
    for (picture, mask), feature, label in zip(pairs, features, labels):
        assert isinstance(feature, np.ndarray) and feature.dtype == onp.uint8
        assert (feature.asnumpy() == picture).all() and (label.asnumpy() == mask).all()


@pytest.mark.parametrize('kind', [np.array, onp.array])
def test_crops_are_the_same_part_of_both_and_reach_every_place(kind):
    rows, columns = onp.mgrid[:5, :7].astype('float32')
    feature, label = kind(onp.stack([rows, columns], -1)), kind(rows * 10 + columns)
    places = set()
    for _ in range(100):  # of nine
        X, y = map(as_numpy, d2l.voc_rand_crop(feature, label, 3, 5))
        assert X.shape == (3, 5, 2) and y.shape == (3, 5)
        assert (X[..., 0] * 10 + X[..., 1] == y).all()
        places.add((int(X[0, 0, 0]), int(X[0, 0, 1])))
    assert places == {(i, j) for i in range(3) for j in range(3)}


def test_a_crop_as_large_as_the_picture_is_the_picture():
    feature, label = onp.zeros((4, 6, 3)), onp.ones((4, 6))
    X, y = d2l.voc_rand_crop(feature, label, 4, 6)
    assert X.shape == (4, 6, 3) and y.shape == (4, 6)


def test_the_same_seed_gives_the_same_crop():
    feature = onp.random.RandomState(0).uniform(size=(50, 60, 3))
    crops = []
    for seed in (1, 1, 2):
        d2l.set_seed(seed)
        crops.append(d2l.voc_rand_crop(feature, feature[..., 0], 8, 8)[0])
    assert (crops[0] == crops[1]).all() and (crops[0] != crops[2]).any()


@pytest.mark.parametrize('label,size,told', [
    ((4, 6), (5, 6), 'a picture of 4 x 6 pixels has no part of 5 x 6'),
    ((4, 6), (4, 7), 'has no part of 4 x 7'), ((6, 4), (2, 2), 'its mask'),
    ((4, 6), (0, 2), r'whole numbers from 1 on, got \(0, 2\)'),
    ((4, 6), (2.5, 2), 'whole numbers')])
def test_a_crop_that_cannot_be_is_refused(label, size, told):
    with pytest.raises(d2l.InputError, match=told):
        d2l.voc_rand_crop(onp.zeros((4, 6, 3)), onp.zeros(label), *size)


def test_pictures_smaller_than_the_crop_are_left_out(tmp_path):
    pairs = [pair(10, 12), pair(9, 20), pair(20, 11), pair(11, 13), pair(8, 9)]
    dataset = d2l.VOCSegDataset(True, (10, 12), write(tmp_path, pairs))
    assert [feature.shape for feature in dataset.features] == [(10, 12, 3), (11, 13, 3)]
    assert len(dataset) == 2


def test_an_example_is_normalized_and_counts_contours_as_background(tmp_path):
    picture, mask = pair(10, 12)
    dataset = d2l.VOCSegDataset(True, (10, 12), write(tmp_path, [(picture, mask)]))
    X, y = dataset[0]
    expected = (picture / 255 - onp.array(MEAN)) / onp.array(STD)
    # float32 of values up to 2.3
    onp.testing.assert_allclose(X.asnumpy(), expected.transpose(2, 0, 1), rtol=1e-5)
    onp.testing.assert_allclose(dataset.normalize_image(np.array(picture)).asnumpy(),
                                expected, rtol=1e-5)
    classes = onp.zeros((10, 12))
    classes[2:6, 2:8] = 12
    assert (y.asnumpy() == classes).all() and y.dtype == onp.uint8
    contour = dataset.labels[0] == d2l.VOC_VOID
    assert contour.sum() == 6 * 8 - 4 * 6 and (contour == (mask == VOID).all(-1)).all()


def broken(folder, how):
    """A folder with a fault."""
    folder = write(folder, [pair(10, 12)])
    picture, mask = folder / 'JPEGImages/p0.jpg', folder / 'SegmentationClass/p0.png'
    if how == 'no list':
        (folder / 'ImageSets/Segmentation/train.txt').unlink()
    elif how == 'empty list':
        (folder / 'ImageSets/Segmentation/train.txt').write_text(' \n')
    elif how == 'no picture':
        picture.unlink()
    elif how == 'no mask':
        mask.unlink()
    elif how == 'empty picture':
        picture.write_bytes(b'')
    elif how == 'damaged mask':
        mask.write_bytes(mask.read_bytes()[:40])
    elif how == 'other size':
        cv2.imwrite(str(mask), onp.zeros((12, 10, 3), 'u1'))
    elif how == 'numbers of classes':
        cv2.imwrite(str(mask), onp.full((10, 12), 12, 'u1'))
    return folder


@pytest.mark.parametrize('how,told', [
    ('no list', 'holds no ImageSets.Segmentation.train.txt: name the folder VOC2012'),
    ('empty list', 'train.txt names no picture'),
    ('no picture', 'p0.jpg is missing'), ('no mask', 'p0.png is missing'),
    ('empty picture', 'p0.jpg is no picture'), ('damaged mask', 'p0.png is no picture'),
    ('other size', r'p0.png is a mask of \(12, 10\) pixels, but its picture has \(10'),
    ('numbers of classes', r'p0.png has the colour \(12, 12, 12\), which is of no')])
def test_a_damaged_folder_is_told_by_the_file(tmp_path, how, told):
    with pytest.raises(BadData, match=told):
        d2l.VOCSegDataset(True, (4, 4), broken(tmp_path, how))


@pytest.mark.parametrize('size', [0, 'ab', (3,), (3, 4, 5), (0, 4), (4, -1), (4.5, 4),
                                  None])
def test_wrong_crop_sizes_are_refused_before_anything_is_read(tmp_path, size):
    with pytest.raises(d2l.InputError, match=r'must be \(height, width\)'):
        d2l.VOCSegDataset(True, size, tmp_path)


def test_a_crop_larger_than_all_pictures_is_refused(tmp_path):
    with pytest.raises(d2l.InputError, match='no picture of .* has 11 x 12 pixels'):
        d2l.VOCSegDataset(True, (11, 12), write(tmp_path, [pair(10, 12)]))


class Numbered:
    """In place of a dataset: each picture's part is its number."""

    def __len__(self):
        return 11

    def crops(self, chosen):
        return onp.array(chosen, 'float32')[:, None], onp.array(chosen, 'uint8')


def numbers(batches):
    return [y.tolist() for X, y in batches]


def test_batches_are_whole_and_shuffled_in_training_alone():
    assert numbers(VOCBatches(Numbered(), 4, False)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    train_iter = VOCBatches(Numbered(), 4, True)
    first, second = numbers(train_iter), numbers(train_iter)
    assert first != second and len(train_iter) == len(first) == 2
    for epoch in (first, second):
        assert len({number for batch in epoch for number in batch}) == 8


def test_workers_share_the_batches():
    parts = []
    for rank in range(2):
        workers = SimpleNamespace(size=2, rank=rank, part=lambda rows, rank=rank:
                                  onp.array_split(rows, 2)[rank])
        with running(workers=workers):
            parts.append(numbers(VOCBatches(Numbered(), 4, False)))
    assert parts == [[[0, 1, 2, 3]], [[4, 5, 6, 7]]]


def test_fewer_pictures_than_a_batch_are_refused():
    with pytest.raises(d2l.InputError, match='11 pictures are fewer than a batch of'):
        VOCBatches(Numbered(), 12, True)


def test_loader_gives_batches_of_crops_of_both_parts():
    train_iter, test_iter = d2l.load_data_voc(5, (64, 96))
    assert [len(train_iter), len(test_iter)] == [32 // 5, 8 // 5]
    for data_iter in (train_iter, test_iter):
        X, y = next(iter(data_iter))
        assert X.shape == (5, 3, 64, 96) and X.dtype == onp.float32
        assert y.shape == (5, 64, 96) and y.dtype == onp.uint8
        assert int(y.max()) < 21


def test_real_masks_hold_the_classes_that_they_are_known_for(real_data):
    parts = [data_iter.dataset for data_iter in d2l.load_data_voc(20, (320, 480))]
    assert list(map(len, parts)) == [120, 60]
    counts = dict.fromkeys(d2l.VOC_CLASSES, 0)
    for labels in parts[0].labels + parts[1].labels:
        for label in onp.unique(labels)[:-1]:  # but for the void, in each
            counts[d2l.VOC_CLASSES[label]] += 1
    assert [counts[name] for name in ('person', 'dog', 'cat', 'cow', 'sheep', 'horse',
                                      'sofa', 'chair', 'aeroplane', 'bicycle', 'train')
            ] == [75, 46, 40, 35, 35, 35, 25, 24, 0, 0, 0]
