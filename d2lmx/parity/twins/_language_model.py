"""The language model of sections 8.6 and 9.1 to 9.4, around any layer of torch.nn."""
from torch import nn
from torch.nn import functional as F


class RNNModel(nn.Module):
    """X (batch, steps) and states -> scores (steps * batch, vocab_size), new states."""

    def __init__(self, rnn, vocab_size=28):
        super().__init__()
        self.rnn, self.vocab_size = rnn, vocab_size
        directions = 2 if rnn.bidirectional else 1
        self.linear = nn.Linear(directions * rnn.hidden_size, vocab_size)

    def forward(self, inputs, *state):
        X = F.one_hot(inputs.T, self.vocab_size).to(state[0].dtype)
        # torch wants an LSTM's two states as a tuple, others' one state alone
        Y, state = self.rnn(X, state if len(state) > 1 else state[0])
        return self.linear(Y.reshape(-1, Y.shape[-1])), state
