"""WikiText-2 as BERT's examples: pairs of sentences with words to be predicted.

The page's functions make one example at a time, from lists of words; the data set is
made by `bert_arrays`, whose examples are of the same kind.
"""
from pathlib import Path

import numpy as onp
from mxnet import gluon

from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text
from ..arrays import BatchIterator
from ..toys import articles
from .bert_arrays import (draw_next_sentences, flat_tokens, mask_tokens, num_preds,
                          pair_sentences)
from .segments import SPECIAL_TOKENS, get_tokens_and_segments
from .vocab import Vocab, tokenize

__all__ = ['_read_wiki', '_get_next_sentence', '_get_nsp_data_from_paragraph',
           '_replace_mlm_tokens', '_get_mlm_data_from_tokens', '_pad_bert_inputs',
           '_WikiTextDataset', 'load_data_wiki']

hub.toy('wikitext-2')(articles.write_toy)

MIN_FREQ = 5


def _read_wiki(data_dir) -> list:
    """Paragraphs, each a list of sentences, in small letters and a random order.

    data_dir: the folder of the file ``wiki.train.tokens``. Sentences are strings, cut
    where a full stop stands between spaces; a line with such a stop is a paragraph. If
    the only one ends it, that is a paragraph of one sentence, which has no next one,
    but counts in the vocabulary and may be drawn in place of one. BadData where the
    file is missing, not in UTF-8, or without a paragraph of two sentences.

    Book: 14.9 (sec_bert-dataset)
    """
    file = Path(data_dir) / 'wiki.train.tokens'
    paragraphs = [line.strip().lower().split(' . ')
                  for line in read_text(file).split('\n') if ' . ' in line]
    if not any(paragraph[1:] for paragraph in paragraphs):
        raise BadData(f'{file} must hold paragraphs, one a line, whose sentences end '
                      "with ' . '; none of its lines has two sentences")
    # book: by Python's own random numbers, here and below; those of NumPy are seeded
    onp.random.shuffle(paragraphs)
    return paragraphs


def _get_next_sentence(sentence, next_sentence, paragraphs) -> tuple:
    """(sentence, next_sentence, True) or, by chance, (sentence, any other, False).

    Book: 14.9 (sec_bert-dataset)
    """
    is_next = bool(onp.random.uniform() < 0.5)
    if not is_next:
        paragraph = paragraphs[onp.random.randint(len(paragraphs))]
        next_sentence = paragraph[onp.random.randint(len(paragraph))]
    return sentence, next_sentence, is_next


def _get_nsp_data_from_paragraph(paragraph, paragraphs, vocab, max_len) -> list:
    """A (tokens, segments, is_next) for each two sentences that fit into max_len.

    paragraph: a list of lists of words; paragraphs: of such, for other sentences.

    Book: 14.9 (sec_bert-dataset)
    """
    nsp_data_from_paragraph = []
    for sentence, following in zip(paragraph, paragraph[1:]):
        tokens_a, tokens_b, is_next = _get_next_sentence(sentence, following,
                                                         paragraphs)
        if len(tokens_a) + len(tokens_b) + 3 <= max_len:  # '<cls>' and two '<sep>'
            nsp_data_from_paragraph.append(
                (*get_tokens_and_segments(tokens_a, tokens_b), is_next))
    return nsp_data_from_paragraph


def _replace_mlm_tokens(tokens, candidate_pred_positions, num_mlm_preds, vocab):
    """(tokens with some hidden, [(position, the token there), ...]), in random order.

    Of num_mlm_preds positions, drawn from the candidates, eight in ten get '<mask>',
    one keeps its token, and one gets any token of the vocabulary.

    Book: 14.9 (sec_bert-dataset)
    """
    mlm_input_tokens, pred_positions_and_labels = list(tokens), []
    # book: shuffles the caller's own list
    for position in onp.random.permutation(candidate_pred_positions)[:num_mlm_preds]:
        masked_token = tokens[position]
        if onp.random.uniform() < 0.8:
            masked_token = '<mask>'
        elif onp.random.uniform() < 0.5:
            masked_token = vocab.to_tokens(onp.random.randint(len(vocab)))
        mlm_input_tokens[position] = masked_token
        pred_positions_and_labels.append((int(position), tokens[position]))
    return mlm_input_tokens, pred_positions_and_labels


