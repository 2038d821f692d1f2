"""Text as numbers: tokens, and the vocabulary that numbers them."""
from collections import Counter

from ...errors import InputError, MissingPackage

__all__ = ['tokenize', 'Vocab', 'count_corpus', 'unknown_remarks', 'JiebaMissing']

MOST_SHOWN, MOST_LETTERS = 10, 40  # unknown tokens told, and of each


class JiebaMissing(MissingPackage):
    """Chinese text was to be cut into words, but the package jieba is not installed.

    Ours, for 8.2
    """


def tokenize(lines, token: str = 'word') -> list:
    """A list of tokens for each line of text.

    token: 'word' splits at white space, 'char' into characters, and 'jieba', which is
    not in the book, cuts Chinese text into words (white space is no token then).
    ValueError for anything else, JiebaMissing where that package is not installed.

    Book: 8.2 (sec_text_preprocessing)
    """
    if token == 'word':
        return [line.split() for line in lines]
    if token == 'char':
        return [list(line) for line in lines]
    if token == 'jieba':
        cut = _jieba().lcut
        return [[word for word in cut(line) if word.strip()] for line in lines]
    # book: prints the unknown type, and goes on with None
    raise InputError(f"token must be 'word', 'char' or 'jieba', got {token!r}")


def _jieba():
    """The word segmenter, without the log it writes while loading its dictionary."""
    try:
        import jieba
    except ImportError as error:
        raise JiebaMissing(
            "token='jieba' cuts Chinese text into words by the package jieba, which is "
            "not installed: pip install jieba, or cut into characters by token='char'"
        ) from error
    jieba.setLogLevel('WARNING')
    return jieba


class Vocab:
    """Numbers for tokens: 0 is '<unk>', then come reserved, then frequent tokens.

    ``vocab['the']`` is a number, ``vocab[['the', 'a']]`` a list; tokens that are not in
    it have the number 0. ``'the' in vocab`` and ``for token in vocab`` are of tokens,
    by their numbers. Tokens of equal frequency stand in the order of the text.

    Parameters
    ----------
    tokens
        A list of tokens, or of lists of tokens.
    min_freq
        Tokens that are rarer are left out.
    reserved_tokens
        Tokens that are in it whatever the text, such as '<pad>'.

    Attributes: ``idx_to_token``, a list; ``token_to_idx``, a dict; ``token_freqs``, a
    list of (token, count) by falling count; ``unk``, which is 0.

    Book: 8.2 (sec_text_preprocessing)
    """

    unk = 0

    def __init__(self, tokens=None, min_freq: int = 0, reserved_tokens=None):
        counter = count_corpus(tokens if tokens is not None else [])
        self.token_freqs = sorted(counter.items(), key=lambda pair: pair[1],
                                  reverse=True)
        kept = [token for token, freq in self.token_freqs if freq >= min_freq]
        self.idx_to_token = list(dict.fromkeys(
            ['<unk>', *(reserved_tokens or []), *kept]))
        self.token_to_idx = {token: i for i, token in enumerate(self.idx_to_token)}

    def __len__(self):
        return len(self.idx_to_token)

    # book: neither, so that Python would ask for items 0, 1, 2, ... without end
    def __iter__(self):
        return iter(self.idx_to_token)

    def __contains__(self, token):
        return token in self.token_to_idx

    def __getitem__(self, tokens):
        if isinstance(tokens, (list, tuple)):
            return [self[token] for token in tokens]
        return self.token_to_idx.get(tokens, self.unk)

    def to_tokens(self, indices):
        """The token of a number, or the tokens of a list or array of numbers."""
        if hasattr(indices, 'tolist'):  # an array's numbers are no list indices
            indices = indices.tolist()
        if isinstance(indices, (list, tuple)):
            return [self.to_tokens(index) for index in indices]
        return self.idx_to_token[int(indices)]


def count_corpus(tokens) -> Counter:
    """How often each token occurs in a list of tokens, or of lists of tokens.

    Book: 8.2 (sec_text_preprocessing)
    """
    if len(tokens) > 0 and isinstance(tokens[0], list):  # a bigram is a tuple: a token
        return Counter(token for line in tokens for token in line)
    return Counter(tokens)


def unknown_remarks(tokens, vocab) -> list:
    """A line of text that names the tokens which are not in a vocabulary, or no line.

    At most ten of them, and 40 letters of each: a reader's text may hold anything.

    Ours, for 15.2
    """
    unknown = [token for token in dict.fromkeys(tokens) if token not in vocab]
    if not unknown:
        return []
    more = ' ...' if len(unknown) > MOST_SHOWN else ''
    return ['not in the vocabulary, and read as <unk>: ' + ' '.join(
        token[:MOST_LETTERS] for token in unknown[:MOST_SHOWN]) + more]
