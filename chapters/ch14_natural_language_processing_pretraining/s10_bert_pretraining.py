"""Pretraining BERT (预训练BERT)

Source: chapter_natural-language-processing-pretraining/bert-pretraining

The page's rate is high: on toy data 120 steps teach the network how frequent words
are and little else. Both losses fall, and each '<mask>' gets the same answer. For more
there is ``--lr 0.001`` with more steps; on a core of a CPU a step takes some seconds.
What is written into the folder `pretrained`, 15.7 fine-tunes by ``--pretrained``.
"""
import logging
import re
from pathlib import Path

from mxnet import gluon, init, np, npx

import d2lmx as d2l

DATA = ('wikitext-2',)
SMOKE = dict(num_steps=4, batch_size=64, max_len=32, num_hiddens=32, ffn_num_hiddens=48)
RANGES = dict(max_len=(5, 512), num_steps=(1, 10 ** 6))
# printed, then the range of the book's builds
PRINTED = [({}, {'mean over all steps/mlm loss': (7.333, 7.27, 7.36),
                 'mean over all steps/nsp loss': (0.827, 0.81, 0.85)})]

LOG = logging.getLogger('d2lmx')
LEGEND = ['mlm loss', 'nsp loss']
VOCAB_SIZE = 20256  # of WikiText-2
MAX_POSITIONS = 1000
MASK = '<mask>'
# of WikiText: words, "'s" and the like, each other mark; "wasn't" is wasn 't there,
# and what has a mark inside, as 1,000 and well-known, has it as '@,@' and '@-@'
TOKEN = re.compile(r"<\w+>|@.@|'(?:s|t|m|d|re|ve|ll)\b|\w+|\S")
INSIDE = re.compile(r'(?<=\d)[.,](?=\d)|(?<=\w)-(?=\w)')


def build_net(vocab_size=VOCAB_SIZE, num_hiddens=128, ffn_num_hiddens=256, num_heads=2,
              num_layers=2, dropout=0.2):
    """tokens, segments (batch, steps), valid_lens (batch,), pred_positions (batch,
    preds) -> encoded tokens, scores of the words there, of the next sentence."""
    return d2l.BERTModel(vocab_size, num_hiddens, ffn_num_hiddens, num_heads,
                         num_layers, dropout, MAX_POSITIONS)


def example_inputs(batch_size=2, num_steps=16):
    tokens, segments, pred_positions = (
        np.random.randint(0, high, (batch_size, length), dtype='int32')
        for high, length in [(VOCAB_SIZE, num_steps), (2, num_steps), (num_steps, 2)])
    valid_lens = np.random.randint(1, num_steps + 1, (batch_size,), dtype='int32')
    return tokens, segments, valid_lens, pred_positions


def train_bert(train_iter, net, loss, vocab_size, devices, num_steps, lr=0.01):
    """Train on both tasks by Adam, on the devices, drawing as on the page: the history.

    Prints the means over all steps, as the page does.
    """
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    animator = d2l.Animator(xlabel='step', ylabel='loss', xlim=[1, num_steps],
                            legend=LEGEND)

    def draw(history):
        passes, _ = history.series[LEGEND[0]][-1]
        animator.add(min(round(passes * len(train_iter)), num_steps),
                     [history[name] for name in LEGEND])

    history = d2l.fit_steps(d2l.bert_step(net, loss, vocab_size, trainer, devices),
                            train_iter, num_steps, watch=draw)
    means = d2l.means_over_steps(history, len(train_iter), num_steps)
    print(f'MLM loss {means["mlm loss"]:.3f}, NSP loss {means["nsp loss"]:.3f}')
    print(f'{history.examples_per_sec:.1f} sentence pairs/sec on {devices}')
    return history


