"""What networks of chapter 15 say of texts and of pairs of them, and their batches."""
import logging

from mxnet import np, npx

from ..data.text.imdb import pad_lines
from ..data.text.snli import SNLI_RELATIONS, tokenize_snli
from ..data.text.vocab import Vocab, unknown_remarks
from ..errors import InputError
from ..runtime.checks import listed
from ..runtime.devices import split_batch, try_gpu

__all__ = ['predict_sentiment', 'judge_texts', 'split_batch_multi_inputs',
           'predict_snli', 'judge_pairs']

LOG = logging.getLogger('d2lmx')
SENTIMENTS = 'negative', 'positive'  # by label
BATCH_SIZE = 64                      # texts judged at once


def predict_sentiment(net, vocab, sequence: str) -> str:
    """'positive' or 'negative', whichever a text's score is higher for.

    net: ``net(X) -> scores (1, 2)`` of X (1, tokens), numbers of the text's words.
    InputError for a text without any.

    Book: 15.2 (sec_sentiment_rnn)
    """
    tokens = words_of(sequence)
    X = np.array([vocab[tokens]], dtype='int32', ctx=try_gpu())
    return SENTIMENTS[int(net(X).argmax(axis=1))]


def judge_texts(model, texts) -> list:
    """For each text a dict of the text, its 'sentiment' and 'probabilities' of both.

    model: of `load_model`, about reviews: it has a 'vocabulary', which splits and
    numbers as `load_data_imdb` does, and 'num_steps', the words of a text that are
    read. Warns in the log 'd2lmx' of words that are unknown, and of those not read.
    InputError for a text without a word.

    Ours, for 15.2
    """
    vocab = Vocab(reserved_tokens=model.about['vocabulary'])
    num_steps, lines = model.about['num_steps'], list(map(words_of, texts))
    for line in lines:
        remark(line, vocab, num_steps)
    results = []
    for start in range(0, len(lines), BATCH_SIZE):
        batch = lines[start:start + BATCH_SIZE]
        X = pad_lines(batch, vocab, min(num_steps, max(map(len, batch))))
        for p in npx.softmax(model(X)).asnumpy():
            results.append({'text': texts[len(results)],
                            'sentiment': SENTIMENTS[int(p.argmax())],
                            'probabilities': dict(zip(SENTIMENTS, map(float, p)))})
    return results


def words_of(text: str) -> list:
    """The words of a text; InputError where there is none."""
    words = text.split()
    if not words:
        raise InputError(f'there is nothing to judge in {text!r}: give a text of at '
                         'least one word')
    return words


def remark(words, vocab, num_steps) -> None:
    """Warn of what a reader should know of a text's judgement."""
    if len(words) > num_steps:
        LOG.warning('a text has %d words: only the first %d are read', len(words),
                    num_steps)
    for line in unknown_remarks(words[:num_steps], vocab):
        LOG.warning('%s', line)


def split_batch_multi_inputs(X, y, devices):
    """Shards of a batch with several inputs: (list of X shards, list of y shards).

    X: arrays (batch, ...), each of which is split as `split_batch` splits one; a shard
    is a tuple of their parts. y (batch, ...). Errors as of `split_batch`.

    Book: 15.5 (sec_natural-language-inference-attention)
    """
    parts = [split_batch(array, y, devices) for array in X]
    return list(zip(*(shards for shards, _ in parts))), parts[0][1]


def predict_snli(net, vocab, premise, hypothesis) -> str:
    """How two sentences, lists of tokens, are related: one of `SNLI_RELATIONS`.

    net: ``net([premises, hypotheses]) -> scores (batch, 3)``, on the first device.
    InputError for a sentence without tokens.

    Book: 15.5 (sec_natural-language-inference-attention)
    """
    # book: takes text for one token, which is unknown
    sentences = [sentence.split() if isinstance(sentence, str) else sentence
                 for sentence in (premise, hypothesis)]
    if not all(map(len, sentences)):
        raise InputError('premise and hypothesis must have a token at least, got '
                         f'{premise!r} and {hypothesis!r}')
    scores = net([np.array([vocab[list(tokens)]], dtype='int32', ctx=try_gpu())
                  for tokens in sentences])
    return SNLI_RELATIONS[int(scores.argmax())]


def judge_pairs(model, pairs, arrays_of) -> list:
    """For each pair of sentences a dict of 'premise', 'hypothesis', 'relation' and the
    'probabilities' of all relations.

    model: of `load_model`; its 'relations' are those that it scores. arrays_of:
    ``arrays_of(premise, hypothesis)`` makes its inputs, a batch of one, of two lists of
    tokens, as of `tokenize_snli`. InputError for a sentence without a token.

    Ours, for 15.5
    """
    results = []
    for premise, hypothesis in pairs:
        tokens = [tokenize_snli(sentence) for sentence in (premise, hypothesis)]
        if not all(tokens):
            raise InputError('premise and hypothesis must be sentences, got one '
                             'without a word')
        p, = npx.softmax(model(*arrays_of(*tokens))).asnumpy()
        relations = listed(model, 'relations', len(p))
        results.append({'premise': premise, 'hypothesis': hypothesis,
                        'relation': relations[int(p.argmax())],
                        'probabilities': dict(zip(relations, map(float, p)))})
    return results
