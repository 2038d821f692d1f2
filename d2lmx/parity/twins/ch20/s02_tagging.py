"""The tagger of section 20.2, as a PyTorch reader would write it."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Tagger(nn.Module):
    """X (batch, steps, 3), valid_lens (batch,) -> scores (batch, steps, num_tags)."""

    def __init__(self, sizes, num_tags, embed_size, num_hiddens, dropout):
        super().__init__()
        half = embed_size // 2
        self.embed = nn.ModuleList(
            nn.Embedding(size, width) for size, width
            in zip(sizes, (embed_size, half, embed_size - half)))
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(2 * embed_size, num_hiddens, batch_first=True,
                            bidirectional=True)
        self.linear = nn.Linear(2 * num_hiddens, num_tags)

    def forward(self, X, valid_lens):
        X = torch.cat([layer(X[:, :, i]) for i, layer in enumerate(self.embed)], dim=2)
        packed = pack_padded_sequence(self.dropout(X), valid_lens.cpu(),
                                      batch_first=True, enforce_sorted=False)
        H, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True,
                                   total_length=X.shape[1])
        return self.linear(self.dropout(H))


def build_net():
    return Tagger((1000, 300, 8), 7, 32, 64, 0.3)
