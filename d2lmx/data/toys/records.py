"""The toy bananas once more, as the RecordIO files of the first edition's set."""
import struct
from pathlib import Path

from ...files import hub
from .fruit import SIDE, examples
from .sketch import encoded

__all__ = []

COUNTS = {'train': 160, 'val': 32}
WHOLE, FIRST = 0, 1  # kinds of parts of RecordIO: a record, and the first part of one
HEADER = 2, 5  # numbers of a label's head, and of an object: class, x1, y1, x2, y2


@hub.toy('pikachu_train_rec')
def write_train(path, rng) -> None:
    """Pictures of 256 pixels, JPEG, with the box of what is in them, in 0 to 1."""
    write_records(path, COUNTS['train'], rng)


@hub.toy('pikachu_val_rec')
def write_val(path, rng) -> None:
    """The same, to validate on."""
    write_records(path, COUNTS['val'], rng)


def write_records(path, count, rng) -> None:
    """Write so many pictures, each a record."""
    from mxnet import recordio  # late: other toys need no MXNet
    records = recordio.MXRecordIO(str(path), 'w')
    for i, (image, boxes, _) in enumerate(examples(count, rng)):
        header = recordio.IRHeader(0, [*HEADER, 0, *boxes[0] / SIDE], i, 0)
        records.write(recordio.pack(header, encoded(image, '.jpg')))
    records.close()


@hub.toy('pikachu_train_idx')
def write_index(path, rng) -> None:
    """Where each record of the pictures to train on starts: a line each."""
    content = Path(hub.download('pikachu_train_rec')).read_bytes()
    lines, place = [], 0
    while place < len(content):
        _, word = struct.unpack_from('<II', content, place)  # after the magic number
        kind, length = word >> 29, word & (1 << 29) - 1
        if kind in (WHOLE, FIRST):
            lines.append(f'{len(lines)}\t{place}\n')
        place += 8 + length + -length % 4  # filled up to four bytes
    path.write_text(''.join(lines), encoding='ascii')

