"""GAN of section 17.1 on two dimensions, as a PyTorch reader would write it."""
from torch import nn


def build_net(variant='generator'):
    """Z (batch, 2) -> X (batch, 2), or of the discriminator X -> scores (batch, 1)."""
    if variant == 'generator':
        return nn.Sequential(nn.Linear(2, 2))
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3), nn.Tanh(),
                         nn.Linear(3, 1))
