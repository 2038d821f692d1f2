"""Text preprocessing (文本预处理)

Source: chapter_recurrent-neural-networks/text-preprocessing
"""
from typing import Literal

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict()
PRINTED = [({}, {'text/lines': (3221, 3221, 3221),
                 'characters/corpus': (170580, 170580, 170580),
                 'characters/vocabulary': (28, 28, 28)})]

CHINESE = ('时间旅行者向我们解释了一个深奥的问题。', '他说时间只是空间的一种。')


def read_the_text():
    """How many lines there are, and two of them."""
    lines = d2l.read_time_machine()
    return {'lines': len(lines), 'line 0': lines[0], 'line 10': lines[10]}


def tokens_of_lines():
    """The words of the first eleven lines."""
    return d2l.tokenize(d2l.read_time_machine())[:11]


def vocabulary():
    """The most frequent words with their numbers, and two lines in numbers."""
    tokens = d2l.tokenize(d2l.read_time_machine())
    vocab = d2l.Vocab(tokens)
    return {'numbers': dict(list(vocab.token_to_idx.items())[:10]),
            **{f'line {i}': {'words': tokens[i], 'indices': vocab[tokens[i]]}
               for i in (0, 10)}}


def corpus_of_characters():
    """How many characters the text has, and how many different ones (and '<unk>')."""
    corpus, vocab = d2l.load_corpus_time_machine()
    return {'corpus': len(corpus), 'vocabulary': len(vocab)}


def chinese_text(token):
    """Two sentences, which no spaces divide, as tokens and as numbers."""
    # book: English only
    tokens = d2l.tokenize(CHINESE, token)
    vocab = d2l.Vocab(tokens)
    return {'tokens': tokens, 'indices': [vocab[line] for line in tokens],
            'most frequent': vocab.token_freqs[0]}


def run(*, chinese: Literal['char', 'jieba'] = 'char') -> dict:
    """chinese: whether Chinese is cut into characters, or into words by jieba."""
    return {'text': read_the_text(), 'tokens': tokens_of_lines(),
            'words': vocabulary(), 'characters': corpus_of_characters(),
            'Chinese': chinese_text(chinese)}


if __name__ == '__main__':
    d2l.main(run)
