"""The dataset for pretraining word embeddings (用于预训练词嵌入的数据集)

Source: chapter_natural-language-processing-pretraining/word-embedding-dataset
"""
import d2lmx as d2l

DATA = ('ptb',)
SMOKE = dict(batch_size=64)
# of the book's file; what is left to chance has the range of its deviations
PRINTED = [({}, {'sentences': (42069, 42069, 42069), 'vocabulary': (6719, 6719, 6719),
                 'counts/the/before': (50770, 50770, 50770),
                 'counts/join/before': (45, 45, 45), 'counts/join/after': (45, 45, 45),
                 'pairs of centre and context': (1503420, 1490000, 1510000)})]


def windows():
    """Of ten numbers as two sentences: each as a centre, and its contexts."""
    tiny_dataset = [list(range(7)), list(range(7, 10))]
    return [f'center {center} has contexts {contexts}' for center, contexts
            in zip(*d2l.get_centers_and_contexts(tiny_dataset, 2))]


def minibatch():
    """Two examples as a minibatch."""
    x_1 = (1, [2, 2], [3, 3, 3, 3])
    x_2 = (1, [2, 2, 2], [3, 3])
    names = ['centers', 'contexts_negatives', 'masks', 'labels']
    return {name: array.tolist() for name, array
            in zip(names, d2l.batchify((x_1, x_2)))}


def run(*, batch_size: int = 512, max_window_size: int = 5,
        num_noise_words: int = 5) -> dict:
    sentences = d2l.read_ptb()
    vocab = d2l.Vocab(sentences, min_freq=10)
    subsampled, counter = d2l.subsample(sentences, vocab)
    d2l.show_list_len_pair_hist(['origin', 'subsampled'], '# tokens per sentence',
                                'count', sentences, subsampled)

    def compare_counts(token):
        return {name: sum(line.count(token) for line in lines) for name, lines
                in [('before', sentences), ('after', subsampled)]}

    corpus = [vocab[line] for line in subsampled]
    all_centers, all_contexts = d2l.get_centers_and_contexts(corpus, max_window_size)
    # the first ones alone: the loader below draws those of all, by array operations
    all_negatives = d2l.get_negatives(all_contexts[:1000], vocab, counter,
                                      num_noise_words)
    data_iter, vocab = d2l.load_data_ptb(batch_size, max_window_size, num_noise_words)
    names = ['centers', 'contexts_negatives', 'masks', 'labels']
    return {'sentences': len(sentences), 'vocabulary': len(vocab),
            'counts': {token: compare_counts(token) for token in ('the', 'join')},
            'corpus': corpus[:3], 'windows of at most 2': windows(),
            'centres': len(all_centers),
            'pairs of centre and context': sum(map(len, all_contexts)),
            'generator': [d2l.generator.draw() for _ in range(10)],
            'noise words of the first centre': vocab.to_tokens(all_negatives[0]),
            'a minibatch': minibatch(),
            'shapes of a batch': {name: list(array.shape) for name, array
                                  in zip(names, next(iter(data_iter)))}}


if __name__ == '__main__':
    d2l.main(run)
