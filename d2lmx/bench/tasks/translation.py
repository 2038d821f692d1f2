"""English and French, by Adam with clipped gradients."""
from mxnet import autograd, gluon, init, np

from ...data.text.nmt import load_data_nmt
from ...layers.losses import MaskedSoftmaxCELoss
from ...metrics import Accumulator
from ...train.engine import fit
from ...train.steps import seq2seq_step
from .waiting import clip_and_wait


class Translation:
    """The task of sections whose data is sentence pairs of the book."""

    unit = 'tokens'
    legend = ("the page's way: a DataLoader, the section's own network, imperative, "
              "the gradients' norm and the loss read at each batch, default waiting of "
              'threads')

    def __init__(self, network, options):
        self.network = network
        self.train_iter, *self.vocabs = load_data_nmt(network.batch_size,
                                                      options['num_steps'])
        self.bos = self.vocabs[1]['<bos>']

    def count(self) -> int:
        """Valid tokens of the targets."""
        return int(self.train_iter.arrays[3].sum())

    def start(self):
        """A network with Xavier weights, its loss and Adam."""
        net = self.network.build_net(*map(len, self.vocabs))
        net.initialize(init.Xavier())
        return net, MaskedSoftmaxCELoss(), gluon.Trainer(
            net.collect_params(), 'adam', {'learning_rate': self.network.lr})

    def ours(self, options):
        net, loss, trainer = self.start()
        net.hybridize(**options)
        loss.hybridize(**options)
        step = seq2seq_step(net, loss, trainer, self.bos)
        return lambda: fit(step, self.train_iter, 1)

    def page(self):
        net, loss, trainer = self.start()
        dataset = gluon.data.ArrayDataset(*map(np.array, self.train_iter.arrays))
        loader = gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True)

        def epoch():
            metric = Accumulator(2)
            for X, X_valid_len, Y, Y_valid_len in loader:
                bos = np.array([self.bos] * Y.shape[0], dtype=Y.dtype).reshape(-1, 1)
                dec_input = np.concatenate([bos, Y[:, :-1]], 1)
                with autograd.record():
                    Y_hat, _ = net(X, dec_input, X_valid_len)
                    l = loss(Y_hat, Y, Y_valid_len)
                l.backward()
                clip_and_wait(net, 1)
                num_tokens = Y_valid_len.sum()
                trainer.step(float(num_tokens))
                metric.add(l.sum(), num_tokens)

        return epoch

    def torch(self, build_port, num_threads):
        import torch
        torch.set_num_threads(num_threads)
        net = build_port(*map(len, self.vocabs))
        loss = torch.nn.CrossEntropyLoss(reduction='none')
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            l_sum, count = 0.0, 0
            for rows in self.train_iter.rows():
                X, X_valid_len, Y, Y_valid_len = (torch.from_numpy(array).long()
                                                  for array in rows)
                dec_X = torch.cat((torch.full_like(Y[:, :1], self.bos), Y[:, :-1]),
                                  dim=1)
                is_valid = torch.arange(Y.shape[1]) < Y_valid_len[:, None]
                optimizer.zero_grad()
                Y_hat, _ = net(X, dec_X, X_valid_len)
                ls = (loss(Y_hat.transpose(1, 2), Y) * is_valid).mean(dim=1)
                num_tokens = Y_valid_len.sum()
                (ls.sum() / num_tokens).backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
                optimizer.step()
                l_sum += ls.sum().detach()
                count += num_tokens
            return float(l_sum) / float(count)

        return epoch
