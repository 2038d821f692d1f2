"""A Chinese-English translator (中英翻译器)

Source: chapter_recurrent-modern/seq2seq, chapter_recurrent-modern/beam-search and
chapter_attention-mechanisms/transformer; no page of the book joins them to this.
"""
import logging
from pathlib import Path
from typing import Literal

import mxnet as mx
import numpy as onp
from mxnet import gluon, init, np

import d2lmx as d2l

DATA = ('cmn-eng',)
SMOKE = dict(num_epochs=1, num_hiddens=32, ffn_num_hiddens=64, num_heads=2,
             num_valid=20, num_test=40)

LOG = logging.getLogger('d2lmx')
RESERVED = ['<pad>', '<bos>', '<eos>']
NUM_SAMPLES = 16  # held-out sentences whose translations are shown
THETA = 5         # largest norm of the gradient, an example of the batch


def build_net(variant='transformer', src_vocab_size=d2l.NMT_SRC_SIZE,
              tgt_vocab_size=d2l.NMT_TGT_SIZE, num_hiddens=128, num_layers=2,
              dropout=0.1, ffn_num_hiddens=512, num_heads=4):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    if variant == 'transformer':
        sizes = num_hiddens, ffn_num_hiddens, num_heads, num_layers, dropout
        return d2l.EncoderDecoder(d2l.TransformerEncoder(src_vocab_size, *sizes),
                                  d2l.TransformerDecoder(tgt_vocab_size, *sizes))
    decoder = (d2l.Seq2SeqAttentionDecoder if variant == 'bahdanau'
               else d2l.Seq2SeqDecoder)
    sizes = num_hiddens, num_hiddens, num_layers, dropout
    return d2l.EncoderDecoder(d2l.Seq2SeqEncoder(src_vocab_size, *sizes),
                              decoder(tgt_vocab_size, *sizes))


example_inputs = d2l.random_batch_nmt


def load_data(token, num_valid, num_test):
    """Pairs of tuples of tokens: for validation, for the test, and for training."""
    pairs = [(tuple(d2l.tokenize_chinese(chinese, token)),
              tuple(d2l.tokenize_english(english)))
             for chinese, english in d2l.read_data_cmn()]
    return d2l.split_pairs(list(dict.fromkeys(pairs)), [num_valid, num_test])


def batches(pairs, translator, batch_size, shuffle=True):
    """A `BucketIterator` of pairs; sides that are too long are cut."""
    eos, most = translator.tgt_vocab['<eos>'], translator.max_steps
    sources = [translator.numbers(source) for source, _ in pairs]
    targets = [translator.tgt_vocab[list(target[:most - 1])] + [eos]
               for _, target in pairs]
    return d2l.BucketIterator(sources, targets, batch_size,
                              translator.src_vocab['<pad>'], shuffle=shuffle)


def token_loss():
    """The loss of each example, summed over its valid tokens."""
    mean_over_steps = d2l.MaskedSoftmaxCELoss()
    mean_over_steps.hybridize(static_alloc=True)

    def loss(Y_hat, Y, valid_len):
        return mean_over_steps(Y_hat, Y, valid_len) * Y.shape[1]

    return loss


def validation(net, loss, data, bos, device):
    """A function that gives the mean loss of a token of held-out pairs."""
    def evaluate():
        means = d2l.RunningMeans()
        for batch in data:
            X, X_valid_len, Y, Y_valid_len = (a.as_in_ctx(device) for a in batch)
            if not len(X):  # one of several workers may get none
                continue
            dec_X = np.concatenate([np.full_like(Y[:, :1], bos), Y[:, :-1]], axis=1)
            l = loss(net(X, dec_X, X_valid_len)[0], Y, Y_valid_len)
            means.add({'valid loss': (l.sum(), int(Y_valid_len.sum()))})
        return means.means()

    return evaluate


def initialize(net, variant, device):
    """Xavier's weights, but for embeddings that a GRU reads.

    Those are as large as its states will be; from Xavier's it learns more slowly.
    """
    net.initialize(init.Xavier(), ctx=device)
    if variant != 'transformer':
        net.collect_params('.*embedding').initialize(init.Normal(1), ctx=device,
                                                     force_reinit=True)


