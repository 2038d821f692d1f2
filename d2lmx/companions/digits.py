"""Pictures of several digits, drawn."""
import numpy as onp
from mxnet import np

from ..runtime.checks import check_whole

__all__ = ['digit_pictures', 'DigitPictures']

HEIGHT, WIDTH = 14, 32
MOST = 3      # digits of a picture
NOISE = 0.15  # standard deviation, of each pixel
# each digit's five rows of three pixels, a number from 0 to 7 each
FONT = '75557 26227 71747 71717 55711 74717 74757 71111 75757 75717'.split()
GLYPHS = onp.array([[[int(row) >> i & 1 for i in (2, 1, 0)] for row in glyph]
                    for glyph in FONT], 'float32').repeat(2, axis=1).repeat(2, axis=2)


def digit_pictures(num_pictures: int) -> tuple:
    """X (num_pictures, 1, 14, 32) of one to three digits with noise, and what they are.

    y (num_pictures, 4), float32: how many, and which, from the left; 0 where there is
    none. A digit is 10 pixels high and 6 wide; where they stand and how bright they are
    is drawn by NumPy's global seed.

    Ours, for 23.12
    """
    X = onp.random.normal(0, NOISE, (num_pictures, 1, HEIGHT, WIDTH)).astype('float32')
    y = onp.zeros((num_pictures, 1 + MOST), 'float32')
    height, width = GLYPHS[0].shape
    for picture, answer in zip(X[:, 0], y):
        count = onp.random.randint(1, MOST + 1)
        gaps = onp.random.randint(1, 4, size=count)
        left = onp.random.randint(WIDTH - width * count - gaps.sum() + 1)
        answer[0], answer[1:1 + count] = count, onp.random.randint(10, size=count)
        for digit, gap in zip(answer[1:1 + count].astype(int), gaps):
            left, top = left + gap, onp.random.randint(HEIGHT - height + 1)
            picture[top:top + height, left:left + width] += (
                onp.random.uniform(0.5, 1) * GLYPHS[digit])
            left += width
    return X, y


class DigitPictures:
    """Batches of `digit_pictures`, drawn anew in each pass: none is learnt twice.

    num_pictures: of a pass, of which the last batch has what is left. InputError where
    it or batch_size is below 1.

    Ours, for 23.12
    """

    def __init__(self, num_pictures: int, batch_size: int):
        check_whole(num_pictures=num_pictures, batch_size=batch_size)
        whole, left = divmod(num_pictures, batch_size)
        self.sizes = [batch_size] * whole + [left] * (left > 0)

    def __len__(self):
        return len(self.sizes)

    def __iter__(self):
        for size in self.sizes:
            yield [np.array(part) for part in digit_pictures(size)]
