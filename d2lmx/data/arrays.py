"""Batches from arrays in memory, and the book's made-up linear data."""
import ctypes
import math

import numpy as onp
from mxnet import np
from mxnet.base import _LIB, check_call
from mxnet.ndarray import NDArray

from ..context import current
from ..errors import InputError
from ..runtime.checks import check_arrays, check_whole

__all__ = ['synthetic_data', 'load_array', 'BatchIterator', 'set_aside']

# those that MXNet has, and for others one that holds all their values
DTYPES = {**{name: name for name in ('bool', 'int8', 'uint8', 'int32', 'int64',
                                     'float16', 'float32', 'float64')},
          'int16': 'int32', 'uint16': 'int32', 'uint32': 'int64'}


def synthetic_data(w, b: float, num_examples: int):
    """Examples of y = Xw + b with noise of standard deviation 0.01.

    w (num_inputs,) -> X (num_examples, num_inputs), standard normal,
    and y (num_examples, 1); w may be (num_inputs, 1), too. ValueError for other shapes
    and for `num_examples` below 1.

    Book: 3.2 (sec_linear_scratch)
    """
    check_arrays(w=w)
    check_whole(num_examples=num_examples)
    if w.shape not in ((w.size,), (w.size, 1)):
        raise ValueError(f'w must be (num_inputs,) or (num_inputs, 1), got {w.shape}')
    X = np.random.normal(0, 1, (num_examples, len(w)))
    y = np.dot(X, w) + b
    y += np.random.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


def load_array(data_arrays, batch_size: int, is_train: bool = True):
    """Batches of `data_arrays`, arrays with one row an example; shuffled in training.

    Every pass over the result draws a new order from NumPy's global seed. The last
    batch holds what is left. Arrays are of MXNet or NumPy; lists and tables of pandas
    become float32, as ``np.array`` makes them. ValueError for `batch_size` below 1, for
    arrays of different lengths, for none, and for values that are no numbers.

    Book: 3.3 (sec_linear_concise)
    """
    return BatchIterator(data_arrays, batch_size, shuffle=is_train)


class BatchIterator:
    """Lists of arrays on the CPU, one a batch, cut from `arrays` by array operations.

    It can be passed over again and again; ``len`` counts its batches. With a single
    array a batch is that array's rows, not a list. The order of a shuffled pass is
    the one Gluon's DataLoader takes from the same NumPy seed.

    In a worker of ``d2lmx launch`` it gives that worker's share: n workers take their
    batches side by side from one common order, as one process would take a batch of n
    times the size. What is left for the last batch is divided too, so that a worker may
    get a batch of no example. ValueError for fewer examples than workers.

    Parameters
    ----------
    arrays
        Equally long arrays, as `load_array` takes them; kept as NumPy arrays.
    batch_size
        Examples a batch, at least 1; the last batch may hold fewer.
    shuffle
        Whether each pass has a random order.
    transform
        Function of a batch of the first array, NumPy in and out.

    Ours, for 3.3
    """

    is_shared = True  # among workers, by itself

    def __init__(self, arrays, batch_size: int, shuffle: bool = False, transform=None):
        if arrays is None or hasattr(arrays, 'shape'):
            raise InputError('arrays must be a tuple or list, such as (X, y), got '
                             f'{type(arrays).__name__}')
        self.arrays = [rows_of(a, f'array {i}') for i, a in enumerate(arrays)]
        lengths = [len(a) for a in self.arrays]
        if len(set(lengths)) != 1:
            raise ValueError(f'arrays must be at least one and equally long, got '
                             f'lengths {lengths}')
        check_whole(batch_size=batch_size)
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.transform = transform

    @property
    def _dataset(self):
        """What the last cell of 13.7's training counts, as Gluon's DataLoader has it.
        """
        return self.arrays[0]

    def __len__(self):
        examples_a_step = self.batch_size * current().workers.size
        return math.ceil(len(self.arrays[0]) / examples_a_step)

    def __iter__(self):
        for rows in self.rows():
            batch = [copied(a) for a in rows]
            yield batch if len(batch) > 1 else batch[0]

    def rows(self):
        """One pass of the same batches as lists of NumPy arrays."""
        workers, order = current().workers, onp.arange(len(self.arrays[0]))
        if not len(order):
            raise InputError('there is no example to make a batch of: the arrays are '
                             'empty')
        if len(order) < workers.size:
            raise InputError(f'{len(order)} examples cannot be shared by '
                             f'{workers.size} workers')
        if self.shuffle:
            onp.random.shuffle(order)
        for chosen in self.divided(order, self.batch_size * workers.size):
            chosen = workers.part(chosen)
            # NumPy gathers: MXNet's fancy indexing takes several times as long
            rows = [onp.take(a, chosen, axis=0) for a in self.arrays]
            if self.transform is not None:
                rows[0] = self.transform(rows[0])
            yield rows

    def divided(self, order, size):
        """The numbers of the examples of one batch after another, of all workers."""
        return [order[start:start + size] for start in range(0, len(order), size)]


