"""Transforms of pictures, one at a time and in batches."""
import colorsys

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon.data.vision import transforms as gluons

import d2lmx as d2l
from d2lmx.errors import InputError

RNG = onp.random.RandomState


def ramp(height=6, width=8):
    """uint8 (height, width, 3) of which no two rows, columns or channels are equal."""
    y, x, c = onp.ogrid[:height, :width, :3]
    return (40 * c + 7 * y + 10 * x).astype('uint8')


def pictures(n=40, height=5, width=7):
    return RNG(0).randint(0, 256, (n, height, width, 3)).astype('uint8')


@pytest.mark.parametrize('transform', [
    d2l.RandomFlipLeftRight(), d2l.RandomFlipTopBottom(), d2l.RandomBrightness(.5),
    d2l.RandomHue(.5), d2l.RandomColorJitter(.5, .5, .5, .5), d2l.CenterCrop(4),
    d2l.RandomResizedCrop(4), d2l.Resize((3, 9)), d2l.Resize(9, keep_ratio=True),
    d2l.ToTensor(), d2l.Compose([d2l.RandomResizedCrop(8), d2l.ToTensor(),
                                 d2l.Normalize([.5] * 3, [.2] * 3)])],
    ids=lambda transform: type(transform).__name__)
def test_batch_list_and_single_picture_of_either_library_are_one(transform):
    X, before = pictures(4), pictures(4)
    batch = transform(X, RNG(1))
    listed = transform(list(X), RNG(1))
    onp.testing.assert_array_equal(batch, listed)
    ours, mxnets = (transform(picture, RNG(1)) for picture in (
        X[0], np.array(X[0], dtype='uint8')))
    assert type(ours) is type(mxnets) is onp.ndarray and ours.ndim == 3
    onp.testing.assert_array_equal(ours, mxnets)
    assert (X == before).all()  # what came in is as it was


@pytest.mark.parametrize('transform, axis', [(d2l.RandomFlipLeftRight(), 2),
                                             (d2l.RandomFlipTopBottom(), 1)])
def test_about_half_of_a_batch_is_flipped_and_the_rest_is_as_it_was(transform, axis):
    X = pictures(400)
    Y = transform(X, RNG(0))
    flipped = onp.array([(y == x).all() for y, x in zip(Y, onp.flip(X, axis))])
    as_it_was = onp.array([(y == x).all() for y, x in zip(Y, X)])
    assert (flipped != as_it_was).all()
    assert 160 < flipped.sum() < 240  # 200 and four standard deviations


def test_certain_flips_are_gluons():
    X = pictures(1)[0]
    for ours, theirs in [(d2l.RandomFlipLeftRight(p=1), mx.np.flip(np.array(X), 1)),
                         (d2l.RandomFlipTopBottom(p=1), mx.np.flip(np.array(X), 0))]:
        onp.testing.assert_array_equal(ours(X), theirs.asnumpy())


def test_resized_crops_keep_to_area_and_shape():
    # in a picture whose red is its row and green its column, the crop can be read off
    y, x = onp.mgrid[:200, :200]
    picture = onp.stack([y, x, 0 * x], -1).astype('uint8')
    crop = d2l.RandomResizedCrop(50, scale=(.1, .5), ratio=(.5, 2))
    Y = crop(onp.stack([picture] * 300), RNG(0)).astype(float)
    assert Y.shape == (300, 50, 50, 3)
    # from the middle of the first pixel to that of the last: 49/50 of the part's side
    heights, widths = ((Y[:, -1, -1, c] - Y[:, 0, 0, c]) * 50 / 49 for c in (0, 1))
    areas, ratios = heights * widths / 200 ** 2, widths / heights
    assert .09 < areas.min() < .13 and .45 < areas.max() < .52
    assert .48 < ratios.min() < .55 and 1.8 < ratios.max() < 2.1
    assert len(onp.unique(Y[:, 0, 0, :2], axis=0)) > 200


def test_a_crop_that_cannot_fit_is_the_middle_square():
    picture = ramp(4, 20)
    crop = d2l.RandomResizedCrop(4, scale=(1, 1), ratio=(1, 1))
    onp.testing.assert_array_equal(crop(picture, RNG(0)), picture[:, 8:12])


def test_brightness_multiplies_and_holds_the_ends():
    X = onp.full((60, 2, 2, 3), (100, 200, 0), 'uint8')
    Y = d2l.RandomBrightness(.5)(X, RNG(0)).astype(float)
    factors = Y[:, 0, 0, 0] / 100
    assert .5 <= factors.min() < .6 and 1.4 < factors.max() <= 1.5
    assert abs(Y[:, 0, 0, 1] - (200 * factors).clip(0, 255)).max() <= 2  # rounded
    assert (Y[..., 2] == 0).all()


