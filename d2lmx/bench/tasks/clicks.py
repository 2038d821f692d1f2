"""Advertisements and their clicks, by Adam."""
from pathlib import Path

from mxnet import gluon, init, np, npx

from ...data.images.fashion_mnist import get_dataloader_workers
from ...data.tables.clicks import count_fields, load_data_ctr, read_clicks
from ...files import hub
from ...train.clicks import click_step
from ...train.engine import fit
from .images import page_epoch


class Clicks:
    """The task of 16.9 and 16.10."""

    unit = 'examples'
    legend = ("the page's way: DataLoader with workers, which look up the number of "
              "each value of each example, a sigmoid before the loss's, imperative, "
              'float() each batch, default waiting of threads')

    def __init__(self, network, options):
        self.network = network
        self.train_iter, _, self.train_data = load_data_ctr(network.batch_size)

    def count(self) -> int:
        """Examples of an epoch."""
        return len(self.train_iter.arrays[0])

    def start(self):
        """A network of fresh weights, and Adam."""
        net = self.network.build_net(self.train_data.field_dims)
        net.initialize(init.Xavier())
        return net, gluon.Trainer(net.collect_params(), 'adam',
                                  {'learning_rate': self.network.lr})

    def ours(self, options):
        net, trainer = self.start()
        net.hybridize(**options)
        step = click_step(net, trainer)
        return lambda: fit(step, self.train_iter, 1)['train loss']

    def page(self):
        net, trainer = self.start()
        loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()
        loader = gluon.data.DataLoader(
            Lines(self.train_data), self.network.batch_size, shuffle=True,
            last_batch='rollover', num_workers=get_dataloader_workers())
        return page_epoch(lambda X: npx.sigmoid(net(X)), loss, trainer.step, loader)

    def torch(self, build_port, num_threads):
        """The loss is summed without waiting for each batch, as ours is."""
        import torch
        torch.set_num_threads(num_threads)
        net = build_port(self.train_data.field_dims)
        for layer in net.modules():
            if isinstance(layer, (torch.nn.Linear, torch.nn.Embedding)):
                torch.nn.init.xavier_uniform_(layer.weight)
            if isinstance(layer, torch.nn.Linear):
                torch.nn.init.zeros_(layer.bias)
        loss = torch.nn.functional.binary_cross_entropy_with_logits
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            l_sum, right, count = 0.0, 0, 0
            for rows in self.train_iter.rows():
                X, y = map(torch.from_numpy, rows)
                optimizer.zero_grad()
                logits = net(X)
                l = loss(logits, y)
                l.backward()
                optimizer.step()
                l_sum += l.detach() * len(y)
                right += ((logits > 0) == (y > 0.5)).sum()
                count += len(y)
            return float(l_sum) / count

        return epoch


class Lines(gluon.data.Dataset):
    """Examples as the page's `CTRDataset` has them: words until they are asked for."""

    def __init__(self, data):
        path = Path(hub.download_extract('ctr'), 'train.csv')
        labels, columns = read_clicks(path, count_fields(path))
        self.rows, self.labels, self.data = list(zip(*columns)), labels, data
        self.offsets = np.array(data.offsets)

    def __getitem__(self, i):
        data = self.data
        features = np.array([data.feat_mapper[j].get(value, data.defaults[j])
                             for j, value in enumerate(self.rows[i], start=1)])
        return features + self.offsets, [self.labels[i, 0]]

    def __len__(self):
        return len(self.rows)
