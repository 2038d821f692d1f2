import pytest
from mxnet import np, npx


@pytest.mark.alone
def test_python_goes_on_before_the_product_is_there_and_waits_where_it_is_read(
        section, capsys):
    n = 700
    a = np.random.normal(size=(n, n))
    np.dot(a, a).wait_to_read()  # memory is there
    tries = [section('12.2').barriers_and_blockers(n) for _ in range(5)]
    # a product of 700 x 700 takes milliseconds, a call microseconds; of the five the
    # shortest is the one that no other process has interrupted
    shortest = {name: min(seconds[name] for seconds in tries) for name in tries[0]}
    for name in ('npx.waitall()', 'b.wait_to_read()', 'b.asnumpy()', 'b.sum().item()'):
        assert shortest[name] > 2 * shortest['no barrier'], name


@pytest.mark.alone
def test_queued_work_is_not_yet_done(section, capsys):
    seconds = section('12.2').front_end_and_back_end(400, repeat=5)
    assert 0 < seconds['mxnet.np, queued'] < seconds['mxnet.np, done']
    assert capsys.readouterr().out.count(' sec\n') == 3


def test_the_graph_gives_its_value_when_read(section):
    assert section('12.2').graph_of_dependences() == [[3, 3]]


def test_the_synchronous_way_waits_for_each_operator_and_the_other_once(
        section, monkeypatch, capsys):
    page, waits = section('12.2'), []
    monkeypatch.setattr(page.npx, 'waitall', lambda: waits.append('all'))
    monkeypatch.setattr(np.ndarray, 'wait_to_read', lambda y: waits.append(y.tolist()))
    assert list(page.improving_computation(3)) == ['synchronous', 'asynchronous']
    # before either stopwatch starts, too
    assert waits == ['all'] + ['all'] * 3 + ['all'] + [[[2, 2]]]
    assert capsys.readouterr().out.count(' sec\n') == 2
