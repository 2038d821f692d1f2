"""Maps of pictures that are computed once: what is kept, and what is asked."""
import numpy as onp

import d2lmx as d2l


def test_batches_hold_maps_in_the_place_of_pictures():
    asked = []

    def stages(X):
        asked.append(len(X))
        return [2 * X, X[:, :1, ::2, ::2]]

    X = onp.random.RandomState(0).randint(0, 255, (5, 3, 4, 6), 'uint8')
    labels = onp.arange(5.)
    pictures = d2l.BatchIterator([X, labels], 2, transform=lambda X: X / onp.float32(5))
    batches = d2l.batches_of_maps(pictures, stages)
    assert asked == [2, 2, 1]
    (C, D, y), *_ = batches
    assert y.tolist() == [0, 1] and len(batches) == 3
    onp.testing.assert_allclose(C.asnumpy(), 2 * (X[:2] / 5), rtol=1e-6)
    onp.testing.assert_allclose(D.asnumpy(), X[:2, :1, ::2, ::2] / 5, rtol=1e-6)
    list(batches)
    assert asked == [2, 2, 1]  # no more


def test_batches_of_maps_are_shuffled_as_those_of_pictures():
    X = onp.arange(64., dtype='float32').reshape(64, 1, 1, 1)
    pictures = d2l.BatchIterator([X, X[:, 0, 0, 0]], 64, shuffle=True)
    (C, y), = d2l.batches_of_maps(pictures, lambda X: [X])
    assert C[:, 0, 0, 0].tolist() == y.tolist() != sorted(y.tolist())
    assert sorted(y.tolist()) == list(range(64))
