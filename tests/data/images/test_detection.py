import zipfile

import cv2
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.errors import InputError, MissingFile
from d2lmx.files import hub
from d2lmx.files.archives import BadData

HEAD = 'img_name,label,xmin,ymin,xmax,ymax'
TRAIN = [HEAD, 'a.png,1,10,20,30,60', 'b.jpg,0,0,0,128,64', 'a.png,0,32,0,64,80']


def picture(width, height, color):
    return onp.full((height, width, 3), color, onp.uint8)


@pytest.fixture
def make(tmp_path):
    """``make(lines)`` writes a data set of two classes, with these lines to train on.

    Two training pictures: a.png is red, 64 pixels wide and 80 high; b.jpg is blue,
    128 wide and 64 high.
    """
    def write(lines=TRAIN, classes='cat\ndog\n'):
        folder = tmp_path / 'pets'
        for part in ('train', 'val'):
            (folder / f'pets_{part}' / 'images').mkdir(parents=True)
        images = folder / 'pets_train' / 'images'
        cv2.imwrite(str(images / 'a.png'), picture(64, 80, (0, 0, 200)))
        cv2.imwrite(str(images / 'b.jpg'), picture(128, 64, (200, 0, 0)))
        cv2.imwrite(str(folder / 'pets_val' / 'images' / 'c.png'),
                    picture(32, 32, (0, 200, 0)))
        (folder / 'pets_train' / 'label.csv').write_text('\n'.join(lines) + '\n')
        (folder / 'pets_val' / 'label.csv').write_text(f'{HEAD}\nc.png,1,0,8,16,32\n')
        if classes:
            (folder / 'classes.txt').write_text(classes)
        return folder

    return write


def test_labels_are_corners_of_each_pictures_own_size_padded_by_minus_one(make):
    images, labels = d2l.read_detection(make(), size=32)
    assert images.shape == (2, 3, 32, 32) and images.dtype == onp.uint8
    onp.testing.assert_allclose(labels, [
        [[1, 10 / 64, 20 / 80, 30 / 64, 60 / 80], [0, 32 / 64, 0, 1, 1]],
        [[0, 0, 0, 1, 1], [-1, -1, -1, -1, -1]]], rtol=1e-6)  # float32


def test_pictures_are_rgb_of_the_size_asked_for_in_the_order_of_the_labels(make):
    images, _ = d2l.read_detection(make(), size=32)
    assert (images[0, 0] == 200).all() and (images[0, 1:] == 0).all()
    # JPEG changes a flat colour by less than 4 of 255
    assert (abs(images[1, 2].astype(int) - 200) < 4).all() and images[1, 0].max() < 4


def test_a_folder_and_an_archive_of_it_are_the_readers_own(make, tmp_path):
    folder = make()
    archive = tmp_path / 'own.zip'
    with zipfile.ZipFile(archive, 'w') as file:
        for path in folder.rglob('*'):
            file.write(path, path.relative_to(tmp_path))
    batches = []
    for images in (folder, archive):
        with running(files={}):
            _, val_iter, classes = d2l.load_data_detection(str(images), 4, size=16)
            assert [(used['file'], used['data']) for used in hub.used()] == [
                (images.name, 'local')]
        batches.append(next(iter(val_iter)))
        assert classes == ['cat', 'dog']
    (X, Y), (X_zip, Y_zip) = batches
    assert X.shape == (1, 3, 16, 16) and X.dtype == onp.float32 and X.max() == 200
    assert (X == X_zip).all() and (Y == Y_zip).all()
    assert Y.tolist() == [[[1, 0, .25, .5, 1]]]


def test_classes_without_names_are_numbers(make):
    folder = make(classes='')
    assert d2l.read_detection_classes(folder) == ['0', '1']
    assert d2l.read_detection(folder, size=8)[1].shape == (2, 2, 5)


