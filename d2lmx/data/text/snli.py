"""SNLI: pairs of sentences, and whether the first implies the second."""
import re
from pathlib import Path

import numpy as onp
from mxnet import gluon, np

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import first_line, read_text
from ...runtime.checks import check_whole
from ..arrays import BatchIterator, copied
from ..toys import inference as toy_inference
from .vocab import Vocab, tokenize

__all__ = ['SNLI_RELATIONS', 'read_snli', 'tokenize_snli', 'SNLIDataset',
           'load_data_snli']

hub.toy('SNLI')(toy_inference.write_toy)

SNLI_RELATIONS = ['entailment', 'contradiction', 'neutral']  # by their numbers
UNDECIDED = '-'  # in place of a relation: the annotators do not agree
COLUMNS = ['gold_label', 'sentence1_binary_parse', 'sentence2_binary_parse']
NO_BRACKETS = str.maketrans('', '', '()')
MIN_FREQ = 5  # rarer tokens are unknown
# "don't" is do n't, "Tom's" is Tom 's; what holds letters together stays in the word
TOKEN = re.compile(r"\w+?(?=n't\b)|n't\b|'(?:s|m|d|re|ve|ll)\b|\w+(?:[-.,/&]\w+)*|\S",
                   re.IGNORECASE)
BRACKETS = {'(': '-LRB-', ')': '-RRB-'}
QUOTES = str.maketrans('‘’“”', '\'\'""')  # as a word processor writes them


def read_snli(data_dir, is_train: bool):
    """Premises, hypotheses and the numbers of their relations in `SNLI_RELATIONS`.

    Three lists, of the training or the test part of SNLI in a folder. A sentence is
    its tokens with spaces between them. Pairs that the annotators do not agree on are
    left out. BadData, a ValueError, that names the file, and the line, where it is
    missing, not in UTF-8, without a column, without pairs, or has another relation.

    Book: 15.4 (sec_natural-language-inference-and-dataset)
    """
    part = 'train' if is_train else 'test'
    file = Path(data_dir) / f'snli_1.0_{part}.txt'
    text = read_text(file)
    header, *lines = text.split('\n')
    names = header.split('\t')
    if not set(COLUMNS) <= set(names):
        raise BadData(f'{file} must begin with the names of its columns, separated by '
                      f'tabs, {", ".join(COLUMNS)} among them; line 1 is '
                      f'{first_line(text)}')
    # book: the first three columns, whatever they are called
    places, numbers = [names.index(name) for name in COLUMNS], range(2, len(lines) + 2)
    pairs = [_pair(file, number, line.split('\t'), places)
             for number, line in zip(numbers, lines) if line.strip()]
    pairs = [pair for pair in pairs if pair is not None]
    if not pairs:
        raise BadData(f'{file} holds no pair with a relation: put the file of SNLI '
                      'there')
    return tuple(map(list, zip(*pairs)))


def _pair(file, number, row, places):
    """(premise, hypothesis, relation) of a line's columns; None for an undecided one.
    """
    needed = max(places) + 1
    if len(row) < needed:
        raise BadData(f'{file}, line {number} has {len(row)} columns and must have '
                      f'{needed} at least: put a whole file there')
    relation, premise, hypothesis = (row[place] for place in places)
    if relation == UNDECIDED:
        return None
    if relation not in SNLI_RELATIONS:
        # book: leaves it out
        raise BadData(f'{file}, line {number}: the relation must be one of '
                      f'{", ".join(SNLI_RELATIONS)}, or {UNDECIDED} where there is '
                      f'none, got {relation[:60]!r}')
    premise, hypothesis = (' '.join(parse.translate(NO_BRACKETS).split())
                           for parse in (premise, hypothesis))
    return premise, hypothesis, SNLI_RELATIONS.index(relation)


def tokenize_snli(text: str) -> list:
    """Tokens of an English sentence, as those of SNLI are: large letters stay large.

    Ours, for 15.4, whose file comes in tokens
    """
    return [BRACKETS.get(token, token)
            for token in TOKEN.findall(text.translate(QUOTES))]


