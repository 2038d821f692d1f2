import zipfile

import cv2
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.context import running


@pytest.fixture(scope='module')
def one():
    """Pictures with one banana each, as floats, their labels and masks."""
    images, labels, masks = d2l.toy_fruit(24, seed=3)
    return images.astype('float32'), labels, masks


def edges(mask):
    """Corners of the smallest box around a mask, in 0 to 1, pixel by pixel."""
    ys, xs = onp.nonzero(mask)
    return onp.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]) / 256


def test_boxes_are_the_edges_of_the_masks(one):
    _, labels, masks = one
    for row, mask in zip(labels[:, 0], masks[:, 0]):
        assert row[0] == 0
        onp.testing.assert_array_equal(row[1:], edges(mask))  # 256ths are exact


def test_bananas_are_as_large_as_the_anchors_of_page_13_7_begin(one):
    _, labels, _ = one
    sides = labels[:, 0, 3:] - labels[:, 0, 1:3]
    longest = sides.max(axis=1)
    assert .1 < longest.min() and longest.max() < .35


def test_bananas_are_crescents_that_fill_a_part_of_their_box(one):
    _, labels, masks = one
    areas = onp.prod(labels[:, 0, 3:] - labels[:, 0, 1:3], axis=1) * 256 ** 2
    share = masks[:, 0].sum(axis=(1, 2)) / areas
    assert .2 < share.min() and share.max() < .85


def test_bananas_are_yellow_and_their_backgrounds_mostly_not(one):
    images, _, masks = one
    blue, yellow = images[..., 2], images[..., :2].min(axis=3)
    inside = masks[:, 0]
    assert ((yellow - blue)[inside] > 30).mean() > .7
    assert ((yellow - blue)[~inside] > 30).mean() < .35


@pytest.mark.parametrize('num_fruits, most', [(1, 210), (4, 103), (9, 67)])
def test_bananas_are_as_long_as_asked_for_up_to_their_place(num_fruits, most):
    _, labels, _ = d2l.toy_fruit(12, 1, num_fruits, (most, most))
    sides = labels[:, :, 3:] - labels[:, :, 1:3]
    # the curve is a little longer than the way from end to end, and thinner
    longest = sides.max(axis=2) * 256
    assert .6 * most < longest.min() and longest.max() < 1.25 * most
    assert (labels[:, :, 1:] >= 0).all() and (labels[:, :, 1:] <= 1).all()


@pytest.mark.parametrize('num_fruits, lengths', [
    (1, (8, 211)), (2, (8, 104)), (5, (8, 68)), (1, (7, 20)), (1, (30, 20))])
def test_lengths_without_room_are_refused(num_fruits, lengths):
    with pytest.raises(ValueError, match=r'lengths must rise from 8 to at most'):
        d2l.toy_fruit(1, 0, num_fruits, lengths)


def test_lengths_that_vary_make_boxes_of_widely_differing_areas():
    _, labels, _ = d2l.toy_fruit(6, 2, 4, (16, 100))
    areas = (labels[:, :, 3:] - labels[:, :, 1:3]).prod(axis=2)
    assert areas.max() > 15 * areas.min()


def test_several_bananas_of_a_picture_do_not_overlap():
    _, labels, masks = d2l.toy_fruit(6, seed=1, num_fruits=5)
    assert labels.shape == (6, 5, 5) and masks.shape == (6, 5, 256, 256)
    assert masks.any(axis=(2, 3)).all() and masks.sum(axis=1).max() == 1
    iou = d2l.box_iou(*[np.array(labels[0, :, 1:])] * 2).asnumpy()
    onp.testing.assert_array_equal(iou, onp.eye(5))


def test_a_seed_says_what_is_drawn(one):
    images, labels, _ = d2l.toy_fruit(24, seed=3)
    onp.testing.assert_array_equal(images, one[0])
    assert (d2l.toy_fruit(24, seed=4)[1] != labels).any()


@pytest.mark.parametrize('count, fruits', [(0, 1), (1, 0), (1, 10)])
def test_impossible_numbers_are_refused(count, fruits):
    with pytest.raises(ValueError, match=f'got {count} and {fruits}'):
        d2l.toy_fruit(count, num_fruits=fruits)


def test_the_archive_has_the_files_of_the_books_and_masks_that_fit():
    with running(data='toy'):
        archive = zipfile.ZipFile(d2l.download('banana-detection'))
    for part, count in (('train', 96), ('val', 32)):
        folder = f'banana-detection/bananas_{part}'
        lines = archive.read(f'{folder}/label.csv').decode().splitlines()
        assert lines[0] == 'img_name,label,xmin,ymin,xmax,ymax'
        assert len(lines) == count + 1
        for line in lines[1:4]:
            name, label, *corners = line.split(',')
            mask, image = (cv2.imdecode(onp.frombuffer(archive.read(
                f'{folder}/{kind}/{name}'), 'uint8'), -1) for kind in (
                    'masks', 'images'))
            assert label == '0' and image.shape == (256, 256, 3)
            assert mask.max() == 1
            onp.testing.assert_array_equal(edges(mask) * 256, list(map(int, corners)))


def test_the_parts_share_no_picture():
    with running(data='toy'):
        train, val = (d2l.read_data_bananas(is_train)[0].asnumpy()
                      for is_train in (True, False))
    assert not {a.tobytes() for a in train} & {a.tobytes() for a in val}


def test_the_pages_picture_is_a_jpeg_to_detect_on():
    with running(data='toy'):
        picture = d2l.read_picture(d2l.download('banana'))
    assert picture.shape == (256, 256, 3) and picture.std() > 10
