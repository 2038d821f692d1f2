"""Characters of the Time Machine, by SGD with clipped gradients."""
from mxnet import autograd, gluon, npx

from ...book.ch08 import sgd_updater
from ...data.text.sequences import seq_data_iter_sequential
from ...data.text.time_machine import load_data_time_machine
from ...metrics import Accumulator
from ...models.recurrent import RNNModelScratch
from ...optim import as_updater, sgd
from ...train.engine import fit
from ...train.steps import language_model_step
from .waiting import clip_and_wait


class LanguageModel:
    """The task of sections whose data is the Time Machine."""

    unit = 'tokens'
    legend = ("the page's way: the section's own function, imperative, batches cut "
              "from lists, the gradients' norm and the loss read at each, default "
              'waiting of threads')

    def __init__(self, network, options):
        self.network, self.batch_size = network, network.batch_size
        self.num_steps = options['num_steps']
        self.train_iter, _ = load_data_time_machine(self.batch_size, self.num_steps)

    def count(self) -> int:
        """Tokens of an epoch."""
        return sum(Y.size for _, Y in self.train_iter)

    def start(self, network):
        """A network, its loss and its updater."""
        net = network.build_net()
        updater = sgd_updater(net, network.lr, npx.cpu())
        return net, gluon.loss.SoftmaxCrossEntropyLoss(), updater

    def ours(self, options):
        net, loss, updater = self.start(self.network)
        net.hybridize(**options)
        loss.hybridize()
        step = language_model_step(net, loss, updater)
        return lambda: fit(step, self.train_iter, 1)

    def page(self):
        network = self.network.as_printed()
        net, loss, updater = self.start(network)
        if isinstance(net, RNNModelScratch):  # book: by its own formula
            def updater(batch_size):
                sgd(net.params, network.lr, batch_size)
        corpus, update = self.train_iter.corpus.tolist(), as_updater(updater)

        def epoch():
            state, metric = None, Accumulator(2)
            for X, Y in seq_data_iter_sequential(corpus, self.batch_size,
                                                 self.num_steps):
                if state is None:
                    state = net.begin_state(batch_size=X.shape[0], ctx=X.ctx)
                # book: drops what detach() gives, which layers of several steps refuse
                state = [S.detach() for S in state]
                y = Y.T.reshape(-1)
                with autograd.record():
                    y_hat, state = net(X, state)
                    l = loss(y_hat, y).mean()
                l.backward()
                clip_and_wait(net, 1)
                update(1)
                metric.add(l * y.size, y.size)

        return epoch

    def torch(self, build_port, num_threads):
        import torch
        torch.set_num_threads(num_threads)
        net = build_port()
        shape = (net.rnn.num_layers * (2 if net.rnn.bidirectional else 1),
                 self.batch_size, net.rnn.hidden_size)
        shapes = [shape] * (2 if net.rnn.mode == 'LSTM' else 1)
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.01)
        loss = torch.nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            state = [torch.zeros(shape) for shape in shapes]
            l_sum, count = 0.0, 0
            for X, Y in self.train_iter:
                X, Y = (torch.from_numpy(array.asnumpy()).long() for array in (X, Y))
                optimizer.zero_grad()
                y_hat, state = net(X, *state)
                l = loss(y_hat, Y.T.reshape(-1))
                l.backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
                optimizer.step()
                state = [S.detach() for S in (state if isinstance(state, (list, tuple))
                                              else [state])]
                l_sum += l.detach() * Y.numel()
                count += Y.numel()
            return float(l_sum) / count

        return epoch

    def torch_by_hand(self, params, net, loss, num_threads):
        """As `train_ch8` of PyTorch's page, the norm and the loss read at each batch.
        """
        import torch

        from ...parity.twins.scratch import grad_clipping, sgd
        torch.set_num_threads(num_threads)
        _, *states = self.network.as_printed().example_inputs(self.batch_size)
        shapes = [S.shape for S in states]

        def epoch():
            state, metric = [torch.zeros(shape) for shape in shapes], Accumulator(2)
            for X, Y in self.train_iter:
                X, Y = (torch.from_numpy(array.asnumpy()).long() for array in (X, Y))
                state = [S.detach() for S in state]
                y_hat, state = net(X, state)
                l = loss(y_hat, Y.T.reshape(-1))
                l.backward()
                grad_clipping(params, 1)
                sgd(params, self.network.lr, batch_size=1)
                metric.add(float(l) * Y.numel(), Y.numel())
            return metric[0] / metric[1]

        return epoch
