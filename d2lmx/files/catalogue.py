"""The data files that the hub knows: where each comes from, and what its bytes are.

A new data set enters its files here; its loader is a module of ``d2lmx/data``.
"""
import os
from typing import NamedTuple

__all__ = []


class DataFile(NamedTuple):
    """What is known of a file."""

    url: str
    sha1: str          # of the book's file
    size: int = 0      # of the same, in bytes; 0 where it is not known
    folder: str = ''   # the data set's own folder in a root, searched beside the root
    twins: tuple = ()  # SHA-1s of other bytes with the same content: compressed anew
    parts: tuple = ()  # names of smaller files in the same layout, which serve as local
    member: str = ''   # the file that is wanted of a zip archive at the address
    at_home: bool = False  # in its own folder alone: others' files have its name, too

    @property
    def file(self) -> str:
        """Its name."""
        return self.member or self.url.rsplit('/', 1)[-1]

    @property
    def files(self) -> tuple:
        """Names under which it may lie in a root: its own, of parts, of its archive."""
        archive = (self.url.rsplit('/', 1)[-1],) if self.member else ()
        return (self.file, *self.parts, *archive)


DATA_URL = 'http://d2l-data.s3-accelerate.amazonaws.com/'
FASHION_MNIST = ('https://github.com/zalandoresearch/fashion-mnist/raw/master/data/'
                 'fashion/')
PICTURES = 'https://raw.githubusercontent.com/d2l-ai/d2l-en/master/img/'
# MXNet's variable names another host, or a near mirror
GLUON = os.environ.get(
    'MXNET_GLUON_REPO', 'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/'
).rstrip('/') + '/gluon/'
GLUON_WEIGHTS, MNIST = GLUON + 'models/', GLUON + 'dataset/mnist/'
PIKACHU = GLUON + 'dataset/pikachu/'
MIRRORS = {  # prefix of an address -> prefixes that serve the same bytes
    DATA_URL: ('https://d2l-data.s3.amazonaws.com/',),
    GLUON_WEIGHTS: ('https://apache-mxnet.s3.amazonaws.com/gluon/models/',),
    MNIST: ('https://apache-mxnet.s3.amazonaws.com/gluon/dataset/mnist/',),
    PIKACHU: ('https://apache-mxnet.s3.amazonaws.com/gluon/dataset/pikachu/',),
    FASHION_MNIST: ('http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',)}


def fashion_mnist(file: str, sha1: str, size: int, debian: str) -> DataFile:
    """A file of Fashion-MNIST, with the SHA-1 of Debian's copy."""
    return DataFile(FASHION_MNIST + file, sha1, size, 'fashion-mnist', (debian,))


def mnist(file: str, sha1: str) -> DataFile:
    """A file of MNIST, as Gluon's own class downloads it."""
    return DataFile(MNIST + file, sha1, folder='mnist', at_home=True)


def picture(file: str, sha1: str, size: int) -> DataFile:
    """A picture that the book's pages read from its folder img."""
    return DataFile(PICTURES + file, sha1, size, 'img')


def pikachu(file: str, sha1: str) -> DataFile:
    """A file of the first edition's detection set."""
    return DataFile(PIKACHU + file, sha1, folder='pikachu', at_home=True)


def gluon_weights(name: str, sha1: str) -> DataFile:
    """Weights from ImageNet of a network of Gluon's model zoo: SHA-1 of the .params."""
    file = f'{name}-{sha1[:8]}'
    return DataFile(f'{GLUON_WEIGHTS}{file}.zip', sha1, folder='models',
                    member=f'{file}.params')