def set_aside(batches, share: float = 0.25) -> tuple:
    """Batches to train on, shuffled, and others, in order, of the examples of some.

    By the others what training leaves open can be chosen before any test: which they
    are, is drawn from NumPy's global seed.

    Parameters
    ----------
    batches
        A `BatchIterator`, which stays as it is.
    share
        Of the examples that are set aside, rounded to a number of them; InputError
        where either part would have none.

    Ours, for 22.2
    """
    order = onp.random.permutation(len(batches.arrays[0]))
    count = round(share * len(order))
    if not 0 < count < len(order):
        raise InputError(f'of {len(order)} examples a share of {share:g} cannot be set '
                         'aside')
    return tuple(BatchIterator([onp.take(array, rows, axis=0) for array
                                in batches.arrays], batches.batch_size, is_train,
                               batches.transform)
                 for rows, is_train in ((order[count:], True), (order[:count], False)))


def rows_of(values, name: str) -> onp.ndarray:
    """A NumPy array of a dtype that MXNet has, with one row an example.

    Whole numbers that MXNet has no dtype for become wider ones. InputError for what is
    no array of numbers; it begins with the name.
    """
    is_array = isinstance(values, (onp.ndarray, NDArray))
    array = values.asnumpy() if isinstance(values, NDArray) else as_numpy(values, name)
    if array.dtype.name not in DTYPES:
        raise InputError(f"{name} must hold numbers, but its dtype is {array.dtype}: "
                         "take the columns that are numbers, as astype('float32')")
    if array.ndim == 0:
        raise InputError(f'{name} must have one row an example, got the single number '
                         f'{array}')
    dtype = DTYPES[array.dtype.name] if is_array else 'float32'
    return array.astype(dtype, copy=False)  # in the machine's order of bytes


def as_numpy(values, name):
    """What NumPy makes of arrays and tables, and of lists, which must hold numbers."""
    try:
        is_list = isinstance(values, (list, tuple))
        return onp.asarray(values, dtype='float32' if is_list else None)
    except (ValueError, TypeError) as error:  # other words in each release of NumPy
        raise InputError(f'{name} is no array of numbers: {error}') from error


def copied(values):
    """An MXNet array on the CPU with a copy of NumPy's, made without waiting.

    ``np.array`` hands the copy to MXNet's queue, where it stands behind the network;
    sharing NumPy's memory would let MXNet's threads call Python to free it.
    """
    array = np.empty(values.shape, dtype=values.dtype)
    if values.size:
        address = ctypes.c_void_p()
        check_call(_LIB.MXNDArrayGetData(array.handle, ctypes.byref(address)))
        memory = (ctypes.c_char * values.nbytes).from_address(address.value)
        onp.frombuffer(memory, values.dtype).reshape(values.shape)[...] = values
    return array
