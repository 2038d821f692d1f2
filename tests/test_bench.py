"""The command bench: tables, JSON, pictures, statuses; the figures by hand."""
import json
from types import SimpleNamespace

import pytest
from mxnet import np
from mxnet.gluon import nn

from d2lmx import bench, bench_epochs, bench_sequences, sections
from d2lmx.data import hub
from d2lmx.networks import find_network
from d2lmx.optim import grad_clipping
from d2lmx.parity import speed
from d2lmx.parity.torch_side import find_twin
from d2lmx.viz.summaries import multiply_adds


@pytest.fixture
def options(tmp_path):
    return SimpleNamespace(rounds=3, batch_size=4, epochs=False, data='toy',
                           out=tmp_path)


def test_multiply_adds_by_hand():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5, groups=2), nn.AvgPool2D(2, 2), nn.Dense(10))
    # 12 x 12 outputs of 6 filters, each of 2 x 25 weights; then 6 x 6 x 6 times 10
    assert multiply_adds(net, np.zeros((3, 4, 16, 16))) == 3 * (
        12 * 12 * 6 * 50 + 216 * 10)


def test_figures_by_hand():
    seconds = {('step', 'imperative'): [4, 2, 3], ('step', 'static'): [1, 1, 2],
               ('step', 'torch eager'): [2, 2, 2], ('step', 'torch compiled'): [6] * 3}
    rows = bench.summary(seconds, 'imperative', 30, {'step': 12}, 24)['step']
    assert rows['static'] == {
        'examples_per_second': 30, 'median_seconds': 1, 'min_seconds': 1,
        'times_imperative': 3, 'times_best_torch': 2, 'share_of_peak': 0.5}
    assert rows['torch compiled']['times_best_torch'] == pytest.approx(1 / 3)


def test_without_torch_and_peak_there_are_no_such_figures():
    row = bench.summary({('epoch', 'book'): [2]}, 'book', 10)['epoch']['book']
    assert row['times_best_torch'] is row['share_of_peak'] is None


@pytest.mark.parametrize('name,inputs', [('lenet', (4,)), ('resnet', (2, 32))])
def test_prepared_networks_predict_the_same(name, inputs):
    section = sections.load(sections.find(name))
    inputs = section.example_inputs(*inputs)
    for prepare, tolerance in ((speed.fused, 1e-5), (speed.in_bfloat16, 0.05)):
        net = section.build_net()
        net.initialize()
        expected = net(*inputs).asnumpy()
        found = prepare(net, inputs)(*inputs).asnumpy()
        # bfloat16 keeps 8 bits
        assert abs(found - expected).max() <= tolerance * abs(expected).max()


def test_what_cannot_be_prepared_gives_its_reason():
    def prepare(net, inputs):
        raise RuntimeError('not on this machine\nand more')

    assert speed.prepared_prediction(None, (), prepare) == (
        'RuntimeError: not on this machine')


@pytest.mark.torch
def test_without_a_compiler_or_images_the_reason_stands_for_the_function(
        torch, monkeypatch):
    monkeypatch.setattr('shutil.which', lambda name: None)
    functions = speed.port_functions(
        lambda: nn.Dense(3), lambda batch_size=2: (np.ones((batch_size, 4)),),
        lambda: torch.nn.Linear(4, 3), 0.1, 2, ('eager', 'channels last', 'compiled'))
    assert callable(functions['eager', speed.TRAIN])
    assert functions['channels last', speed.TRAIN] == 'the network takes no images'
    assert 'C++ compiler' in functions['compiled', speed.PREDICT]


def test_a_network_is_measured_written_and_shown(options, monkeypatch, capsys):
    monkeypatch.setattr(bench, 'THEIRS', ('eager',))  # compiling takes its time
    assert bench.bench('batch_norm:concise', options) == 0
    record = json.loads((options.out / 'bench_batch_norm_concise.json').read_text())
    assert (options.out / 'bench_batch_norm_concise.svg').is_file()
    assert record['batch_size'] == 4 and record['rounds'] == 3
    ways = record['result'][speed.TRAIN]
    assert ways['imperative']['times_imperative'] == 1
    assert 0 < ways['static']['share_of_peak'] < 1
    assert len(record['seconds'][speed.PREDICT]['static']) == 3
    table = capsys.readouterr().out
    for words in ('batch_norm (7.5), concise', 'threads', 'hybridized', 'GFLOP/s'):
        assert words in table


@pytest.mark.parametrize('token,reason', [
    ('batch_norm:fast', 'has the variants'), ('lenet:fast', 'none'),
    ('ndarray', 'has no network')])
def test_wrong_usage_is_status_2(token, reason, options, capsys):
    assert bench.bench(token, options) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize('token,title', [
    ('9.2', 'lstm (9.2), concise'), ('9.2:scratch', 'lstm (9.2), scratch'),
    ('7.5', 'batch_norm (7.5), tuned'), ('8.6', 'rnn_concise (8.6)')])
