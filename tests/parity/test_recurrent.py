"""Recurrent networks in both libraries: gates, biases, directions, dropout."""
import pytest
from mxnet import np
from mxnet.gluon import rnn

import d2lmx as d2l
from d2lmx.parity.compare import compare_port

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')

CASES = [('RNN', {}, {'nonlinearity': 'relu'}, 1),
         ('RNN', {'activation': 'tanh'}, {}, 1),
         ('GRU', {'bidirectional': True}, {'bidirectional': True}, 1),
         ('LSTM', {'num_layers': 2}, {'num_layers': 2}, 2),
         ('LSTM', {'num_layers': 2, 'dropout': 0.5}, {'num_layers': 2, 'dropout': 0.5},
          2)]


def compared(kind, ours, theirs, num_states):
    from d2lmx.parity.twins._language_model import RNNModel
    depth = ours.get('num_layers', 1) * (2 if ours.get('bidirectional') else 1)

    def example_inputs(batch_size=2):
        return (np.random.randint(0, 7, size=(batch_size, 5), dtype='int32'),
                *(np.random.normal(size=(depth, batch_size, 6))
                  for _ in range(num_states)))

    return compare_port(lambda: d2l.RNNModel(getattr(rnn, kind)(6, **ours), 7),
                        example_inputs,
                        RNNModel(getattr(torch.nn, kind)(7, 6, **theirs), 7), lr=0.5)


@pytest.mark.parametrize('kind, ours, theirs, num_states', CASES)
def test_weights_are_copied_as_they_are(kind, ours, theirs, num_states):
    record = compared(kind, ours, theirs, num_states)
    assert record['passed'], record['checks']
    assert 'gates' in record['conventions']
    assert ('dropout' in record['conventions']) == ('dropout' in ours)


def test_default_activations_of_the_two_libraries_differ():
    record = compared('RNN', {}, {}, 1)
    assert not record['passed'] and record['parting']['ours'].startswith('RNN')
