"""Classes of Fashion-MNIST, by SGD."""
from mxnet import autograd, gluon, init, np
from mxnet.gluon.data.vision import transforms

from ...data.images.fashion_mnist import (get_dataloader_workers,
                                          load_data_fashion_mnist,
                                          read_fashion_mnist)
from ...metrics import Accumulator, accuracy
from ...train.engine import fit
from ...train.step import STATIC
from ...train.steps import classification_step


class Images:
    """The task of sections whose data is Fashion-MNIST."""

    unit = 'examples'
    legend = ("the page's way: DataLoader with workers and a transform an image, "
              'imperative, float() each batch, default waiting of threads')

    def __init__(self, network, options):
        self.network, self.resize = network, options.get('resize')
        self.images, self.labels = read_fashion_mnist(is_train=True)

    def count(self) -> int:
        """Examples of an epoch."""
        return len(self.labels)

    def train_iter(self):
        """This library's loader."""
        return load_data_fashion_mnist(self.network.batch_size, self.resize)[0]

    def start(self, network):
        """A network with Xavier weights, its loss, and SGD as the sections take it."""
        net = network.build_net()
        net.initialize(init.Xavier())
        trainer = gluon.Trainer(net.collect_params(), 'sgd',
                                {'learning_rate': network.lr})
        return net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer

    def ours(self, options):
        net, loss, trainer = self.start(self.network)
        net.hybridize(**options)
        loss.hybridize(**STATIC)  # as train_ch6 does, however net runs
        step, train_iter = classification_step(net, loss, trainer), self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def page(self):
        images = np.array(self.images[..., None], dtype='uint8')  # (n, 28, 28, 1)
        steps = [transforms.Resize(self.resize)] if self.resize else []
        transform = transforms.Compose([*steps, transforms.ToTensor()])
        loader = gluon.data.DataLoader(
            gluon.data.ArrayDataset(images, self.labels).transform_first(transform),
            self.network.batch_size, shuffle=True, num_workers=get_dataloader_workers())
        net, loss, trainer = self.start(self.network.as_printed())

        def epoch():
            metric = Accumulator(3)
            for X, y in loader:
                with autograd.record():
                    y_hat = net(X)
                    l = loss(y_hat, y)
                l.backward()
                trainer.step(X.shape[0])
                metric.add(float(l.sum()), accuracy(y_hat, y), y.size)

        return epoch

    def torch(self, build_port, num_threads):
        """Loss and accuracy are summed without waiting for each batch, as ours are."""
        import torch
        torch.set_num_threads(num_threads)
        net, rows = build_port(), self.train_iter().rows
        for layer in net.modules():
            if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
                torch.nn.init.xavier_uniform_(layer.weight)
                torch.nn.init.zeros_(layer.bias)
        loss = torch.nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            l_sum, correct, count = 0.0, 0, 0
            for X, y in rows():
                X, y = torch.from_numpy(X), torch.from_numpy(y).long()
                optimizer.zero_grad()
                y_hat = net(X)
                l = loss(y_hat, y)
                l.backward()
                optimizer.step()
                l_sum += l.detach() * len(y)
                correct += (y_hat.argmax(axis=1) == y).sum()
                count += len(y)
            return float(l_sum) / count, float(correct) / count

        return epoch
