import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.companions import digits
from d2lmx.errors import InputError


def test_each_digit_has_a_shape_of_its_own():
    assert digits.GLYPHS.shape == (10, 10, 6)
    assert len({glyph.tobytes() for glyph in digits.GLYPHS}) == 10
    # a seven: a bar on top, and a line down on the right
    seven = onp.zeros((5, 3))
    seven[0], seven[:, 2] = 1, 1
    onp.testing.assert_array_equal(digits.GLYPHS[7][::2, ::2], seven)
    onp.testing.assert_array_equal(digits.GLYPHS[7][1::2, 1::2], seven)


def test_digits_stand_from_left_to_right_without_touching(monkeypatch):
    monkeypatch.setattr(digits, 'NOISE', 0)
    X, y = d2l.digit_pictures(60)
    assert X.shape == (60, 1, 14, 32) and y.shape == (60, 4)
    assert X.dtype == y.dtype == onp.float32
    assert set(y[:, 0].tolist()) == {1, 2, 3} and len(set(y[:, 1].tolist())) == 10
    for picture, (count, *answer) in zip(X[:, 0], y.astype(int).tolist()):
        assert answer[count:] == [0] * (3 - count)
        found, left = [], 0
        while left <= 26:  # each digit where it is found whole
            match = [(digit, top) for digit, glyph in enumerate(digits.GLYPHS)
                     for top in range(5)
                     if (part := picture[:, left:left + 6])[top:top + 10].any()
                     and ((part[top:top + 10] > 0) == (glyph > 0)).all()
                     and (part > 0).sum() == glyph.sum()]
            if match and match[0][0] == answer[len(found)]:
                found.append(match[0][0])
                left += 6
                if len(found) == count:
                    break
            left += 1
        assert found == answer[:count]


def test_pictures_are_as_noisy_as_they_are_said_to_be():
    onp.random.seed(0)
    X, _ = d2l.digit_pictures(200)
    assert abs(X[X < 0].std() / (.15 * (1 - 2 / onp.pi) ** .5) - 1) < .05


def test_batches_are_drawn_anew_and_the_last_has_what_is_left():
    batches = d2l.DigitPictures(10, 4)
    assert len(batches) == 3
    first, second = ([X.asnumpy() for X, _ in batches] for _ in range(2))
    assert [len(X) for X in first] == [4, 4, 2]
    assert all((a != b).any() for a, b in zip(first, second))
    assert [len(y) for _, y in d2l.DigitPictures(8, 4)] == [4, 4]
    with pytest.raises(InputError, match='batch_size must be'):
        d2l.DigitPictures(8, 0)
