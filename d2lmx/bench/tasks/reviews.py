"""Film reviews, positive or negative, by networks that keep one embedding as it is."""
from mxnet import gluon, np

from ...data.text.buckets import TextIterator
from ...data.text.imdb import load_data_imdb
from .images import Classification, some
from .pictures import FEW


def kept(net):
    """The embedding that is not trained, of a network of either library."""
    return getattr(net, 'constant_embedding', net.embedding)


class Reviews(Classification):
    """The task of 15.2 and 15.3, with random word vectors, which take the same time."""

    optimizer, num_batches = 'adam', 1
    legend = ("the page's way: a DataLoader of reviews as long as the longest, the "
              "section's own network, imperative, float() each batch, default waiting "
              f'of threads; {FEW.replace("pictures", "reviews")}')

    def __init__(self, network, options):
        super().__init__(network, options)
        train_iter, _, vocab = load_data_imdb(network.batch_size, options['num_steps'])
        self.pad = vocab['<pad>']
        most = self.num_batches * network.batch_size
        self.tokens, self.labels = (some(array, most) for array in train_iter.arrays)

    def count(self) -> int:
        """Reviews of what stands for an epoch."""
        return len(self.labels)

    def start(self, network):
        net, loss, trainer = super().start(network)
        kept(net).collect_params().setattr('grad_req', 'null')
        return net, loss, trainer

    def train_iter(self):
        return TextIterator(self.tokens, self.labels, self.network.batch_size, self.pad,
                            shuffle=True)

    def page_iter(self):
        dataset = gluon.data.ArrayDataset(np.array(self.tokens), np.array(self.labels))
        return gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True)

    def torch(self, build_port, num_threads):
        def build():
            net = build_port()
            kept(net).requires_grad_(False)
            return net

        return super().torch(build, num_threads)
