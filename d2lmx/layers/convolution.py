"""Convolutions in other forms than MXNet's: as one product, and by frequencies."""
import numpy as onp
from mxnet import np
from mxnet.gluon import nn

__all__ = ['SmallConv2D', 'FourierConv2D']


class SmallConv2D(nn.Conv2D):
    """The valid cross-correlation of ``nn.Conv2D``, of pictures of one small size.

    As one product with the kernels laid out at each place: of a few dozen pixels of one
    channel it takes a tenth of the time, though most of what it multiplies is 0.

    Parameters
    ----------
    channels, kernel_size
        As of ``nn.Conv2D``; kernel_size is a pair.
    size
        Height and width of the pictures.

    Inputs
        X (batch, 1, height, width)

    Outputs
        (batch, channels, height - kernel height + 1, width - kernel width + 1)

    Ours, for 16.7
    """

    def __init__(self, channels, kernel_size, size, **kwargs):
        super().__init__(channels, kernel_size, in_channels=1, **kwargs)
        (h, w), (height, width) = kernel_size, size
        self.channels, self.places = channels, (height - h + 1, width - w + 1)
        laid = onp.zeros((h * w, *self.places, height, width), 'float32')
        for a in range(h):
            for b in range(w):
                for i in range(self.places[0]):
                    for j in range(self.places[1]):
                        laid[a * w + b, i, j, i + a, j + b] = 1
        self.laid = self.params.get_constant('laid', np.array(laid.reshape(h * w, -1)))

    def hybrid_forward(self, F, X, weight, bias, laid):
        places = self.places[0] * self.places[1]
        kernels = F.np.dot(F.npx.reshape(weight, (-2, -1)), laid)
        Y = F.npx.fully_connected(
            X, F.npx.reshape(kernels, (self.channels * places, -1)),
            F.np.repeat(bias, places), num_hidden=self.channels * places)
        return F.npx.reshape(Y, (-2, self.channels, *self.places))


class FourierConv2D(nn.Conv2D):
    """``nn.Conv2D`` without bias that keeps its pictures' size, by Fourier transforms.

    Where a convolution adds up shifted pictures, its transform multiplies, frequency by
    frequency (convolution theorem). The transforms, forth and back, are products with
    fixed matrices, so that all of it can be differentiated and exported; for one
    transform of a large picture an FFT takes fewer multiplications.

    Parameters
    ----------
    channels, kernel_size, in_channels
        As of ``nn.Conv2D``; kernel_size is a pair of odd numbers, else ValueError.
    size
        Height and width of the pictures.

    Inputs
        X (batch, in_channels, height, width)

    Outputs
        (batch, channels, height, width)

    Ours, for 22.1
    """

    def __init__(self, channels, kernel_size, size, in_channels, **kwargs):
        if not all(side % 2 for side in kernel_size):
            raise ValueError('kernel_size must be a pair of odd numbers, so that the '
                             f'size can be kept, got {kernel_size}')
        super().__init__(channels, kernel_size, in_channels=in_channels, use_bias=False,
                         padding=tuple(side // 2 for side in kernel_size), **kwargs)
        self.size = size
        for name, matrix in fourier_matrices(size, kernel_size).items():
            setattr(self, name, self.params.get_constant(
                name, np.array(matrix, dtype='float32')))

    def hybrid_forward(self, F, X, weight, of_pictures, of_kernels, back):
        def product(X, W, num_hidden):
            return F.npx.fully_connected(X, W, num_hidden=num_hidden, no_bias=True,
                                         flatten=False)

        f2 = self.of_pictures.shape[0]  # two numbers for each of f frequencies
        X = product(F.npx.reshape(X, (-2, -2, -1)), of_pictures, f2)
        X = F.npx.reshape(X, (-2, -2, -6, 2, -1))               # (batch, c_i, 2, f)
        X = F.npx.reshape(F.np.transpose(X, (3, 0, 2, 1)), (-2, -2, -5))
        K = product(F.npx.reshape(weight, (-2, -2, -1)), of_kernels, 2 * f2)
        K = F.npx.reshape(K, (-2, -2, -6, 2, -1))               # (c_o, c_i, 2, 2f)
        K = F.npx.reshape(K, (-2, -2, -2, -6, 2, -1))           # (c_o, c_i, 2, 2, f)
        K = F.npx.reshape(F.np.transpose(K, (4, 2, 1, 3, 0)), (-2, -5, -5))
        Y = F.npx.batch_dot(X, K)                               # (f, batch, 2 c_o)
        Y = F.npx.reshape(Y, (-2, -2, -6, 2, -1))               # (f, batch, 2, c_o)
        Y = F.npx.reshape(F.np.transpose(Y, (1, 3, 2, 0)), (-2, -2, -5))
        height, width = self.size
        Y = product(Y, back, height * width)                    # (batch, c_o, places)
        return F.npx.reshape(Y, (-2, -2, -6, height, width))


def fourier_matrices(size, kernel_size) -> dict:
    """What `FourierConv2D` multiplies with, for the frequencies of padded pictures.

    of_pictures (2f, places): real, then imaginary parts. of_kernels (4f, kh * kw): real
    part, imaginary part times -1, imaginary part, real part, so that two products of
    real numbers are one with the conjugate, as a correlation has it. back (places, 2f).
    """
    full = [side + kernel - 1 for side, kernel in zip(size, kernel_size)]

    def transformed(shape):
        """Of each picture of one 1 and zeros: (2, f, places)."""
        ones = onp.eye(shape[0] * shape[1]).reshape(-1, *shape)
        found = onp.fft.rfft2(ones, s=full).reshape(len(ones), -1).T
        return onp.stack([found.real, found.imag])

    real, imaginary = transformed(kernel_size)
    ones = onp.eye(len(real)).reshape(len(real), full[0], -1)
    waves = onp.concatenate([onp.fft.irfft2(unit * ones, s=full) for unit in (1, 1j)])
    # what belongs to the padding before a picture stands at the end
    waves = onp.roll(waves, [side // 2 for side in kernel_size], axis=(1, 2))
    return {'of_pictures': transformed(size).reshape(2 * len(real), -1),
            'of_kernels': onp.concatenate([real, -imaginary, imaginary, real]),
            'back': waves[:, :size[0], :size[1]].reshape(len(waves), -1).T}
