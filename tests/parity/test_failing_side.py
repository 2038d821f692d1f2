"""A port that is wrong by a little, in one place, or only while it trains, fails."""
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn, rnn

from d2lmx.parity.compare import compare_port
from d2lmx.parity.conventions import start_alike
from d2lmx.parity.structure import known_shapes, pair_layers

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


def compared(build, port, scale=1, **options):
    """The record, and the names of the checks that failed."""
    record = compare_port(build, lambda size=2: (scale * np.random.normal(
        size=(size, 3)),), port, **options)
    return record, {what for what, check in record['checks'].items()
                    if not check['passed']}


@pytest.mark.parametrize('share, passes', [(.1, False), (1e-5, True)])
def test_a_port_that_drifts_away_after_its_first_step_fails(share, passes):
    port, steps = torch.nn.Linear(3, 4), {}

    def drift(gradient):
        """In each precision the first gradient is right, and later ones too large."""
        steps[gradient.dtype] = steps.get(gradient.dtype, 0) + 1
        return gradient if steps[gradient.dtype] == 1 else gradient * (1 + share)

    port.weight.register_hook(drift)
    record, failed = compared(lambda: nn.Dense(4), port, lr=.5)
    assert failed == (set() if passes else {'parameters after 10 steps'})
    # beyond a thousandth, though far from a tenth
    assert (1e-3 < record['checks']['parameters after 10 steps']['relative'] < .1
            ) == (not passes)


@pytest.mark.parametrize('scale', [.003, 300])
@pytest.mark.parametrize('wrong', ['weight', 'bias'])
def test_a_wrong_gradient_that_is_small_beside_its_layers_largest_fails(scale, wrong):
    # with such inputs a weight's gradient is about as many times its bias's
    port = torch.nn.Linear(3, 4)
    getattr(port, wrong).register_hook(lambda gradient: 1.01 * gradient)
    record, failed = compared(lambda: nn.Dense(4), port, scale, lr=1e-4, steps=1)
    assert failed >= {'gradients of the parameters'} and not record['passed']
    assert record['checks']['gradients of the parameters']['at'].endswith(wrong)


class Frozen(torch.nn.BatchNorm1d):
    """Normalizes by its running statistics, while it trains too."""

    def forward(self, X):
        return torch.nn.functional.batch_norm(X, self.running_mean, self.running_var,
                                              self.weight, self.bias, eps=self.eps)


def test_a_port_that_differs_in_training_alone_is_told_with_the_layer():
    def build():
        net = nn.HybridSequential()
        net.add(nn.Dense(5), nn.BatchNorm(), nn.Dense(4))
        return net

    record, failed = compared(build, torch.nn.Sequential(
        torch.nn.Linear(3, 5), Frozen(5), torch.nn.Linear(5, 4)), steps=1)
    assert not record['passed'] and 'predictions, batch of 4' not in failed
    assert (record['parting']['mode'], record['parting']['ours']) == (
        'training', 'BatchNorm 1')


@pytest.mark.parametrize('build, port, X', [
    (lambda: nn.Dense(4), lambda: torch.nn.Linear(3, 4), (2, 3)),
    (nn.BatchNorm, lambda: torch.nn.BatchNorm1d(3), (2, 3)),
    (nn.LayerNorm, lambda: torch.nn.LayerNorm(3), (2, 3)),
    (lambda: rnn.GRU(4), lambda: torch.nn.GRU(3, 4), (5, 2, 3))],
    ids=['dense', 'batch norm', 'layer norm', 'gru'])
def test_no_two_numbers_of_a_layer_are_alike_at_first(build, port, X):
    net = known_shapes(build, lambda size=2: (np.ones(X),))
    start_alike(pair_layers(net, port()), seed=0)
    values = onp.concatenate([param.data().asnumpy().ravel()
                              for param in net.collect_params().values()])
    assert len(set(values)) == len(values) and values.all()