def train(net, translator, pairs, valid_pairs, lr, batch_size, num_epochs, device):
    """Train by Adam whose rate rises over a tenth of the steps and then falls to 0."""
    train_iter = batches(pairs, translator, batch_size)
    num_updates = num_epochs * len(train_iter)
    schedule = mx.lr_scheduler.CosineScheduler(
        num_updates, base_lr=lr, warmup_steps=num_updates // 10)
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': lr, 'lr_scheduler': schedule})
    loss, bos = token_loss(), translator.tgt_vocab['<bos>']
    step = d2l.seq2seq_step(net, loss, trainer, bos, [device],
                            THETA * train_iter.joined_size)
    valid_iter = batches(valid_pairs, translator, batch_size, shuffle=False)
    evaluate = validation(net, loss, valid_iter, bos, device)
    animator = d2l.Animator('epoch', 'loss a token', ['train', 'valid'])
    history = d2l.fit(step, train_iter, num_epochs, evaluate=evaluate,
                      watch=lambda history: animator.add(*curves(history)))
    history.tokens = num_epochs * sum(len(target) + 1 for _, target in pairs)
    return history, train_iter.padding


def curves(history):
    """The last epoch, and both losses after it."""
    epoch, train_loss = history.series['train loss'][-1]
    return epoch, [train_loss, history['valid loss']]


def references(pairs):
    """{source: all its translations}, in the order of the pairs."""
    found = {}
    for source, target in pairs:
        found.setdefault(source, []).append(list(target))
    return found


def scores(translations, truths):
    """BLEU of translations, lists of tokens, by the library, sacrebleu and the book."""
    texts = [d2l.join_english(tokens) for tokens in translations]
    found = {'corpus BLEU': d2l.corpus_bleu(translations, truths),
             "the book's, mean": float(onp.mean(
                 [max(d2l.bleu(' '.join(tokens), ' '.join(truth), k=2)
                      for truth in several)
                  for tokens, several in zip(translations, truths)]))}
    try:
        found['sacrebleu'] = d2l.reference_bleu(
            texts, [list(map(d2l.join_english, several)) for several in truths])
    except ImportError as error:
        found['sacrebleu'] = str(error)
    return found


def test(translator, pairs, beam_size, length_penalty):
    """Scores of greedy and beam search on held-out sentences, and a sample of them."""
    truths = references(pairs)
    lines = list(truths)
    found, translations = {}, {}
    for search, size in (('greedy', 1), (f'beam of {beam_size}', beam_size)):
        best = translator.search(lines, size, length_penalty)
        translations[search] = [translator.words(hypothesis) for hypothesis in best]
        found[search] = {**scores(translations[search], list(truths.values())),
                         'log p, mean': float(onp.mean([h.log_prob for h in best]))}
    greedy, beam = (part['corpus BLEU'] for part in found.values())
    sample = range(0, len(lines), max(1, len(lines) // NUM_SAMPLES))
    return {'sentences': len(lines), **found, "the beam's gain": beam - greedy,
            'samples': [{'Chinese': ''.join(lines[i]),
                         'true': d2l.join_english(truths[lines[i]][0]),
                         **{search: d2l.join_english(words[i])
                            for search, words in translations.items()}}
                        for i in sample]}


def weights_of_source(weights):
    """Of one step and sentence, (source tokens,): a decoder's ``attention_weights``."""
    if isinstance(weights[0], list):  # a Transformer's: the last block's, mean of heads
        return weights[1][-1].mean(axis=0)[0].asnumpy()
    return weights[0][0, 0].asnumpy()


def show_attention(net, translator, source):
    """Draw which source tokens each target token was made from; returns the weights.

    Where no font has Chinese, the source's tokens are numbered instead.
    """
    steps = []
    watched = d2l.LiveDecoder(net, watch=steps.append)
    one = d2l.Translator(watched, translator.src_vocab, translator.tgt_vocab,
                         translator.token, translator.max_steps)
    words = one.words(one.search([source])[0]) + ['<eos>']
    keys = [*source[:translator.max_steps - 1], '<eos>']
    weights = onp.stack([weights_of_source(step) for step in steps[:len(words)]])
    weights = weights[:, :len(keys)]
    d2l.show_heatmaps(weights[None, None], xlabel='Chinese', ylabel='English',
                      figsize=(5, 4))
    ax = d2l.plt.gcf().axes[0]
    font = d2l.font_with(''.join(source))
    labels = keys if font else range(1, len(keys) + 1)
    ax.set_xticks(range(len(keys)), labels, fontfamily=font or None)
    ax.set_yticks(range(len(weights)), words[:len(weights)])
    return {'Chinese': keys, 'English': words, 'weights': weights.tolist()}


def run(*, variant: Literal['transformer', 'bahdanau', 'gru'] = 'transformer',
        token: Literal['char', 'jieba'] = 'char', min_freq: int = 2,
        max_steps: int = 50, num_hiddens: int = 128, num_layers: int = 2,
        dropout: float = 0.1, ffn_num_hiddens: int = 512, num_heads: int = 4,
        lr: float = 0.001, batch_size: int = 64, num_epochs: int = 8,
        num_valid: int = 500, num_test: int = 1500, beam_size: int = 4,
        length_penalty: float = 0.75, to: Literal['symbol', 'onnx'] = 'symbol',
        out: Path = Path('.')) -> dict:
    valid_pairs, test_pairs, pairs = load_data(token, num_valid, num_test)
    vocabs = [d2l.Vocab([list(pair[side]) for pair in pairs], min_freq,
                        reserved_tokens=RESERVED) for side in (0, 1)]
    net = build_net(variant, *map(len, vocabs), num_hiddens, num_layers, dropout,
                    ffn_num_hiddens, num_heads)
    translator = d2l.Translator(d2l.LiveDecoder(net), *vocabs, token, max_steps)
    device = d2l.try_gpu()
    initialize(net, variant, device)
    history, padding = train(net, translator, pairs, valid_pairs, lr, batch_size,
                             num_epochs, device)
    result = {'pairs': {'training': len(pairs), 'validation': len(valid_pairs),
                        'test': len(test_pairs)},
              'vocabulary': {'Chinese': len(vocabs[0]), 'English': len(vocabs[1])},
              'share of padding': padding, **history.record()}
    with device:
        result['test'] = test(translator, test_pairs, beam_size, length_penalty)
        if variant != 'gru':
            result['attention'] = show_attention(net, translator, test_pairs[0][0])
        translator.save(net, out / 'model', to)
    return result


def predict(model, *sentences, beam_size: int = 4, length_penalty: float = 0.75):
    """The English of each Chinese sentence, by the translator in the folder `model`."""
    translator = d2l.load_translator(model)
    for sentence in sentences:
        for remark in translator.remarks(sentence):
            LOG.warning('%s', remark)
    return translator.translate(sentences, beam_size, length_penalty)


if __name__ == '__main__':
    d2l.main(run)
