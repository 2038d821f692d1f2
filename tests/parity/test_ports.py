"""Ports as readers write them, each right and with one number wrong: that is named."""
import pytest
from mxnet import np
from mxnet.gluon import nn, rnn

import d2lmx as d2l

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')
F = torch.nn.functional


def sequential(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def numbers(*shape):
    return np.random.normal(size=shape)


# ---- lazy layers


def conv_net():
    return sequential(nn.Conv2D(3, kernel_size=3, padding=1, activation='relu'),
                      nn.BatchNorm(), nn.Dense(4))


def lazy_port(padding=1):
    return torch.nn.Sequential(
        torch.nn.LazyConv2d(3, kernel_size=3, padding=padding), torch.nn.ReLU(),
        torch.nn.LazyBatchNorm2d(), torch.nn.Flatten(), torch.nn.LazyLinear(4))


def test_lazy_layers_get_their_shapes_from_a_call():
    report = d2l.compare(conv_net(), lazy_port(), numbers(4, 2, 5, 6), steps=2)
    assert report.passed, str(report)


def test_a_lazy_port_of_other_shapes_is_told_at_its_layer():
    with pytest.raises(ValueError, match=r'Dense 2 \[weight \(4, 90\).*\(4, 36\)'):
        d2l.compare(conv_net(), lazy_port(padding=0), numbers(4, 2, 5, 6))


def test_a_lazy_port_that_fails_is_told():
    port = torch.nn.Sequential(torch.nn.LazyConv2d(3, 3), torch.nn.Linear(7, 2))
    with pytest.raises(ValueError, match='the port fails with RuntimeError: mat1'):
        d2l.compare(conv_net(), port, numbers(4, 2, 5, 6))


# ---- what functions do at random


def dropout_net(rate=0.5):
    return sequential(nn.Dense(20, activation='relu'), nn.Dropout(rate), nn.Dense(4))


class Functional(torch.nn.Module):
    """Dropout is a function: PyTorch's, or as the book writes it."""

    def __init__(self, drop, scale=1):
        super().__init__()
        self.hidden, self.out = torch.nn.Linear(3, 20), torch.nn.Linear(20, 4)
        self.drop, self.scale = drop, scale

    def forward(self, X):
        H = torch.relu(self.hidden(X))
        return self.out(self.drop(self, H)) * self.scale


def torchs_own(port, H):
    return F.dropout(H, 0.5, port.training)


def the_books(port, H):
    return (torch.rand(H.shape) > 0.5).float() * H / 0.5 if port.training else H


@pytest.mark.parametrize('drop', [torchs_own, the_books])
def test_dropout_by_a_function_is_switched_off_and_told(drop):
    report = d2l.compare(dropout_net(), Functional(drop), numbers(4, 3), steps=2)
    assert report.passed, str(report)
    assert 'parameters after 2 steps' in report.record['checks']
    assert 'chance' in report.record['conventions']
    assert 'NOT COMPARED: dropout: rates inside functions' in str(report)


def test_a_wrong_number_beside_dropout_by_a_function_is_found():
    report = d2l.compare(dropout_net(), Functional(torchs_own, 1.5), numbers(4, 3))
    assert not report.passed
    assert report.record['parting']['ours'] == 'the outputs'


def test_a_port_that_predicts_at_random_is_told_so():
    port = Functional(lambda port, H: F.dropout(H, 0.5))  # its default is to drop
    report = d2l.compare(dropout_net(), port, numbers(4, 3))
    assert not report.passed and report.record['parting'] is None
    assert 'unless it gets training=self.training' in str(report)


def test_a_gluon_network_that_trains_at_random_is_judged_by_its_predictions():
    class Own(nn.HybridBlock):
        def hybrid_forward(self, F, X):
            return F.npx.dropout(X, p=0.5)

    report = d2l.compare(sequential(nn.Dense(20), Own(), nn.Dense(4)),
                         torch.nn.Sequential(torch.nn.Linear(3, 20),
                                             torch.nn.Linear(20, 4)), numbers(4, 3))
    assert report.passed and 'agree in their predictions' in str(report)
    assert any('Gluon network change' in text
               for text in report.record['not_compared'])


# ---- parameters without names, states in a tuple, inputs in a dict


class Scratch(torch.nn.Module):
    """The recurrent network from scratch, its parameters in a list without names."""

    def __init__(self, sign=1):
        super().__init__()
        shapes = (7, 5), (5, 5), (5,), (5, 7), (7,)
        self.weights = torch.nn.ParameterList(
            [torch.nn.Parameter(torch.zeros(shape)) for shape in shapes])
        self.sign = sign

    def forward(self, inputs, H):
        W_xh, W_hh, b_h, W_hq, b_q = self.weights
        outputs = []
        for X in F.one_hot(inputs.T, 7).to(H.dtype):
            H = torch.tanh(X @ W_xh + self.sign * (H @ W_hh) + b_h)
            outputs.append(H @ W_hq + b_q)
        return torch.cat(outputs), H


def scratch_net():
    def get_params(vocab_size, num_hiddens, device):
        shapes = (7, 5), (5, 5), (5,), (5, 7), (7,)
        return [np.random.normal(size=shape) for shape in shapes]

    def rnn(inputs, state, params, F):
        W_xh, W_hh, b_h, W_hq, b_q = params

        def step(X, H):
            H = F.np.tanh(F.np.dot(X, W_xh) + F.np.dot(H, W_hh) + b_h)
            return F.np.dot(H, W_hq) + b_q, [H]

        Y, state = d2l.over_steps(F, step, inputs, state)
        return F.npx.reshape(Y, (-5, -2)), state

    return d2l.RNNModelScratch(7, 5, d2l.try_gpu(), get_params, lambda *sizes: (), rnn)


def tokens_and_state(batch_size=2):
    return (np.random.randint(0, 7, size=(batch_size, 3), dtype='int32'),
            numbers(batch_size, 5))


def test_parameters_without_names_are_paired_by_order_and_shape(recwarn):
    report = d2l.compare(scratch_net(), Scratch(), tokens_and_state, steps=2)
    assert report.passed, str(report)
    assert report.record['parameters']['param3']['port'] == 'weights.3'
    assert 'order' in report.record['conventions']
    assert not [w for w in recwarn if 'already initialized' in str(w.message)]


def test_a_wrong_sign_in_a_port_without_names_is_found():
    report = d2l.compare(scratch_net(), Scratch(-1), tokens_and_state, steps=1)
    assert not report.passed
    assert report.record['checks']['predictions, batch of 4']['at'] in ('output 0',
                                                                       'output 1')


def test_parameters_of_other_shapes_say_which_are_wanted():
    port = Scratch()
    port.weights[2] = torch.nn.Parameter(torch.zeros(6))
    with pytest.raises(ValueError, match='of these names, or of these shapes in this'):
        d2l.compare(scratch_net(), port, tokens_and_state)


class LSTM(torch.nn.Module):
    """Takes X, (H, C) as the book's PyTorch cells do."""

    def __init__(self, reverse=False):
        super().__init__()
        self.rnn, self.out = torch.nn.LSTM(7, 5), torch.nn.Linear(5, 7)
        self.reverse = reverse

    def forward(self, inputs, state):
        if self.reverse:
            state = state[1], state[0]
        Y, state = self.rnn(F.one_hot(inputs.T, 7).to(state[0].dtype), state)
        return self.out(Y.reshape(-1, 5)), state


def tokens_and_states(batch_size=2):
    tokens, _ = tokens_and_state(batch_size)
    return tokens, numbers(1, batch_size, 5), numbers(1, batch_size, 5)


@pytest.mark.parametrize('reverse', [False, True])
def test_states_go_in_a_tuple_where_the_port_takes_one(reverse):
    report = d2l.compare(d2l.RNNModel(rnn.LSTM(5), 7), LSTM(reverse), tokens_and_states,
                         steps=2)
    assert report.passed != reverse, str(report)
    if reverse:
        assert report.record['parting']['theirs'] == 'LSTM rnn'


def test_a_call_that_does_not_fit_says_how_the_port_is_called():
    class Alone(LSTM):
        def forward(self, inputs):
            return super().forward(inputs, None)

    report = d2l.compare(d2l.RNNModel(rnn.LSTM(5), 7), Alone(), tokens_and_states)
    assert 'shapes (2, 3), (1, 2, 5), (1, 2, 5), one by one, or the first and a' in (
        str(report))


@pytest.mark.parametrize('scale', [1, 2])
def test_inputs_in_a_dict_reach_the_port_as_one(scale):
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(4)

        def hybrid_forward(self, F, X, weights):
            return self.dense(X) * weights

    class Port(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.dense = torch.nn.Linear(3, 4)

        def forward(self, batch):
            return self.dense(batch['X']) * batch['weights'] * scale

    report = d2l.compare(Net(), Port(), {'X': numbers(4, 3), 'weights': numbers(4, 1)},
                         steps=2)
    assert report.passed == (scale == 1), str(report)


# ---- packed sequences


class Packed(torch.nn.Module):
    def __init__(self, scale=1):
        super().__init__()
        self.embedding, self.rnn = torch.nn.Embedding(7, 3), torch.nn.GRU(3, 5)
        self.out, self.scale = torch.nn.Linear(5, 4), scale

    def forward(self, X, valid_lens):
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            self.embedding(X).transpose(0, 1), valid_lens.long(), enforce_sorted=False)
        return self.out(self.rnn(packed)[1][0] * self.scale)


class Padded(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(7, 3), d2l.GRU(5)
        self.out = nn.Dense(4)

    def hybrid_forward(self, F, X, valid_lens):
        X = F.np.swapaxes(self.embedding(X), 0, 1)
        _, H = self.rnn(X, self.rnn.zero_states(F, X), valid_lens)
        return self.out(F.npx.reshape(H[0], (-5, -2)))


@pytest.mark.parametrize('scale', [1, 3])
def test_packed_sequences_are_passed_over(scale):
    X = np.random.randint(0, 7, size=(4, 6), dtype='int32')
    report = d2l.compare(Padded(), Packed(scale),
                         (X, np.array([6, 2, 4, 1], dtype='int32')), steps=2)
    assert report.passed == (scale == 1), str(report)
    if scale == 3:  # not the encoder's input, which is right, but packed
        parting = report.record['parting']
        assert (parting['ours'], parting['theirs']) == ('Dense out', 'Linear out')
        assert 'GRU rnn (packed sequences or keywords, not compared)' in parting['text']
