"""Every section's smoke run, and the contract of its network."""
import inspect
import json

import mxnet as mx
import numpy as onp
import pytest

from d2lmx import check_hybrid_block
from d2lmx.files.catalogue import WEIGHTS
from d2lmx.pages import printed, results, sections
from d2lmx.viz import legends
from d2lmx.viz.finish import finish

INDEX = sections.sections()
# sections with the network of another
SAME = {'13.1': '12.6', '13.13': '12.6', '22.5': '22.4'}


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


def shows_data(axes):
    """Whether there is more in the axes than a picture, a drawing or a colour bar."""
    return axes.axison and (axes.lines or axes.patches) and not axes.images


def test_figures_of_the_smoke_run_have_named_axes(entry, smoke_run):
    for figure in smoke_run(entry.number).figures:
        for axes in filter(shows_data, figure.axes):
            assert axes.get_xlabel() and axes.get_ylabel(), f'{figure}: no names'


def test_figures_of_the_smoke_run_can_be_told_apart(entry, smoke_run):
    def words(figure):
        texts = list(figure.texts)
        for axes in figure.axes:
            legend = axes.get_legend()
            texts += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts,
                      *(legend.get_texts() if legend else [])]
        return tuple(text.get_text() for text in texts)

    told = [words(figure) for figure in smoke_run(entry.number).figures
            if any(map(shows_data, figure.axes))]
    assert len(set(told)) == len(told)


def test_nothing_hides_the_curves_of_the_smoke_run(entry, smoke_run):
    for figure in smoke_run(entry.number).figures:
        finish(figure)  # as when it is saved
        for axes in filter(shows_data, figure.axes):
            (left, right), (low, high) = sorted(axes.get_xlim()), sorted(
                axes.get_ylim())
            assert axes.get_xlim() == (left, right) and axes.get_ylim() == (low, high)
            for x, y in (line.get_data() for line in axes.lines
                         if line.get_transform() == axes.transData):
                x, y = onp.asarray(x, 'float64'), onp.asarray(y, 'float64')
                assert ((left <= x) & (x <= right) & (low <= y) & (y <= high)).any()
            legend = axes.get_legend()
            assert not legend or not legends.covers(legend, axes)


def test_axes_of_the_smoke_runs_figures_lie_beside_each_other(entry, smoke_run):
    for figure in smoke_run(entry.number).figures:
        if len(figure.axes) == 1:
            continue
        figure.draw_without_rendering()
        boxes = [axes.get_tightbbox() for axes in figure.axes if axes.axison]
        for i, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:i]), figure


@pytest.mark.slow
def test_all_that_the_smoke_run_trained_is_in_its_checkpoint(entry, smoke_run):
    smoke = smoke_run(entry.number)
    if smoke.num_fits:
        resumed = smoke_run(entry.number, resume=True)
        assert as_record(resumed.result) == as_record(smoke.result)
    else:
        run = sections.load(entry).run
        assert 'num_epochs' not in inspect.signature(run).parameters


def test_network_keeps_the_contract(entry, small_inputs):
    module = sections.load(entry)
    if not hasattr(module, 'build_net'):
        pytest.skip('a section without a network')
    if entry.number in SAME:
        other = sections.load(sections.find(SAME[entry.number]))
        assert operations(module.build_net()) == operations(other.build_net())
        return
    mx.random.seed(1)
    check_hybrid_block(module.build_net, small_inputs(entry))


def operations(net):
    """What a network computes, step by step: each with its options and inputs."""
    graph = json.loads(net(mx.sym.var('X').as_np_ndarray()).tojson())
    return [(node['op'], node.get('attrs'), node['inputs']) for node in graph['nodes']]
