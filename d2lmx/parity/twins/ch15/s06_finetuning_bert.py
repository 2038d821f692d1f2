"""The four uses of a BERT of section 15.6, as a PyTorch reader would write them."""
import torch
from torch import nn

from ..ch14.s08_bert import BERTModel


class TextHead(nn.Module):
    def __init__(self, bert, num_hiddens, num_outputs):
        super().__init__()
        self.encoder = bert.encoder
        self.hidden = bert.hidden
        self.output = nn.Linear(num_hiddens, num_outputs)

    def forward(self, tokens, segments, valid_lens):
        encoded_X = self.encoder(tokens, segments, valid_lens)
        return self.output(self.hidden(encoded_X[:, 0]))


class TaggingHead(nn.Module):
    def __init__(self, bert, num_hiddens, num_tags):
        super().__init__()
        self.encoder = bert.encoder
        self.output = nn.Linear(num_hiddens, num_tags)

    def forward(self, tokens, segments, valid_lens):
        return self.output(self.encoder(tokens, segments, valid_lens))


class AnswerHead(nn.Module):
    def __init__(self, bert, num_hiddens):
        super().__init__()
        self.encoder = bert.encoder
        self.output = nn.Linear(num_hiddens, 2)

    def forward(self, tokens, segments, valid_lens):
        scores = self.output(self.encoder(tokens, segments, valid_lens))
        is_valid = torch.arange(tokens.shape[1]) < valid_lens[:, None]
        is_passage = is_valid & (segments == 1)
        return scores.masked_fill(~is_passage[:, :, None], -1e12).unbind(dim=2)


class FourUses(nn.Module):
    def __init__(self, bert, num_hiddens, num_classes, num_tags):
        super().__init__()
        self.encoder = bert.encoder
        self.text = TextHead(bert, num_hiddens, num_classes)
        self.pair = TextHead(bert, num_hiddens, 1)
        self.tagging = TaggingHead(bert, num_hiddens, num_tags)
        self.answer = AnswerHead(bert, num_hiddens)

    def forward(self, *inputs):
        return [head(*inputs) for head in (self.text, self.pair, self.tagging)] + list(
            self.answer(*inputs))


def build_net():
    """tokens, segments (batch, steps), valid_lens (batch,) -> scores of a text, of a
    pair, of tags, and of where an answer begins and ends."""
    return FourUses(BERTModel(200, 32, 48, 4, 2, 0.1, max_len=64), 32, 2, 5)
