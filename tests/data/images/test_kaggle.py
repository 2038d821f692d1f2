import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import d2lmx as d2l
from d2lmx.files import hub
from d2lmx.files.archives import BadData

# by name: a1, a10, a2 ... and b1 ...; the rarest class has 4
LABELS = {**{f'a{i}': 'ape' for i in range(1, 13)},
          **{f'b{i}': 'bee' for i in range(4)}}


@pytest.fixture
def data_dir(tmp_path):
    """train/NAME.png of twelve apes and four bees, and three pictures to test on."""
    folder = tmp_path / 'zoo'
    for part, names in (('train', LABELS), ('test', ['x', 'y', 'z'])):
        (folder / part).mkdir(parents=True)
        for name in names:
            (folder / part / f'{name}.png').write_text(name)
    return folder


def tree(folder):
    """{file below a folder: its content}, without hidden ones."""
    return {path.relative_to(folder).as_posix(): path.read_text()
            for path in Path(folder).rglob('*')
            if path.is_file() and not path.name.startswith('.')}


def everything(num_valid):
    """The tree that the pictures above come to, by hand."""
    apes = ['a1', 'a10', 'a11', 'a12', *(f'a{i}' for i in range(2, 10))]
    bees = ['b0', 'b1', 'b2', 'b3']
    files = {}
    for label, names in (('ape', apes), ('bee', bees)):
        for i, name in enumerate(names):
            part = 'valid' if i < num_valid else 'train'
            files[f'{part}/{label}/{name}.png'] = name
            files[f'train_valid/{label}/{name}.png'] = name
    return files


# ---- labels


def test_labels_are_by_name_without_the_header(tmp_path):
    file = tmp_path / 'labels.csv'
    file.write_bytes('\ufeffid,label\r\n1,frog\r\n2, truck\r\n\r\n"3","a, b"\r\n'
                     .encode())
    assert d2l.read_csv_labels(file) == {'1': 'frog', '2': 'truck', '3': 'a, b'}


@pytest.mark.parametrize('text, told', [
    ('id,label\n1,frog\n2\n', r"line 3 has \['2'\]"),
    ('id,label\n1,frog,green\n', 'line 2 has'), ('id,label\n1,\n', 'line 2 has'),
    ('id,label\n1,frog\n1,truck\n', 'calls 1 frog, and then truck in line 3'),
    ('id,label\n', 'it has no picture'), ('', 'it has no picture'),
    ('id,label\n1,' + 'x' * 200_000, 'no table of names and labels')])
def test_a_table_that_is_none_is_refused_by_file_and_line(tmp_path, text, told):
    file = tmp_path / 'labels.csv'
    file.write_text(text)
    with pytest.raises(BadData, match=told) as caught:
        d2l.read_csv_labels(file)
    assert str(file) in str(caught.value)


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadData, match='labels.csv'):
        d2l.read_csv_labels(tmp_path / 'labels.csv')


# ---- the split


@pytest.mark.parametrize('valid_ratio, num_valid', [
    (.1, 1),    # 4 * .1 rounds down to 0, and one at least is taken
    (.49, 1), (.5, 2), (.99, 3)])
def test_each_class_gives_as_many_as_the_rarest_can(data_dir, valid_ratio, num_valid):
    assert d2l.reorg_train_valid(data_dir, LABELS, valid_ratio) == num_valid
    assert tree(data_dir / 'train_valid_test') == everything(num_valid)


def test_labels_without_a_picture_count_for_the_rarest_class(data_dir):
    labels = {**LABELS, **{f'b{i}': 'bee' for i in range(4, 12)}}
    assert d2l.reorg_train_valid(data_dir, labels, .25) == 3


def test_the_order_of_the_file_system_does_not_matter(data_dir, monkeypatch):
    def backwards(folder):
        return iter(sorted(scandir(folder), key=lambda entry: entry.name)[::-1])

    scandir = os.scandir
    monkeypatch.setattr(os, 'scandir', backwards)
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    monkeypatch.undo()
    assert tree(data_dir / 'train_valid_test') == everything(2)


def test_pictures_to_test_on_are_of_an_unknown_class(data_dir):
    d2l.reorg_test(data_dir)
    assert tree(data_dir / 'train_valid_test') == {
        f'test/unknown/{name}.png': name for name in 'xyz'}


def test_the_pictures_stay_where_they_were_and_hidden_files_are_none(data_dir):
    (data_dir / 'train' / '.DS_Store').write_text('no picture')
    before = tree(data_dir)
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    after = tree(data_dir)
    assert {name: after[name] for name in before} == before
    assert tree(data_dir / 'train_valid_test') == everything(2)


