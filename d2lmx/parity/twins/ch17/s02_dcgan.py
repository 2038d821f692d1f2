"""DCGAN of section 17.2, as a PyTorch reader would write it."""
from torch import nn


class G_block(nn.Module):
    def __init__(self, out_channels, in_channels, kernel_size=4, strides=2, padding=1):
        super().__init__()
        self.conv2d_trans = nn.ConvTranspose2d(in_channels, out_channels, kernel_size,
                                               strides, padding, bias=False)
        self.batch_norm = nn.BatchNorm2d(out_channels)
        self.activation = nn.ReLU()

    def forward(self, X):
        return self.activation(self.batch_norm(self.conv2d_trans(X)))


class D_block(nn.Module):
    def __init__(self, out_channels, in_channels, kernel_size=4, strides=2, padding=1,
                 alpha=0.2):
        super().__init__()
        self.conv2d = nn.Conv2d(in_channels, out_channels, kernel_size, strides,
                                padding, bias=False)
        self.batch_norm = nn.BatchNorm2d(out_channels)
        self.activation = nn.LeakyReLU(alpha)

    def forward(self, X):
        return self.activation(self.batch_norm(self.conv2d(X)))


def build_net(variant='generator', channels=64, latent_dim=100):
    """Z (batch, latent_dim, 1, 1) -> X (batch, 3, 64, 64) in [-1, 1], or of the
    discriminator X -> scores (batch, 1, 1, 1)."""
    n = channels
    if variant == 'generator':
        return nn.Sequential(
            G_block(n * 8, latent_dim, strides=1, padding=0), G_block(n * 4, n * 8),
            G_block(n * 2, n * 4), G_block(n, n * 2),
            nn.ConvTranspose2d(n, 3, kernel_size=4, stride=2, padding=1, bias=False),
            nn.Tanh())
    return nn.Sequential(
        D_block(n, 3), D_block(n * 2, n), D_block(n * 4, n * 2), D_block(n * 8, n * 4),
        nn.Conv2d(n * 8, 1, kernel_size=4, bias=False))