def encodings(net, vocab):
    """What the page shows: shapes, and how context changes the vector of 'crane'."""
    # book: vocab and device are global there
    def get_bert_encoding(net, tokens_a, tokens_b=None):
        tokens, segments = d2l.get_tokens_and_segments(tokens_a, tokens_b)
        with d2l.try_gpu():
            arrays = (np.expand_dims(np.array(row, dtype='int32'), axis=0)
                      for row in (vocab[tokens], segments))
            encoded_X, _, _ = net(*arrays, np.array([len(tokens)]))
        return encoded_X

    tokens_a = ['a', 'crane', 'is', 'flying']
    encoded_text = get_bert_encoding(net, tokens_a)
    tokens_a, tokens_b = ['a', 'crane', 'driver', 'came'], ['he', 'just', 'left']
    encoded_pair = get_bert_encoding(net, tokens_a, tokens_b)
    # tokens: '<cls>', 'a', 'crane', ...
    return {'text': list(encoded_text.shape), 'pair': list(encoded_pair.shape),
            "'<cls>' of the pair": list(encoded_pair[:, 0, :].shape),
            "'crane' in the text": encoded_text[0, 2, :3].tolist(),
            "'crane' in the pair": encoded_pair[0, 2, :3].tolist()}


def run(*, num_hiddens: int = 128, ffn_num_hiddens: int = 256, num_heads: int = 2,
        num_layers: int = 2, dropout: float = 0.2, batch_size: int = 512,
        max_len: int = 64, lr: float = 0.01, num_steps: int = 50,
        out: Path = Path('.')) -> dict:
    train_iter, vocab = d2l.load_data_wiki(batch_size, max_len)
    net = build_net(len(vocab), num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                    dropout)
    devices = d2l.try_all_gpus()
    net.initialize(init.Xavier(), ctx=devices)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    history = train_bert(train_iter, net, loss, len(vocab), devices, num_steps, lr)
    tokens, segments, lens, positions, *_ = (array[:2] for array in
                                             next(iter(train_iter)))
    d2l.save_model(out / 'model', net, (tokens, segments, lens, positions), {
        'vocabulary': vocab.idx_to_token, 'max_len': max_len},
        other_inputs=[(tokens[:1, :5], segments[:1, :5], lens[:1],
                       np.zeros_like(positions[:1, :1]))])
    d2l.save_bert(out / 'pretrained', net, vocab, num_hiddens=num_hiddens,
                  ffn_num_hiddens=ffn_num_hiddens, num_heads=num_heads,
                  num_layers=num_layers, max_len=MAX_POSITIONS)
    return {'vocabulary': len(vocab), 'pairs': len(train_iter.arrays[0]),
            'mean over all steps': d2l.means_over_steps(history, len(train_iter),
                                                        num_steps),
            'encodings': encodings(net, vocab), **history.record()}


def predict(model, *sentences, top: int = 5) -> list:
    """The likeliest words at each <mask> of a sentence, with their probabilities."""
    net = d2l.load_model(model, vocabulary=[str], max_len=int)
    vocab = d2l.Vocab(reserved_tokens=net.about['vocabulary'])
    return [{'sentence': sentence,
             'words': fill(net, vocab, words_of(sentence, vocab), top)}
            for sentence in sentences]


def words_of(sentence, vocab):
    """The words of a sentence as WikiText writes them; u.s., which is one, stays so."""
    return [word for part in sentence.lower().split() for word in (
        [part] if part in vocab else TOKEN.findall(INSIDE.sub(r' @\g<0>@ ', part)))]


def fill(net, vocab, words, top):
    """For each '<mask>' among the words, in their order, {word: probability}."""
    max_len = net.about['max_len']
    tokens, segments = d2l.get_tokens_and_segments(words)
    positions = [i for i, token in enumerate(tokens) if token == MASK]
    if not positions or len(tokens) > max_len:
        raise d2l.InputError(f'a sentence must have a {MASK} to be filled, and at most '
                             f'{max_len - 2} words, got {" ".join(words)[:60]!r} of '
                             f'{len(words)} words')
    for line in d2l.unknown_remarks(tokens, vocab):
        LOG.warning('%s', line)
    _, scores, _ = net(*(np.array([row], dtype='int32')
                         for row in (vocab[tokens], segments)),
                       np.array([len(tokens)], dtype='float32'),
                       np.array([positions], dtype='int32'))
    found = []
    for p in npx.softmax(scores)[0].asnumpy():
        known, best = d2l.listed(net, 'vocabulary', len(p)), p.argsort()[::-1][:top]
        found.append({known[i]: float(p[i]) for i in best})
    return found


if __name__ == '__main__':
    d2l.main(run)