@pytest.mark.parametrize('valid_ratio', [0, 1, -.1, 1.5, float('nan')])
def test_a_share_that_leaves_a_part_empty_is_refused(data_dir, valid_ratio):
    with pytest.raises(ValueError, match='more than 0 and less than 1'):
        d2l.reorg_train_valid(data_dir, LABELS, valid_ratio)
    assert not (data_dir / 'train_valid_test').exists()


def test_a_picture_without_label_is_named_and_nothing_is_made(data_dir):
    (data_dir / 'train' / 'c1.png').write_text('c1')
    with pytest.raises(BadData, match=r'c1\.png has no label.* a line for c1'):
        d2l.reorg_train_valid(data_dir, LABELS, .5)
    assert not (data_dir / 'train_valid_test').exists()


@pytest.mark.parametrize('label', ['../..', '/tmp', 'a/b', '.', 'a\0b'])
def test_a_label_leads_to_no_other_folder(data_dir, label):
    with pytest.raises(BadData, match='the label of a1 must be a name'):
        d2l.reorg_train_valid(data_dir, {**LABELS, 'a1': label}, .5)


@pytest.mark.parametrize('make', [
    lambda train: None, lambda train: train.mkdir(), lambda train: train.touch()])
def test_a_data_set_without_pictures_is_refused(tmp_path, make):
    (tmp_path / 'zoo').mkdir()
    make(tmp_path / 'zoo' / 'train')
    with pytest.raises(BadData, match='train must'):
        d2l.reorg_train_valid(tmp_path / 'zoo', LABELS, .5)


# ---- links, and copies


def test_files_are_links_that_take_no_room(data_dir):
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    assert os.stat(data_dir / 'train' / 'a1.png').st_nlink == 3


def test_files_are_copies_where_there_are_no_links(data_dir, monkeypatch):
    def refuse(source, target):
        raise OSError(18, 'Invalid cross-device link')

    monkeypatch.setattr(os, 'link', refuse)
    for _ in range(2):
        d2l.reorg_train_valid(data_dir, LABELS, .5)
        assert tree(data_dir / 'train_valid_test') == everything(2)
    assert os.stat(data_dir / 'train' / 'a1.png').st_nlink == 1
    # the same number of letters, at another time
    (data_dir / 'train' / 'a1.png').write_text('A1')
    os.utime(data_dir / 'train' / 'a1.png', (1, 1))
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    assert (data_dir / 'train_valid_test' / 'valid' / 'ape' / 'a1.png'
            ).read_text() == 'A1'


def test_a_copy_makes_its_folder_and_replaces_an_older_file(tmp_path):
    source, target = tmp_path / 'a.png', tmp_path / 'some' / 'where'
    for text in ('one', 'three'):
        source.unlink(missing_ok=True)
        source.write_text(text)
        d2l.copyfile(str(source), str(target))
        assert tree(target) == {'a.png': text}
    assert sorted(os.listdir(target)) == ['a.png']


def test_a_copy_that_fails_leaves_the_older_file_alone(tmp_path, monkeypatch):
    source, target = tmp_path / 'a.png', tmp_path / 'there'
    source.write_text('one')
    d2l.copyfile(source, target)
    source.unlink()
    source.write_text('other')

    def fill(source, target):
        Path(target).write_text('oth')
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'link', fill)
    monkeypatch.setattr(shutil, 'copy2', fill)
    with pytest.raises(OSError, match='No space'):
        d2l.copyfile(source, target)
    assert os.listdir(target) == ['a.png'] and (target / 'a.png').read_text() == 'one'


# ---- again, after a change or a cut


def test_another_share_moves_pictures_over(data_dir):
    for valid_ratio, num_valid in ((.5, 2), (.1, 1), (.75, 3)):
        d2l.reorg_train_valid(data_dir, LABELS, valid_ratio)
        assert tree(data_dir / 'train_valid_test') == everything(num_valid)


