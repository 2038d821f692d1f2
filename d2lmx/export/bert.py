"""A pretrained BERT as a folder: the book's two files, and what they are made for.

``pretrained.params`` holds arrays by structural name, ``vocab.json`` the list of all
tokens. Both are data: nothing in them is run.
"""
import json
from pathlib import Path

from ..data.text.segments import SPECIAL_TOKENS
from ..data.text.vocab import Vocab
from ..errors import MissingFile
from ..files.archives import BadData
from ..files.whole import whole_folder
from ..models.bert import BERTModel
from .parameters import load_parameters
from .reading import read_json

__all__ = ['BERT_SIZES', 'save_bert', 'load_bert', 'read_bert_vocab', 'bert_sizes']

PARAMS, VOCAB, SIZES = 'pretrained.params', 'vocab.json', 'sizes.json'
BERT_SIZES = ('num_hiddens', 'ffn_num_hiddens', 'num_heads', 'num_layers', 'max_len')
LARGEST = 10 ** 5  # of any of them


def save_bert(folder, net, vocab, **sizes) -> Path:
    """Write a `BERTModel`, its `Vocab` and its sizes; the folder appears whole.

    sizes: all BERT_SIZES.

    Ours, for 14.10
    """
    with whole_folder(folder) as part:
        net.save_parameters(str(part / PARAMS))
        for name, content in [(VOCAB, vocab.idx_to_token),
                              (SIZES, {name: sizes[name] for name in BERT_SIZES})]:
            (part / name).write_text(json.dumps(content, ensure_ascii=False) + '\n',
                                     encoding='utf-8')
    return Path(folder)


def bert_sizes(folder) -> dict:
    """The sizes that `save_bert` wrote, by name; {} in a folder of the book's.

    BadData where they are no whole numbers.

    Ours, for 15.7
    """
    file = Path(folder) / SIZES
    if not file.is_file():
        return {}
    sizes = read_json(file)
    if not isinstance(sizes, dict) or set(sizes) != set(BERT_SIZES) or not all(
            type(n) is int and 1 <= n <= LARGEST for n in sizes.values()):
        raise BadData(f'{file} must hold whole numbers from 1 to {LARGEST} for '
                      f'{", ".join(BERT_SIZES)}: pretrain again')
    return sizes


def read_bert_vocab(folder) -> Vocab:
    """The vocabulary of a pretrained BERT.

    BadData where the file is no list of different tokens, '<unk>' the first and the
    other special ones among them; FileNotFoundError where there is none.

    Ours, for 15.7
    """
    file = Path(folder) / VOCAB
    if not file.is_file():
        raise MissingFile(f'there is no pretrained BERT, no file {file}: `d2lmx run '
                          '14.10` writes one into results/14.10_bert_pretraining/'
                          'pretrained')
    tokens = read_json(file)
    if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
        raise BadData(f'{file} must hold a JSON list of tokens')
    missing = [token for token in ('<unk>', *SPECIAL_TOKENS) if token not in tokens]
    fault = (f'it has no {", ".join(missing)}' if missing else
             'a token stands twice' if len(set(tokens)) < len(tokens) else
             "'<unk>' must be the first" if tokens[0] != '<unk>' else '')
    if fault:
        raise BadData(f'{file} is no vocabulary of a BERT: {fault}')
    return Vocab(reserved_tokens=tokens)


def load_bert(folder, num_hiddens, ffn_num_hiddens, num_heads, num_layers, dropout,
              max_len, devices) -> tuple:
    """The `BERTModel` of a folder, on the devices, and its `Vocab`.

    The arguments are those of `BERTModel`. InputError, in a line, that names the first
    parameter which is missing, left over, or of another shape; others as of
    `read_bert_vocab`.

    Ours, for 15.7
    """
    vocab = read_bert_vocab(folder)
    bert = BERTModel(len(vocab), num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                     dropout, max_len)
    load_parameters(bert, Path(folder) / PARAMS, device=devices)
    return bert, vocab
