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
