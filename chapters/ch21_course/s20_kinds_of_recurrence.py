"""Kinds of recurrent networks (循环神经网络的种类)

Source: deep-learning-specialization, topic 20

One network, a recurrent layer between an embedding and a dense layer, is used in three
ways on the names and sentences of 20.2. From one to many: the kind of a name is read,
and its letters are written one after the other, drawn at a temperature. From many to
one: the letters are read, and the kind is told. From many to many: each word of a
sentence gets a tag; beside it stands a hidden Markov model, counted from the same
sentences and decoded by Viterbi's search. Rare words are told to both by how they end.
"""
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('iob_sents',)
SMOKE = dict(num_epochs=1, num_hiddens=16, num_samples=12, most_sentences=200,
             num_seeds=1)
RANGES = dict(most_sentences=(20, 10 ** 6))
KINDS = Literal['many to many', 'many to one', 'one to many']
TEMPERATURES = .25, .5, 1., 2.
LONGEST = 20        # letters of a name that is written
TEST_SHARE = .2
END = '<end>'


class Recurrence(nn.HybridBlock):
    """Scores after each token, or after the last.

    Parameters
    ----------
    to_many
        Whether each step has an output.
    bidirectional
        Whether the layer reads from the end, too.

    Inputs
        X (batch, steps), token numbers; valid_lens (batch,), how many of each count

    Outputs
        (batch, steps, num_outputs), or (batch, num_outputs)
    """

    def __init__(self, num_tokens, num_outputs, embed_size, num_hiddens, to_many,
                 bidirectional, **kwargs):
        super().__init__(**kwargs)
        self.to_many = to_many
        self.embed = nn.Embedding(num_tokens, embed_size)
        self.lstm = d2l.LSTM(num_hiddens, bidirectional=bidirectional,
                             input_size=embed_size)
        self.dense = nn.Dense(num_outputs, flatten=False,
                              in_units=num_hiddens * (1 + bidirectional))

    def hybrid_forward(self, F, X, valid_lens):
        X = F.np.swapaxes(self.embed(X), 0, 1)    # (steps, batch, embed_size)
        H = self.lstm(X, None, valid_lens)        # (steps, batch, h)
        H = (F.np.swapaxes(H, 0, 1) if self.to_many else
             d2l.last_valid(F, H, valid_lens))
        return self.dense(H)


def build_net(variant: KINDS = 'many to many', num_tokens=500, num_outputs=7,
              embed_size=16, num_hiddens=32, bidirectional=True):
    """X (batch, steps), valid_lens (batch,) -> scores of each step, or of all."""
    return Recurrence(num_tokens, num_outputs, embed_size, num_hiddens,
                      variant != 'many to one',
                      bidirectional and variant == 'many to many')


def example_inputs(batch_size=2, num_steps=7):
    X = np.random.randint(0, 500, size=(batch_size, num_steps))
    valid_lens = np.random.randint(1, num_steps + 1, size=(batch_size,))
    return X.astype('int32'), valid_lens.astype('int32')


def split(items):
    """A part to train on and one to test on, drawn."""
    order = onp.random.permutation(len(items))
    num_test = max(1, int(TEST_SHARE * len(items)))
    return ([items[i] for i in order[num_test:]], [items[i] for i in order[:num_test]])


def names_in(tagged):
    """{a name of one word: its kind}, of those that have but one kind."""
    found = {}
    for words, tags in tagged:
        for word, tag, following in zip(words, tags, [*tags[1:], 'O']):
            if tag.startswith('B-') and not following.startswith('I-'):
                found.setdefault(word, set()).add(tag[2:])
    return {word: kind for word, (kind, *more) in sorted(found.items()) if not more}


