"""Drawn faces: the same from one seed, and a person is known again."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.toys import faces


def test_a_seed_makes_the_same_pictures():
    first, again, other = (d2l.draw_faces(3, 2, seed, 16) for seed in (1, 1, 2))
    assert first.shape == (3, 2, 16, 16, 3) and first.dtype == onp.uint8
    assert onp.array_equal(first, again) and not onp.array_equal(first, other)


def test_no_picture_is_like_another_of_the_person():
    pictures = d2l.draw_faces(2, 6, 3).reshape(12, -1).astype(int)
    differ = abs(pictures[:, None] - pictures).mean(axis=2)
    assert differ[onp.triu_indices(12, 1)].min() > 5  # of 255; noise makes a few


def test_what_is_a_persons_stays():
    rng = onp.random.RandomState(0)
    tall = faces.make_up(rng)._replace(skin=(250, 0, 0), style='bald', height=.82)

    def height(person):
        picture = onp.array([faces.draw(person, onp.random.RandomState(seed), 64)
                             for seed in range(20)]).astype(int)
        is_skin = (picture[..., 0] > 2 * picture[..., 1] + 30) & (
            picture[..., 0] > 2 * picture[..., 2] + 30)
        return is_skin.any(axis=2).sum(axis=1).mean()

    assert height(tall) > 1.1 * height(tall._replace(height=.6))


@pytest.mark.parametrize('numbers', [(0, 1), (1, 0), (1, 1, 0, 0)])
def test_there_must_be_someone_to_draw(numbers):
    with pytest.raises(ValueError, match='at least 1'):
        d2l.draw_faces(*numbers)
