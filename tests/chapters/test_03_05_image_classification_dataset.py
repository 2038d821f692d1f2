import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('3.5')


def test_classes_stand_in_the_order_of_their_labels(page):
    assert page.read_dataset()['classes'] == [
        't-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker',
        'bag', 'ankle boot']


def test_figure_shows_the_first_18_pictures_under_their_names(page):
    page.read_dataset()
    images, labels = d2l.read_fashion_mnist(is_train=True)
    axes = plt.gcf().axes
    assert [ax.get_title() for ax in axes] == d2l.get_fashion_mnist_labels(labels[:18])
    for ax, image in zip(axes, images):
        assert (ax.images[0].get_array() == image).all()
    assert [axes[i].get_subplotspec().get_gridspec().get_geometry() for i in (0, -1)] \
        == [(2, 9), (2, 9)]


def test_resized_batch_has_the_printed_shapes_and_types(page):
    assert page.first_batch(32, 64) == {
        'X': {'shape': [32, 1, 64, 64], 'dtype': 'float32'},
        'y': {'shape': [32], 'dtype': 'int32'}}


def test_one_pass_reads_every_training_example(page, monkeypatch):
    sizes = []
    load = d2l.load_data_fashion_mnist

    def counting(batch_size):
        train_iter, test_iter = load(batch_size)
        return (sizes.append(len(X)) or (X, y) for X, y in train_iter), test_iter

    monkeypatch.setattr(d2l, 'load_data_fashion_mnist', counting)
    assert page.time_one_pass(128) > 0
    assert sum(sizes) == page.read_dataset()['training examples']
    assert set(sizes[:-1]) == {128}


@pytest.mark.data
def test_real_data_has_the_printed_sizes_and_upstreams_first_labels(page, real_data):
    result = page.read_dataset()
    assert result['training examples'] == 60000 and result['test examples'] == 10000
    assert result['shape of a picture'] == [28, 28]
    # labels 9 0 0 3 0 2 7 2 5 5, as upstream's files begin
    assert [ax.get_title() for ax in plt.gcf().axes[:10]] == [
        'ankle boot', 't-shirt', 't-shirt', 'dress', 't-shirt', 'pullover', 'sneaker',
        'pullover', 'sandal', 'sandal']
