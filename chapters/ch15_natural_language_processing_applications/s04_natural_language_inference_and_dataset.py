"""Natural language inference and the dataset (自然语言推断与数据集)

Source: chapter_natural-language-processing-applications/
    natural-language-inference-and-dataset
"""
import d2lmx as d2l

DATA = ('SNLI',)
SMOKE = dict(batch_size=32)
# printed, then the range of the book's builds
PRINTED = [({}, {'examples/train': (549367, 549367, 549367),
                 'examples/test': (9824, 9824, 9824),
                 'vocabulary': (18678, 18678, 18678)})]


def run(*, batch_size: int = 128, num_steps: int = 50) -> dict:
    train_iter, test_iter, vocab = d2l.load_data_snli(batch_size, num_steps)
    dataset = train_iter.dataset
    for premise, hypothesis, label in zip(
            dataset.premises[:3], dataset.hypotheses[:3], dataset.labels):
        for name, numbers in [('premise', premise), ('hypothesis', hypothesis)]:
            tokens = [token for token in vocab.to_tokens(numbers) if token != '<pad>']
            print(f'{name}: {" ".join(tokens)}')
        print(f'label: {d2l.SNLI_RELATIONS[label]}')
    counts = {part: [int((data_iter.dataset.labels == i).sum()) for i in range(3)]
              for part, data_iter in [('train', train_iter), ('test', test_iter)]}
    for labels in counts.values():
        print(labels)
        print(f'read {sum(labels)} examples')
    X, Y = next(iter(train_iter))
    for array in (*X, Y):
        print(array.shape)
    return {'examples': {part: sum(labels) for part, labels in counts.items()},
            'relations': {part: dict(zip(d2l.SNLI_RELATIONS, labels))
                          for part, labels in counts.items()},
            'vocabulary': len(vocab),
            'shapes of a batch': [list(array.shape) for array in (*X, Y)]}


if __name__ == '__main__':
    d2l.main(run)
