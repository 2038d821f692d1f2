"""Natural language inference: fine-tuning BERT (自然语言推断：微调BERT)

Source: chapter_natural-language-processing-applications/natural-language-inference-bert

The BERT that is fine-tuned is the book's small one, or what section 14.10 has trained:
``--pretrained results/14.10_bert_pretraining``. That of toy data was never pretrained:
it needs a larger rate than the page's, ``--lr 0.001``, or many more epochs.
"""
import logging
from pathlib import Path
from typing import NamedTuple

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('bert.small', 'SNLI')
SMOKE = dict(num_epochs=1, batch_size=16, max_batches=3)
RANGES = dict(max_len=(5, 512))
# printed, then the range of the book's builds
PRINTED = [({}, {'train loss': (0.479, 0.47, 0.49), 'train acc': (0.81, 0.80, 0.82),
                 'test acc': (0.788, 0.782, 0.794)})]

LOG = logging.getLogger('d2lmx')
SIZES = {  # of the book's files, as load_pretrained_model takes them
    'bert.small': dict(num_hiddens=256, ffn_num_hiddens=512, num_heads=4, num_layers=2,
                       max_len=512),
    'bert.base': dict(num_hiddens=768, ffn_num_hiddens=3072, num_heads=12,
                      num_layers=12, max_len=512)}


def load_pretrained_model(pretrained_model, num_hiddens, ffn_num_hiddens, num_heads,
                          num_layers, dropout, max_len, devices):
    """The BERT of one of the book's files, or of a folder, and its vocabulary."""
    folder = (d2l.download_extract(pretrained_model)
              if pretrained_model in SIZES else pretrained_model)
    return d2l.load_bert(folder, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                         dropout, max_len, devices)


def folder_of(pretrained):
    """The folder of a reader's pretrained BERT, or of the run that wrote it."""
    inner = Path(pretrained).expanduser() / 'pretrained'
    return d2l.own_folder(inner if inner.is_dir() else pretrained)


class SNLIBERTDataset(gluon.data.Dataset):
    """Pairs as BERT's sequences, and their relations; ``arrays``, those of all.

    An example is (tokens, segments, valid length), relation. A pair with more than
    max_len - 3 tokens is cut, the longer sentence first.
    """

    def __init__(self, dataset, max_len, vocab=None):
        # book: cuts pair by pair, in four processes
        self.vocab, self.max_len = vocab, max_len
        sides = [d2l.flat_tokens(d2l.tokenize([s.lower() for s in sentences]), vocab)
                 for sentences in dataset[:2]]
        (tokens_a, start_a, len_a), (tokens_b, start_b, len_b) = sides
        self.arrays = (*d2l.pair_sentences(
            onp.concatenate([tokens_a, tokens_b]), (start_a, start_b + len(tokens_a)),
            d2l.truncated_lens(len_a, len_b, max_len), vocab, max_len),
            onp.array(dataset[2], dtype='int32'))
        self.all_token_ids, self.all_segments, self.valid_lens, self.labels = (
            self.arrays)

    def __getitem__(self, idx):
        *X, y = (array[idx] for array in self.arrays)
        return tuple(X), y

    def __len__(self):
        return len(self.labels)


class BERTClassifier(nn.HybridBlock):
    """tokens, segments (batch, steps), valid_lens (batch,) -> scores (batch, 3).

    They come in one list, or one after the other.
    """

    def __init__(self, bert):
        super().__init__()
        self.encoder = bert.encoder
        self.hidden = bert.hidden
        self.output = nn.Dense(3)

    def __call__(self, *inputs):
        inputs = inputs[0] if len(inputs) == 1 else inputs
        d2l.check_steps(self.encoder, inputs[0])
        return super().__call__(*inputs)

    def hybrid_forward(self, F, tokens_X, segments_X, valid_lens_x):
        encoded_X = self.encoder(tokens_X, segments_X, valid_lens_x)
        return self.output(self.hidden(encoded_X[:, 0]))


def build_net(vocab_size=1000, dropout=0.1):
    """tokens, segments (batch, steps), valid_lens (batch,) -> scores (batch, 3)."""
    return BERTClassifier(d2l.BERTModel(vocab_size, dropout=dropout,
                                        **SIZES['bert.small']))


