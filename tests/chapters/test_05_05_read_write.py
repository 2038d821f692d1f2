import mxnet as mx
import pytest
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.commands import call
from d2lmx.pages import options

FILES = {'x-file', 'x-files', 'mydict', 'mlp.params', 'dense.params'}


@pytest.fixture
def page(section):
    return section('5.5')


def test_run_reads_what_it_wrote(page, tmp_path):
    result = page.run(out=tmp_path)
    x, y = [0, 1, 2, 3], [0, 0, 0, 0]
    assert result['x'] == x
    assert result['list'] == [x, y]
    assert result['dict'] == {'x': x, 'y': y}
    assert result['clone(X) == net(X)'] == [[True] * 10] * 2
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_command_leaves_the_files_in_the_results_folder(tmp_path):
    assert call('run', ['5.5', '--out', str(tmp_path)]) == 0
    written = {path.name for path in (tmp_path / '05.05_read_write').iterdir()}
    assert written == FILES | {'metrics.json'}


def test_results_folder_is_no_hyperparameter(page):
    assert options.hyperparameters(page.run) == {}


def test_file_of_parameters_has_structural_names(page, tmp_path):
    page.run(out=tmp_path)
    params = npx.load(str(tmp_path / 'mlp.params'))
    assert {name: param.shape for name, param in params.items()} == {
        'hidden.weight': (256, 20), 'hidden.bias': (256,),
        'output.weight': (10, 256), 'output.bias': (10,)}


def test_gluon_reads_a_bare_block_as_legacy_arrays_and_d2l_does_not(page, tmp_path):
    result = page.bare_block(tmp_path)
    assert result['Dense.load_parameters gives'] == 'mxnet.ndarray.ndarray.NDArray'
    assert result['d2l.load_parameters gives'] == 'mxnet.numpy.ndarray'


def train(dense):
    trainer = gluon.Trainer(dense.collect_params(), 'sgd', {'learning_rate': 0.1})
    with autograd.record():
        l = dense(np.ones((2, 5))).sum()
    l.backward()
    trainer.step(2)
    return dense.weight.data().asnumpy()


def test_bare_block_can_be_trained_after_d2ls_loading_only(page, tmp_path):
    page.bare_block(tmp_path)
    file = str(tmp_path / 'dense.params')
    ours, theirs = nn.Dense(3, in_units=5), nn.Dense(3, in_units=5)
    d2l.load_parameters(ours, file)
    before = ours.weight.data().asnumpy()
    # the gradient of the sum is 2 for each weight: a step of 0.1 * 2 / 2
    assert train(ours) == pytest.approx(before - 0.1, abs=1e-6)
    theirs.load_parameters(file)
    with pytest.raises((TypeError, mx.MXNetError)):
        train(theirs)


def test_parameters_of_another_network_are_refused_by_name(page, tmp_path):
    page.run(out=tmp_path)
    with pytest.raises(ValueError, match='hidden.weight'):
        d2l.load_parameters(page.build_net(), str(tmp_path / 'dense.params'))
