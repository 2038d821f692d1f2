import time

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l

# background, cat, dog; the second box overlaps the first by 9/11 and is worse
PROBS = [[.1, .9, 0], [.2, 0, .8], [.3, .1, .6], [.999, .001, 0]]
BOXES = [[0, 0, .5, 1], [0, .1, .5, 1.1], [.75, -.25, 1.5, .5], [0, 0, 1, 1]]


class Model:
    """A saved detector that sees the same in every picture, and notes them."""

    about = {'size': 8}

    def __call__(self, X):
        self.X = X
        return np.array([PROBS]), np.array([BOXES])


@pytest.fixture
def model():
    return Model()


def test_the_better_of_two_boxes_stays_and_none_leaves_the_picture(model):
    rows = d2l.detect(model, onp.zeros((8, 8, 3), onp.uint8))
    onp.testing.assert_allclose(rows, [[0, .9, 0, 0, .5, 1],
                                       [1, .6, .75, 0, 1, .5]], rtol=1e-6)  # float32


def test_boxes_that_overlap_less_than_the_threshold_all_stay(model):
    rows = d2l.detect(model, onp.zeros((8, 8, 3), onp.uint8), nms_threshold=.9)
    assert rows[:, 0].tolist() == [0, 1, 1]


def test_the_network_gets_a_stretched_picture_of_floats_channels_first(model):
    picture = onp.zeros((4, 16, 3), onp.uint8)
    picture[:, 8:, 1] = 200  # the right half is green
    d2l.detect(model, picture)
    assert model.X.shape == (1, 3, 8, 8) and model.X.dtype == onp.float32
    assert (model.X[0, 1, :, 4:] == 200).all() and model.X.sum() == 200 * 32


def test_objects_are_in_pixels_of_the_picture_itself(model):
    picture = onp.zeros((40, 20, 3), onp.uint8)
    rows = d2l.detect(model, picture)
    objects = d2l.as_objects(rows, picture, ['cat', 'dog'], threshold=.7)
    assert objects == [{'class': 'cat', 'score': pytest.approx(.9),
                        'box': [0, 0, 10, 40]}]
    assert [found['class'] for found in d2l.as_objects(
        rows, picture, ['cat', 'dog'], threshold=.5)] == ['cat', 'dog']
    assert d2l.as_objects(rows, picture, ['cat', 'dog'], threshold=.95) == []
    assert d2l.as_objects(rows[:0], picture, [], threshold=.5) == []
    with pytest.raises(d2l.InputError, match='2 classes or more.*names of 1'):
        d2l.as_objects(rows, picture, ['cat'], threshold=.5)


def test_without_suppression_all_boxes_stay_that_have_a_score():
    rows = d2l.detected(onp.array(PROBS), onp.array(BOXES), 1)
    assert rows[:, :2].tolist() == [[0, .9], [1, .8], [1, .6]]


def test_detections_are_those_of_each_picture_whatever_the_batches():
    batches = []

    def detector(X):  # pictures of more red have surer cats
        batches.append(X.shape)
        red = X[:, 0, 0, 0].reshape(-1, 1, 1)
        sure = np.concatenate([1 - red / 10, red / 10], axis=2)
        return sure, np.ones((len(X), 1, 1)) * np.array([[[0, 0, .5, 1]]])

    images = onp.zeros((5, 3, 4, 4), onp.uint8)
    images[:, 0] = onp.arange(5).reshape(-1, 1, 1)
    rows = d2l.detections(detector, images, 2)
    assert batches == [(2, 3, 4, 4), (2, 3, 4, 4), (1, 3, 4, 4)]
    assert [len(found) for found in rows] == [0, 1, 1, 1, 1]  # of a score of 0.01
    onp.testing.assert_allclose([found[0, 1] for found in rows[1:]], [.1, .2, .3, .4],
                                rtol=1e-6)  # float32


def test_objects_are_drawn_with_their_scores(model):
    picture = onp.zeros((10, 20, 3), onp.uint8)
    objects = d2l.as_objects(d2l.detect(model, picture), picture, ['cat', 'dog'], .5)
    d2l.show_objects(picture, objects)
    axes, = d2l.plt.gcf().axes
    assert [text.get_text() for text in axes.texts] == ['cat 0.90', 'dog 0.60']
    assert [(p.get_x(), p.get_width()) for p in axes.patches] == [(0, 10), (15, 5)]


def test_milliseconds_are_the_mean_over_pictures_after_a_first_look():
    seen = []

    def see(picture):
        seen.append(picture)
        time.sleep(.02)

    assert 20 <= d2l.milliseconds(see, ['a', 'b', 'c']) < 200
    assert seen == ['a', 'a', 'b', 'c']
