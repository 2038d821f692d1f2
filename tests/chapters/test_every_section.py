"""Every section's smoke run, and the contract of its network."""
import inspect
import json

import mxnet as mx
import pytest

from d2lmx import check_hybrid_block
from d2lmx.files.catalogue import WEIGHTS
from d2lmx.pages import printed, results, sections

INDEX = sections.sections()


@pytest.fixture(params=INDEX, ids=lambda s: s.slug)
def entry(request):
    return request.param


def as_record(result):
    """What run returned, without its times, as it goes into metrics.json."""
    result = {name: value for name, value in result.items() if name != 'timing'}
    return json.dumps(results.as_json(result), allow_nan=False)


def test_smoke_run_gives_json_and_reads_the_data_that_it_names(entry, smoke_run):
    smoke = smoke_run(entry.number)
    assert as_record(smoke.result)
    named, weights = set(entry.data), set(WEIGHTS)
    assert smoke.data - weights == named - weights
    # a smoke run may take weights of another network than the page, a smaller one
    assert len(smoke.data & weights) == len(named & weights)


def test_the_books_numbers_have_names_of_the_result(entry, smoke_run):
    module = sections.load(entry)
    names = {name for page in printed.pages(module) for name in page.numbers}
    if module.SMOKE.get('schedule', 'all') == 'all':  # else one of 11.11's alone
        result = smoke_run(entry.number).result
        known = result.keys() | result.get('final', {}).keys()
        assert {name.partition('/')[0] for name in names} <= known


def test_figures_of_the_smoke_run_are_labelled(entry, smoke_run):
    for figure in smoke_run(entry.number).figures:
        for axes in figure.axes:
            curves = axes.lines and axes.axison
            assert not curves or (axes.get_xlabel() and (
                axes.get_ylabel() or axes.get_legend())), f'{figure}: no labels'


def test_all_that_the_smoke_run_trained_is_in_its_checkpoint(entry, smoke_run):
    smoke = smoke_run(entry.number)
    if smoke.num_fits:
        resumed = smoke_run(entry.number, resume=True)
        assert as_record(resumed.result) == as_record(smoke.result)
    else:
        run = sections.load(entry).run
        assert 'num_epochs' not in inspect.signature(run).parameters


def test_network_keeps_the_contract(entry):
    module = sections.load(entry)
    if not hasattr(module, 'build_net'):
        pytest.skip('a section without a network')
    mx.random.seed(1)
    check_hybrid_block(module.build_net, module.example_inputs)
