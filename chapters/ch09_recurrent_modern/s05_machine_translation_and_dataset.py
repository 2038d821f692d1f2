"""Machine translation and the dataset (机器翻译与数据集)

Source: chapter_recurrent-modern/machine-translation-and-dataset
"""
import d2lmx as d2l

DATA = ('fra-eng',)
SMOKE = dict(batch_size=2)
PRINTED = [({}, {'tokens in the source vocabulary': (10012, 10012, 10012)})]


def reading(text):
    """The first lines as they are, and prepared: small letters, spaced punctuation."""
    return {'raw text': text[:75], 'preprocessed': d2l.preprocess_nmt(text[:82])[:80]}


def tokenization(text):
    """The first pairs as tokens, and how long the sequences are, as a figure."""
    source, target = d2l.tokenize_nmt(text)
    d2l.show_list_len_pair_hist(['source', 'target'], '# tokens per sequence', 'count',
                                source, target)
    return source, target


def vocabulary(source):
    """The vocabulary of the source language: tokens that occur twice or more."""
    return d2l.Vocab(source, min_freq=2, reserved_tokens=['<pad>', '<bos>', '<eos>'])


def fixed_length(source, src_vocab):
    """The first sentence as numbers, padded to ten steps."""
    return d2l.truncate_pad(src_vocab[source[0]], 10, src_vocab['<pad>'])


def first_batch(batch_size, num_steps):
    """A minibatch: numbers and valid lengths of both languages."""
    train_iter, _, _ = d2l.load_data_nmt(batch_size=batch_size, num_steps=num_steps)
    X, X_valid_len, Y, Y_valid_len = next(iter(train_iter))
    return {'X': X.tolist(), 'valid lengths for X': X_valid_len.tolist(),
            'Y': Y.tolist(), 'valid lengths for Y': Y_valid_len.tolist()}


def run(*, batch_size: int = 2, num_steps: int = 8) -> dict:
    raw_text = d2l.read_data_nmt()
    source, target = tokenization(d2l.preprocess_nmt(raw_text))
    src_vocab = vocabulary(source)
    return {**reading(raw_text), 'source': source[:6], 'target': target[:6],
            'tokens in the source vocabulary': len(src_vocab),
            'truncate_pad': fixed_length(source, src_vocab),
            **first_batch(batch_size, num_steps)}


if __name__ == '__main__':
    d2l.main(run)
