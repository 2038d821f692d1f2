"""NASA's airfoil self-noise: 1,503 measurements of five quantities and a loudness."""
import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text
from ..arrays import load_array

__all__ = ['get_data_ch11', 'read_airfoil']

NUM_COLUMNS = 6  # five features and the label
TOY_ROWS = 1503  # as in the real file


def get_data_ch11(batch_size: int = 10, n: int = 1500):
    """Batches of the first n standardized rows, shuffled, and the number of features.

    A batch is X (batch, 5) and y (batch,); each column of the whole file has mean 0
    and variance 1. ValueError where n is not in 1 to the file's rows and for a file
    that is no such table, DataUnavailable where it cannot be had.

    Book: 11.5 (sec_minibatch_sgd)
    """
    path = hub.download('airfoil')
    data = standardized(path)
    if not 1 <= n <= len(data):
        raise InputError(f'n must be from 1 to the {len(data)} rows of {path}, got {n}')
    return (load_array((data[:n, :-1], data[:n, -1]), batch_size, is_train=True),
            data.shape[1] - 1)


def read_airfoil() -> onp.ndarray:
    """The rows as they stand in the file, (n, 6), float32: five features, the label.

    Errors as of `get_data_ch11`.

    Ours, for 21.6
    """
    return read_table(hub.download('airfoil'))


def standardized(path) -> onp.ndarray:
    """The rows of `read_table`, each column with mean 0 and variance 1.

    BadData for a column of one number alone, too.
    """
    data = read_table(path)
    deviations = data.std(axis=0)
    if not deviations.all():
        raise BadData(f'column {deviations.argmin() + 1} of {path} holds one number '
                      'alone, so that it cannot be standardized: replace the file')
    return (data - data.mean(axis=0)) / deviations


def read_table(path) -> onp.ndarray:
    """The rows of numbers, (n, 6), float32; BadData that names a line with others."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            row = [float(cell) for cell in line.split('\t')] if line.strip() else None
        except ValueError:
            row = []
        if row is not None and (len(row) != NUM_COLUMNS or not onp.isfinite(row).all()):
            raise BadData(f'line {number} of {path} must hold {NUM_COLUMNS} numbers '
                          f'between tabs, got {line[:60]!r}: replace the file')
        rows += [row] if row else []
    if not rows:
        raise BadData(f'{path} must hold lines of {NUM_COLUMNS} numbers between tabs, '
                      'and holds none: replace it')
    return onp.array(rows, dtype=onp.float32)


@hub.toy('airfoil')
def write_toy_airfoil(path, rng) -> None:
    """Write toy measurements in the real file's columns, ranges and format.

    The label is linear in the features up to noise of about half of its variance, so
    that a linear regression ends at a loss like that on the real file.
    """
    def draw(values):
        return onp.array(values)[rng.randint(len(values), size=TOY_ROWS)]

    frequency = draw([200, 315, 500, 800, 1250, 2000, 3150, 5000, 8000, 12500, 20000])
    angle = draw([0, 1.5, 3, 4, 5.4, 7.3, 9.9, 12.6, 15.4, 17.4, 22.2])
    chord = draw([.0254, .0508, .1016, .1524, .2286, .3048])
    velocity = draw([31.7, 39.6, 55.5, 71.3])
    thickness = rng.uniform(.0004, .058, TOY_ROWS)
    noise = sum(rng.uniform(-1, 1, TOY_ROWS) for _ in range(4))
    loudness = (132 - .00055 * frequency - .25 * angle - 20 * chord + .08 * velocity
                - 90 * thickness + 4.0 * noise)
    with open(path, 'w', newline='', encoding='ascii') as file:
        for row in zip(frequency, angle, chord, velocity, thickness, loudness):
            file.write('\t'.join(f'{value:.6g}' for value in row) + '\n')
