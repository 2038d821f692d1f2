"""What the pages fetch by MXNet's own functions comes through the hub."""
import pytest
from mxnet import gluon
from mxnet.contrib.text import embedding
from mxnet.gluon import model_zoo

from d2lmx.edition1 import fetched
from d2lmx.files import hub
from d2lmx.models.pretrained import pretrained_file

HOTDOG = 'fba480ffa8aa7e0febbb511d181409f899b9baa5'
URL = 'https://nowhere.invalid/gluon/dataset/hotdog.zip'


@pytest.fixture
def served(monkeypatch):
    """As where the edition is served, for this test."""
    for owner, name in ((fetched.utils, 'download'),
                        (embedding.GloVe, '_get_pretrained_file'),
                        (model_zoo.model_store, 'get_model_file')):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(fetched, 'is_first_edition', lambda: True)
    fetched.serve()


def test_nothing_is_changed_where_another_edition_is_served():
    assert gluon.utils.download is fetched.fetch is not fetched.download


def test_a_books_file_is_the_hubs_at_the_pages_place(served, data_dir):
    for path in ('../data', '../data/hotdog.zip'):  # a folder, or the file in it
        assert gluon.utils.download(URL, path, sha1_hash=HOTDOG) == (
            '../data/hotdog.zip')
        with open(hub.download('hotdog'), 'rb') as file:
            assert (data_dir / 'hotdog.zip').read_bytes() == file.read()
        (data_dir / 'hotdog.zip').unlink()


def test_a_file_of_other_bytes_gives_way_as_gluons_own_has_it(served, data_dir):
    (data_dir / 'hotdog.zip').write_bytes(b'other')
    gluon.utils.download(URL, '../data', sha1_hash=HOTDOG)
    assert (data_dir / 'hotdog.zip').stat().st_size > 1000


def test_other_files_are_gluons_business(served, monkeypatch, data_dir):
    asked = []
    monkeypatch.setattr(fetched, 'fetch', lambda *how, **more: asked.append(how))
    gluon.utils.download(URL, '../data')
    gluon.utils.download(URL, sha1_hash='0' * 40)
    assert asked == [(URL, '../data', False, None), (URL, None, False, '0' * 40)]


def test_vectors_of_glove_are_the_hubs(served, tmp_path):
    glove = embedding.create('glove', pretrained_file_name='glove.6B.50d.txt',
                             embedding_root=str(tmp_path))
    assert glove.idx_to_vec.shape == (len(glove), 50) and 'woman' in glove.token_to_idx


def test_a_readers_own_vectors_come_first(served, tmp_path, monkeypatch):
    (tmp_path / 'glove').mkdir()
    (tmp_path / 'glove' / 'glove.6B.50d.txt').write_text('man 1 2\nboat 3 4\n')
    glove = embedding.create('glove', pretrained_file_name='glove.6B.50d.txt',
                             embedding_root=str(tmp_path))
    assert glove.get_vecs_by_tokens('boat').asnumpy().tolist() == [3, 4]


def test_toy_weights_of_a_pretrained_network_are_told(served, data_dir, caplog):
    model_zoo.vision.squeezenet1_1(pretrained=True)
    assert 'squeezenet1.1 is TOY DATA' in caplog.text


def test_pretrained_networks_of_gluon_load_in_either_mode(data_dir):
    from mxnet import nd, np, npx
    net = model_zoo.vision.resnet18_v2(pretrained=True)
    scores = net(nd.ones((1, 3, 64, 64))).asnumpy()
    npx.set_np()  # the same toy file
    net = model_zoo.vision.resnet18_v2()
    net.load_parameters(pretrained_file('resnet18_v2'))
    assert abs(net(np.ones((1, 3, 64, 64))).asnumpy() - scores).max() < 1e-5
