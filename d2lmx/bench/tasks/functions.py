"""Functions from scratch: a page's own parameters, network, loss and update."""
import random
import sys

from mxnet import autograd, gluon, np

from ...data.arrays import load_array, synthetic_data
from ...layers.functional import linreg, squared_loss
from ...optim import sgd
from ...pages import sections
from ...train.engine import fit
from ...train.step import Step
from ...train.steps import classification_step, regression_step
from .images import Images, page_epoch


class ImageFunctions(Images):
    """The task of 3.6, 4.2, and of 4.6 from scratch."""

    ways, counts_work = ('imperative',), False

    def __init__(self, network, options):
        self.options = options
        super().__init__(network, options)

    @staticmethod
    def affordable(network):
        """All of the data: the networks are small."""
        return network, sys.maxsize

    def functions(self):
        """Parameters, network and loss as the section makes them."""
        module, sizes = sections.load(self.network.section), self.options
        loss = gluon.loss.SoftmaxCrossEntropyLoss()
        if 'dropout1' in sizes:
            params = module.init_params(sizes['num_hiddens1'], sizes['num_hiddens2'])
            return params, module.make_net(params, sizes['dropout1'],
                                           sizes['dropout2']), loss
        if 'num_hiddens' in sizes:
            params = module.init_params(sizes['num_hiddens'])
            return params, module.make_net(*params), loss
        params = module.init_params(num_inputs=784, num_outputs=10)
        return params, module.make_net(*params), module.cross_entropy

    def updater(self, params):
        """The page's, of a batch's size."""
        return lambda batch_size: sgd(params, self.network.lr, batch_size)

    def ours(self, options):
        params, net, loss = self.functions()
        step = Step(classification_step(net, loss, self.updater(params)), params)
        train_iter = self.train_iter()
        return lambda: fit(step, train_iter, 1)

    def page(self):
        (params, net, loss), loader = self.functions(), self.page_iter()
        return page_epoch(net, loss, self.updater(params), loader)


class Regression:
    """The task of 3.2, and of 4.5 from scratch, whose loss has a penalty."""

    unit, ways = 'examples', ('imperative',)
    legend = ("the page's way: batches gathered by lists of indices, the loss of all "
              'examples after the epoch, default waiting of threads')

    def __init__(self, network, options):
        self.network, self.lambd = network, options.get('lambd', 0)
        num_inputs = options.get('num_inputs', 2)
        self.arrays = synthetic_data(np.ones((num_inputs, 1)) * 0.01, 0.05,
                                     options.get('num_examples') or options['n_train'])
        self.num_inputs, self.batch_size = num_inputs, network.batch_size

    def count(self) -> int:
        """Examples of an epoch."""
        return len(self.arrays[0])

    def functions(self):
        """Parameters, network and loss with its penalty."""
        w, b = np.random.normal(0, 0.01, (self.num_inputs, 1)), np.zeros(1)
        w.attach_grad()
        b.attach_grad()

        def loss(y_hat, y):
            l = squared_loss(y_hat, y)
            return l + self.lambd * (w ** 2).sum() / 2 if self.lambd else l

        return [w, b], lambda X: linreg(X, w, b), loss

    def ours(self, options):
        params, net, loss = self.functions()
        step = Step(regression_step(net, loss, lambda batch_size: sgd(
            params, self.network.lr, batch_size)), params)
        train_iter = load_array(self.arrays, self.batch_size)
        return lambda: fit(step, train_iter, 1)

    def page(self):
        params, net, loss = self.functions()
        features, labels = self.arrays

        def epoch():
            for indices in shuffled(len(features), self.batch_size):
                rows = np.array(indices, dtype='int64')
                with autograd.record():
                    l = loss(net(features[rows]), labels[rows])
                l.backward()
                sgd(params, self.network.lr, len(indices))
            return float(loss(net(features), labels).mean())

        return epoch

    def torch(self, build_port, num_threads):
        import torch
        torch.set_num_threads(num_threads)
        net, loss = build_port(), torch.nn.MSELoss()
        linear = net[-1]
        optimizer = torch.optim.SGD([
            {'params': [linear.weight], 'weight_decay': self.lambd},
            {'params': [linear.bias]}], lr=self.network.lr)
        features, labels = (torch.from_numpy(array.asnumpy()) for array in self.arrays)
        batches = torch.utils.data.DataLoader(
            torch.utils.data.TensorDataset(features, labels), self.batch_size,
            shuffle=True)

        def epoch():
            for X, y in batches:
                l = loss(net(X), y) / 2  # as ours, without the 2 of its gradient
                optimizer.zero_grad()
                l.backward()
                optimizer.step()
            return float(loss(net(features), labels)) / 2

        return epoch

    def torch_by_hand(self, params, net, loss, num_threads):
        """As PyTorch's page."""
        import torch

        from ...parity.twins.scratch import sgd
        torch.set_num_threads(num_threads)
        features, labels = (torch.from_numpy(array.asnumpy()) for array in self.arrays)

        def penalized(y_hat, y):
            l = loss(y_hat, y)
            return l + self.lambd * (params[0] ** 2).sum() / 2 if self.lambd else l

        def epoch():
            for indices in shuffled(len(features), self.batch_size):
                rows = torch.tensor(indices)
                penalized(net(features[rows]), labels[rows]).sum().backward()
                sgd(params, self.network.lr, len(indices))
            with torch.no_grad():
                return float(penalized(net(features), labels).mean())

        return epoch


def shuffled(count: int, batch_size: int):
    """Lists of indices, a batch each, in random order."""
    indices = list(range(count))
    random.shuffle(indices)
    return (indices[i:i + batch_size] for i in range(0, count, batch_size))