def test_a_changed_data_set_is_noticed(data_dir):
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    d2l.reorg_test(data_dir)
    (data_dir / 'train' / 'a1.png').unlink()
    (data_dir / 'test' / 'x.png').unlink()
    (data_dir / 'test' / 'w.png').write_text('w')
    labels = {name: {'bee': 'cow'}.get(label, label) for name, label in LABELS.items()}
    d2l.reorg_train_valid(data_dir, labels, .5)
    d2l.reorg_test(data_dir)
    made = tree(data_dir / 'train_valid_test')
    assert not any('/bee/' in name or 'a1.png' in name for name in made)
    assert sorted(name for name in made if name.startswith('valid')) == [
        'valid/ape/a10.png', 'valid/ape/a11.png', 'valid/cow/b0.png',
        'valid/cow/b1.png']
    assert sorted(name for name in made if name.startswith('test')) == [
        'test/unknown/w.png', 'test/unknown/y.png', 'test/unknown/z.png']
    # a folder without pictures would be a class
    assert sorted(os.listdir(data_dir / 'train_valid_test' / 'train')) == ['ape', 'cow']


@pytest.mark.parametrize('done', [0, 1, 7, 20, 31])
def test_what_was_cut_off_is_completed(data_dir, monkeypatch, done):
    calls = []

    def until(source, target):
        if len(calls) == done:
            Path(target).write_text('half a fi')  # no block of Python's runs after it
            monkeypatch.setattr(Path, 'unlink', lambda *a, **b: None)
            raise KeyboardInterrupt
        calls.append(target)
        return link(source, target)

    link = os.link
    before = tree(data_dir)
    with monkeypatch.context() as patch:
        patch.setattr(os, 'link', until)
        with pytest.raises(KeyboardInterrupt):
            d2l.reorg_train_valid(data_dir, LABELS, .5)
    monkeypatch.undo()
    assert {name: tree(data_dir)[name] for name in before} == before
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    assert tree(data_dir / 'train_valid_test') == everything(2)
    assert not [path for path in (data_dir / 'train_valid_test').rglob('.*')
                if path.name != '.lock']


def test_what_is_done_is_not_done_again(data_dir, monkeypatch):
    d2l.reorg_train_valid(data_dir, LABELS, .5)

    def fail(*args):
        raise AssertionError('a file was put there again')

    for module, name in ((os, 'link'), (os, 'unlink'), (shutil, 'copy2')):
        monkeypatch.setattr(module, name, fail)
    d2l.reorg_train_valid(data_dir, LABELS, .5)


def test_runs_that_begin_together_do_not_disturb_each_other(data_dir):
    def sort(_):
        for valid_ratio in [.1, .5] * 10:
            d2l.reorg_train_valid(data_dir, LABELS, valid_ratio)

    with ThreadPoolExecutor(2) as runs:
        list(runs.map(sort, range(2)))
    assert tree(data_dir / 'train_valid_test') == everything(2)


# ---- where it is put


def test_a_read_only_data_set_is_sorted_in_the_cache(data_dir, empty_hub):
    for folder in (data_dir / 'train', data_dir / 'test', data_dir):
        folder.chmod(0o555)
    try:
        d2l.reorg_train_valid(data_dir, LABELS, .5)
        place = d2l.reorganized(data_dir)
        assert hub.cache() in place.parents
        assert tree(place) == everything(2)
        assert sorted(os.listdir(data_dir)) == ['test', 'train']
    finally:
        data_dir.chmod(0o755)
    assert d2l.reorganized(data_dir) == data_dir / 'train_valid_test'


def test_read_only_data_sets_of_one_name_have_places_of_their_own(tmp_path, empty_hub):
    places = []
    for parent in 'ab':
        folder = tmp_path / parent / 'zoo'
        folder.mkdir(parents=True)
        folder.chmod(0o555)
        places.append(d2l.reorganized(folder))
    assert places[0] != places[1]


def test_a_place_that_cannot_be_written_is_named(data_dir):
    (data_dir / 'train_valid_test').write_text('a file')
    with pytest.raises(OSError, match='cannot write .*train_valid_test'):
        d2l.reorg_test(data_dir)


# ---- the data sets


@pytest.mark.parametrize('name, table, counts', [
    ('cifar10_tiny', 'trainLabels.csv', (400, 20, 10)),
    ('dog_tiny', 'labels.csv', (120, 12, 6))])
def test_toys_have_the_layout_of_the_competitions(name, table, counts):
    folder = Path(d2l.download_extract(name))
    labels = d2l.read_csv_labels(folder / table)
    train, test = (sorted(path.stem for path in (folder / part).iterdir())
                   for part in ('train', 'test'))
    assert (len(train), len(test), len(set(labels.values()))) == counts
    assert train == sorted(labels)


