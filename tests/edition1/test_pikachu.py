"""The detection set of the first edition, in its stand-in."""
import shutil

import numpy as onp
import pytest
from mxnet import recordio

from d2lmx.data.toys import fruit, records
from d2lmx.edition1 import pikachu
from d2lmx.errors import InputError
from d2lmx.files import hub
from d2lmx.files.archives import BadData


def test_batches_are_pictures_with_a_box(data_dir, caplog):
    train_iter, val_iter = pikachu.load_data_pikachu(4, edge_size=64)
    assert 'pikachu_train_rec is TOY DATA' in caplog.text
    batch = train_iter.next()
    X, Y = batch.data[0].asnumpy(), batch.label[0].asnumpy()
    assert X.shape == (4, 3, 64, 64) and Y.shape == (4, 1, 5)  # as the page has them
    assert 100 < X.max() <= 255 and (Y[..., 0] == 0).all()
    assert (Y[..., 1:3] < Y[..., 3:]).all() and (0 <= Y).all() and (Y <= 1).all()
    count = records.COUNTS['val']
    assert sum(len(batch.label[0]) for batch in val_iter) == count


@pytest.fixture
def own_set(data_dir):
    """The reader's own ``../data/pikachu``, its validation pictures from seed 0."""
    folder = data_dir / 'pikachu'
    folder.mkdir()
    for file, part in (('train.rec', 'train_rec'), ('train.idx', 'train_idx')):
        shutil.copy(hub.download(f'pikachu_{part}'), folder / file)
    records.write_records(folder / 'val.rec', 3, onp.random.RandomState(0))
    return folder


def test_validation_shows_the_drawn_pictures_with_their_boxes(own_set, caplog):
    _, val_iter = pikachu.load_data_pikachu(3)
    assert not caplog.records
    drawn = fruit.examples(3, onp.random.RandomState(0))
    batch = val_iter.next()
    for i, (image, boxes, _) in enumerate(drawn):
        onp.testing.assert_allclose(batch.label[0][i, 0, 1:].asnumpy() * 256, boxes[0],
                                    atol=1e-3)  # float32
        shown = batch.data[0][i].asnumpy().transpose(1, 2, 0)
        assert abs(shown - image).mean() < 6  # JPEG's loss; of other pictures 50


def test_the_index_is_that_of_the_records(data_dir):
    files = [hub.download(f'pikachu_train_{part}') for part in ('idx', 'rec')]
    opened = recordio.MXIndexedRecordIO(*files, 'r')
    assert opened.keys == list(range(records.COUNTS['train']))
    for key in opened.keys:
        header, _ = recordio.unpack(opened.read_idx(key))
        assert header.id == key and header.label[:3].tolist() == [2, 5, 0]


def test_a_set_that_is_not_whole_is_told(own_set):
    (own_set / 'train.idx').unlink()
    with pytest.raises(BadData, match='of one set, and lacks train.idx'):
        pikachu.load_data_pikachu(4)


@pytest.mark.parametrize('content', [b'', b'no records at all, but as long as some'])
def test_damaged_records_are_told(own_set, content):
    (own_set / 'val.rec').write_bytes(content)
    with pytest.raises(BadData, match='val.rec cannot be read as records'):
        pikachu.load_data_pikachu(4)


@pytest.mark.parametrize('content', ['no numbers', '7'])
def test_a_damaged_index_is_told(own_set, content):
    (own_set / 'train.idx').write_text(content)
    with pytest.raises(BadData, match='train.rec cannot be read .* its index'):
        pikachu.load_data_pikachu(4)


@pytest.mark.parametrize('sizes', [(0, 64), (4, 0)])
def test_sizes_below_one_are_told(sizes):
    with pytest.raises(InputError, match='from 1 on, got'):
        pikachu.load_data_pikachu(*sizes)
