"""The BERT of section 14.10, and its losses, as a PyTorch reader would write them.

Of the two, the loss of the masked words is not that of the book's PyTorch page. There
``nn.CrossEntropyLoss()`` gives the mean over all positions, padding too, before the
weights are applied: multiplying this one number by the weights, summing, and dividing
by their sum gives it back unchanged. So each '<unk>' that fills up a row counts as a
word that was to be predicted, and is soon predicted without fail: the page's loss is
5.6 where that of MXNet's page is 7.3. `losses` weighs position by position.
"""
from torch import nn

from .s08_bert import BERTModel

LOSS = nn.CrossEntropyLoss(reduction='none')


def losses(net, tokens, segments, valid_lens, positions, weights, words, is_next):
    """Mean loss of the words that count, and mean loss of the pairs."""
    _, mlm_Y_hat, nsp_Y_hat = net(tokens, segments, valid_lens, positions)
    mlm_l = LOSS(mlm_Y_hat.flatten(0, 1), words.flatten()) * weights.flatten()
    return mlm_l.sum() / weights.sum(), LOSS(nsp_Y_hat, is_next).mean()


def build_net(vocab_size=20256):
    """tokens, segments (batch, steps), valid_lens (batch,), pred_positions (batch,
    preds) -> encoded tokens, scores of the words there, of the next sentence."""
    return BERTModel(vocab_size, 128, 256, 2, 2, 0.2)
