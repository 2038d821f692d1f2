"""The dataset for pretraining BERT (用于预训练BERT的数据集)

Source: chapter_natural-language-processing-pretraining/bert-dataset
"""
import d2lmx as d2l

DATA = ('wikitext-2',)
SMOKE = dict(batch_size=8)
RANGES = dict(max_len=(5, 512))
# printed, then the range of the book's builds
PRINTED = [({}, {'vocabulary': (20256, 20256, 20256)})]
NAMES = ('tokens', 'segments', 'valid lengths', 'positions', 'weights', 'words',
         'is next')


def one_by_one(paragraphs, max_len, num_examples):
    """The first examples as the page makes them: a function for each step."""
    paragraphs = [d2l.tokenize(paragraph, token='word') for paragraph in paragraphs]
    vocab = d2l.Vocab([sentence for paragraph in paragraphs for sentence in paragraph],
                      min_freq=5, reserved_tokens=d2l.SPECIAL_TOKENS)
    examples = []
    for paragraph in paragraphs:
        if len(examples) >= num_examples:
            break
        examples += d2l._get_nsp_data_from_paragraph(paragraph, paragraphs, vocab,
                                                     max_len)
    examples = [(d2l._get_mlm_data_from_tokens(tokens, vocab) + (segments, is_next))
                for tokens, segments, is_next in examples[:num_examples]]
    return d2l._pad_bert_inputs(examples, max_len, vocab)


def in_words(example, vocab):
    """An example's tokens, and {position: the word to be predicted there}."""
    token_ids, _, valid_len, positions, weights, words, is_next = example
    count = int(weights.sum())
    return {'tokens': ' '.join(vocab.to_tokens(token_ids[:int(valid_len)])),
            'to be predicted': dict(zip(map(str, positions[:count].tolist()),
                                        vocab.to_tokens(words[:count]))),
            'is next': bool(is_next)}


def run(*, batch_size: int = 512, max_len: int = 64) -> dict:
    train_iter, vocab = d2l.load_data_wiki(batch_size, max_len)
    batch = next(iter(train_iter))
    paragraphs = d2l._read_wiki(d2l.download_extract('wikitext-2', 'wikitext-2'))
    by_page = one_by_one(paragraphs, max_len, num_examples=4)
    return {'shapes': {name: list(array.shape) for name, array in zip(NAMES, batch)},
            'vocabulary': len(vocab), 'pairs': len(train_iter.arrays[0]),
            'examples': [in_words(example, vocab)
                         for example in zip(*(array[:2].asnumpy() for array in batch))],
            'as on the page': [in_words(example, vocab) for example in zip(*by_page)]}


if __name__ == '__main__':
    d2l.main(run)
