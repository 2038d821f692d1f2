"""The figure of both losses of an order, which have tests of their own."""
import numpy as onp


def test_the_curves_are_the_formulas(smoke_run):
    axes, = smoke_run('16.5').figures[0].axes
    (x, bpr), (_, hinge) = (line.get_xydata().T for line in axes.lines)
    onp.testing.assert_allclose(bpr, onp.log1p(onp.exp(-x)), rtol=1e-5)
    onp.testing.assert_allclose(hinge, onp.maximum(1 - x, 0), atol=1e-6)
    assert (x.min(), x.max()) == (-4, 4)


def test_at_distance_0_both_losses_still_pull(smoke_run):
    result = smoke_run('16.5').result
    assert abs(result['at 0']['BPR'] - onp.log(2)) < 1e-6
    assert result['at 0']['hinge'] == 1
    assert result['BPR']['gradient'][20] == -.5
    assert result['hinge']['gradient'][20] == -1
