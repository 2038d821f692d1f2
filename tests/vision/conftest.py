"""What the tests of boxes share."""
import numpy as onp
import pytest


@pytest.fixture
def boxes():
    """``boxes(n)``: random corners, float32 (n, 4), some beyond the unit square."""
    rng = onp.random.RandomState(0)

    def draw(n):
        centers, sides = rng.uniform(-.1, 1.1, (n, 2)), rng.uniform(.05, .8, (n, 2))
        corners = onp.concatenate((centers - sides / 2, centers + sides / 2), axis=1)
        return corners.astype('float32')

    return draw
