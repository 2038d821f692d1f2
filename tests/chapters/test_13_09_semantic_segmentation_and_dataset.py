import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('13.9')


def test_the_smoke_run_prints_what_it_read_and_the_shapes_of_a_batch(smoke_run):
    smoke = smoke_run('13.9')
    assert smoke.output.splitlines() == [
        'read 32 examples', 'read 8 examples', '(4, 3, 64, 96)', '(4, 64, 96)']
    assert smoke.result['examples'] == {'train': 32, 'validation': 8}
    assert smoke.result['shapes of a batch'] == [[4, 3, 64, 96], [4, 64, 96]]


def test_figures_are_five_pictures_over_their_masks_twice(smoke_run):
    for figure in smoke_run('13.9').figures:
        images = [axes.images[0].get_array() for axes in figure.axes]
        assert len(images) == 10
        colors = {tuple(color) for image in images[5:]
                  for color in onp.unique(image.reshape(-1, 3), axis=0).tolist()}
        assert colors <= {*map(tuple, d2l.VOC_COLORMAP), (224, 224, 192)}
        assert [image.shape for image in images[:5]] == [image.shape
                                                         for image in images[5:]]


def test_cuts_are_of_the_pages_size(smoke_run):
    cuts = smoke_run('13.9').figures[1].axes
    assert {axes.images[0].get_array().shape for axes in cuts} == {(200, 300, 3)}


def test_a_part_of_the_first_mask_is_read_class_by_class(page, monkeypatch):
    mask = onp.zeros((120, 150, 3), 'uint8')
    mask[110:, 135:] = d2l.VOC_COLORMAP[1]
    arrays = [[np.array(mask, dtype='uint8')]] * 2
    monkeypatch.setattr(d2l, 'read_voc_images', lambda voc_dir, is_train: arrays)
    monkeypatch.setattr(d2l, 'voc_rand_crop', lambda feature, label, h, w: (mask, mask))
    found = page.read_pictures('')
    assert found['classes'] == ['background', 'aeroplane']
    rows = onp.array(found['rows 105 to 114, columns 130 to 139'])
    assert rows.shape == (10, 10) and rows.sum() == 25 and (rows[5:, 5:] == 1).all()