@pytest.mark.data
def test_the_real_small_set_has_a_thousand_pictures_of_ten_classes(real_data, tmp_path):
    folder = tmp_path / 'cifar'
    shutil.copytree(d2l.download_extract('cifar10_tiny'), folder,
                    ignore=shutil.ignore_patterns('train_valid_test'))
    labels = d2l.read_csv_labels(folder / 'trainLabels.csv')
    # the page prints both
    assert (len(labels), len(set(labels.values()))) == (1000, 10)
    num_valid = d2l.reorg_train_valid(folder, labels, .1)
    made = tree_of_names(folder / 'train_valid_test')
    rarest = min(list(labels.values()).count(label) for label in set(labels.values()))
    assert num_valid == rarest // 10
    assert len([name for name in made if name[0] == 'valid']) == 10 * num_valid
    assert len([name for name in made if name[0] == 'train']) == 1000 - 10 * num_valid
    assert all(labels[Path(file).stem] == label for part, label, file in made)


def tree_of_names(folder):
    return [path.relative_to(folder).parts for path in folder.rglob('*.png')]


# ---- read again


def test_parts_are_read_with_the_numbers_of_all_classes(data_dir):
    # a class of a single picture is in no training set, and keeps its number
    labels = {**LABELS, 'a1': 'ant'}
    d2l.reorg_train_valid(data_dir, labels, .5)
    d2l.reorg_test(data_dir)
    parts, classes = d2l.read_reorganized(data_dir)
    assert classes == ['ant', 'ape', 'bee']
    found = {part: [(file.stem, int(label)) for file, label in zip(pictures.files, y)]
             for part, (pictures, y) in parts.items()}
    assert found['valid'] == [('a1', 0), ('a10', 1), ('b0', 2)]
    assert found['train'] == [*((f'a{i}', 1) for i in (11, 12, *range(2, 10))),
                              ('b1', 2), ('b2', 2), ('b3', 2)]
    assert sorted(found['train_valid']) == sorted(found['train'] + found['valid'])
    assert found['test'] == [('x', 0), ('y', 0), ('z', 0)]


@pytest.mark.parametrize('name, table', [('cifar10_tiny', 'trainLabels.csv'),
                                         ('dog_tiny', 'labels.csv')])
def test_pictures_are_those_of_their_labels(name, table):
    folder = d2l.download_extract(name)
    labels = d2l.read_csv_labels(Path(folder, table))
    d2l.reorg_train_valid(folder, labels, .1)
    d2l.reorg_test(folder)
    parts, classes = d2l.read_reorganized(folder)
    pictures, y = parts['train']
    i = len(y) // 2
    assert labels[pictures.files[i].stem] == classes[y[i]]
    assert (pictures[i] == d2l.read_picture(Path(
        folder, 'train', pictures.files[i].name))).all()


# ---- links


@pytest.fixture
def linked(data_dir):
    """The same data set, whose pictures are relative links to files of a store."""
    for part in ('train', 'test'):
        for file in list((data_dir / part).iterdir()):
            (data_dir / 'store').mkdir(exist_ok=True)
            file.rename(data_dir / 'store' / file.name)
            file.symlink_to(Path('..', 'store', file.name))
    return data_dir


def test_relative_links_lead_to_their_pictures_from_class_folders_too(linked):
    d2l.reorg_train_valid(linked, LABELS, .5)
    d2l.reorg_test(linked)
    assert tree(linked / 'train_valid_test') == {
        **everything(2), **{f'test/unknown/{name}.png': name for name in 'xyz'}}


def test_a_picture_whose_link_leads_nowhere_is_named_not_left_out(linked):
    (linked / 'store' / 'b2.png').unlink()
    with pytest.raises(BadData, match=r'train/b2\.png is a link to a file that is not'):
        d2l.reorg_train_valid(linked, LABELS, .5)
    assert not (linked / 'train_valid_test').exists()


@pytest.mark.parametrize('place', ['train', 'train/ape', 'valid/cow'])
def test_nothing_is_deleted_behind_a_link_in_the_place_of_a_folder(data_dir, tmp_path,
                                                                   place):
    mine = tmp_path / 'mine'
    (mine / 'ape').mkdir(parents=True)
    for name in ('mine.png', 'ape/mine.png'):
        (mine / name).write_text('dear')
    link = data_dir / 'train_valid_test' / place
    link.parent.mkdir(parents=True)
    link.symlink_to(mine, target_is_directory=True)
    d2l.reorg_train_valid(data_dir, LABELS, .5)
    assert tree(mine) == {'mine.png': 'dear', 'ape/mine.png': 'dear'}
    assert tree(data_dir / 'train_valid_test') == everything(2)
