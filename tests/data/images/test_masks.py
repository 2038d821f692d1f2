"""Shapes of objects, as the banana set's toy has them."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.images.masks import thinned


def test_masks_are_those_of_the_pictures_in_their_order():
    folder = d2l.detection_folder()
    for is_train in (True, False):
        _, labels = d2l.read_detection(folder, is_train)
        masks = d2l.read_detection_masks(folder, is_train, cells=256)
        assert masks.shape == (len(labels), 1, 256, 256)
        assert set(onp.unique(masks)) == {0, 1}
        for mask, label in zip(masks[:5, 0], labels[:5, 0]):
            rows, columns = mask.nonzero()  # the box is the smallest around them
            box = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
            onp.testing.assert_allclose(onp.array(box) / 256, label[1:], atol=1e-6)


def test_smaller_masks_have_the_values_in_the_middles_of_their_cells():
    numbers = onp.arange(24).reshape(4, 6)
    assert thinned(numbers, 2).tolist() == [[7, 10], [19, 22]]


def test_each_object_of_a_picture_has_its_mask(tmp_path):
    import cv2
    for part in ('fruit_train', 'fruit_val'):
        for kind in ('images', 'masks'):
            (tmp_path / part / kind).mkdir(parents=True)
        (tmp_path / part / 'label.csv').write_text(
            'img_name,label,xmin,ymin,xmax,ymax\nb.png,0,0,0,2,4\na.png,0,0,0,2,4\n'
            'b.png,0,2,0,4,4\n')
        for name, numbers in (('a', [[1, 1, 0, 0]] * 4), ('b', [[1, 1, 2, 2]] * 4)):
            cv2.imwrite(str(tmp_path / part / 'images' / f'{name}.png'),
                        onp.zeros((4, 4, 3), 'uint8'))
            cv2.imwrite(str(tmp_path / part / 'masks' / f'{name}.png'),
                        onp.array(numbers, 'uint8'))
    masks = d2l.read_detection_masks(tmp_path, True, cells=4)
    assert masks[:, :, 0].tolist() == [[[1, 1, 0, 0], [0, 0, 1, 1]],
                                       [[1, 1, 0, 0], [0, 0, 0, 0]]]
    (tmp_path / 'fruit_train' / 'masks' / 'a.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'there is no mask .*masks/a\.png'):
        d2l.read_detection_masks(tmp_path)
