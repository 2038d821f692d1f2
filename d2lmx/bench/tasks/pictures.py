"""Photographs of chapter 13: CIFAR-10, hot dogs, and the pixels of Pascal VOC."""
from mxnet import gluon, image, np
from mxnet.gluon.data.vision import transforms

from ...data.images.cifar10 import read_cifar10
from ...data.images.fashion_mnist import get_dataloader_workers
from ...data.images.loading import PictureFiles, PictureIterator
from ...data.images.voc import (VOCBatches, VOCSegDataset, read_voc_images,
                                voc_colormap2label)
from ...files import hub
from ...pages import sections
from .images import Classification, affordable, some

FEW = 'one batch or a few, the same pictures in all ways, stand for an epoch'


class Pictures(Classification):
    """What is common to the sections that call `train_ch13`: a batch of examples.

    size: height and width of what the network sees.
    """

    def __init__(self, network, options, *size):
        network, _ = affordable(network, np.zeros((1, 3, *size)))
        super().__init__(network, options)
        self.module = sections.load(network.section)
        self.most = network.batch_size

    def count(self) -> int:
        """Examples of what stands for an epoch."""
        return sum(len(y) for _, y in self.train_iter())

    def loader(self, dataset, **options):
        """Gluon's loader of shuffled batches."""
        return gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True,
                                     **options)


class Cifar10(Pictures):
    """The task of 13.1."""

    optimizer = 'adam'
    legend = ("the page's way: DataLoader with workers and transforms a picture, "
              f'imperative, float() each batch, default waiting of threads; {FEW}')

    def __init__(self, network, options):
        super().__init__(network, options, 32, 32)
        self.pictures, self.labels = (some(array, self.most)
                                      for array in read_cifar10(is_train=True))

    def train_iter(self):
        return PictureIterator(self.pictures, self.labels, self.network.batch_size,
                               self.module.train_augs, shuffle=True)

    def page_iter(self):
        augs = transforms.Compose([transforms.RandomFlipLeftRight(),
                                   transforms.ToTensor()])
        pictures = np.array(self.pictures, dtype='uint8')
        dataset = gluon.data.ArrayDataset(pictures, self.labels).transform_first(augs)
        return self.loader(dataset, num_workers=get_dataloader_workers())


class HotDogs(Pictures):
    """The task of 13.2: its network from scratch, which costs what fine-tuning does."""

    wd = 0.001
    legend = ("the page's way: DataLoader without workers, which decodes in each "
              'epoch (ours in the first, which does not count) and transforms a '
              'picture at a time, hybridized, float() each batch, default waiting of '
              f'threads; {FEW}')

    def __init__(self, network, options):
        self.size = options['size']
        super().__init__(network, options, self.size, self.size)
        found, _ = self.module.read_pictures()
        self.pictures = PictureFiles(some(found.pictures.files, self.most))
        self.labels = some(found.labels, self.most)
        self.augs = self.module.train_augs(self.size)

    def start(self, network):
        net, loss, trainer = super().start(network)
        net.hybridize()  # as the page's is; ours in its own way then
        return net, loss, trainer

    def train_iter(self):
        return PictureIterator(self.pictures, self.labels, self.network.batch_size,
                               self.augs, shuffle=True)

    def page_iter(self):
        augs = transforms.Compose([
            transforms.RandomResizedCrop(self.size), transforms.RandomFlipLeftRight(),
            transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406],
                                                        [0.229, 0.224, 0.225])])
        return self.loader(Files(self.pictures.files, self.labels)
                           .transform_first(augs))


class Files(gluon.data.Dataset):
    """Pictures of files with their labels, decoded at each look as the page does."""

    def __init__(self, files, labels):
        self.files, self.labels = files, labels

    def __getitem__(self, i):
        return image.imread(str(self.files[i])), self.labels[i]

    def __len__(self):
        return len(self.files)


class Segmentation(Pictures):
    """The task of 13.11."""

    legend = ("the page's way: DataLoader with workers, whose crops and classes of "
              'colours are MXNet operations, a picture at a time; imperative, float() '
              f'each batch, default waiting of threads; {FEW}')

    def __init__(self, network, options):
        size = options['height'], options['width']
        super().__init__(network, options, *size)
        self.wd = options['wd']
        self.folder = hub.download_extract('voc2012', 'VOCdevkit/VOC2012')
        self.dataset = VOCSegDataset(True, size, self.folder)
        self.dataset.features, self.dataset.labels = (
            some(arrays, self.most)
            for arrays in (self.dataset.features, self.dataset.labels))

    def train_iter(self):
        return VOCBatches(self.dataset, self.network.batch_size, shuffle=True)

    def page_iter(self):
        return self.loader(Crops(self.dataset, *read_voc_images(self.folder)),
                           last_batch='discard', num_workers=get_dataloader_workers())


class Crops(gluon.data.Dataset):
    """As a `VOCSegDataset` of the same pictures, which are kept as the page has them:
    normalized ones as floats, masks as colours."""

    def __init__(self, dataset, features, labels):
        self.height, self.width = dataset.crop_size
        pairs = some(dataset.filter(zip(features, labels)), len(dataset))
        self.features = [dataset.normalize_image(feature) for feature, _ in pairs]
        self.labels = [label for _, label in pairs]
        self.classes = voc_colormap2label().astype('float32')

    def __getitem__(self, i):
        feature, place = image.random_crop(self.features[i], (self.width, self.height))
        colors = image.fixed_crop(self.labels[i], *place).astype('int32')
        codes = (colors[:, :, 0] * 256 + colors[:, :, 1]) * 256 + colors[:, :, 2]
        return feature.transpose(2, 0, 1), self.classes[codes]

    def __len__(self):
        return len(self.features)
