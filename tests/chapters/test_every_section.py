"""The anatomy of a section, its smoke run, and the contract of its network."""
import ast
import inspect
import json

import mxnet as mx
import pytest
from matplotlib import pyplot as plt

from d2lmx import (DATA_HUB, Checkpoints, check_hybrid_block, options, results,
                   sections, set_seed)
from d2lmx.data import hub

INDEX = sections.sections()


@pytest.fixture(params=INDEX, ids=lambda s: s.slug)
def entry(request):
    return request.param


def test_anatomy(entry):
    assert entry.number and entry.title and entry.title_zh
    tree = ast.parse(entry.path.read_text(encoding='utf-8'))
    assert 'Source: chapter_' in ast.get_docstring(tree)
    assert ast.unparse(tree.body[-1]) == "if __name__ == '__main__':\n    d2l.main(run)"
    assert set(entry.data) <= set(DATA_HUB)
    module = sections.load(entry)
    parameters = inspect.signature(module.run).parameters.values()
    assert all(p.kind is p.KEYWORD_ONLY and p.default is not p.empty
               for p in parameters)
    assert set(module.SMOKE) <= set(options.hyperparameters(module.run))
    assert hasattr(module, 'build_net') == hasattr(module, 'example_inputs')


def as_record(result):
    """What run returned, without its times, as it goes into metrics.json."""
    result = {name: value for name, value in result.items() if name != 'timing'}
    return json.dumps(results.as_json(result), allow_nan=False)


def test_smoke_run_gives_json_and_labelled_figures_and_can_be_resumed(entry, tmp_path):
    module = sections.load(entry)
    hub.forget()
    out = {'out': tmp_path} if 'out' in inspect.signature(module.run).parameters else {}
    with Checkpoints(tmp_path / 'checkpoint') as saved:
        record = as_record(module.run(**module.SMOKE, **out))
    assert {file['name'] for file in hub.used()} == set(entry.data)
    for number in plt.get_fignums():
        for axes in plt.figure(number).axes:
            curves = axes.lines and axes.axison
            assert not curves or (axes.get_xlabel() and (
                axes.get_ylabel() or axes.get_legend())), f'figure {number}: no labels'
    if saved.num_fits:  # all that is trained is in the checkpoint, and comes back
        set_seed(0)
        with Checkpoints(tmp_path / 'checkpoint', resume=True):
            assert as_record(module.run(**module.SMOKE, **out)) == record
    else:
        assert 'num_epochs' not in inspect.signature(module.run).parameters


def test_network_keeps_the_contract(entry):
    module = sections.load(entry)
    if not hasattr(module, 'build_net'):
        pytest.skip('a section without a network')
    mx.random.seed(1)
    check_hybrid_block(module.build_net, module.example_inputs)
