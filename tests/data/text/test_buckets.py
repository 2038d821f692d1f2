"""Batches of like lengths: little padding, every pair once, all that follows a seed."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import Alone, running

PAD = 1


def lines(seed, count=300):
    """Lists of 1 to 20 numbers from 2 on, the first of which is the line's own."""
    random = onp.random.RandomState(seed)
    return [[i + 2, *random.randint(2, 50, random.randint(0, 20))]
            for i in range(count)]


def rows(data):
    """Every pair of a pass, as two tuples without padding."""
    return [(tuple(X[i, :n].tolist()), tuple(Y[i, :m].tolist()))
            for X, X_len, Y, Y_len in data
            for i, (n, m) in enumerate(zip(X_len.tolist(), Y_len.tolist()))]


@pytest.mark.parametrize('width', [1, 4, 7])
def test_no_sentence_is_padded_by_as_much_as_the_width(width):
    sources, targets = lines(0), lines(1)
    data = d2l.BucketIterator(sources, targets, 16, PAD, width)
    pads = sizes = 0
    for X, X_len, Y, Y_len in data:
        assert X.dtype == X_len.dtype == onp.int32 and len(X) == len(Y) <= 16
        for array, lens in ((X, X_len), (Y, Y_len)):
            array, lens = array.asnumpy(), lens.asnumpy()
            steps = array.shape[1]
            assert steps % width == 0 and (steps - lens < width).all()
            is_pad = onp.arange(steps) >= lens[:, None]
            assert ((array == PAD) == is_pad).all()
            pads, sizes = pads + is_pad.sum(), sizes + array.size
    assert data.padding == pytest.approx(pads / sizes)


def test_a_pass_has_every_pair_once_in_as_many_batches_as_len_says():
    sources, targets = lines(0), lines(1)
    data = d2l.BucketIterator(sources, targets, 16, PAD)
    expected = sorted((tuple(a), tuple(b)) for a, b in zip(sources, targets))
    for _ in range(2):
        batches = list(data)
        assert len(batches) == len(data)
        assert sorted(rows(batches)) == expected


def test_buckets_pad_less_than_one_length_for_all():
    sources = [d2l.tokenize_chinese(chinese) for chinese, _ in d2l.read_data_cmn()]
    numbers = [[2] * len(source) for source in sources]
    data = d2l.BucketIterator(numbers, numbers, 64, PAD)
    longest = max(map(len, numbers))
    one_length = 1 - sum(map(len, numbers)) / (longest * len(numbers))
    assert data.padding < one_length / 2


def test_order_follows_numpys_seed_and_changes_from_pass_to_pass():
    data = d2l.BucketIterator(lines(0), lines(1), 16, PAD)
    onp.random.seed(3)
    first, second = rows(data), rows(data)
    onp.random.seed(3)
    assert rows(data) == first != second
    lengths = [X.shape[1] for X, *_ in data]
    assert lengths != sorted(lengths)  # buckets come mixed


def test_without_shuffling_passes_are_equal_and_go_by_length():
    data = d2l.BucketIterator(lines(0), lines(1), 16, PAD, shuffle=False)
    assert rows(data) == rows(data)
    lengths = [X.shape[1] for X, *_ in data]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize('change', [
    dict(batch_size=0), dict(width=0), dict(sources=[[2]]), dict(targets=[[2], []])])
def test_what_makes_no_batches_is_refused(change):
    arguments = dict(sources=[[2], [3]], targets=[[4], [5]], batch_size=2, pad=PAD)
    with pytest.raises(ValueError, match='must be'):
        d2l.BucketIterator(**{**arguments, **change})


def test_workers_share_the_batches_of_one_process():
    class Worker(Alone):
        size = 3

        def part(self, rows):
            return onp.array_split(rows, self.size)[self.rank]

    def batches(batch_size):
        d2l.set_seed(3)
        data = d2l.BucketIterator(lines(0), lines(1), batch_size, PAD)
        found = [[array.asnumpy() for array in batch] for batch in data]
        assert len(found) == len(data) and data.joined_size == 12
        return found

    expected, shares = batches(12), []
    for rank in range(3):
        worker = Worker()
        worker.rank = rank
        with running(workers=worker):
            shares.append(batches(4))
    assert min(len(X) for X, *_ in shares[2]) == 0
    assert {len(share) for share in shares} == {len(expected)}
    for parts, batch in zip(zip(*shares), expected):
        for arrays, array in zip(zip(*parts), batch):
            assert (onp.concatenate(arrays) == array).all()


def texts(lens, steps=60):
    """Texts of these lengths, whose only word is their number plus 2, labelled so."""
    X = onp.full((len(lens), steps), 1, 'int32')
    for i, (row, length) in enumerate(zip(X, lens)):
        row[:length] = i + 2
    return X, onp.arange(len(lens), dtype='int32')


@pytest.mark.parametrize('shuffle', [False, True])
def test_texts_come_once_whole_and_with_little_padding(shuffle):
    lens = onp.random.RandomState(0).randint(0, 61, 70)
    batches = d2l.TextIterator(*texts(lens), 8, pad=1, shuffle=shuffle)
    seen = []
    for X, y in batches:
        longest = max(1, lens[y.asnumpy()].max())
        assert X.shape == (len(y), -(-longest // 20) * 20)
        for row, label in zip(X.asnumpy(), y.tolist()):
            assert row.tolist() == [label + 2] * lens[label] + [1] * (
                X.shape[1] - lens[label])
        seen.append(y.tolist())
    assert len(seen) == len(batches) == 9
    assert sorted(sum(seen, [])) == list(range(70))
    in_order = sum(seen, []) == onp.argsort(lens, kind='stable').tolist()
    assert in_order != shuffle


def test_a_shuffled_pass_over_texts_follows_numpys_seed_and_differs_from_the_next():
    batches = d2l.TextIterator(*texts([3] * 40), 8, pad=1, shuffle=True)
    passes = []
    for _ in range(2):
        onp.random.seed(3)
        passes.append([y.tolist() for _, y in batches])
    assert passes[0] == passes[1] != [y.tolist() for _, y in batches]


def test_workers_share_a_batch_of_texts():
    class OneOf(Alone):
        size = 2

        def part(self, rows):
            return rows[self.rank::2]

    found = []
    for rank in (0, 1):
        workers = OneOf()
        workers.rank = rank
        onp.random.seed(0)
        with running(workers=workers):
            batches = d2l.TextIterator(*texts(range(20)), 4, pad=1, shuffle=True)
            found.append([y.tolist() for _, y in batches])
    assert [len(part) for part in found] == [3, 3]  # steps of 8, 8 and 4
    assert sorted(sum(found[0] + found[1], [])) == list(range(20))
