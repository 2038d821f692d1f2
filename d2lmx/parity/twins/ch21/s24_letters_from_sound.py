"""The speller of section 21.24, as a PyTorch reader would write it."""
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Speller(nn.Module):
    """X (batch, frames, 101), valid_lens (batch,) -> scores (batch, frames / 2, 10)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(101, 48, (4, 1), stride=(2, 1), padding=(1, 0))
        self.lstm = nn.LSTM(48, 48, bidirectional=True)
        self.linear = nn.Linear(96, 10)

    def forward(self, X, valid_lens):
        Y = self.conv(X.transpose(1, 2)[..., None]).relu().squeeze(3).permute(2, 0, 1)
        packed = pack_padded_sequence(Y, valid_lens.cpu(), enforce_sorted=False)
        H, _ = pad_packed_sequence(self.lstm(packed)[0], total_length=len(Y))
        return self.linear(H.transpose(0, 1))


def build_net():
    return Speller()
