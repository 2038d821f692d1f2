import numpy as onp
import pandas as pd
import pytest
from mxnet import gluon, np, npx

import d2lmx as d2l
from d2lmx.errors import InputError


def test_synthetic_data_has_the_books_shapes_and_noise():
    w, b = np.array([2, -3.4, .5]), 4.2
    X, y = d2l.synthetic_data(w, b, 5000)
    assert X.shape == (5000, 3) and y.shape == (5000, 1)
    noise = (y.asnumpy()[:, 0] - X.asnumpy() @ w.asnumpy() - b)
    # of 5,000 draws the mean has standard error 0.00014, the deviation 0.0001
    assert abs(noise.mean()) < .001 and abs(noise.std() - .01) < .0006
    assert abs(X.asnumpy().std() - 1) < .05


def test_synthetic_data_refuses_no_examples():
    with pytest.raises(ValueError, match='at least 1, got 0'):
        d2l.synthetic_data(np.array([1.]), 0, 0)


def test_unshuffled_batches_are_the_rows_in_order_and_keep_the_rest():
    X, y = np.arange(15).reshape(5, 3), np.arange(5)
    data_iter = d2l.load_array((X, y), 2, is_train=False)
    batches = list(data_iter)
    assert len(data_iter) == 3
    assert [b[0].shape for b in batches] == [(2, 3), (2, 3), (1, 3)]
    assert onp.concatenate([b[0].asnumpy() for b in batches]).tolist() == X.tolist()
    assert [b[1].tolist() for b in batches] == [[0, 1], [2, 3], [4]]


def test_a_batch_is_there_while_the_network_still_computes():
    """A copy into MXNet would wait for its turn behind what is queued."""
    data_iter = d2l.load_array((onp.ones((64, 8), 'float32'),), 32, is_train=False)
    Y = np.ones((800, 800))
    npx.waitall()
    for _ in range(20):
        Y = np.dot(Y, Y) / 800
    timer = d2l.Timer()
    batches = list(data_iter)
    made = timer.stop()
    npx.waitall()
    assert made < timer.stop() / 2
    assert [X.sum().item() for X in batches] == [256, 256]


def test_changing_a_batch_leaves_the_data_as_they_are():
    data_iter = d2l.load_array((np.ones((4, 3)),), 4, is_train=False)
    for X in data_iter:
        X[:] = 5
        X += 1
        assert X.tolist() == [[6] * 3] * 4
    assert next(iter(data_iter)).tolist() == [[1] * 3] * 4


@pytest.mark.parametrize('dtype', ['int8', 'uint8', 'bool', 'float16', 'float64'])
def test_a_batch_of_any_dtype_keeps_it_and_its_values(dtype):
    array = onp.array([[1, 0], [1, 1]], dtype)
    X = next(iter(d2l.load_array((array,), 2, is_train=False)))
    assert X.dtype == dtype and X.asnumpy().tolist() == array.tolist()


def test_batches_are_lists_of_cpu_arrays_of_the_same_dtype():
    arrays = np.ones((3, 2)), np.ones(3, dtype='int32')
    batch = next(iter(d2l.load_array(arrays, 2)))
    assert isinstance(batch, list) and all(isinstance(a, np.ndarray) for a in batch)
    assert [a.dtype for a in batch] == [onp.float32, onp.int32]
    assert batch[0].ctx.device_type == 'cpu'


def test_shuffled_pass_holds_each_example_once_with_its_label():
    X, y = np.arange(20).reshape(10, 2), np.arange(10)
    seen = [(row.tolist(), label) for X_, y_ in d2l.load_array((X, y), 3)
            for row, label in zip(X_.asnumpy(), y_.tolist())]
    assert sorted(seen) == [([2 * i, 2 * i + 1], i) for i in range(10)]


def test_passes_differ_and_repeat_from_the_seed():
    data_iter = d2l.load_array((np.arange(50),), 50)
    d2l.set_seed(1)
    first, second = (next(iter(data_iter)).tolist() for _ in range(2))
    d2l.set_seed(1)
    assert first != second and first == next(iter(data_iter)).tolist()


def test_order_is_the_one_of_gluons_loader():
    X = np.arange(23)
    onp.random.seed(3)
    ours = [batch.tolist() for batch in d2l.load_array((X,), 5)]
    onp.random.seed(3)
    gluons = gluon.data.DataLoader(gluon.data.ArrayDataset(X), 5, shuffle=True)
    assert ours == [batch.tolist() for batch in gluons]


