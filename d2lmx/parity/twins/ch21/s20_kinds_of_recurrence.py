"""The network from many to many of section 21.20, as a PyTorch reader would write it.
"""
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Recurrence(nn.Module):
    """X (batch, steps), valid_lens (batch,) -> scores (batch, steps, 7)."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(500, 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(64, 7)

    def forward(self, X, valid_lens):
        packed = pack_padded_sequence(self.embed(X), valid_lens.cpu(), batch_first=True,
                                      enforce_sorted=False)
        H, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True,
                                   total_length=X.shape[1])
        return self.linear(H)


def build_net():
    return Recurrence()
