"""What a worker shares with the others beside gradients."""
import random

import numpy as onp

from d2lmx.distributed.worker import random_state, take_random_state


def test_random_states_come_back_as_they_were():
    onp.random.seed(5), random.seed(5)
    onp.random.normal(), random.gauss(0, 1)  # both hold back a second number
    state = [float(value) for value in random_state()]
    expected = (onp.random.normal(), onp.random.rand(), random.gauss(0, 1),
                random.random())
    take_random_state(state)
    assert expected == (onp.random.normal(), onp.random.rand(), random.gauss(0, 1),
                        random.random())