def train(net, pairs, num_epochs, lr, batch_size):
    """Teach it pairs of tokens and labels, lists of whole numbers; Adam."""
    devices = d2l.try_all_gpus()
    net.initialize(init.Xavier(), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = d2l.MaskedSoftmaxCELoss()

    def measure(X, valid_lens, Y, Y_lens):
        Y_hat = net(X, valid_lens)
        if not net.to_many:
            Y_hat = np.repeat(np.expand_dims(Y_hat, 1), Y.shape[1], axis=1)
        l = loss(Y_hat, Y, Y_lens) * Y.shape[1]
        return l, {'train loss': (l.sum(), int(Y_lens.sum()))}

    batches = d2l.BucketIterator(*zip(*pairs), batch_size, pad=0)
    d2l.fit(d2l.measured_step(net, measure, trainer, devices), batches, num_epochs)


def scores_of(net, tokens):
    """Of one example's tokens, NumPy, without the axis of the batch."""
    X = np.array([tokens], dtype='int32', ctx=d2l.try_gpu())
    return net(X, np.array([len(tokens)], dtype='int32', ctx=X.ctx))[0].asnumpy()


# ---- from one to many, and from many to one


def write_names(net, kinds, vocab, temperature, num_samples):
    """Names of any kind whose letters are drawn one by one, at a temperature."""
    rows = [[vocab[kind]] for kind in onp.random.choice(kinds, num_samples)]
    ctx, is_open = d2l.try_gpu(), onp.ones(num_samples, bool)
    for length in range(1, LONGEST + 1):
        X = np.array(rows, dtype='int32', ctx=ctx)
        Y = net(X, np.array([length] * num_samples, dtype='int32', ctx=ctx))
        drawn = draw_tokens(Y[:, -1].asnumpy(), temperature)
        is_open &= drawn != vocab[END]
        rows = [row + [int(token)] for row, token in zip(rows, drawn)]
        if not is_open.any():
            break
    letters = [vocab.to_tokens(row[1:]) + [END] for row in rows]
    return [''.join(row[:row.index(END)]) for row in letters]


def draw_tokens(scores, temperature):
    """A token of each row, by softmax(scores / temperature): (rows,)."""
    # the largest of scores with Gumbel's noise has these probabilities
    noise = onp.random.gumbel(size=scores.shape)
    return (scores / temperature + noise).argmax(axis=1)


def measure_names(names, num_epochs, num_hiddens, lr, batch_size, num_samples):
    """What both networks of names can do."""
    train_part, test_part = split(list(names.items()))
    kinds = sorted(set(names.values()))
    vocab = d2l.Vocab([list(word) for word, _ in train_part],
                      reserved_tokens=[END, *kinds])
    writer = build_net('one to many', len(vocab), len(vocab), num_hiddens=num_hiddens)
    train(writer, [(vocab[[kind, *word]], vocab[[*word, END]])
                   for word, kind in train_part], num_epochs, lr, batch_size)
    reader = build_net('many to one', len(vocab), len(kinds), num_hiddens=num_hiddens)
    train(reader, [(vocab[list(word)], [kinds.index(kind)])
                   for word, kind in train_part], num_epochs, lr, batch_size)
    right = [scores_of(reader, vocab[list(word)]).argmax() == kinds.index(kind)
             for word, kind in test_part]
    usual = max(kinds, key=[kind for _, kind in train_part].count)
    written = {t: write_names(writer, kinds, vocab, t, num_samples)
               for t in TEMPERATURES}
    known = {word for word, _ in train_part}
    return written, {
        'kind of a name': float(onp.mean(right)),
        'the usual kind': float(onp.mean([kind == usual for _, kind in test_part])),
        **{f'different at {t}': len(set(found)) / num_samples
           for t, found in written.items()},
        **{f'known at {t}': float(onp.mean([name in known for name in found]))
           for t, found in written.items()}}


# ---- from many to many


def forms(words, vocab):
    """The words that a vocabulary has, and of others how they end."""
    return [word if word in vocab else f'-{d2l.word_suffix(word)}' for word in words]


def numbers(tagged, vocab, classes):
    """Pairs of lists of numbers: of words, and of tags."""
    return [(vocab[forms(words, vocab)], [classes.index(tag) for tag in tags])
            for words, tags in tagged]


def vocabulary(tagged):
    """Of words that stand twice at least, and of all ends of rarer ones."""
    common = d2l.Vocab([words for words, _ in tagged], min_freq=2)
    ends = {form for words, _ in tagged for form in forms(words, common)
            if form not in common}
    return d2l.Vocab(reserved_tokens=[*common.idx_to_token[1:], *sorted(ends)])


def score(tag, pairs, classes):
    """F1 of entities, or accuracy where there are none, by a function of words."""
    scores = d2l.TaggingScores(classes)
    for words, tags in pairs:
        scores.add(onp.array([tag(words)]), onp.array([tags]), [len(tags)])
    found = scores.result()
    return found.get('F1', found['acc'])


def measure_tags(tagged, num_epochs, num_hiddens, lr, batch_size):
    """The scores of three taggers, and the hidden Markov model."""
    train_part, test_part = split(tagged)
    vocab = vocabulary(train_part)
    classes = sorted({tag for _, tags in tagged for tag in tags})
    pairs, unseen = (numbers(part, vocab, classes) for part in (train_part, test_part))
    model = d2l.HiddenMarkovModel(*zip(*pairs), len(vocab), len(classes))
    found = {'hidden Markov model': score(model.tags, unseen, classes)}
    for name, bidirectional in (('from the left', False), ('from both sides', True)):
        net = build_net('many to many', len(vocab), len(classes),
                        num_hiddens=num_hiddens, bidirectional=bidirectional)
        train(net, pairs, num_epochs, lr, batch_size)
        found[name] = score(lambda words: scores_of(net, words).argmax(axis=1),
                            unseen, classes)
    return model, classes, found


# ---- what is claimed


def claims(found):
    """What of the course holds, by the numbers of all seeds."""
    tags = {name: found[name] for name in (
        'hidden Markov model', 'from the left', 'from both sides')}
    counted, left, both = tags.values()
    different = {t: found[f'different at {t}'] for t in TEMPERATURES}
    return [
        d2l.claim('many to many: a recurrent network that reads from both sides tags '
                  'better than a hidden Markov model', tags,
                  all(a > b for a, b in zip(both, counted))),
        d2l.claim('tags need what follows: one direction is worse than two', tags,
                  all(a < b for a, b in zip(left, both))),
        d2l.claim('many to one: the last state knows what kind of name was read',
                  {name: found[name] for name in ('kind of a name', 'the usual kind')},
                  all(a > b for a, b in zip(found['kind of a name'],
                                            found['the usual kind']))),
        d2l.claim('one to many: the colder the draw, the fewer different names',
                  different, all(row[0] < row[-1] and list(row) == sorted(row)
                                 for row in zip(*different.values())))]


def run(*, sentences: str = '', most_sentences: int = 2000, num_hiddens: int = 32,
        lr: float = 0.01, batch_size: int = 32, num_epochs: int = 6,
        num_samples: int = 1000, num_seeds: int = 3) -> dict:
    file = d2l.own_file(sentences) if sentences else d2l.download('iob_sents')
    tagged, last = d2l.read_tagged(file)[:most_sentences], {}
    names = names_in(tagged)
    if len(names) < 10:
        raise d2l.InputError(f'{file} has {len(names)} names of one word, and ten at '
                             "least are needed: words tagged 'B-' and a kind")

    def measure():
        last['names'], of_names = measure_names(names, num_epochs, num_hiddens, lr,
                                                batch_size, num_samples)
        last['model'], last['tags'], of_tags = measure_tags(
            tagged, num_epochs, num_hiddens, lr, batch_size)
        return {**of_tags, **of_names}

    found = d2l.over_seeds(measure, num_seeds)
    d2l.plot(TEMPERATURES, [[found[f'{what} at {t}'][-1] for t in TEMPERATURES]
                            for what in ('different', 'known')],
             'temperature', 'share of the names', ['different', 'of the training'])
    d2l.show_heatmaps(onp.exp(last['model'].transition)[None, None], 'tag',
                      'tag before', figsize=(4, 3.5))
    ax = d2l.plt.gcf().axes[0]
    ax.set_xticks(range(len(last['tags'])), last['tags'], rotation=90)
    ax.set_yticks(range(len(last['tags'])), last['tags'])
    return {'claims': claims(found), 'written': {
        str(t): written[:8] for t, written in last['names'].items()}, **found}


if __name__ == '__main__':
    d2l.main(run)
