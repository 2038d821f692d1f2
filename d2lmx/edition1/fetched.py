"""What the pages fetch by MXNet's own functions comes through the data hub, too."""
import functools
import shutil
from pathlib import Path

from mxnet.contrib.text import embedding
from mxnet.gluon import utils
from mxnet.gluon.model_zoo import model_store

from ..files import hub
from ..files.whole import whole_file
from ..hooks import is_first_edition
from ..models.pretrained import pretrained_file
from .places import from_hub, warn_of_toys

__all__ = []


def serve() -> None:
    """Have these take the places of MXNet's functions, where the edition is served."""
    if is_first_edition():
        utils.download = download
        embedding.GloVe._get_pretrained_file = classmethod(glove_file)
        model_store.get_model_file = weights_file


fetch = utils.download


@functools.wraps(fetch)
def download(url, path=None, overwrite=False, sha1_hash=None, **options):
    """Gluon's, of files of the book by the hub: the reader's, downloaded, or toys.

    They are known by the SHA-1 that a page asks for.
    """
    name = next((name for name, (_, sha1) in hub.DATA_HUB.items()
                 if sha1 and sha1 == sha1_hash), None)
    if name is None:
        return fetch(url, path, overwrite, sha1_hash, **options)
    file = Path('.' if path is None else path).expanduser()
    if file.is_dir():
        file /= url.rsplit('/', 1)[-1]
    if overwrite or not file.is_file() or hub.sha1_of(file) != sha1_hash:
        with whole_file(file) as part:
            # edition 1: addresses that may serve no more
            shutil.copyfile(from_hub(name), part)
    return str(file)


def glove_file(cls, embedding_root, pretrained_file_name):
    """The text file of GloVe's vectors of that name: the reader's, or the hub's."""
    mine = Path(embedding_root).expanduser() / 'glove' / pretrained_file_name
    name = pretrained_file_name[:-len('.txt')].lower()
    if mine.is_file():
        # edition 1: one of other bytes than its list says is fetched anew
        return str(mine)
    if name not in hub.DATA_HUB:
        return gloves_own(embedding_root, pretrained_file_name)
    return str(Path(hub.unpack(Path(from_hub(name))), 'vec.txt'))


gloves_own = embedding.GloVe._get_pretrained_file


def weights_file(name, root=None):
    """The weights of one of Gluon's networks, as of `pretrained_file`."""
    path = pretrained_file(name, root)
    warn_of_toys(name)
    return path
