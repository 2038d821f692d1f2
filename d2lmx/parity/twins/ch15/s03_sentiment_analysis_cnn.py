"""TextCNN of section 15.3, as a PyTorch reader would write it, deaf to padding."""
import torch
from torch import nn

from ....data.text.imdb import IMDB_VOCAB_SIZE
from .s02_sentiment_analysis_rnn import PAD, count_tokens


class TextCNN(nn.Module):
    """inputs (batch, steps) -> scores (batch, 2)."""

    def __init__(self, vocab_size, embed_size, kernel_sizes, num_channels):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.constant_embedding = nn.Embedding(vocab_size, embed_size)  # not trained
        self.dropout = nn.Dropout(0.5)
        self.decoder = nn.Linear(sum(num_channels), 2)
        self.convs = nn.ModuleList(nn.Conv1d(2 * embed_size, c, k) for c, k
                                   in zip(num_channels, kernel_sizes))

    def forward(self, inputs):
        lens = count_tokens(inputs)[:, None]
        widest = max(conv.kernel_size[0] for conv in self.convs)
        inputs = nn.functional.pad(inputs, (0, widest - 1), value=PAD)
        embeddings = torch.cat((self.embedding(inputs),
                                self.constant_embedding(inputs)), dim=2)
        embeddings = embeddings.permute(0, 2, 1)                # (batch, 2d, steps)
        encoding = []
        for conv in self.convs:
            Y = conv(embeddings).relu()                         # (batch, c, windows)
            last = (lens - conv.kernel_size[0]).clamp(min=0)    # window that counts
            is_outside = torch.arange(Y.shape[2]) > last
            encoding.append(Y.masked_fill(is_outside[:, None], 0).max(dim=2).values)
        return self.decoder(self.dropout(torch.cat(encoding, dim=1)))


def build_net(vocab_size=IMDB_VOCAB_SIZE, embed_size=100):
    """inputs (batch, steps), numbers of tokens -> scores (batch, 2)."""
    return TextCNN(vocab_size, embed_size, (3, 4, 5), (100, 100, 100))