@pytest.mark.parametrize('line, told', [
    ('x.png,0,1,1,5,5', 'line 5: there is no picture .*x.png'),
    ('a.png,2,1,1,5,5', 'line 5: label must be the number of 2 classes, from 0'),
    ('a.png,-1,1,1,5,5', 'line 5: label must be'),
    ('a.png,.5,1,1,5,5', 'line 5: label must be'),
    ('a.png,0,5,1,5,5', 'line 5: xmax must be greater than xmin'),
    ('a.png,0,1,7,5,5', 'line 5: xmax must be greater than xmin, ymax than ymin'),
    ('a.png,0,-1,1,5,5', 'line 5: the box must lie within its picture'),
    ('a.png,0,1,1,65,5', 'line 5: the box must lie within its picture'),
    ('a.png,0,1,1,five,5', 'line 5: label and corners must be numbers'),
    ('a.png,0,1,1,nan,5', 'line 5: label and corners must be numbers'),
    ('a.png,0,1,1,5', 'line 5 must have 6 values, and has 5')])
def test_a_bad_line_is_named(make, line, told):
    folder = make([*TRAIN, line])
    with pytest.raises(BadData, match=rf'label\.csv, {told}'):
        d2l.read_detection(folder)


@pytest.mark.parametrize('lines, told', [
    (['img_name,label,x,y,w,h', 'a.png,0,1,1,5,5'],
     "must begin with the line img_name,label,xmin,ymin,xmax,ymax, but begins with "
     "'img_name,label,x,y,w,h'"),
    ([HEAD], 'names no picture'), ([], 'must begin with the line')])
def test_a_bad_table_is_named(make, lines, told):
    folder = make(lines)
    with pytest.raises(BadData, match=f'label.csv .*{told}|label.csv {told}'):
        d2l.read_detection(folder)


def test_a_broken_picture_is_named(make):
    folder = make()
    (folder / 'pets_train' / 'images' / 'a.png').write_bytes(b'no picture')
    with pytest.raises(InputError, match='a.png is no picture'):
        d2l.read_detection(folder)


def test_what_is_no_detection_data_set_is_told(tmp_path):
    with pytest.raises(MissingFile, match='there is no folder or archive .*nothing'):
        d2l.load_data_detection(str(tmp_path / 'nothing'), 4)
    with pytest.raises(BadData, match='must hold one folder NAME_train .*holds 0'):
        d2l.load_data_detection(str(tmp_path), 4)
    file = tmp_path / 'label.csv'
    file.write_text(HEAD)
    with pytest.raises(InputError, match=r'must be a folder, or a .zip'):
        d2l.load_data_detection(str(file), 4)


# ---- the book's set


def test_bananas_have_the_values_and_shapes_of_the_page():
    images, labels = d2l.read_data_bananas(is_train=False)
    assert images.shape == (32, 256, 256, 3) and images.dtype == onp.uint8
    assert labels.shape == (32, 1, 5) and (labels[:, :, 0] == 0).all()
    corners = labels[:, 0, 1:].asnumpy()
    assert (corners[:, 2:] > corners[:, :2]).all()
    assert corners.min() >= 0 and corners.max() <= 1
    assert (corners * 256 % 1 == 0).all()  # pixels of 256


def test_batches_are_those_of_the_data_set():
    dataset = d2l.BananasDataset(is_train=False)
    train_iter, val_iter = d2l.load_data_bananas(batch_size=20)
    assert (len(dataset), len(train_iter), len(val_iter)) == (32, 5, 2)
    X, Y = next(iter(val_iter))
    assert X.shape == (20, 3, 256, 256) and X.dtype == onp.float32
    feature, label = dataset[19]
    assert (X[19] == feature).all() and (Y[19] == label).all()
    firsts = [next(iter(train_iter))[1].asnumpy() for _ in range(2)]
    assert (firsts[0] != firsts[1]).any()  # another order each time


def test_the_four_real_pictures_are_read_as_their_boxes_say(real_data):
    folder = d2l.own_folder(real_data / 'subset' / 'banana-detection-4val.zip')
    images, labels = d2l.read_detection(folder, is_train=False)
    assert images.shape == (4, 3, 256, 256)
    # the first line of its label.csv: 65.png,0,151,163,193,203
    assert (labels[0] * 256).tolist() == [[0, 151, 163, 193, 203]]
    x1, y1, x2, y2 = (labels[0, 0, 1:] * 256).astype(int)
    inside = images[0][:, y1:y2, x1:x2].astype(float).mean(axis=(1, 2))
    assert inside[:2].min() > inside[2] + 20  # yellow: little blue
