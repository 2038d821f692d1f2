"""The words whose vectors are most like a given one."""
from mxnet import np, npx

from ...runtime.checks import check_whole

__all__ = ['knn', 'nearest_words']


def knn(W, x, k):
    """The k rows of W (words, size) most like x, which has `size` numbers.

    Gives their numbers and the cosines of their angles with x: arrays (k,), the most
    like first; all rows where k is more than there are.

    Book: 14.7 (sec_synonyms)
    """
    x = x.reshape(-1)
    # book: no 1e-9 for x, which may be zero, too
    cos = np.dot(W, x) / (np.sqrt(np.sum(W * W, axis=1) + 1e-9)
                          * np.sqrt((x * x).sum() + 1e-9))
    topk = npx.topk(cos, k=min(k, len(W)), ret_typ='indices', dtype='int32')
    return topk, cos[topk]


def nearest_words(embed, x, k: int, without=()) -> dict:
    """{word: cosine} of the k words whose vectors are most like x, these first.

    embed: a `TokenEmbedding`. '<unk>' and the words of `without` are none of them.
    InputError for k below 1.

    Ours, for 14.7
    """
    check_whole(k=k)
    topk, cos = knn(embed.idx_to_vec, x, k + 1 + len(without))
    words = [embed.idx_to_token[i] for i in topk.tolist()]
    found = [(word, c) for word, c in zip(words, cos.tolist())
             if word not in ('<unk>', *without)]
    return dict(found[:k])
