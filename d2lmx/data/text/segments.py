"""One or two sentences as a sequence of BERT's: tokens, segments and lengths."""

__all__ = ['get_tokens_and_segments', 'SPECIAL_TOKENS']

SPECIAL_TOKENS = ['<pad>', '<mask>', '<cls>', '<sep>']  # that a vocabulary reserves


def get_tokens_and_segments(tokens_a, tokens_b=None) -> tuple:
    """Lists of the tokens of a sequence, and of the segment, 0 or 1, of each.

    '<cls>', tokens_a and '<sep>', and then, with a second sentence, tokens_b and
    another '<sep>', which are segment 1.

    Book: 14.8 (sec_bert)
    """
    tokens = ['<cls>', *tokens_a, '<sep>']
    segments = [0] * len(tokens)
    if tokens_b is not None:
        tokens += [*tokens_b, '<sep>']
        segments += [1] * (len(tokens_b) + 1)
    return tokens, segments