def example_inputs(batch_size=2, num_steps=12):
    tokens, segments = (np.random.randint(0, high, (batch_size, num_steps),
                                          dtype='int32') for high in (1000, 2))
    valid_lens = np.random.randint(1, num_steps + 1, (batch_size,), dtype='int32')
    return tokens, segments, valid_lens


def pretrained_bert(pretrained, dropout, devices):
    """The BERT and vocabulary that an option names, and its sizes."""
    folder = pretrained if pretrained in SIZES else folder_of(pretrained)
    sizes = SIZES.get(pretrained) or d2l.bert_sizes(folder) or SIZES['bert.small']
    return load_pretrained_model(folder, dropout=dropout, devices=devices, **sizes)


def load_data(vocab, batch_size, max_len, max_batches):
    """Batches to train on and to test on; max_batches of each pass, 0 for all."""
    data_dir, loaders = d2l.download_extract('SNLI'), []
    for is_train in (True, False):
        data = SNLIBERTDataset(d2l.read_snli(data_dir, is_train), max_len, vocab)
        print(f'read {len(data)} examples')
        size = max_batches * batch_size or None
        loaders.append(d2l.SequenceBatches([array[:size] for array in data.arrays],
                                           batch_size, shuffle=is_train))
    return loaders


def run(*, pretrained: str = 'bert.small', from_scratch: bool = False,
        dropout: float = 0.1, batch_size: int = 512, max_len: int = 128,
        lr: float = 1e-4, num_epochs: int = 5, max_batches: int = 0,
        out: Path = Path('.')) -> dict:
    devices = d2l.try_all_gpus()
    bert, vocab = pretrained_bert(pretrained, dropout, devices)
    net = BERTClassifier(bert)
    if max_len > net.encoder.max_len:
        raise d2l.InputError(f'max_len must be at most {net.encoder.max_len}, the '
                             f'positions of this BERT, got {max_len}')
    if from_scratch:
        net.collect_params().initialize(init.Xavier(), devices, force_reinit=True)
    net.output.initialize(init.Xavier(), ctx=devices)
    train_iter, test_iter = load_data(vocab, batch_size, max_len, max_batches)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    history = d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs,
                             devices, d2l.split_batch_multi_inputs)
    X = [array[:2] for array in next(iter(test_iter))[0]]
    d2l.save_model(out / 'model', net, tuple(X), {
        'vocabulary': vocab.idx_to_token, 'relations': d2l.SNLI_RELATIONS,
        'max_len': max_len}, other_inputs=[(X[0][:1, :9], X[1][:1, :9], X[2][:1])])
    return {'examples': {'train': len(train_iter.arrays[0]),
                         'test': len(test_iter.arrays[0])},
            'vocabulary': len(vocab), **history.record()}


class Pair(NamedTuple):
    premise: str
    hypothesis: str


def predict(model, *pairs: Pair) -> list:
    """How likely each premise implies its hypothesis, contradicts it, or neither."""
    net = d2l.load_model(model, vocabulary=[str], relations=[str], max_len=int)
    vocab = d2l.Vocab(reserved_tokens=net.about['vocabulary'])
    return d2l.judge_pairs(net, pairs, lambda *pair: arrays_of(
        pair, vocab, net.about['max_len']))


def arrays_of(pair, vocab, max_len):
    """The tokens of two sentences for a network; remarks go to the log."""
    pair = [[token.lower() for token in tokens] for tokens in pair]
    lens = d2l.truncated_lens(*map(len, pair), max_len)
    if sum(lens) < sum(map(len, pair)):
        LOG.warning('a pair has %d words: only %d and %d of them are read',
                    sum(map(len, pair)), *lens)
    tokens, segments = d2l.get_tokens_and_segments(*(
        words[:length] for words, length in zip(pair, lens)))
    for line in d2l.unknown_remarks(tokens, vocab):
        LOG.warning('%s', line)
    return [np.array([row], dtype=dtype) for row, dtype in [
        (vocab[tokens], 'int32'), (segments, 'int32')]] + [
            np.array([len(tokens)], dtype='float32')]


if __name__ == '__main__':
    d2l.main(run)
