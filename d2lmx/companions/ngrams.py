"""Words predicted by the words before, as they were counted."""
from collections import Counter, defaultdict

import numpy as onp

from ..errors import InputError
from ..runtime.checks import check_whole

__all__ = ['BackOffModel']


class BackOffModel:
    """P(w | the n - 1 words before): Katz's, with a discount of all counts.

    Where w was counted after a context it is (count - discount) / counts of the
    context; what is left goes to the other words, as the shorter context divides it.
    The shortest, of no word, goes on to equal chances. Where a context was never
    counted, the shorter one has all.

    Parameters
    ----------
    tokens
        A list of numbers from 0 to vocab_size - 1, else InputError.
    n
        Words of an n-gram, at least 1, else InputError.
    discount
        Above 0 and below 1, else InputError.

    Ours, for 23.12
    """

    def __init__(self, tokens, n: int, vocab_size: int, discount: float = 0.5):
        check_whole(n=n, vocab_size=vocab_size)
        if not 0 < discount < 1:
            raise InputError(f'a discount is above 0 and below 1, got {discount!r}')
        if not set(tokens) <= set(range(vocab_size)):
            raise InputError(f'tokens are numbers from 0 to {vocab_size - 1}')
        self.n, self.vocab_size, self.discount = n, vocab_size, discount
        self.followers, self.known = defaultdict(Counter), {}
        for k in range(n):
            for i in range(k, len(tokens)):
                self.followers[tuple(tokens[i - k:i])][tokens[i]] += 1

    def count(self, context, word) -> int:
        """How often a word came after a tuple of at most n - 1 words."""
        return self.followers.get(tuple(context), {}).get(word, 0)

    def __call__(self, context) -> onp.ndarray:
        """P of all words, (vocab_size,), after a tuple of words."""
        context = tuple(context)[max(0, len(context) - self.n + 1):]
        if context not in self.known:
            self.known[context] = self.distribution(context)
        return self.known[context]

    def distribution(self, context):
        """The same of a context that is not too long, worked out."""
        V = self.vocab_size
        lower = self(context[1:]) if context else onp.full(V, 1 / V)
        if context not in self.followers:
            return lower
        words, counts = map(onp.array, zip(*self.followers[context].items()))
        P, others = onp.zeros(V), lower.copy()
        others[words] = 0
        if not others.any():  # all words were counted
            return onp.bincount(words, counts, V) / counts.sum()
        P[words] = (counts - self.discount) / counts.sum()
        return P + (1 - P.sum()) * others / others.sum()
