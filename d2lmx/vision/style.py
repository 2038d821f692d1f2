"""Content and style of pictures, by the features that a network has of them."""
from mxnet import np, npx

__all__ = ['content_loss', 'gram', 'style_loss']


def content_loss(Y_hat, Y):
    """How far features Y_hat are from those of a picture, Y: the mean square.

    Book: 13.12 (sec_neural_style)
    """
    return np.square(Y_hat - Y).mean()


def gram(X):
    """X (1, channels, h, w) -> (channels, channels), divided by the numbers of X.

    Book: 13.12 (sec_neural_style)
    """
    num_channels, n = X.shape[1], X.size // X.shape[1]
    X = X.reshape((num_channels, n))
    # book: np.dot(X, X.T), which is the same, and takes five times as long
    product = npx.fully_connected(X, X, num_hidden=num_channels, no_bias=True)
    return product / (num_channels * n)


def style_loss(Y_hat, gram_Y):
    """How far the `gram` of features Y_hat is from gram_Y: the mean square.

    Book: 13.12 (sec_neural_style)
    """
    return np.square(gram(Y_hat) - gram_Y).mean()
