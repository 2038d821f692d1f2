"""From fully connected layers to convolutions (从全连接层到卷积)

Source: chapter_convolutional-neural-networks/why-conv
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()

SIZE = 16  # of the pictures, in pixels
WALDO = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])


def parameter_counts(num_pixels, num_hiddens, delta):
    """How many weights each step of the page's argument leaves.

    The image is square, and from the second line on the hidden layer has its shape.
    """
    side = int(num_pixels ** 0.5)
    return {'dense, to the hidden units': num_pixels * num_hiddens,
            'dense, to a hidden image': num_pixels ** 2,
            'with translation invariance': (2 * side - 1) ** 2,
            'with locality too': (2 * delta + 1) ** 2}


def dense(X, W):
    """H[i, j], the sum of W[i, j, k, l] X[k, l]. X (h, w), W (h, w, h, w) -> (h, w)."""
    return np.tensordot(W, X, axes=((2, 3), (0, 1)))


def conv(X, V):
    """H[i, j], the sum of V[a, b] X[i + a, j + b] for a, b from -delta to delta.

    X (h, w), 0 beyond its borders, V (2 delta + 1, 2 delta + 1) -> (h, w).
    """
    delta = V.shape[0] // 2
    return d2l.corr2d(np.pad(X, ((delta, delta), (delta, delta))), V)


def picture(row, column):
    """A dark picture (SIZE, SIZE) with Waldo's upper left corner at (row, column)."""
    X = np.zeros((SIZE, SIZE))
    X[row:row + 3, column:column + 3] = WALDO
    return X


def waldo():
    """Waldo moves by two rows and three columns: what becomes of H.

    Draws the pictures beside what a convolution and a random dense layer make of them.
    """
    V = WALDO - WALDO.mean()  # answers to Waldo's shape, not to brightness
    W = np.random.normal(0, 0.1, (SIZE,) * 4)
    before, after = picture(2, 2), picture(4, 5)
    layers = {'convolution': lambda X: conv(X, V), 'dense layer': lambda X: dense(X, W)}
    shown, images, titles = {}, [before, after], ['X', 'X, Waldo moved']
    for name, layer in layers.items():
        H, H_after = layer(before), layer(after)
        change = np.abs(np.roll(H, (2, 3), axis=(0, 1)) - H_after).max()
        shown[f'{name}: H moved, less H of X moved'] = float(change)
        images += [H, H_after]
        titles += [f'H, {name}', 'H, Waldo moved']
    d2l.show_images(images, 3, 2, titles=titles, scale=1.8)
    found = divmod(int(conv(after, V).argmax()), SIZE)
    return {**shown, "strongest response, at Waldo's centre": found}


def locality(delta):
    """How many elements of H a change of one pixel in the middle of X reaches."""
    X = np.zeros((SIZE, SIZE))
    X[SIZE // 2, SIZE // 2] = 1
    V = np.ones((2 * delta + 1, 2 * delta + 1))
    W = np.ones((SIZE,) * 4)
    return {'convolution': int((conv(X, V) != 0).sum()),
            'dense layer': int((dense(X, W) != 0).sum())}


def convolve(f, g):
    """(f * g)[i, j], the sum of f[a, b] g[i - a, j - b] over all a and b.

    f (h, w), g (k, l), both 0 beyond their borders -> (h + k - 1, w + l - 1).
    """
    k, l = g.shape
    return d2l.corr2d(np.pad(f, ((k - 1, k - 1), (l - 1, l - 1))), g[::-1, ::-1])


def convolution():
    """The mathematicians' convolution flips one argument, and does not mind which."""
    f = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    g = np.array([[0.0, 1.0], [2.0, 3.0]])
    return {'f * g': convolve(f, g).tolist(), 'g * f': convolve(g, f).tolist()}


def conv_channels(X, V):
    """H[i, j, d], the sum of V[a, b, c, d] X[i + a, j + b, c] over a, b and c.

    X (h, w, c), 0 beyond its borders, V (2 delta + 1, 2 delta + 1, c, d) -> (h, w, d).
    """
    h, w, _ = X.shape
    delta = V.shape[0] // 2
    X = np.pad(X, ((delta, delta), (delta, delta), (0, 0)))
    return sum(np.dot(X[a:a + h, b:b + w], V[a, b])  # (h, w, c) by (c, d)
               for a in range(V.shape[0]) for b in range(V.shape[1]))


def channels(delta, num_channels):
    """The sum over channels is what Gluon's convolutional layer computes."""
    layer = nn.Conv2D(num_channels, kernel_size=2 * delta + 1, padding=delta,
                      in_channels=3, use_bias=False)
    layer.initialize()
    X = np.random.uniform(size=(SIZE, SIZE, 3))
    H = conv_channels(X, layer.weight.data().transpose(2, 3, 1, 0))
    Y = layer(X.transpose(2, 0, 1)[None])[0].transpose(1, 2, 0)
    return {'shape of V': [*layer.weight.shape[2:], 3, num_channels],
            'parameters': layer.weight.data().size, 'shape of H': list(H.shape),
            'largest difference from Conv2D': float(np.abs(H - Y).max())}


def run(*, num_pixels: int = 1_000_000, num_hiddens: int = 1000, delta: int = 1,
        num_channels: int = 4) -> dict:
    return {'parameters': parameter_counts(num_pixels, num_hiddens, delta),
            'translation invariance': waldo(),
            'elements of H that see a pixel': locality(delta),
            'convolution': convolution(),
            'channels': channels(delta, num_channels)}


if __name__ == '__main__':
    d2l.main(run)
