"""Sentiment analysis and the dataset (情感分析及数据集)

Source: chapter_natural-language-processing-applications/sentiment-analysis-and-dataset
"""
import d2lmx as d2l

DATA = ('aclImdb',)
SMOKE = dict(num_steps=50)
PRINTED = [({}, {'trainings': (25000, 25000, 25000),
                 'tokens in the vocabulary': (49346, 49346, 49346),
                 'batches': (391, 391, 391)})]
NUM_SHOWN, START = 3, 60  # reviews, and characters of each


def preprocessing(reviews):
    """Tokens of the reviews, their vocabulary, and a figure of their lengths."""
    train_tokens = d2l.tokenize(reviews, token='word')
    vocab = d2l.Vocab(train_tokens, min_freq=5, reserved_tokens=['<pad>'])
    d2l.set_figsize()
    d2l.plt.xlabel('# tokens per review')
    d2l.plt.ylabel('count')
    d2l.plt.hist([len(line) for line in train_tokens], bins=range(0, 1000, 50))
    return train_tokens, vocab


def run(*, batch_size: int = 64, num_steps: int = 500) -> dict:
    data_dir = d2l.download_extract('aclImdb', 'aclImdb')
    reviews, labels = d2l.read_imdb(data_dir, is_train=True)
    train_tokens, vocab = preprocessing(reviews)
    # book: truncate_pad, a review at a time
    train_features = d2l.pad_lines(train_tokens, vocab, num_steps)
    train_iter = d2l.load_array((train_features, labels), batch_size)
    X, y = next(iter(train_iter))
    return {'trainings': len(reviews),
            'reviews': [{'label': label, 'review': review[:START]} for label, review
                        in zip(labels[:NUM_SHOWN], reviews[:NUM_SHOWN])],
            'tokens in the vocabulary': len(vocab),
            'shape of the features': list(train_features.shape),
            'shapes of a batch': [list(X.shape), list(y.shape)],
            'batches': len(train_iter)}


if __name__ == '__main__':
    d2l.main(run)
