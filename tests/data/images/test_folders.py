"""Pictures in folders of classes, and with a table of labels."""
import cv2
import numpy as onp
import pytest
from PIL import Image

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData


def put(folder, *names, ending='.png'):
    """Pictures whose brightness is their place in the call."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        cv2.imwrite(str(folder / f'{name}{ending}'), onp.full((2, 3, 3), i, 'uint8'))


def names(data):
    return [(file.parent.name, file.stem) for file in data.pictures.files]


def test_folders_of_classes_to_train_and_to_test(tmp_path):
    for part in ('train', 'test'):
        for name in ('cat', 'ant'):
            put(tmp_path / part / name, '10', '9', 'b', 'a')
    (tmp_path / 'train' / 'ant' / 'readme.txt').write_text('no picture')
    train, test = d2l.read_labeled_pictures(tmp_path)
    assert train.classes == test.classes == ['ant', 'cat']
    # numbers in the order of numbers, then words
    assert names(train) == [(name, stem) for name in ('ant', 'cat')
                            for stem in ('9', '10', 'a', 'b')]
    assert train.labels.tolist() == [0] * 4 + [1] * 4 and train.labels.dtype == 'int32'
    picture, label = train[1]
    assert picture.tolist() == [[[0, 0, 0]] * 3] * 2 and label == 0
    assert train[-1][1] == 1 and len(train) == len(test) == 8
    with pytest.raises(IndexError):
        train[8]


def test_of_classes_alone_every_fifth_picture_is_one_to_test_on(tmp_path):
    put(tmp_path / 'inner' / 'a', *map(str, range(10)))
    put(tmp_path / 'inner' / 'b', *map(str, range(5)))
    train, test = d2l.read_labeled_pictures(tmp_path)
    assert names(test) == [('a', '4'), ('a', '9'), ('b', '4')]
    assert not set(names(train)) & set(names(test)) and len(train) == 12


def test_what_a_mac_or_a_friend_puts_beside_the_folder_is_no_class(tmp_path):
    for name in 'ab':
        put(tmp_path / 'inner' / name, *'12345')
        put(tmp_path / 'inner' / '__MACOSX' / name, *'12345')
        put(tmp_path / '__MACOSX' / name, *'12345')
    (tmp_path / 'README.txt').write_text('pictures of mine')
    train, test = d2l.read_labeled_pictures(tmp_path)
    assert train.classes == ['a', 'b'] and len(train) + len(test) == 10
    assert all(file.parents[1] == tmp_path / 'inner' for file in train.pictures.files)


def test_gifs_are_pictures_too(tmp_path):
    for name in 'ab':
        put(tmp_path / name, '1', '3', '4')
        Image.new('RGB', (3, 2), (0, 0, 255)).save(tmp_path / name / '2.gif')
    train, test = d2l.read_labeled_pictures(tmp_path)
    assert len(train) + len(test) == 8
    assert train[1][0].tolist() == [[[0, 0, 255]] * 3] * 2


@pytest.mark.parametrize('has_test', [False, True])
def test_a_table_of_labels(tmp_path, has_test):
    put(tmp_path / 'train', *'pqrstu', ending='.JPG')
    rows = ['id,kind', 'q,dog', 'p,cat', 'r,dog', 's,cat', 't,dog', 'u,cat']
    (tmp_path / 'labels.csv').write_text('\n'.join(rows))
    if has_test:
        put(tmp_path / 'test', 'v')
        (tmp_path / 'test_labels.csv').write_text('id,kind\r\nv,dog\r\n')
    train, test = d2l.read_labeled_pictures(tmp_path)
    assert train.classes == ['cat', 'dog']
    assert [stem for _, stem in names(train)] == list('qprstu' if has_test else 'qprsu')
    assert [stem for _, stem in names(test)] == ['v' if has_test else 't']
    assert test.labels.tolist() == [1]


def test_what_is_no_such_folder_is_told(tmp_path):
    with pytest.raises(InputError, match='there is no folder'):
        d2l.read_labeled_pictures(tmp_path / 'gone')
    with pytest.raises(InputError, match='two classes at least.* of no class$'):
        d2l.read_labeled_pictures(tmp_path)
    put(tmp_path / 'train' / 'a', *'12345')
    with pytest.raises(InputError, match='to train on of a$'):
        d2l.read_labeled_pictures(tmp_path)
    put(tmp_path / 'train' / 'b', '1')
    put(tmp_path / 'test' / 'c', '1')
    with pytest.raises(InputError, match='has pictures of c to test on'):
        d2l.read_labeled_pictures(tmp_path)


@pytest.mark.parametrize('content, kind, words', [
    (b'id,kind\nz,cat', InputError, "line 2 must name a picture.*'z,cat'"),
    (b'id,kind\np', InputError, "line 2 must name.*'p'"),
    (b'id,kind\np,\xff', BadData, 'no table of text in UTF-8')])
def test_a_table_that_names_no_picture_is_told(tmp_path, content, kind, words):
    put(tmp_path / 'train', 'p')
    (tmp_path / 'labels.csv').write_bytes(content)
    with pytest.raises(kind, match=words):
        d2l.read_labeled_pictures(tmp_path)


@pytest.mark.data
def test_real_pictures_of_both_layouts(real_data):
    train, test = d2l.read_labeled_pictures(d2l.download_extract('hotdog'))
    assert (len(train), len(test)) == (1560, 398)
    assert train.classes == ['hotdog', 'not-hotdog']
    assert train[0][0].shape == (64, 64, 3)
    folder = d2l.own_folder(real_data / 'extra' / 'animals5.zip')
    train, test = d2l.read_labeled_pictures(folder)
    assert (len(train), len(test), len(train.classes)) == (325, 43, 5)
