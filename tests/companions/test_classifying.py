"""What a saved classifier says of pictures, by one that answers by their colours."""
import math

import numpy as onp
import pytest
from mxnet import np
from PIL import Image

import d2lmx as d2l
from d2lmx.errors import InputError


class Model:
    """Scores of 'red', 'green' and 'blue': the means of the channels, times 3."""

    about = {'classes': ['red', 'green', 'blue']}

    def __call__(self, X):
        self.shape = X.shape
        return np.array(X).mean(axis=(2, 3)) * 3


def picture(tmp_path, name, color):
    Image.new('RGB', (6, 4), color).save(tmp_path / name)
    return tmp_path / name


def test_classes_are_ranked_by_their_softmax(tmp_path):
    files = [picture(tmp_path, 'a.png', (0, 255, 0)),
             picture(tmp_path, 'b.png', (85, 0, 255))]
    model = Model()
    first, second = d2l.classify_pictures(model, files, d2l.ToTensor())
    assert model.shape == (1, 3, 4, 6)
    e = math.exp(3)  # scores 0 3 0, and 1 0 3
    assert first['class'] == 'green' and first['picture'] == str(files[0])
    assert first['probabilities'] == pytest.approx(
        {'green': e / (e + 2), 'red': 1 / (e + 2), 'blue': 1 / (e + 2)}, rel=1e-5)
    total = 1 + math.e + e
    assert list(second['probabilities']) == ['blue', 'red', 'green']
    assert list(second['probabilities'].values()) == pytest.approx(
        [e / total, math.e / total, 1 / total], rel=1e-5)


def test_each_picture_is_drawn_with_its_class(tmp_path):
    files = [picture(tmp_path, f'{i}.png', color)
             for i, color in enumerate([(255, 0, 0), (0, 0, 255)])]
    d2l.classify_pictures(Model(), files, d2l.ToTensor())
    axes = [d2l.plt.figure(n).axes[0] for n in d2l.plt.get_fignums()]
    share = math.exp(3) / (math.exp(3) + 2)
    assert [ax.get_title() for ax in axes] == [f'{name}: {share:.3f}'
                                               for name in ('red', 'blue')]
    assert (onp.asarray(axes[0].images[0].get_array()) == (255, 0, 0)).all()


def test_a_file_that_is_no_picture_is_told(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'none')
    with pytest.raises(InputError, match='a.jpg is no picture'):
        d2l.classify_pictures(Model(), [tmp_path / 'a.jpg'], d2l.ToTensor())


@pytest.mark.parametrize('classes', [['red', 'green'], list('abcd')])
def test_there_is_a_name_for_each_score_and_no_other(tmp_path, classes):
    model, file = Model(), picture(tmp_path, 'a.png', (0, 255, 0))
    model.about = {'classes': classes}
    with pytest.raises(InputError, match=f"model.json has {len(classes)} of 'classes', "
                                         'and its network needs 3'):
        d2l.classify_pictures(model, [file], d2l.ToTensor())
