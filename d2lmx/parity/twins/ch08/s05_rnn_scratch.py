"""The RNN from scratch of section 8.5, as a PyTorch reader would write it."""
import torch
from torch import nn
from torch.nn import functional as F


class RNNModelScratch(nn.Module):
    """X (batch, steps), H (batch, num_hiddens) -> scores (steps * batch, vocab), H."""

    def __init__(self, vocab_size, num_hiddens):
        super().__init__()
        self.vocab_size = vocab_size
        shapes = [(vocab_size, num_hiddens), (num_hiddens, num_hiddens), (num_hiddens,),
                  (num_hiddens, vocab_size), (vocab_size,)]
        for i, shape in enumerate(shapes):  # the names that the Gluon network has
            setattr(self, f'param{i}', nn.Parameter(torch.zeros(shape)))

    def forward(self, inputs, H):
        W_xh, W_hh, b_h, W_hq, b_q = self.parameters()
        outputs = []
        for X in F.one_hot(inputs.T, self.vocab_size).to(H.dtype):
            H = torch.tanh(X @ W_xh + H @ W_hh + b_h)
            outputs.append(H @ W_hq + b_q)
        return torch.cat(outputs), H


def build_net():
    return RNNModelScratch(vocab_size=28, num_hiddens=512)
