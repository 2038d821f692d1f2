import numpy as onp
import pytest

import d2lmx as d2l


def extent(img, background):
    """The corners of what is not background, where channels differ by 25 or more."""
    differs = (abs(img.astype(int) - background).max(axis=2) >= 25)
    rows, columns = (onp.nonzero(differs.any(axis=axis))[0] for axis in (1, 0))
    return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


@pytest.mark.parametrize('name, shape, boxes', [
    ('catdog', (561, 728, 3), [[60, 45, 378, 516], [400, 112, 655, 493]]),
    ('cat1', (400, 500, 3), [[150, 40, 360, 380]])])
def test_animals_fill_the_boxes_that_the_pages_print(name, shape, boxes):
    img = d2l.read_picture(d2l.download(name))
    assert img.shape == shape
    background = onp.broadcast_to(img[:, :1].astype(int), shape)  # the same all along
    for x1, y1, x2, y2 in boxes:
        left, right = max(x1 - 11, 0), x2 + 11  # a strip with this animal alone
        found = extent(img[:, left:right], background[:, left:right])
        expected = onp.array([x1 - left, y1, x2 - left, y2])
        # a paw or a tail may end short of the box by a hundredth of the picture
        assert abs(onp.array(found) - expected).max() <= 7


def test_the_scene_is_the_same_each_time(tmp_path):
    from d2lmx.data.toys.pictures import write_catdog
    for name in 'ab':
        write_catdog(tmp_path / name, onp.random.RandomState(0))
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()