def test_contrast_and_saturation_move_away_from_grey():
    picture = ramp()
    contrast = d2l.RandomColorJitter(contrast=.5)(picture, RNG(0)).astype(float)
    factor = RNG(0)
    factor.permutation(1)  # the order is drawn first
    factor = factor.uniform(.5, 1.5)
    grey = (picture @ [.299, .587, .114])
    assert abs(contrast - (picture * factor + (1 - factor) * grey.mean()).clip(0, 255)
               ).max() <= .51
    color = d2l.RandomColorJitter(saturation=.5)(picture, RNG(0)).astype(float)
    assert abs(color - (picture * factor + (1 - factor) * grey[..., None]).clip(0, 255)
               ).max() <= .51


def test_hue_turns_colours_and_leaves_grey_and_brightness():
    X = onp.zeros((50, 1, 3, 3), 'uint8')
    X[:, 0] = (200, 40, 40), (120, 120, 120), (0, 0, 0)
    Y = d2l.RandomHue(.5)(X, RNG(0))
    assert (abs(Y[:, 0, 1:].astype(int) - X[:, 0, 1:]) <= 1).all()
    hsv = onp.array([colorsys.rgb_to_hsv(*(color / 255)) for color in Y[:, 0, 0]])
    assert hsv[:, 0].min() < .1 and hsv[:, 0].max() > .9
    assert abs(hsv[:, 1] - .8).max() < .02 and abs(hsv[:, 2] - 200 / 255).max() < .01
    still = d2l.RandomHue(0)(X, RNG(0)).astype(int)
    assert abs(still - X).max() <= 2


def test_a_jitter_of_nothing_changes_nothing():
    X = pictures(3)
    assert (d2l.RandomColorJitter()(X, RNG(0)) == X).all()


def test_resize_crop_and_tensor_are_gluons():
    X = RNG(0).randint(0, 256, (37, 53, 3)).astype('uint8')
    legacy = np.array(X, dtype='uint8')
    for ours, theirs in [(d2l.Resize(24), gluons.Resize(24)),
                         (d2l.Resize((20, 30)), gluons.Resize((20, 30))),
                         (d2l.CenterCrop(20), gluons.CenterCrop(20)),
                         (d2l.CenterCrop((21, 12)), gluons.CenterCrop((21, 12)))]:
        expected = theirs(legacy).asnumpy().astype(int)
        got = ours(X).astype(int)
        assert got.shape == expected.shape
        assert abs(got - expected).max() <= 1  # rounded
    tensor = gluons.ToTensor()(legacy)
    onp.testing.assert_allclose(d2l.ToTensor()(X), tensor.asnumpy(), rtol=1e-6)
    mean, std = [.485, .456, .406], [.229, .224, .225]
    onp.testing.assert_allclose(
        d2l.Normalize(mean, std)(d2l.ToTensor()(X)),
        gluons.Normalize(mean, std)(tensor).asnumpy(), atol=1e-6)


def test_the_shorter_side_gets_the_size_where_the_ratio_is_kept():
    assert d2l.Resize(24, keep_ratio=True)(ramp(30, 60)).shape == (24, 48, 3)
    assert d2l.Resize(24, keep_ratio=True)(ramp(60, 30)).shape == (48, 24, 3)


@pytest.mark.parametrize('height, width', [(1, 1), (1, 300), (3, 2), (500, 1)])
def test_pictures_of_any_size_come_out_at_one(height, width):
    picture = onp.zeros((height, width, 3), 'uint8')
    for transform in (d2l.RandomResizedCrop(8), d2l.CenterCrop(8), d2l.Resize(8)):
        assert transform(picture, RNG(0)).shape == (8, 8, 3)


def test_pictures_of_several_sizes_make_no_batch():
    with pytest.raises(InputError, match='one size, and has .*add Resize or a crop'):
        d2l.ToTensor()([ramp(4, 4), ramp(5, 4)])


@pytest.mark.parametrize('size', [0, -1, 2.5, '3', (3,), (3, 0), None, (1, 2, 3)])
def test_a_size_that_is_none_is_told(size):
    for kind in (d2l.Resize, d2l.CenterCrop, d2l.RandomResizedCrop):
        with pytest.raises(InputError, match='whole number of pixels'):
            kind(size)


def test_a_picture_made_much_smaller_is_averaged():
    # stripes of one pixel, of 0 and 200: whatever is left out, their mean is 100
    stripes = onp.zeros((96, 96, 3), 'uint8')
    stripes[:, ::2] = 200
    for transform in (d2l.Resize(16), d2l.Resize(16, keep_ratio=True),
                      d2l.RandomResizedCrop(16, scale=(1, 1), ratio=(1, 1))):
        assert (transform(stripes) == 100).all()


@pytest.mark.parametrize('shape', [(1, 60_000, 3), (60_000, 1, 3)])
def test_a_strip_is_refused_before_it_fills_the_memory(shape):
    with pytest.raises(InputError, match='60000.* too narrow'):
        d2l.Resize(256, keep_ratio=True)(onp.zeros(shape, 'uint8'))
