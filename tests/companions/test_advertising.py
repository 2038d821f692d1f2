"""Networks of clicks with options of their own: what decays, and what is rare."""
import numpy as onp
import pytest

import d2lmx as d2l

QUICK = dict(lr=.03, num_epochs=1, batch_size=2048)


def regression(found):
    """What builds one, and puts it into the list."""
    def build_net(field_dims):
        found.append(d2l.LogisticRegression(field_dims))
        return found[-1]
    return build_net


def test_only_weights_of_embeddings_decay():
    """A step of Adam's first is as long as its rate, whatever a gradient's size: of all
    weights towards 0 where nothing but their decay counts."""
    ends = []
    for decay in (0, 1e6):
        found = []
        d2l.set_seed(0)
        d2l.tuned_logits(regression(found), lr=.03, num_epochs=1, batch_size=8192,
                         embeddings=dict(fc=(decay, 1.)))
        net, = found
        ends.append(net.fc.weight.data().asnumpy())
        assert net.linear_layer.weight.data().tolist() == [[1]]
        assert abs(float(net.linear_layer.bias.data())) == pytest.approx(.03, rel=1e-3)
    alone, decayed = ends
    begun = decayed + .03 * onp.sign(decayed)  # but for those that have come past 0
    is_far = abs(begun) > .1
    assert is_far.mean() > .8 and begun.std() == pytest.approx(1, rel=.25)
    steps = (alone - begun)[is_far]
    onp.testing.assert_allclose(abs(steps), .03, rtol=1e-2)
    assert {-1, 1} == set(onp.sign(steps * begun[is_far]))  # clicks decide, not signs


def test_rarer_values_are_one():
    logits, y = d2l.tuned_logits(regression([]), min_threshold=10 ** 6,
                                 embeddings=dict(fc=(0, 1.)), **QUICK)
    assert logits.shape == y.shape == (4096, 1)
    assert onp.ptp(logits) == 0
    logits, _ = d2l.tuned_logits(regression([]), embeddings=dict(fc=(0, 1.)), **QUICK)
    assert onp.ptp(logits) > 1
