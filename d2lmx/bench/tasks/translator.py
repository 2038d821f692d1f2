"""Chinese and English in batches of like lengths, by Adam with clipped gradients."""
from mxnet import autograd, gluon, init, np

from ...companions.translator import Translator
from ...data.text.buckets import padded
from ...data.text.vocab import Vocab
from ...metrics import Accumulator
from ...pages import sections
from ...train.engine import fit
from ...train.steps import seq2seq_step
from .waiting import clip_and_wait

MOST = 40  # batches that stand for an epoch of more


class Translations:
    """The task of 20.1, at a rate that stays, which costs what its own does."""

    unit = 'tokens'
    legend = ("the page's way, as that of 10.7: all sentences padded to max_steps, a "
              "DataLoader, the section's own network, imperative, the gradients' norm "
              'and the loss read at each batch, default waiting of threads; others: '
              f'batches of like lengths; {MOST} batches of pairs at most')

    def __init__(self, network, options):
        self.network, self.module = network, sections.load(network.section)
        self.max_steps = options['max_steps']
        _, _, pairs = self.module.load_data(options['token'], 1, 1)
        pairs = pairs[::max(1, len(pairs) // (MOST * network.batch_size))]
        self.pairs = pairs[:MOST * network.batch_size]
        self.vocabs = [Vocab([list(pair[side]) for pair in self.pairs],
                             options['min_freq'],
                             reserved_tokens=self.module.RESERVED) for side in (0, 1)]
        self.translator = Translator(None, *self.vocabs, options['token'],
                                     self.max_steps)
        self.bos = self.vocabs[1]['<bos>']
        self.train_iter = self.module.batches(self.pairs, self.translator,
                                              network.batch_size)

    def count(self) -> int:
        """Valid tokens of the targets."""
        return sum(int(lens.sum()) for *_, lens in self.train_iter.buckets.values())

    def start(self):
        """A network with the section's first weights, its loss and Adam."""
        net = self.network.build_net(*map(len, self.vocabs))
        net.initialize(init.Xavier())
        return net, self.module.token_loss(), gluon.Trainer(
            net.collect_params(), 'adam', {'learning_rate': self.network.lr})

    def ours(self, options):
        net, loss, trainer = self.start()
        net.hybridize(**options)
        step = seq2seq_step(net, loss, trainer, self.bos, None, self.theta())
        return lambda: fit(step, self.train_iter, 1)

    def theta(self) -> float:
        """The largest norm of a batch's gradient."""
        return self.module.THETA * self.network.batch_size

    def page(self):
        net, loss, trainer = self.start()
        pad, eos = self.vocabs[0]['<pad>'], self.vocabs[1]['<eos>']
        most = self.max_steps - 1
        sides = ([self.translator.numbers(source) for source, _ in self.pairs],
                 [self.vocabs[1][list(target[:most])] + [eos]
                  for _, target in self.pairs])
        arrays = [np.array(array) for side in sides
                  for array in padded(side, self.max_steps, pad)]
        loader = gluon.data.DataLoader(gluon.data.ArrayDataset(*arrays),
                                       self.network.batch_size, shuffle=True)

        def epoch():
            metric = Accumulator(2)
            for X, X_valid_len, Y, Y_valid_len in loader:
                dec_X = np.concatenate([np.full_like(Y[:, :1], self.bos), Y[:, :-1]], 1)
                with autograd.record():
                    Y_hat, _ = net(X, dec_X, X_valid_len)
                    l = loss(Y_hat, Y, Y_valid_len)
                l.backward()
                clip_and_wait(net, self.theta())
                num_tokens = Y_valid_len.sum()
                trainer.step(float(num_tokens))
                metric.add(l.sum(), num_tokens)
            return metric[0] / metric[1]

        return epoch

    def torch(self, build_port, num_threads):
        import torch
        torch.set_num_threads(num_threads)
        net = build_port(*map(len, self.vocabs))
        for parameter in net.parameters():
            if parameter.ndim > 1:
                torch.nn.init.xavier_uniform_(parameter)
        loss = torch.nn.CrossEntropyLoss(reduction='none')
        optimizer = torch.optim.Adam(net.parameters(), lr=self.network.lr)

        def epoch():
            net.train()
            l_sum, count = 0.0, 0
            for batch in self.train_iter:
                X, X_valid_len, Y, Y_valid_len = (
                    torch.from_numpy(array.asnumpy()).long() for array in batch)
                dec_X = torch.cat((torch.full_like(Y[:, :1], self.bos), Y[:, :-1]), 1)
                is_valid = torch.arange(Y.shape[1]) < Y_valid_len[:, None]
                optimizer.zero_grad()
                Y_hat, _ = net(X, dec_X, X_valid_len)
                l = (loss(Y_hat.transpose(1, 2), Y) * is_valid).sum()
                num_tokens = Y_valid_len.sum()
                (l / num_tokens).backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(),
                                               self.theta() / float(num_tokens))
                optimizer.step()
                l_sum += l.detach()
                count += num_tokens
            return float(l_sum) / float(count)

        return epoch
