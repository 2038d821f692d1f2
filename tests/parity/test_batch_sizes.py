"""A port must be right for a batch of another size than it was compared with."""
import pytest
from mxnet import np
from mxnet.gluon import nn

from d2lmx.parity.compare import compare_port

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


class WrongForOneSize(torch.nn.Module):
    """A dense layer that adds one where a batch has that size."""

    def __init__(self, size):
        super().__init__()
        self.dense, self.size = torch.nn.Linear(3, 4), size

    def forward(self, X):
        Y = self.dense(X)
        return Y + 1 if len(X) == self.size else Y


@pytest.mark.parametrize('compared, wrong, failing', [
    (4, 1, 'predictions, batch of 1'), (1, 2, 'predictions, batch of 2'), (4, 7, None)])
def test_a_port_that_is_wrong_for_the_second_size_alone_fails(compared, wrong, failing):
    record = compare_port(lambda: nn.Dense(4),
                          lambda size: (np.random.normal(size=(size, 3)),),
                          WrongForOneSize(wrong), batch_size=compared, steps=1)
    assert record['passed'] == (failing is None)
    failed = [what for what, check in record['checks'].items() if not check['passed']]
    assert set(failed) == ({failing, f"{failing}, the port's weights copied back"}
                           if failing else set())
