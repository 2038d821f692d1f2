"""Sentence pairs for translation: English and French, as tokens and as batches."""
import re
from pathlib import Path

import numpy as onp
from mxnet import np

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import first_line, read_text
from ...runtime.checks import check_whole
from ..arrays import load_array
from ..toys.phrases import write_toy
from .vocab import Vocab

__all__ = ['read_data_nmt', 'preprocess_nmt', 'tokenize_nmt', 'truncate_pad',
           'build_array_nmt', 'load_data_nmt', 'random_batch_nmt', 'NMT_SENTENCES',
           'NMT_SRC_SIZE', 'NMT_TGT_SIZE']

hub.toy('fra-eng')(write_toy)

RESERVED = ('<pad>', '<bos>', '<eos>')
MIN_FREQ = 2  # rarer tokens are unknown

# what the book's translators are tried on
NMT_SENTENCES = {'go .': 'va !', 'i lost .': "j'ai perdu .",
                 "he's calm .": 'il est calme .', "i'm home .": 'je suis chez moi .'}
# tokens in the vocabularies that `load_data_nmt` makes of the book's file by default
NMT_SRC_SIZE, NMT_TGT_SIZE = 184, 201


def read_data_nmt() -> str:
    """The text of sentence pairs: lines of English, a tab, and French.

    What follows another tab, such as whom the pair is owed to, is no part of it.
    BadData where the file is missing, not in UTF-8, or holds no such line.

    Book: 9.5 (sec_machine_translation)
    """
    file = Path(hub.download_extract('fra-eng')) / 'fra.txt'
    text = read_text(file)
    if '\t' not in text:
        raise BadData(f'{file} must hold lines of English, a tab and French, and has '
                      f'no tab; line 1 is {first_line(text)}')
    return text


def preprocess_nmt(text: str) -> str:
    """Text in small letters, with plain spaces, and one before each of , . ! ?

    Book: 9.5 (sec_machine_translation)
    """
    text = text.replace('\u202f', ' ').replace('\xa0', ' ').lower()
    return re.sub('(?<=[^ ])([,.!?])', r' \1', text)


def tokenize_nmt(text: str, num_examples: int = None):
    """Tokens of the first num_examples lines (None: all): (source, target) lists.

    text: as `preprocess_nmt` returns it. Lines without a tab give no pair; of more than
    two columns the first two count.

    Book: 9.5 (sec_machine_translation)
    """
    # book: one line more than num_examples
    pairs = [line.split('\t') for line in text.split('\n')[:num_examples]]
    # book: drops lines of three columns, as today's file has them throughout
    pairs = [pair for pair in pairs if len(pair) >= 2]
    return tuple([pair[side].split(' ') for pair in pairs] for side in (0, 1))


def truncate_pad(line, num_steps: int, padding_token) -> list:
    """The first num_steps tokens of a line, or the line and padding to that length.

    Book: 9.5 (sec_machine_translation)
    """
    return list(line[:num_steps]) + [padding_token] * (num_steps - len(line))


def build_array_nmt(lines, vocab, num_steps: int):
    """Lines of tokens as numbers: arrays (lines, num_steps) and (lines,), both int32.

    Each line ends with '<eos>', unless it is cut, and is padded with '<pad>'. The
    second array counts the tokens that are no padding.

    Book: 9.5 (sec_machine_translation)
    """
    ends, pad = [vocab['<eos>']], vocab['<pad>']
    rows = [truncate_pad(vocab[line] + ends, num_steps, pad) for line in lines]
    array = onp.array(rows, dtype='int32').reshape(-1, num_steps)
    return array, (array != pad).sum(axis=1).astype('int32')


def load_data_nmt(batch_size: int, num_steps: int, num_examples: int = 600):
    """Batches of sentence pairs, shuffled, and the two vocabularies: source and target.

    A batch is X (batch, num_steps), its valid lengths (batch,), Y (batch, num_steps)
    and its valid lengths, all int32. Tokens that occur once only are '<unk>'.
    num_examples: how many lines of the text are used; None means all. ValueError for
    sizes below 1, and where these lines hold no pair.

    Book: 9.5 (sec_machine_translation)
    """
    check_whole(num_steps=num_steps)
    if num_examples is not None:
        check_whole(num_examples=num_examples)
    lines = read_data_nmt().split('\n')[:num_examples]  # book: prepares the whole text
    source, target = tokenize_nmt(preprocess_nmt('\n'.join(lines)))
    if not source:
        raise InputError(f'the first {len(lines)} lines of fra.txt hold no sentence '
                         'pair, which is English, a tab and French: choose more '
                         'num_examples')
    src_vocab, tgt_vocab = (Vocab(side, MIN_FREQ, reserved_tokens=list(RESERVED))
                            for side in (source, target))
    arrays = (*build_array_nmt(source, src_vocab, num_steps),
              *build_array_nmt(target, tgt_vocab, num_steps))
    return load_array(arrays, batch_size), src_vocab, tgt_vocab


def random_batch_nmt(batch_size: int = 2, num_steps: int = 10):
    """Random X, dec_X (batch_size, num_steps) and valid_lens (batch_size,), all int32.

    Inputs to try a translator on, whose vocabularies have at least NMT_SRC_SIZE tokens.

    Ours, for 9.7, 10.4 and 10.7
    """
    X, dec_X = np.random.randint(0, NMT_SRC_SIZE, size=(2, batch_size, num_steps),
                                 dtype='int32')
    valid_lens = np.random.randint(1, num_steps + 1, size=(batch_size,), dtype='int32')
    return X, dec_X, valid_lens