def test_a_title_tells_which_variant_it_is(token, title):
    assert find_network(token).title == title
    names = find_network(token).build_net().collect_params()
    assert any('lstm' in name for name in names) == (token == '9.2')


def test_epochs_are_timed_beside_the_books_way(options, monkeypatch, capsys):
    monkeypatch.setattr('d2lmx.bench_epochs.has_torch', lambda: False)
    monkeypatch.setattr('d2lmx.bench_epochs.HYBRIDIZE', {'static': speed.STATIC})
    options.epochs = True
    assert bench.bench('lenet', options) == 0
    record = json.loads((options.out / 'epochs_lenet.json').read_text())
    ways = record['result']['training epoch']
    assert list(ways) == ['book', 'static'] and ways['book']['times_book'] == 1
    assert record['data'] == 'toy' and record['batch_size'] == 256
    assert 'x book' in capsys.readouterr().out


def test_a_section_that_trains_on_other_data_has_no_epochs(options, capsys):
    options.epochs = True
    assert bench.bench('kaggle_house_price', options) == 2
    assert 'sections whose data are' in capsys.readouterr().err


def task(token):
    with hub.policy('toy'):
        return bench_epochs.task_of(token)


@pytest.mark.parametrize('token', ['8.5', 'gru:scratch', 'lstm:scratch'])
def test_the_books_loop_gives_what_our_network_gives(token):
    net, _, _ = task(token).start()
    X = np.arange(70).reshape(2, 35) % 28
    state = net.begin_state(batch_size=2)
    expected, expected_state = net(X, state)
    net.forward_fn = bench_sequences.BOOK_LOOPS[token.partition(':')[0].replace(
        '8.5', 'rnn_scratch')]
    found, found_state = net(X, state)
    assert abs(found - expected).max() < 1e-6
    for one, other in zip(found_state, expected_state):
        assert abs(one - other).max() < 1e-6


def test_the_books_way_reads_as_many_tokens_as_ours():
    model = task('gru')
    count = 0
    corpus = model.train_iter.corpus.tolist()
    for X, Y in bench_sequences.book_sequences(corpus, 32, 35):
        assert (X[:, 1:] == Y[:, :-1]).all()
        count += Y.size
    assert count == model.count()


@pytest.mark.parametrize('token', ['8.6', '9.3', '9.4'])
def test_the_books_layers_give_what_our_network_gives(token):
    net, _, _ = task(token).start()
    books = bench_sequences.BookRNNModel(net.rnn, net.vocab_size)
    books.initialize()
    X = np.arange(70).reshape(2, 35) % 28
    expected, expected_state = net(X, net.begin_state(batch_size=2))
    books(X, books.begin_state(batch_size=2))  # shapes follow from this
    for name, param in books._collect_params_with_prefix().items():
        param.set_data(net._collect_params_with_prefix()[name].data())
    found, found_state = books(X, books.begin_state(batch_size=2))
    assert abs(found - expected).max() < 1e-6
    for one, other in zip(found_state, expected_state):
        assert abs(one - other).max() < 1e-6


@pytest.mark.parametrize('token', ['8.6', '9.3', '9.7', '10.4', '10.7'])
def test_the_books_epoch_trains_every_parameter(token, monkeypatch):
    nets, timed = [], task(token)
    monkeypatch.setattr(bench_sequences, 'book_clipping', lambda net, theta: (
        nets.append(net), grad_clipping(net, theta)))
    timed.book()()
    params = nets[0].collect_params().values()
    for param in (p for p in params if p.grad_req != 'null'):
        assert abs(param.grad()).max() > 0, param.name


@pytest.mark.torch
@pytest.mark.parametrize('token', ['lstm', '10.7'])
def test_the_ports_epochs_lower_the_loss(torch, token):
    epoch = task(token).torch(find_twin(find_network(token).name), 1)
    first = epoch()
    assert epoch() < first


@pytest.mark.parametrize('token', ['gru', 'gru:scratch', '9.7'])
def test_steps_of_sequences_are_timed_in_tokens(token, options, monkeypatch, capsys):
    monkeypatch.setattr(bench, 'THEIRS', ('eager',))
    monkeypatch.setattr(bench, 'OURS', ('imperative', 'static'))
    assert bench.bench(token, options) == 0
    assert 'tokens/s' in capsys.readouterr().out
    path, = options.out.glob('*.json')
    record = json.loads(path.read_text())
    row = record['result'][speed.TRAIN]['static']
    tokens = 4 * (10 if token == '9.7' else 35)
    assert row['tokens_per_second'] == pytest.approx(tokens / row['median_seconds'])
    assert row['share_of_peak'] is None
