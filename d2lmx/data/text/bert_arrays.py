"""BERT's examples of a whole data set at once, by array operations.

A text is one array of token numbers with its sentences one after the other: sentence i
has lens[i] tokens from starts[i] on. Arrays are NumPy's, and so are the random numbers.
"""
import numpy as onp

from ...errors import InputError
from ...runtime.checks import check_whole

__all__ = ['flat_tokens', 'draw_next_sentences', 'pair_sentences', 'truncated_lens',
           'mask_tokens']

SHARE = 0.15                 # of the tokens are predicted
MASKED, CHANGED = 0.8, 0.9   # up to which of these: '<mask>', and a random word


def flat_tokens(sentences, vocab) -> tuple:
    """Lists of words as numbers in a row: tokens, int32, starts and lens.

    Ours, for 14.9
    """
    number = vocab.token_to_idx.get
    tokens = onp.array([number(word, vocab.unk) for sentence in sentences
                        for word in sentence], dtype='int32')
    lens = onp.array([len(sentence) for sentence in sentences], dtype='int64')
    return tokens, onp.cumsum(lens) - lens, lens


def draw_next_sentences(sizes) -> tuple:
    """Each sentence that another follows, with that one, or by chance any instead.

    sizes (paragraphs,): how many sentences each paragraph has, in their order. Gives
    three arrays (pairs,): the numbers of first and second sentence, and whether the
    second was taken as the one that follows. The others come from a random paragraph.

    Ours, for 14.9
    """
    sizes = onp.asarray(sizes)
    ends = onp.cumsum(sizes)
    first = onp.delete(onp.arange(ends[-1]), ends - 1)
    is_next = onp.random.uniform(size=len(first)) < 0.5
    paragraph = onp.random.randint(0, len(sizes), size=len(first))
    any_sentence = (ends - sizes)[paragraph] + onp.random.randint(0, sizes[paragraph])
    return first, onp.where(is_next, first + 1, any_sentence), is_next


def pair_sentences(tokens, starts, lens, vocab, max_len: int) -> tuple:
    """Sequences of two sentences, as of `get_tokens_and_segments`, padded to max_len.

    starts, lens: two arrays (pairs,) each, of the first sentences and of the second;
    a pair has at most max_len - 3 tokens. Gives token numbers and segments (pairs,
    max_len), int32, and valid lengths (pairs,), float32.

    Ours, for 14.9 and 15.7
    """
    (start_a, start_b), (len_a, len_b) = (
        [onp.asarray(side)[:, None] for side in both] for both in (starts, lens))
    column = onp.arange(max_len)
    sep_a, sep_b = len_a + 1, len_a + len_b + 2
    source = onp.where(column < sep_a, start_a - 1, start_b - sep_a - 1) + column
    # what is no word of theirs gets another number below
    words = onp.append(tokens, vocab.unk).astype('int32')
    token_ids = words[onp.clip(source, 0, len(tokens))]
    token_ids[:, 0] = vocab['<cls>']
    token_ids[(column == sep_a) | (column == sep_b)] = vocab['<sep>']
    token_ids[column > sep_b] = vocab['<pad>']
    segments = ((column > sep_a) & (column <= sep_b)).astype('int32')
    return token_ids, segments, (sep_b[:, 0] + 1).astype('float32')


def truncated_lens(len_a, len_b, max_len: int) -> tuple:
    """How much of each pair is kept, so that it has at most max_len - 3 tokens.

    The longer sentence of a pair is cut first, then both in turn, the second before.

    Ours, for 15.7
    """
    most = max_len - 3
    return (onp.minimum(len_a, onp.maximum(most - len_b, most - most // 2)),
            onp.minimum(len_b, onp.maximum(most - len_a, most // 2)))


def mask_tokens(token_ids, valid_lens, vocab) -> tuple:
    """Hide 15 % of the words of sequences: (what is left, positions, weights, words).

    Of the words that are to be predicted eight in ten become '<mask>', one a random
    token, and one stays. Words are all but '<cls>', '<sep>' and padding; of each
    sequence at least one is taken, where it has one.

    Parameters
    ----------
    token_ids, valid_lens
        (sequences, max_len) and (sequences,), as of `pair_sentences`.

    Returns
    -------
    Arrays of which the first is like token_ids. The others are (sequences, preds),
    preds being 15 % of max_len: positions, rising, weights 1.0, and the words there;
    after the last prediction of a sequence come zeros in all three.

    Ours, for 14.9
    """
    size, max_len = token_ids.shape
    column = onp.arange(max_len)
    is_word = (column < valid_lens[:, None]) & ~onp.isin(
        token_ids, [vocab['<cls>'], vocab['<sep>']])
    count = onp.maximum(onp.rint(valid_lens.astype('float64') * SHARE), 1)
    count = onp.minimum(count, is_word.sum(axis=1))
    preds = num_preds(max_len)
    order = onp.argsort(onp.where(is_word, onp.random.uniform(size=(size, max_len)), 2),
                        axis=1)[:, :preds]
    is_pred = onp.arange(preds) < count[:, None]
    positions = onp.sort(onp.where(is_pred, order, max_len), axis=1)
    positions[~is_pred] = 0
    labels = onp.take_along_axis(token_ids, positions, axis=1) * is_pred
    fate = onp.random.uniform(size=labels.shape)
    written = onp.where(fate < MASKED, vocab['<mask>'], onp.where(
        fate < CHANGED, onp.random.randint(0, len(vocab), size=labels.shape), labels))
    masked = token_ids.copy()
    rows = onp.nonzero(is_pred)[0]
    masked[rows, positions[is_pred]] = written[is_pred]
    return (masked, positions.astype('int32'), is_pred.astype('float32'),
            labels.astype('int32'))


def num_preds(max_len: int) -> int:
    """How many words of a sequence are predicted at most; InputError for none."""
    check_whole(max_len=max_len)
    if max_len < 5:
        raise InputError('max_len must be at least 5, for two words and their three '
                         f'marks, got {max_len}')
    return round(max_len * SHARE)
