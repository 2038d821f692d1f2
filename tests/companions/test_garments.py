import numpy as onp
import pytest

import d2lmx as d2l


def test_no_garment_is_in_two_sets():
    sets = d2l.sample_garments(200, 50, 1)
    assert [X.shape for X, _ in sets] == [(n, 1, 28, 28) for n in (200, 50, 1)]
    images, labels = d2l.read_fashion_mnist()
    known = {image.tobytes(): label for image, label in zip(images, labels)}
    assert len(known) == len(images)  # no two toys are alike
    found = [(x * 255).round().astype('uint8').tobytes() for X, _ in sets for x in X]
    assert len(set(found)) == 251
    assert [known[x] for x in found] == [label for _, y in sets for label in y]


def test_a_seed_chooses():
    def labels(seed):
        d2l.set_seed(seed)
        (_, y), = d2l.sample_garments(100)
        return y

    assert onp.array_equal(labels(3), labels(3))
    assert not onp.array_equal(labels(3), labels(4))


def test_more_than_there_are_is_told():
    with pytest.raises(d2l.InputError, match='12001 garments are asked for.*12000'):
        d2l.sample_garments(6000, 6001)