def _get_mlm_data_from_tokens(tokens, vocab) -> tuple:
    """Numbers of the tokens with some hidden, positions of those, and their numbers.

    Positions rise; there are 15 % of the tokens, and one at least.

    Book: 14.9 (sec_bert-dataset)
    """
    candidate_pred_positions = [i for i, token in enumerate(tokens)
                                if token not in ('<cls>', '<sep>')]
    num_mlm_preds = max(1, round(len(tokens) * 0.15))
    mlm_input_tokens, pred_positions_and_labels = _replace_mlm_tokens(
        tokens, candidate_pred_positions, num_mlm_preds, vocab)
    pred_positions_and_labels.sort()
    return (vocab[mlm_input_tokens],
            [position for position, _ in pred_positions_and_labels],
            vocab[[label for _, label in pred_positions_and_labels]])


def _pad_bert_inputs(examples, max_len, vocab) -> tuple:
    """Seven lists with an array an example: those that a batch of `load_data_wiki` has.

    examples: (token numbers, positions, token numbers there, segments, is_next) each.

    Book: 14.9 (sec_bert-dataset)
    """
    def padded(values, size, dtype='int32', padding=0):
        return onp.array(list(values) + [padding] * (size - len(values)), dtype)

    preds, columns = num_preds(max_len), [[] for _ in range(7)]
    for token_ids, pred_positions, mlm_pred_label_ids, segments, is_next in examples:
        row = (padded(token_ids, max_len, padding=vocab['<pad>']),
               padded(segments, max_len), onp.array(len(token_ids), 'float32'),
               padded(pred_positions, preds),
               padded([1.0] * len(mlm_pred_label_ids), preds, 'float32'),
               padded(mlm_pred_label_ids, preds), onp.array(is_next, 'int32'))
        for column, value in zip(columns, row):
            column.append(value)
    return tuple(columns)


class _WikiTextDataset(gluon.data.Dataset):
    """BERT's examples of paragraphs, drawn once, as NumPy arrays; see `load_data_wiki`.

    paragraphs: as of `_read_wiki`. Attributes: ``vocab``, of the words that occur five
    times; ``arrays``, the seven of all examples, each also under the page's name for
    it. BadData where no pair of sentences fits into max_len.

    Book: 14.9 (sec_bert-dataset)
    """

    def __init__(self, paragraphs, max_len):
        num_preds(max_len)
        sizes = [len(paragraph) for paragraph in paragraphs]
        sentences = tokenize([sentence for paragraph in paragraphs
                              for sentence in paragraph], token='word')
        self.vocab = Vocab(sentences, min_freq=MIN_FREQ, reserved_tokens=SPECIAL_TOKENS)
        tokens, starts, lens = flat_tokens(sentences, self.vocab)
        first, second, is_next = draw_next_sentences(sizes)
        fits = lens[first] + lens[second] + 3 <= max_len
        if not fits.any():
            raise BadData(f'no two sentences have together at most {max_len - 3} '
                          f'tokens: choose a max_len larger than {max_len}')
        both = onp.stack([first[fits], second[fits]])
        token_ids, segments, valid_lens = pair_sentences(
            tokens, starts[both], lens[both], self.vocab, max_len)
        token_ids, *predicted = mask_tokens(token_ids, valid_lens, self.vocab)
        self.arrays = (token_ids, segments, valid_lens, *predicted,
                       is_next[fits].astype('int32'))
        (self.all_token_ids, self.all_segments, self.valid_lens,
         self.all_pred_positions, self.all_mlm_weights, self.all_mlm_labels,
         self.nsp_labels) = self.arrays

    def __getitem__(self, idx):
        return tuple(array[idx] for array in self.arrays)

    def __len__(self):
        return len(self.nsp_labels)


def load_data_wiki(batch_size: int, max_len: int) -> tuple:
    """Batches of WikiText-2's examples for pretraining BERT, shuffled, and the `Vocab`.

    A batch has seven arrays: token numbers and segments (batch, max_len), valid lengths
    (batch,), positions of words to be predicted, their weights, 0 for padding, and the
    words' numbers (batch, 15 % of max_len), and whether the second sentence follows the
    first (batch,); int32, lengths and weights float32. Which words are hidden is drawn
    here, not anew for each pass. InputError for max_len below 5; BadData as of
    `_read_wiki`, and where no pair of sentences fits.

    Book: 14.9 (sec_bert-dataset)
    """
    data_dir = hub.download_extract('wikitext-2', 'wikitext-2')
    train_set = _WikiTextDataset(_read_wiki(data_dir), max_len)
    return BatchIterator(train_set.arrays, batch_size, shuffle=True), train_set.vocab
