"""Features and losses of section 13.12, as a PyTorch reader would write them."""
import torch
from torch import nn

CONTENT_LAYERS, STYLE_LAYERS = [25], [0, 5, 10, 19, 28]


class Features(nn.Module):
    """The outputs of some of the layers, which follow each other."""

    def __init__(self, layers, content_layers, style_layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.content_layers, self.style_layers = content_layers, style_layers

    def forward(self, X):
        outputs = []
        for layer in self.layers:
            X = layer(X)
            outputs.append(X)
        return ([outputs[i] for i in self.content_layers],
                [outputs[i] for i in self.style_layers])


def vgg19_layers():
    """VGG-19's as far as the first convolution of its fifth block."""
    num_inputs, layers = 3, []
    for num_convs, channels in [(2, 64), (2, 128), (4, 256), (4, 512), (1, 512)]:
        for _ in range(num_convs):
            # not in place: what comes before a ReLU is an output, too
            layers += [nn.Conv2d(num_inputs, channels, 3, padding=1), nn.ReLU()]
            num_inputs = channels
        layers.append(nn.MaxPool2d(2))
    return layers[:max(CONTENT_LAYERS + STYLE_LAYERS) + 1]


def build_net():
    """X (batch, 3, h, w) -> features of the content layer, and of the style layers."""
    return Features(vgg19_layers(), CONTENT_LAYERS, STYLE_LAYERS)


def gram(Y):
    """(1, channels, h, w) -> (channels, channels)"""
    Y = Y.flatten(2)[0]
    return Y @ Y.T / Y.numel()


def total_loss(net, X, contents_Y, styles_Y_gram, content_weight=1, style_weight=1e3,
               tv_weight=10):
    """What the page minimizes: content, ten times style, and TV, weighted."""
    contents_Y_hat, styles_Y_hat = net(X)
    content = sum(nn.functional.mse_loss(Y_hat, Y)
                  for Y_hat, Y in zip(contents_Y_hat, contents_Y))
    style = sum(nn.functional.mse_loss(gram(Y_hat), Y)
                for Y_hat, Y in zip(styles_Y_hat, styles_Y_gram))
    tv = X.diff(dim=2).abs().mean() / 2 + X.diff(dim=3).abs().mean() / 2
    return content_weight * content + 10 * style_weight * style + tv_weight * tv
