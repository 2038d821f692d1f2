"""A tagger of words: names of people, places and firms (词性与实体标注)

Source: chapter_recurrent-modern/bi-rnn, which names this use of recurrent networks; no
page of the book shows it.

`--sentences FILE` takes any file of words with tags, of entities in BIO form or parts
of speech: see `d2l.read_tagged`. The file that is read without it, 500 sentences of
Japanese news, is in a package: `pip download --no-deps hironsancorpus`, unpack it, and
put its hironsan/corpus/iob_sents.txt into a data folder. `--data toy` needs nothing:
in ten seconds of one core an F1 of 1.00 is reached, and of 0.91 by a network that does
not know what follows (--no-bidirectional). The Japanese sentences, in which a third of
the names' words are new when they are tested, take as long for an F1 of about 0.55.
"""
from pathlib import Path
from typing import Literal

from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('iob_sents',)
SMOKE = dict(num_epochs=1, embed_size=8, num_hiddens=16, test_ratio=0.05)
RANGES = dict(word_column=(-100, 100), tag_column=(-100, 100), test_ratio=(0.01, 0.9),
              embed_size=(2, 65536))
NUM_WORDS, NUM_SUFFIXES, NUM_TAGS = 1000, 300, 7  # of a network that is only tried


class WordEmbedding(nn.HybridBlock):
    """A vector of each word, of what it ends with, and of how it is written, as one.

    So a word that is in no vocabulary is known by its suffix and its shape.

    Inputs
        X (batch, steps, 3), as of `d2l.word_features`

    Outputs
        (batch, steps, 2 * embed_size)
    """

    def __init__(self, num_words, num_suffixes, embed_size, **kwargs):
        super().__init__(**kwargs)
        self.word = nn.Embedding(num_words, embed_size)
        self.suffix = nn.Embedding(num_suffixes, embed_size // 2)
        self.shape = nn.Embedding(len(d2l.WORD_SHAPES), embed_size - embed_size // 2)

    def hybrid_forward(self, F, X):
        word, suffix, shape = F.np.split(X, 3, axis=2)  # (batch, steps, 1) each
        parts = [layer(F.npx.reshape(part, (-2, -2))) for layer, part in (
            (self.word, word), (self.suffix, suffix), (self.shape, shape))]
        return F.np.concatenate(parts, axis=2)


class Tagger(nn.HybridBlock):
    """A score of each tag for each word, from all words before it and after it.

    Inputs
        X (batch, steps, 3), as of `d2l.word_features`; valid_lens (batch,), how many
        of each sentence's words count: the others change none of their tags

    Outputs
        (batch, steps, num_tags)
    """

    def __init__(self, num_words, num_suffixes, num_tags, embed_size, num_hiddens,
                 num_layers, dropout, bidirectional, **kwargs):
        super().__init__(**kwargs)
        self.embed = WordEmbedding(num_words, num_suffixes, embed_size)
        self.dropout = nn.Dropout(dropout)
        self.lstm = d2l.LSTM(num_hiddens, num_layers, dropout=dropout,
                             bidirectional=bidirectional, input_size=2 * embed_size)
        # its inputs are counted, since a worker's first share of a batch may be empty
        self.dense = nn.Dense(num_tags, flatten=False,
                              in_units=num_hiddens * (1 + bidirectional))

    def hybrid_forward(self, F, X, valid_lens):
        X = F.np.swapaxes(self.dropout(self.embed(X)), 0, 1)  # (steps, batch, d)
        H = self.lstm(X, None, valid_lens)                    # (steps, batch, h)
        return self.dense(self.dropout(F.np.swapaxes(H, 0, 1)))


def build_net(num_words=NUM_WORDS, num_suffixes=NUM_SUFFIXES, num_tags=NUM_TAGS,
              embed_size=32, num_hiddens=64, num_layers=1, dropout=0.3,
              bidirectional=True):
    """X (batch, steps, 3), valid_lens (batch,) -> scores (batch, steps, num_tags)."""
    return Tagger(num_words, num_suffixes, num_tags, embed_size, num_hiddens,
                  num_layers, dropout, bidirectional)


def example_inputs(batch_size=2, num_steps=7, num_words=NUM_WORDS,
                   num_suffixes=NUM_SUFFIXES):
    sizes = num_words, num_suffixes, len(d2l.WORD_SHAPES)
    X = [np.random.randint(0, size, size=(batch_size, num_steps)) for size in sizes]
    valid_lens = np.random.randint(1, num_steps + 1, size=(batch_size,))
    return np.stack(X, axis=2).astype('int32'), valid_lens.astype('int32')


def load_data(sentences, word_column, tag_column, test_ratio):
    """Sentences to train on, and those of the last part of the file, to test on."""
    file = d2l.own_file(sentences) if sentences else d2l.download('iob_sents')
    found = d2l.read_tagged(file, word_column, tag_column)
    num_test = max(1, min(round(test_ratio * len(found)), len(found) - 1))
    if len(found) == 1:
        raise d2l.InputError(f'{file} has a single sentence: one more is needed, to '
                             'train on one and test on the other')
    return found[:-num_test], found[-num_test:]


def vocabularies(tagged, min_freq):
    """Of words and of their suffixes; rarer ones are unknown."""
    words = [word for words, _ in tagged for word in words]
    return (d2l.Vocab(words, min_freq),
            d2l.Vocab(list(map(d2l.word_suffix, words)), min_freq))


def batches(tagged, words, suffixes, classes, batch_size, shuffle):
    """A `BucketIterator` of features and tags, with the lengths of each."""
    number = {tag: i for i, tag in enumerate(classes)}
    return d2l.BucketIterator(
        [d2l.word_features(text, words, suffixes) for text, _ in tagged],
        [[number[tag] for tag in tags] for _, tags in tagged],
        batch_size, pad=0, shuffle=shuffle)


def tagging_step(net, trainer, devices):
    """A step for (X, valid_lens, Y, valid_lens): the loss, and what share is right."""
    mean_over_steps = d2l.MaskedSoftmaxCELoss()
    mean_over_steps.hybridize(static_alloc=True)

    def measure(X, valid_lens, Y, _):
        steps = np.arange(Y.shape[1], dtype='int32', ctx=Y.ctx)
        is_valid = steps < np.expand_dims(valid_lens, axis=1)
        Y_hat = net(X, valid_lens)
        l = mean_over_steps(Y_hat, Y, valid_lens) * Y.shape[1]  # sum over valid words
        is_right = Y_hat.argmax(axis=2).astype('int32') == Y
        count = int(valid_lens.sum())
        return l, {'train loss': (l.sum(), count),
                   'train acc': ((is_right * is_valid).sum(), count)}

    return d2l.measured_step(net, measure, trainer, devices)


def evaluate(net, data_iter, classes, device):
    """The `d2l.TaggingScores` of what the network says of held-out sentences."""
    scores = d2l.TaggingScores(classes)
    for X, valid_lens, Y, _ in data_iter:
        if len(X):  # one of several workers may get none
            Y_hat = net(X.as_in_ctx(device), valid_lens.as_in_ctx(device))
            scores.add(Y_hat.argmax(axis=2).asnumpy(), Y.asnumpy(),
                       valid_lens.asnumpy())
    return scores.result()


def train(net, train_iter, test_iter, classes, lr, num_epochs, devices):
    """Train by Adam; draws the curves, and returns the history."""
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    step = tagging_step(net, trainer, devices)
    measures = ['acc', 'F1'] if d2l.kinds_of(classes) else ['acc']

    def test():
        found = evaluate(net, test_iter, classes, devices[0])
        return {f'test {name}': found[name] for name in measures}

    legend = ['train loss', 'train acc', *(f'test {name}' for name in measures)]
    animator = d2l.Animator('epoch', 'loss, accuracy', legend, xlim=[1, num_epochs])
    return d2l.fit(step, train_iter, num_epochs, evaluate=test,
                   watch=d2l.animate(animator))


def run(*, sentences: str = '', word_column: int = 1, tag_column: int = -1,
        test_ratio: float = 0.1, min_freq: int = 2, embed_size: int = 32,
        num_hiddens: int = 64, num_layers: int = 1, dropout: float = 0.3,
        bidirectional: bool = True, lr: float = 0.005, batch_size: int = 32,
        num_epochs: int = 10, to: Literal['symbol', 'onnx'] = 'symbol',
        out: Path = Path('.')) -> dict:
    train_part, test_part = load_data(sentences, word_column, tag_column, test_ratio)
    words, suffixes = vocabularies(train_part, min_freq)
    classes = sorted({tag for _, tags in train_part + test_part for tag in tags})
    train_iter, test_iter = (
        batches(part, words, suffixes, classes, batch_size, shuffle)
        for part, shuffle in ((train_part, True), (test_part, False)))
    devices = d2l.try_all_gpus()
    net = build_net(len(words), len(suffixes), len(classes), embed_size, num_hiddens,
                    num_layers, dropout, bidirectional)
    net.initialize(init.Xavier(), ctx=devices)
    history = train(net, train_iter, test_iter, classes, lr, num_epochs, devices)
    inputs, *others = (example_inputs(*size, len(words), len(suffixes))
                       for size in ((2, 7), (1, 4), (3, 9)))
    d2l.save_model(out / 'model', net, inputs, {
        'words': words.idx_to_token, 'suffixes': suffixes.idx_to_token,
        'tags': classes}, to, others)
    return {'sentences': {'training': len(train_part), 'test': len(test_part)},
            'words': len(words), 'suffixes': len(suffixes), 'tags': classes,
            **history.record(),
            'test': evaluate(net, test_iter, classes, devices[0])}


def predict(model, *sentences) -> list:
    """The tag of each word of each sentence, with its probability, and the entities.
    """
    net = d2l.load_model(model, words=[str], suffixes=[str], tags=[str])
    # the first token of a vocabulary, '<unk>', is there by itself
    words, suffixes = (d2l.Vocab(reserved_tokens=net.about[name][1:])
                       for name in ('words', 'suffixes'))
    results = []
    for sentence in sentences:
        text = d2l.split_words(sentence, words)
        if not text:
            raise d2l.InputError(f'there is no word to tag in {sentence!r}')
        X = np.array(d2l.word_features(text, words, suffixes), dtype='int32')[None]
        p, = npx.softmax(net(X, np.array([len(text)], dtype='int32'))).asnumpy()
        classes, best = d2l.listed(net, 'tags', p.shape[1]), p.argmax(axis=1)
        kinds = d2l.kinds_of(classes)
        spans = d2l.entity_spans(best[None], classes)
        results.append({
            'sentence': sentence,
            'words': [[word, classes[tag], float(row[tag])]
                      for word, tag, row in zip(text, best, p)],
            'entities': [[' '.join(text[start:end]), kinds[kind]]
                         for _, start, end, kind in spans]})
    return results


if __name__ == '__main__':
    d2l.main(run)
