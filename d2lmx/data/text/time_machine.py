"""The Time Machine by H. G. Wells: lines, corpus and batches; and a toy text."""
import io
import re
import textwrap

import numpy as onp

from ...context import current
from ...files import hub
from ...files.reading import read_text
from .sequences import seq_data_iter_random, seq_data_iter_sequential
from .vocab import Vocab, tokenize

__all__ = ['read_time_machine', 'load_corpus_time_machine', 'SeqDataLoader',
           'load_data_time_machine']

TOY_PARAGRAPHS = 150
TOY_PATTERNS = (  # words in capitals are drawn from the lists below
    'The PERSON VERB the THING.',
    'The Time Traveller VERB the THING of the PLACE.',
    'In the PLACE the PERSON VERB a QUALITY THING.',
    'And the Time Traveller said: "The THING is QUALITY."',
    'For NUMBER years the QUALITY THING VERB the PLACE.',
    'It was QUALITY, and the PERSON VERB me.',
)
TOY_WORDS = {  # from frequent to rare
    'PERSON': 'Time_Traveller Psychologist Editor Medical_Man Provincial_Mayor '
              'Very_Young_Man Journalist'.split(),
    'VERB': 'saw followed left knew examined lost questioned'.split(),
    'THING': 'machine lamp fire lever model sphinx axis dial puzzle'.split(),
    'QUALITY': 'white strange dark little broken complex azure'.split(),
    'PLACE': 'future valley laboratory garden night world sky'.split(),
    'NUMBER': 'two three ten a_hundred eight_hundred_thousand'.split(),
}


@hub.toy('time_machine')
def write_toy(path, rng) -> None:
    """Write sentences about a time traveller, wrapped into lines as in the book."""
    def word(kind):
        words = TOY_WORDS[kind]
        share = 1 / onp.arange(1, len(words) + 1)  # Zipf's law
        place = onp.searchsorted(onp.cumsum(share / share.sum()), rng.uniform())
        return words[min(place, len(words) - 1)].replace('_', ' ')

    def sentence():
        pattern = TOY_PATTERNS[rng.randint(len(TOY_PATTERNS))]
        return re.sub('[A-Z]{4,}', lambda match: word(match[0]), pattern)

    paragraphs = ['The Time Machine, a toy text', '', '', 'I', '']
    for _ in range(TOY_PARAGRAPHS):
        text = ' '.join(sentence() for _ in range(rng.randint(3, 9)))
        paragraphs += [*textwrap.wrap(text, 66), '']
    with open(path, 'w', encoding='ascii', newline='\n') as file:
        file.write('\n'.join(paragraphs))


def read_time_machine() -> list:
    """The book's lines, in small letters; whatever is no letter becomes one space.

    ValueError that names the line where the file is not in UTF-8.

    Book: 8.2 (sec_text_preprocessing)
    """
    lines = io.StringIO(read_text(hub.download('time_machine')))
    return [re.sub('[^A-Za-z]+', ' ', line).strip().lower() for line in lines]


def load_corpus_time_machine(max_tokens: int = -1):
    """The text as a list of numbers of characters, and the `Vocab` of the characters.

    max_tokens: how many of them to give, if above 0; the vocabulary is that of all.

    Book: 8.2 (sec_text_preprocessing)
    """
    tokens = tokenize(read_time_machine(), 'char')
    vocab = Vocab(tokens)
    corpus = [vocab[token] for line in tokens for token in line]
    return corpus[:max_tokens] if max_tokens > 0 else corpus, vocab


class SeqDataLoader:
    """Batches of sequences of the Time Machine's characters, for pass after pass.

    A pass gives pairs X, Y (batch_size, num_steps) as `seq_data_iter_random` makes
    them, or `seq_data_iter_sequential` without `use_random_iter`; each starts at
    another random token. max_tokens as in `load_corpus_time_machine`. ValueError where
    the corpus is too short for a batch. A worker of ``d2lmx launch`` gets its rows of
    batches that are as large as all workers' together, always the same ones, so that a
    row still goes on where it was.

    Attributes: ``corpus``, a NumPy array; ``vocab``; ``batch_size``; ``num_steps``.

    Book: 8.3 (sec_language_model)
    """

    is_shared = True  # among workers, by itself

    def __init__(self, batch_size: int, num_steps: int, use_random_iter: bool,
                 max_tokens: int):
        self.data_iter_fn = (seq_data_iter_random if use_random_iter
                             else seq_data_iter_sequential)
        corpus, self.vocab = load_corpus_time_machine(max_tokens)
        self.corpus = onp.array(corpus, dtype='int32')
        self.batch_size, self.num_steps = batch_size, num_steps
        iter(self)  # complains now, if at all

    def __iter__(self):
        size = current().workers.size
        pairs = self.data_iter_fn(self.corpus, self.batch_size * size, self.num_steps)
        return pairs if size == 1 else map(own_rows, pairs)


def own_rows(pair):
    """This worker's rows of both arrays."""
    rows = current().workers.part(onp.arange(len(pair[0])))
    return [array[int(rows[0]):int(rows[-1]) + 1] for array in pair]


def load_data_time_machine(batch_size: int, num_steps: int,
                           use_random_iter: bool = False, max_tokens: int = 10000):
    """A `SeqDataLoader` over the Time Machine's first characters, and their `Vocab`.

    Batches: X, Y (batch_size, num_steps), numbers of characters, Y one step further.

    Book: 8.3 (sec_language_model)
    """
    data_iter = SeqDataLoader(batch_size, num_steps, use_random_iter, max_tokens)
    return data_iter, data_iter.vocab
