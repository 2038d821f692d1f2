"""What a reader's own pictures show, by a classifier that was trained and saved."""
from mxnet import npx

from ..data.images.reading import read_picture
from ..runtime.checks import listed
from ..viz.images import show_images

__all__ = ['classify_pictures']


def classify_pictures(model, files, augs) -> list:
    """The likeliest class of each picture, and the probability of each; draws them.

    A dict for each: 'picture', its file; 'class'; and 'probabilities', from the
    likeliest class on. Errors as of `read_picture`.

    Parameters
    ----------
    model
        `SavedModel` for X (batch, 3, h, w) -> scores (batch, classes); its
        ``about['classes']`` names them.
    files
        Of pictures in any format that `read_picture` reads.
    augs
        The transform that pictures went through when the network was tested, as a
        `Compose`: (h, w, 3), RGB in 0 to 255 -> (3, h, w).

    Ours, for 13.2
    """
    results = []
    for file in files:
        picture = read_picture(file)
        p, = npx.softmax(model(augs(picture)[None])).asnumpy()
        order = (-p).argsort(kind='stable')
        classes = listed(model, 'classes', len(p))
        ranked = {classes[i]: float(p[i]) for i in order}
        best = next(iter(ranked))
        show_images([picture], 1, 1, [f'{best}: {ranked[best]:.3f}'], scale=3)
        results.append({'picture': str(file), 'class': best, 'probabilities': ranked})
    return results
