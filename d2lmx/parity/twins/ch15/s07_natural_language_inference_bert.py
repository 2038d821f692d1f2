"""The BERT of section 15.7 that tells relations, as a PyTorch reader would write it."""
from torch import nn

from ..ch14.s08_bert import BERTModel


class BERTClassifier(nn.Module):
    def __init__(self, bert):
        super().__init__()
        self.encoder = bert.encoder
        self.hidden = bert.hidden
        self.output = nn.Linear(256, 3)

    def forward(self, tokens_X, segments_X, valid_lens_x):
        encoded_X = self.encoder(tokens_X, segments_X, valid_lens_x)
        return self.output(self.hidden(encoded_X[:, 0]))


def build_net(vocab_size=1000):
    """tokens, segments (batch, steps), valid_lens (batch,) -> scores (batch, 3)."""
    return BERTClassifier(BERTModel(vocab_size, 256, 512, 4, 2, 0.1, max_len=512))
