"""Translators: networks with vocabularies and rules for text."""
import json
from pathlib import Path

import numpy as onp
from mxnet import np

from ..data.text.buckets import padded
from ..data.text.cmn_eng import join_english, tokenize_chinese
from ..data.text.vocab import Vocab, unknown_remarks
from ..errors import InputError, MissingFile
from ..export.encoder_decoder import export_encoder_decoder, load_encoder_decoder
from ..export.reading import read_json
from ..export.tracing import last_line
from ..files.archives import BadData
from ..files.whole import whole_file
from ..models.decoding import beam_search, greedy_search

__all__ = ['Translator', 'load_translator']

BATCH_SIZE = 64  # sentences translated at once
WIDTH = 4        # lengths of batches are multiples of it
EXAMPLES = (2, 5), (1, 4), (3, 8)  # batches, lengths: what exported graphs are tried on
ABOUT = 'translator.json'
TOKENS = ('char', 'jieba')
MOST_STEPS, MOST_BEAMS, MOST_PENALTY = 10_000, 1000, 10


class Translator:
    """From Chinese text to English text, by a trained network, live or exported.

    Parameters
    ----------
    decoder
        What the searches use: a `LiveDecoder`, or what `load_encoder_decoder` returns.
    src_vocab, tgt_vocab
        With '<pad>' and '<eos>', and '<bos>' in the second.
    token
        'char' or 'jieba', as of `tokenize_chinese`.
    max_steps
        Tokens, '<eos>' included, that are read and written at most.

    Ours, for 9.7 and 9.8
    """

    def __init__(self, decoder, src_vocab, tgt_vocab, token='char', max_steps=50):
        self.decoder = decoder
        self.src_vocab, self.tgt_vocab = src_vocab, tgt_vocab
        self.token, self.max_steps = token, max_steps

    def translate(self, sentences, beam_size: int = 4,
                  length_penalty: float = 0.75) -> list:
        """The English of each Chinese sentence, a list of strings.

        ValueError for a sentence without any token; see `remarks` for what else may be
        wrong with one.
        """
        lines = [self.tokens(sentence) for sentence in sentences]
        return [join_english(self.words(found))
                for found in self.search(lines, beam_size, length_penalty)]

    def tokens(self, sentence: str) -> list:
        """The tokens of a sentence; ValueError where there is none."""
        found = tokenize_chinese(sentence, self.token)
        if not found:
            raise InputError(f'there is nothing to translate in {sentence!r}: give '
                             'some Chinese text')
        return found

    def remarks(self, sentence: str) -> list:
        """What a reader should know of a sentence's translation: lines of text."""
        tokens, found = self.tokens(sentence), []
        if len(tokens) >= self.max_steps:
            found.append(f'the sentence has {len(tokens)} tokens: only the first '
                         f'{self.max_steps - 1} are translated')
        return found + unknown_remarks(tokens, self.src_vocab)

    def search(self, lines, beam_size: int = 1, length_penalty: float = 0.75) -> list:
        """The best `Hypothesis` for each list of tokens, which stand in any order.

        beam_size 1: greedy search. Sentences of like lengths are translated together.
        ValueError unless beam_size is 1 to 1000, and length_penalty 0 to 10.
        """
        if not 1 <= beam_size <= MOST_BEAMS:
            raise InputError(f'beam_size must be 1 to {MOST_BEAMS}, got {beam_size}')
        if not 0 <= length_penalty <= MOST_PENALTY:
            raise InputError(f'length_penalty must be 0 to {MOST_PENALTY}, got '
                             f'{length_penalty}')
        numbers = [self.numbers(line) for line in lines]
        order = sorted(range(len(lines)), key=lambda i: len(numbers[i]))
        found = [None] * len(lines)
        for start in range(0, len(order), BATCH_SIZE):
            chosen = order[start:start + BATCH_SIZE]
            best = self._search_batch([numbers[i] for i in chosen], beam_size,
                                      length_penalty)
            for i, hypothesis in zip(chosen, best):
                found[i] = hypothesis
        return found

    def _search_batch(self, lines, beam_size, length_penalty):
        longest = -(-max(map(len, lines)) // WIDTH) * WIDTH
        state = self.decoder.start(*padded(lines, longest, self.src_vocab['<pad>']))
        ends = self.tgt_vocab['<bos>'], self.tgt_vocab['<eos>']
        if beam_size == 1:
            return greedy_search(self.decoder, state, len(lines), *ends, self.max_steps)
        beams = beam_search(self.decoder, state, len(lines), *ends, self.max_steps,
                            beam_size, length_penalty)
        return [beam[0] for beam in beams]

    def numbers(self, tokens) -> list:
        """What the network reads: numbers of tokens, perhaps cut, and '<eos>'."""
        return (self.src_vocab[list(tokens[:self.max_steps - 1])]
                + [self.src_vocab['<eos>']])

    def words(self, hypothesis) -> list:
        """The target tokens of a `Hypothesis`."""
        return self.tgt_vocab.to_tokens(hypothesis.tokens)

    def save(self, net, folder, kind: str = 'symbol') -> None:
        """Write the network as exported graphs, and all else as JSON, into a folder.

        net: the trained `EncoderDecoder`. kind: 'symbol' or 'onnx'. The graphs are
        compared with it, see `export_encoder_decoder`; `load_translator` reads the
        folder.
        """
        folder = Path(folder)
        export_encoder_decoder(net, [self._example(*size) for size in EXAMPLES],
                               folder / 'net', kind)
        about = {'token': self.token, 'max_steps': self.max_steps,
                 'source': self.src_vocab.idx_to_token,
                 'target': self.tgt_vocab.idx_to_token}
        with whole_file(folder / ABOUT) as part:
            part.write_text(json.dumps(about, ensure_ascii=False) + '\n',
                            encoding='utf-8')

    def _example(self, batch_size, num_steps):
        """Any tokens, as the network takes them."""
        tokens = onp.arange(batch_size * num_steps).reshape(batch_size, num_steps)
        lens = num_steps - onp.arange(batch_size)
        return [np.array(array, dtype='int32') for array in
                (tokens % len(self.src_vocab), tokens % len(self.tgt_vocab), lens)]


def load_translator(folder) -> Translator:
    """The `Translator` that its `save` wrote into a folder.

    FileNotFoundError where there is none; BadData, a ValueError, naming the file that
    is damaged; ImportError where its graphs are ONNX and onnxruntime is missing.

    Ours
    """
    file = Path(folder) / ABOUT
    if not file.is_file():
        raise MissingFile(f'there is no translator, no file {file}: train one with '
                          '`d2lmx run translator`, or name its folder with '
                          '--model')
    about = read_json(file)
    fault = _fault(about)
    if fault:
        raise BadData(f'{file} is damaged: {fault}. Train the translator again')
    # the first token of a vocabulary, '<unk>', is there by itself
    vocabs = [Vocab(reserved_tokens=about[side][1:]) for side in ('source', 'target')]
    translator = Translator(load_encoder_decoder(Path(folder) / 'net'), *vocabs,
                            about['token'], about['max_steps'])
    _try(translator, folder)
    return translator


def _fault(about) -> str:
    """What is wrong with the content of a translator's file, or ''."""
    if not isinstance(about, dict):
        return 'it holds no names and values'
    if about.get('token') not in TOKENS:
        return f'token is none of {", ".join(TOKENS)}'
    steps = about.get('max_steps')
    if type(steps) is not int or not 1 <= steps <= MOST_STEPS:
        return f'max_steps is no number from 1 to {MOST_STEPS:,}'
    for side, ends in (('source', {'<pad>', '<eos>'}),
                       ('target', {'<pad>', '<bos>', '<eos>'})):
        tokens = about.get(side)
        if not (isinstance(tokens, list) and tokens[:1] == ['<unk>']
                and all(isinstance(token, str) for token in tokens)
                and len(set(tokens)) == len(tokens) and ends <= set(tokens)):
            return (f'{side} is no list of different tokens that begins with <unk> and '
                    f'has {", ".join(sorted(ends))}')
    return ''


def _try(translator, folder) -> None:
    """BadData unless the graphs run, and score as many tokens as there are."""
    decoder, vocab = translator.decoder, translator.tgt_vocab
    numbers = onp.array([translator.numbers([])], 'int32')
    try:
        state = decoder.start(numbers, onp.array([numbers.size], 'int32'))
        scores, state = decoder.step(onp.array([vocab['<bos>']]), state)
        decoder.select(state, onp.array([0, 0]))
        shape = scores.shape
    except Exception as error:  # those of MXNet and onnxruntime share no narrower class
        raise BadData(f'the graphs {folder}/net-* are damaged, they do not run: '
                      f'{last_line(error)}. Train the translator again') from error
    if shape != (1, len(vocab)):
        raise BadData(f'{folder}/{ABOUT} has {len(vocab)} target tokens, but the '
                      f'graphs beside it give scores of shape {shape}: both must come '
                      'from one training')