@pytest.mark.parametrize('batch_size', [0, -3, 2.5])
def test_batch_size_must_be_a_whole_number_of_at_least_one(batch_size):
    with pytest.raises(ValueError, match=f'at least 1, got {batch_size}'):
        d2l.load_array((np.ones(3),), batch_size)


def test_lists_and_tables_become_float32_as_in_np_array():
    table = pd.DataFrame({'a': [1.5, 2.5], 'b': [1, 2]})
    for X, y in (([[1.5, 1], [2.5, 2]], [0, 1]), (table, pd.Series([0, 1]))):
        (X, y), = d2l.load_array((X, y), 2, is_train=False)
        assert X.tolist() == [[1.5, 1], [2.5, 2]] and y.tolist() == [0, 1]
        assert X.dtype == y.dtype == onp.float32


@pytest.mark.parametrize('dtype, wider', [
    ('int16', 'int32'), ('uint16', 'int32'), ('uint32', 'int64'), ('>i4', 'int32'),
    ('>f8', 'float64')])
def test_numbers_that_mxnet_has_no_dtype_for_keep_their_values(dtype, wider):
    values = [1, 2, 32767]
    y = next(iter(d2l.load_array((onp.array(values, dtype),), 3, is_train=False)))
    assert y.dtype == wider and y.tolist() == values


@pytest.mark.parametrize('array, words', [
    (onp.array([1, 'x', None], object), 'dtype is object: take .*float32'),
    (onp.array(['a', 'b']), 'must hold numbers'), (onp.ones(2, 'complex64'), 'compl'),
    (onp.ones(2, 'uint64'), 'uint64'), (None, 'object'), (onp.array(3.), 'number 3.0'),
    ([[1, 2], [3]], 'is no array of numbers'), (['a', 'b'], 'no array of numbers')])
def test_what_is_no_array_of_numbers_is_refused_by_its_place(array, words):
    with pytest.raises(InputError, match=f'array 1 .*{words}'):
        d2l.load_array((onp.ones(2), array), 2)


@pytest.mark.parametrize('arrays', [None, np.ones((2, 3))])
def test_arrays_come_in_a_tuple(arrays):
    with pytest.raises(ValueError, match=r'a tuple or list, such as \(X, y\), got'):
        d2l.load_array(arrays, 1)


def test_empty_arrays_say_that_there_is_no_example():
    with pytest.raises(ValueError, match='no example'):
        next(iter(d2l.load_array((onp.ones((0, 2)),), 1)))


@pytest.mark.parametrize('w', [np.ones((2, 2)), [1., 2.]])
def test_weights_of_another_shape_make_no_data(w):
    with pytest.raises(ValueError, match='w must be'):
        d2l.synthetic_data(w, 0, 5)


def test_arrays_must_be_equally_long_and_at_least_one():
    with pytest.raises(ValueError, match=r'lengths \[3, 2\]'):
        d2l.load_array((np.ones(3), np.ones(2)), 1)
    with pytest.raises(ValueError, match=r'lengths \[\]'):
        d2l.load_array((), 1)


def test_a_cell_of_the_book_may_count_the_examples_as_of_gluons_loader():
    data_iter = d2l.load_array((np.zeros((7, 2)), np.zeros(7)), batch_size=3)
    assert len(data_iter._dataset) == 7  # printed in 13.7: examples/sec


def test_examples_are_set_aside_by_chance_and_belong_to_one_part():
    X, y = onp.arange(20).reshape(10, 2), onp.arange(10)
    batches = d2l.BatchIterator([X, y], 3, shuffle=True, transform=lambda X: -X)
    kept, aside = d2l.set_aside(batches, .3)
    assert (len(kept.arrays[0]), len(aside.arrays[0])) == (7, 3)
    assert sorted([*kept.arrays[1], *aside.arrays[1]]) == y.tolist()
    assert aside.arrays[1].tolist() != [0, 1, 2]
    for part in (kept, aside):
        assert (part.arrays[0] == X[part.arrays[1]]).all() and part.batch_size == 3
    (first, number), = aside  # in their order, transformed
    assert number.tolist() == aside.arrays[1].tolist()
    assert first.tolist() == (-X[aside.arrays[1]]).tolist()
    assert kept.shuffle and [a.tolist() for a in batches.arrays] == [
        X.tolist(), y.tolist()]


@pytest.mark.parametrize('share', [0, .04, .96, 1])
def test_a_part_without_examples_is_refused(share):
    with pytest.raises(InputError, match='of 10 examples'):
        d2l.set_aside(d2l.BatchIterator([onp.arange(10)], 3), share)
