import inspect

import pytest

import d2lmx as d2l


def test_a_compiled_program_gives_what_the_interpreter_gives(section):
    page = section('12.1')
    assert page.symbolic_programming() == {'imperative': 10, 'compiled': 10}
    # the text is that of the functions that run
    for function, text in ((page.add, page.add_()),
                           (page.fancy_func, page.fancy_func_())):
        assert text.strip() == inspect.getsource(function).strip()


def test_a_print_shows_arrays_then_symbols_then_nothing(section):
    assert section('12.1').what_a_print_shows() == {
        'imperative': ['module F: mxnet.ndarray', 'value x: ndarray',
                       'result: ndarray'],
        'first hybridized': ['module F: mxnet.symbol', 'value x: _Symbol',
                             'result: _Symbol'],
        'second hybridized': []}


def test_the_exported_files_have_the_books_names_and_sizes(section, tmp_path):
    page = section('12.1')
    net, (x,) = page.get_net(), page.example_inputs(1)
    saved = page.serialize(net, x, tmp_path)
    assert saved['largest difference reloaded'] == 0
    # the book lists 643 K and 3.2 K: 512 x 256, 256 x 128, 128 x 2 floats and biases
    floats = 513 * 256 + 257 * 128 + 129 * 2
    assert saved['files']['my_mlp-0000.params'] == pytest.approx(4 * floats, abs=1000)
    assert saved['files']['my_mlp-0000.params'] // 1024 in (642, 643)
    assert saved['files']['my_mlp-symbol.json'] == pytest.approx(3.2 * 1024, rel=.1)


def test_three_ways_are_timed_and_printed(section, capsys):
    page = section('12.1')
    net, (x,) = page.get_net(), page.example_inputs(1)
    before = net(x).asnumpy()
    seconds = page.time_forwards(net, x, 20)
    assert list(seconds) == list(page.WAYS) and all(s > 0 for s in seconds.values())
    assert capsys.readouterr().out.count(' sec\n') == 3
    assert (net(x).asnumpy() == before).all()


def test_parameters_by_hand(section):
    page = section('12.1')
    rows = d2l.summary(page.build_net(), *page.example_inputs())
    assert rows[-1][2] == 513 * 256 + 257 * 128 + 129 * 2