class SNLIDataset(gluon.data.Dataset):
    """Pairs of sentences as token numbers, and the numbers of their relations.

    An example is (premise, hypothesis), each (num_steps,), int32, and the relation,
    int32: MXNet arrays. Sentences are cut, or padded with '<pad>', to num_steps.

    Parameters
    ----------
    dataset
        As `read_snli` returns it.
    num_steps
        Tokens of a sentence, at least 1.
    vocab
        The `Vocab`, with '<pad>' in it, else InputError; None: that of these
        sentences, without tokens that occur fewer than five times.

    Attributes: ``vocab``, ``num_steps``; ``premises`` and ``hypotheses`` (examples,
    num_steps) and ``labels`` (examples,), NumPy arrays, int32.

    Book: 15.4 (sec_natural-language-inference-and-dataset)
    """

    def __init__(self, dataset, num_steps: int, vocab=None):
        check_whole(num_steps=num_steps)
        self.num_steps = num_steps
        premises, hypotheses = map(tokenize, dataset[:2])
        if vocab is None:
            vocab = Vocab(premises + hypotheses, MIN_FREQ, reserved_tokens=['<pad>'])
        if '<pad>' not in vocab:
            raise InputError("the vocabulary has no token '<pad>': make it with "
                             "reserved_tokens=['<pad>']")
        self.vocab = vocab
        self.premises, self.hypotheses = map(self._pad, (premises, hypotheses))
        self.labels = onp.array(dataset[2], dtype='int32')
        # book: prints how many are read; here the section does

    def _pad(self, lines):
        """Lists of tokens as numbers: (lines, num_steps), int32."""
        lines = [line[:self.num_steps] for line in lines]
        lens = onp.array([len(line) for line in lines], dtype='int32')
        array = onp.full((len(lines), self.num_steps), self.vocab['<pad>'], 'int32')
        array[onp.arange(self.num_steps) < lens[:, None]] = [
            self.vocab[token] for line in lines for token in line]
        return array

    def __getitem__(self, idx):
        return tuple(np.array(array[idx], dtype='int32') for array in (
            self.premises, self.hypotheses)), np.array(self.labels[idx], dtype='int32')

    def __len__(self):
        return len(self.labels)


class SNLIBatches(BatchIterator):
    """Batches X, y of an `SNLIDataset`: X is a list of premises and hypotheses.

    width: as of `load_data_snli`.
    """

    def __init__(self, dataset, batch_size: int, shuffle: bool, width: int = 0):
        super().__init__((dataset.premises, dataset.hypotheses, dataset.labels),
                         batch_size, shuffle)
        check_whole(0, width=width)
        self.dataset, self.width = dataset, width

    def rows(self):
        for *sentences, labels in super().rows():
            yield [*map(self._cut, sentences), labels]

    def _cut(self, sentences):
        """(batch, num_steps) without what is padding in all of them, up to `width`."""
        if not self.width:
            return sentences
        is_used = (sentences != self.dataset.vocab['<pad>']).any(axis=0)
        steps = max(1, -(-int(is_used.sum()) // self.width)) * self.width
        return sentences[:, :steps]

    def __iter__(self):
        for rows in self.rows():
            premises, hypotheses, labels = map(copied, rows)
            yield [premises, hypotheses], labels


def load_data_snli(batch_size: int, num_steps: int = 50, *, width: int = 0):
    """Batches to train on, shuffled, batches to test on, and the `Vocab` of the former.

    A batch is X, a list of premises and hypotheses, (batch, num_steps) each, and y
    (batch,), all int32, as in an `SNLIDataset`, which each has as ``dataset``. The last
    batch holds what is left. width above 0: both sides of a batch are only as long as
    its longest sentence, or up to width - 1 longer, a multiple of width; that is for
    networks to which padding means nothing.

    Book: 15.4 (sec_natural-language-inference-and-dataset)
    """
    data_dir = hub.download_extract('SNLI')
    train_set = SNLIDataset(read_snli(data_dir, True), num_steps)
    test_set = SNLIDataset(read_snli(data_dir, False), num_steps, train_set.vocab)
    return (SNLIBatches(train_set, batch_size, True, width),
            SNLIBatches(test_set, batch_size, False, width), train_set.vocab)
