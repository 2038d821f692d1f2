"""Word similarity and analogy (词的相似性和类比任务)

Source: chapter_natural-language-processing-pretraining/similarity-analogy
"""
from pathlib import Path

from mxnet import np

import d2lmx as d2l

DATA = ('glove.6b.50d',)
SMOKE = {}
# printed, then the same: nothing is drawn by chance
PRINTED = [({}, {'words': (400001, 400001, 400001),
                 'similar/chip/chips': (0.856, 0.8555, 0.8565),
                 'similar/chip/intel': (0.749, 0.7485, 0.7495),
                 'similar/chip/electronics': (0.749, 0.7485, 0.7495),
                 'similar/baby/babies': (0.839, 0.8385, 0.8395),
                 'similar/beautiful/lovely': (0.921, 0.9205, 0.9215)})]

QUERIES = 'chip', 'baby', 'beautiful'
ANALOGIES = ('man', 'woman', 'son'), ('beijing', 'china', 'tokyo'), (
    'bad', 'worst', 'big'), ('do', 'did', 'go')
SUBWORDS = '14.06_subword_embedding'


def get_similar_tokens(query_token, k, embed):
    """Print the k words nearest to a word, and give them: {word: cosine}."""
    topk, cos = d2l.knn(embed.idx_to_vec, embed[[query_token]], k + 1)
    similar = [(embed.idx_to_token[i], c) for i, c in zip(topk.tolist(), cos.tolist())]
    # book: drops the first, which need not be the word itself
    similar = [(token, c) for token, c in similar if token != query_token][:k]
    for token, c in similar:
        print(f'cosine sim={c:.3f}: {token}')
    return dict(similar)


def get_analogy(token_a, token_b, token_c, embed):
    """The word that is to token_c as token_b is to token_a; it may be one of them."""
    vecs = embed[[token_a, token_b, token_c]]
    x = vecs[1] - vecs[0] + vecs[2]
    topk, _ = d2l.knn(embed.idx_to_vec, x, 1)
    return embed.idx_to_token[int(topk[0])]


def run(*, k: int = 3) -> dict:
    glove_6b50d = d2l.TokenEmbedding('glove.6b.50d')
    print(len(glove_6b50d))
    number = glove_6b50d.token_to_idx['beautiful']
    print(number, glove_6b50d.idx_to_token[number])
    similar, analogies = {}, {}
    for token in QUERIES:
        print(f'{token}:')
        similar[token] = get_similar_tokens(token, k, glove_6b50d)
    for a, b, c in ANALOGIES:
        answer = get_analogy(a, b, c, glove_6b50d)
        print(f'{a} is to {b} as {c} is to {answer}')
        analogies[f'{a} {b} {c}'] = answer
    return {'words': len(glove_6b50d), 'number of beautiful': number,
            'similar': similar, 'analogies': analogies}


def vectors_of(words, embed, model):
    """Vectors of words, by the n-grams of those that a run of 14.6 has not seen.

    InputError that names the words, where vectors are not of such a run; and for a
    word without letters.
    """
    if not all(word.strip() for word in words):
        raise d2l.InputError('a word must have letters, and one is empty')
    vecs = {word: embed[[word]][0] for word in words}
    missing = [word for word, x in vecs.items() if not x.any()]
    if missing:
        folder = Path(model) if Path(model).name == 'model' else Path(model, 'model')
        try:
            net = d2l.load_model(folder, section=SUBWORDS, num_buckets=int)
        except d2l.Unavailable:
            named = ', '.join(word[:40] for word in missing[:10])
            raise d2l.InputError(f'{model} has no vector of: {named}')
        rows = d2l.subword_rows(missing, net.about['num_buckets'])
        vecs.update(zip(missing, net(np.array(rows, dtype='int32'))))
    return [vecs[word] for word in words]


def threes(texts):
    """The words of analogies: of texts of three words each, or words one by one."""
    parts = [text.split() for text in texts if text.strip()]
    words = [word for part in parts for word in part]
    wrong = [part for part in parts if len(part) != 3]
    if not words or len(words) % 3 or wrong and len(words) > len(parts):
        got = f'{" ".join(wrong[0])[:60]!r}' if len(words) > len(parts) else len(words)
        raise d2l.InputError(f'an analogy is three words, as man woman son, got {got}')
    return words


def predict(model='glove.6b.50d', *words, k: int = 3, analogy: bool = False) -> list:
    """The k words nearest to each word; by threes, what is to c as b is to a.

    model: vectors by their name in 14.7, as a file of text, or in the folder of a run
    of 14.4, 14.5 or 14.6, whose words need not have been seen. An analogy is none of
    its own three words.
    """
    embed = d2l.TokenEmbedding(model)
    if analogy:
        words = threes(words)
    vecs = vectors_of(words, embed, model)
    if not analogy:
        return [{'word': word, 'nearest': d2l.nearest_words(embed, x, k, (word,))}
                for word, x in zip(words, vecs)]
    return [{'analogy': f'{a} is to {b} as {c} is to', 'nearest': d2l.nearest_words(
                embed, vecs[i + 1] - vecs[i] + vecs[i + 2], k, (a, b, c))}
            for i in range(0, len(words), 3) for a, b, c in [words[i:i + 3]]]


if __name__ == '__main__':
    d2l.main(run)
