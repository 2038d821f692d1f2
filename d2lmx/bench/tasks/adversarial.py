"""Two networks against each other: points of 17.1 and sprites of 17.2."""
import mxnet as mx
from mxnet import autograd, gluon, init, np
from mxnet.gluon.data.vision import transforms

from ...data.arrays import load_array
from ...data.images.fashion_mnist import get_dataloader_workers
from ...data.images.folders import pictures_below
from ...data.images.loading import PictureFiles, PictureIterator
from ...files import hub
from ...metrics import Accumulator
from ...optim import JoinedAdam
from ...pages import sections
from ...parity.torch_side import find_twin
from ...train.adversarial import gan_step
from ...train.engine import fit
from .images import some
from .pictures import FEW, Files


class Adversaries:
    """What is common to both: two networks, Adam for each, and their loops.

    A subclass has `train_iter`, `page_iter`, `rates` of discriminator and generator,
    `beta1`, `latent_shape`, and the section's `optimizer`.
    """

    unit, beta1, optimizer = 'examples', 0.9, mx.optimizer.Adam

    def __init__(self, network, options):
        self.network, self.module = network, sections.load(network.section)

    def start(self, optimizer):
        """(discriminator, generator, and a trainer of each)."""
        nets = self.module.build_net('discriminator'), self.network.build_net()
        for net in nets:
            net.initialize(init.Normal(0.02))
        return *nets, *(gluon.Trainer(net.collect_params(), optimizer(
            learning_rate=lr, beta1=self.beta1)) for net, lr in zip(nets, self.rates))

    def ours(self, options):
        net_D, net_G, trainer_D, trainer_G = self.start(self.optimizer)
        step = gan_step(net_D, net_G, gluon.loss.SigmoidBCELoss(), trainer_D, trainer_G,
                        self.latent_shape)
        for block in step.trains[:3]:
            block.hybridize(**options)
        train_iter = self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def page(self):
        net_D, net_G, trainer_D, trainer_G = self.start(mx.optimizer.Adam)
        loss, loader = gluon.loss.SigmoidBCELoss(), self.page_iter()

        def update_D(X, Z):
            ones, zeros = np.ones((len(X),)), np.zeros((len(X),))
            with autograd.record():
                real_Y = net_D(X)
                fake_Y = net_D(net_G(Z).detach())
                l = (loss(real_Y, ones) + loss(fake_Y, zeros)) / 2
            l.backward()
            trainer_D.step(len(X))
            return float(l.sum())

        def update_G(Z):
            with autograd.record():
                l = loss(net_D(net_G(Z)), np.ones((len(Z),)))
            l.backward()
            trainer_G.step(len(Z))
            return float(l.sum())

        def epoch():
            metric = Accumulator(3)
            for batch in loader:
                X = batch[0] if isinstance(batch, list) else batch
                Z = np.random.normal(0, 1, size=(len(X), *self.latent_shape))
                metric.add(update_D(X, Z), update_G(Z), len(X))
            return metric[0] / metric[2], metric[1] / metric[2]

        return epoch

    def torch(self, build_port, num_threads):
        """Fake examples are made once a batch, and losses summed without waiting, as
        ours are."""
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits
        torch.set_num_threads(num_threads)
        net_D = find_twin(f'{self.network.section.twin}:discriminator')()
        net_G, train_iter = build_port(), self.train_iter()
        for param in (*net_D.parameters(), *net_G.parameters()):
            torch.nn.init.normal_(param, 0, 0.02)
        optim_D, optim_G = (torch.optim.Adam(net.parameters(), lr=lr,
                                             betas=(self.beta1, 0.999))
                            for net, lr in zip((net_D, net_G), self.rates))

        def loss(Y, label):
            return binary_cross_entropy_with_logits(
                Y.flatten(), torch.full((len(Y),), label))

        def epoch():
            sums, count = [0.0, 0.0], 0
            for batch in train_iter:
                X = batch[0] if isinstance(batch, list) else batch
                X = torch.from_numpy(X.asnumpy())
                fake_X = net_G(torch.randn(len(X), *self.latent_shape))
                optim_D.zero_grad()
                l_D = (loss(net_D(X), 1.) + loss(net_D(fake_X.detach()), 0.)) / 2
                l_D.backward()
                optim_D.step()
                optim_G.zero_grad()
                l_G = loss(net_D(fake_X), 1.)
                l_G.backward()
                optim_G.step()
                sums = [total + l.detach() * len(X)
                        for total, l in zip(sums, (l_D, l_G))]
                count += len(X)
            return [float(total) / count for total in sums]

        return epoch


class Points(Adversaries):
    """The task of 17.1."""

    optimizer = JoinedAdam
    legend = ("the page's way: DataLoader, imperative, fake examples made twice a "
              'batch, float() of both losses each batch, default waiting of threads')

    def __init__(self, network, options):
        super().__init__(network, options)
        self.rates = options['lr_D'], options['lr_G']
        self.latent_shape = (options['latent_dim'],)
        self.data, _, _ = self.module.real_data()

    def count(self) -> int:
        """Points of an epoch."""
        return len(self.data)

    def train_iter(self):
        """This library's loader."""
        return load_array((self.data,), self.network.batch_size)

    def page_iter(self):
        return gluon.data.DataLoader(gluon.data.ArrayDataset(self.data),
                                     self.network.batch_size, shuffle=True)


class Sprites(Adversaries):
    """The task of 17.2."""

    beta1, num_batches = 0.5, 1
    legend = ("the page's way: DataLoader with workers, which decodes each picture in "
              'each epoch (ours in the first, which does not count); imperative, fake '
              'examples made twice a batch, float() of both losses each batch, default '
              f'waiting of threads; {FEW}')

    def __init__(self, network, options):
        super().__init__(network, options)
        self.rates = (options['lr'],) * 2
        self.latent_shape = options['latent_dim'], 1, 1
        found = pictures_below(hub.download_extract('pokemon')).files
        self.pictures = PictureFiles(some(found, self.num_batches * network.batch_size))

    def count(self) -> int:
        """Pictures of what stands for an epoch."""
        return len(self.pictures)

    def train_iter(self):
        """This library's loader."""
        return PictureIterator(self.pictures, [0] * len(self.pictures),
                               self.network.batch_size, self.module.transformer,
                               shuffle=True)

    def page_iter(self):
        transformer = transforms.Compose([
            transforms.Resize(64), transforms.ToTensor(), transforms.Normalize(.5, .5)])
        dataset = Files(self.pictures.files, [0] * len(self.pictures))
        return gluon.data.DataLoader(dataset.transform_first(transformer),
                                     self.network.batch_size, shuffle=True,
                                     num_workers=get_dataloader_workers())