FILES = {
    # The copy that Gluon's own class downloads is an early release: its pictures stand
    # in another order (its first label is 2, upstream's 9), so it counts as another.
    'fashion_mnist_train_images': fashion_mnist(
        'train-images-idx3-ubyte.gz',
        '95978b76b6897f6ca69a25145d01716efb615989', 26421880,
        'f3b839f14745c4e79b8fd3c612c99de71320e861'),
    'fashion_mnist_train_labels': fashion_mnist(
        'train-labels-idx1-ubyte.gz', '09814cfef5a041118ceace42f8dae995319d331a', 29515,
        'f4909103fbdc4fa0d25c24c0ef242affd5e6311d'),
    'fashion_mnist_test_images': fashion_mnist(
        't10k-images-idx3-ubyte.gz',
        '5edda96c6d8c36ff915115a0e8136d370a021576', 4422102,
        '5273a894aa97b4c0880e0d709e6afbdc770d05e3'),
    'fashion_mnist_test_labels': fashion_mnist(
        't10k-labels-idx1-ubyte.gz', '9caad14e1aff9adac77d3744963212d36af15bee', 5148,
        '9317cfa0b855692f9538dd9e8821f97222088aa9'),
    'mnist_train_images': mnist('train-images-idx3-ubyte.gz',
                                '6c95f4b05d2bf285e1bfb0e7960c31bd3b3f8a7d'),
    'mnist_train_labels': mnist('train-labels-idx1-ubyte.gz',
                                '2a80914081dc54586dbdf242f9805a6b8d2a15fc'),
    'mnist_test_images': mnist('t10k-images-idx3-ubyte.gz',
                               'c3a25af1f52dad7f726cce8cacb138654b760d48'),
    'mnist_test_labels': mnist('t10k-labels-idx1-ubyte.gz',
                               '763e7fa3757d93b0cdec073cef058b2004252c17'),
    'airfoil': DataFile(DATA_URL + 'airfoil_self_noise.dat',
                        '76e5be1548fd8222e5074cf0faae75edff8cf93f', 59984),
    'kaggle_house_train': DataFile(DATA_URL + 'kaggle_house_pred_train.csv',
                                   '585e9cc93e70b39160e7921475f9bcd7d31219ce', 460676),
    'kaggle_house_test': DataFile(DATA_URL + 'kaggle_house_pred_test.csv',
                                  'fa19780a7b011d9b009e8bff8e99922a8ee2eb90', 451405),
    'time_machine': DataFile(DATA_URL + 'timemachine.txt',
                             '090b5e7e70c295757f55df93cb0a180b9691891a', 178979),
    'fra-eng': DataFile(DATA_URL + 'fra-eng.zip',
                        '94646ad1522d915e7b0f9296181140edcf86a4f5', 3420152),
    'cmn-eng': DataFile('https://www.manythings.org/anki/cmn-eng.zip',
                        'c3f16183d1818eb5ef020a59769fbcd549b947c2', 1227961, 'extra'),
    'hotdog': DataFile(DATA_URL + 'hotdog.zip',
                       'fba480ffa8aa7e0febbb511d181409f899b9baa5'),
    'banana-detection': DataFile(DATA_URL + 'banana-detection.zip',
                                 '5de26c8fce5ccdea9f91267273464dc968d20d72'),
    'voc2012': DataFile(DATA_URL + 'VOCtrainval_11-May-2012.tar',
                        '4e443f8a2eca6b1dac8a6c57641b67dd40621a49',
                        parts=('voc2012_subset.zip',)),
    'cifar10': DataFile(
        'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/'
        'cifar10/cifar-10-binary.tar.gz', 'fab780a1e191a7eda0f345501ccd62d20f7ed891'),
    'cifar10_tiny': DataFile(DATA_URL + 'kaggle_cifar10_tiny.zip',
                             '2068874e4b9a9f0fb07ebe0ad2b29754449ccacd'),
    'dog_tiny': DataFile(DATA_URL + 'kaggle_dog_tiny.zip',
                         '0cb91d09b814ecdc07b50f31f8dcad3e81d6a86d'),
    'ptb': DataFile(DATA_URL + 'ptb.zip', '319d85e578af0cdc590547f26231e4e31cdf1e42'),
    'glove.6b.50d': DataFile(DATA_URL + 'glove.6B.50d.zip',
                             '0b8703943ccdb6eb788e6f091b8946e82231bc4d'),
    'glove.6b.100d': DataFile(DATA_URL + 'glove.6B.100d.zip',
                              'cd43bfb07e44e6f27cbcc7bc9ae3d80284fdaf5a'),
    'glove.42b.300d': DataFile(DATA_URL + 'glove.42B.300d.zip',
                               'b5116e234e9eb9076672cfeabf5469f3eec904fa'),
    'wiki.en': DataFile(DATA_URL + 'wiki.en.zip',
                        'c1816da3821ae9f43899be655002f6c723e91b88'),
    'wikitext-2': DataFile('https://s3.amazonaws.com/research.metamind.io/wikitext/'
                           'wikitext-2-v1.zip',
                           '3c914d17d80b1459be871a5039ac23e752a53cbe'),
    'bert.base': DataFile(DATA_URL + 'bert.base.zip',
                          '7b3820b35da691042e5d34c0971ac3edbd80d3f4'),
    'bert.small': DataFile(DATA_URL + 'bert.small.zip',
                           'a4e718a47137ccd1809c9107ab4f5edd317bae2c'),
    'ctr': DataFile(DATA_URL + 'ctr.zip', 'e18327c48c8e8e5c23da714dd614e390d369843f',
                    folder='extra', parts=('ctr-criteo-tiny.zip',)),
    'aclImdb': DataFile('http://ai.stanford.edu/~amaas/data/sentiment/'
                        'aclImdb_v1.tar.gz',
                        '01ada507287d82875905620988597833ad4e0903'),
    'SNLI': DataFile('https://nlp.stanford.edu/projects/snli/snli_1.0.zip',
                     '9fcde07509c7e87ec61c640c1b2753d9041758e4'),
    'ml-100k': DataFile('https://files.grouplens.org/datasets/movielens/ml-100k.zip',
                        'cd4dcac4241c8a4ad7badc7ca635da8a69dddb83',
                        # without two scripts that cut it; u.data has all the ratings
                        # of u1.base and u1.test, in the order that the pages print
                        twins=('4f3286cb40abe18bbedd03d7bf1ca849f5b81d12',)),
    # of the package hironsancorpus on PyPI, by its own words under the MIT licence; at
    # no address that can be given
    'iob_sents': DataFile('iob_sents.txt', 'af93760f45b0262b0446103b44ef92191eb65580'),
    # the first edition's; who has the lyrics, whose rights are reserved, puts them into
    # a root
    'jaychou_lyrics': DataFile('jaychou_lyrics.txt.zip', ''),
    'pikachu_train_rec': pikachu('train.rec',
                                 'e6bcb6ffba1ac04ff8a9b1115e650af56ee969c8'),
    'pikachu_train_idx': pikachu('train.idx',
                                 'dcf7318b2602c06428b9988470c731621716c393'),
    'pikachu_val_rec': pikachu('val.rec', 'd6c33f799b4d058e82f2cb5bd9a976f69d72d520'),
    'pokemon': DataFile(DATA_URL + 'pokemon.zip',
                        'c065c0e2593b8b161a2d7873e42418bf6a21106c'),
    'cat1': picture('cat1.jpg', 'f9c5b905d908b97eeeb64ff34a46fa8b143f88f8', 53081),
    'catdog': picture('catdog.jpg', '60b7d540db03eef6b9834329bccc4417ef349bf6', 32576),
    'banana': picture('banana.jpg', 'cdcc1e668faf05c173389b6a73d33ed8d44cf4b4', 44367),
    'rainier': picture('rainier.jpg', 'b0193ffd8ecea1631ac1092130017b884faafa30',
                       578469),
    'autumn-oak': picture('autumn-oak.jpg', 'bbe11f01403b9726bbc625589550e574fc45980a',
                          2850502),
}
# Weights from ImageNet. Those of three networks are at no address that can be given:
# who has them puts them into a root.
WEIGHTS = {
    'resnet18_v2': gluon_weights('resnet18_v2',
                                 'a81db45fd7b7a2d12ab97cd88ef0a5ac48b8f657'),
    'resnet34_v2': gluon_weights('resnet34_v2',
                                 '9d6b80bbc35169de6b6edecffdd6047c56fdd322'),
    'vgg19': gluon_weights('vgg19', 'ad2f660d101905472b83590b59708b71ea22b2e5'),
    'squeezenet1_1': DataFile(
        'squeezenet1.1-imagenet.npz', '1f4e7aea6b31ad88b269fd21e642199b7e2eb29a',
        4599770, 'weights'),
    'mobilenet_v2_1_0': DataFile(
        'mobilenetv2_1.0-imagenet-features.npz',
        '5a2d6b87acc1fd3d8ddb248b5ddceff03591f2af', 8432757, 'weights'),
    'efficientnet_lite0': DataFile(
        'efficientnet_lite0-imagenet.npz', 'aaf96e6317517bdba16e13794f382eeb9fe6c0cc',
        17387910, 'weights'),
}
