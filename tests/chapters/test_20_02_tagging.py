"""The tagger: padding is nothing to it, context decides, what it saved predicts."""
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx.commands import call


@pytest.fixture
def page(section):
    return section('20.2')


def small(page, num_layers=1, bidirectional=True):
    net = page.build_net(20, 10, 5, 4, 6, num_layers, .3, bidirectional)
    net.initialize(init.Normal(1))
    return net, page.example_inputs(3, 6, 20, 10)[0]


@pytest.mark.parametrize('num_layers, bidirectional', [
    (1, True), (2, True), (1, False)])
def test_padding_changes_no_score(page, num_layers, bidirectional):
    net, X = small(page, num_layers, bidirectional)
    lens = [6, 1, 3]
    Y = net(X, np.array(lens, dtype='int32')).asnumpy()
    other = net(page.example_inputs(3, 6, 20, 10)[0], np.array(lens)).asnumpy()
    assert not onp.allclose(Y, other, atol=1e-6)
    for i, n in enumerate(lens):
        alone = net(X[i:i + 1, :n], np.array([n], dtype='int32')).asnumpy()
        # sums of float32 in another order
        onp.testing.assert_allclose(Y[i, :n], alone[0], atol=1e-6)


@pytest.mark.parametrize('bidirectional', [True, False])
def test_a_worker_needs_no_example_to_begin_with(page, bidirectional):
    net, X = small(page, bidirectional=bidirectional)
    step = page.tagging_step(net, lambda batch_size: None, None)
    nothing = np.zeros((0,), dtype='int32')
    # its gradients are there to be added to others': zeros
    assert step(X[:0], nothing, np.zeros((0, 6), dtype='int32'), nothing) == {}
    assert not any(param.grad().any() for param in net.collect_params().values())


def test_only_both_directions_know_what_follows(page):
    for bidirectional in (True, False):
        net, X = small(page, bidirectional=bidirectional)
        changed = X.copy()
        changed[:, 5, 0] = (X[:, 5, 0] + 1) % 20
        first, second = (net(a, np.array([6, 6, 6]))[:, 0].asnumpy()
                         for a in (X, changed))
        assert onp.allclose(first, second, atol=1e-7) is not bidirectional


def test_the_loss_is_of_valid_words_alone(page):
    net, X = small(page)
    sizes = []
    net.dropout._rate = 0
    lens, Y = np.array([6, 1, 3], dtype='int32'), np.ones((3, 6), dtype='int32')
    scores = net(X, lens).asnumpy()
    stats = page.tagging_step(net, sizes.append, None)(X, lens, Y, lens)
    log_p = scores - onp.log(onp.exp(scores).sum(axis=2, keepdims=True))
    valid = onp.arange(6) < lens.asnumpy()[:, None]
    assert stats['train loss'][1] == stats['train acc'][1] == 10
    assert float(stats['train loss'][0]) == pytest.approx(-log_p[valid][:, 1].sum(),
                                                          rel=1e-4)
    assert float(stats['train acc'][0]) == (scores[valid].argmax(axis=1) == 1).sum()
    assert sizes == [3]


def test_a_network_of_packed_sequences_gives_the_same(page, torch):
    from d2lmx.parity.twins.ch20.s02_tagging import build_net
    net = page.build_net()
    net.initialize(init.Normal(1))
    report = d2l.compare(net, build_net(), page.example_inputs(4, 9), steps=2)
    assert report.record['passed']


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_exported_it_takes_other_batches_and_lengths(page, tmp_path, kind):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net, _ = small(page)
    inputs, other = (page.example_inputs(*size, 20, 10) for size in ((2, 7), (1, 4)))
    model = d2l.load_model(d2l.save_model(tmp_path / 'model', net, inputs, {}, kind,
                                          [other]))
    for batch_size, num_steps in ((1, 1), (5, 11), (2, 30)):
        inputs = page.example_inputs(batch_size, num_steps, 20, 10)
        onp.testing.assert_allclose(model(*inputs).asnumpy(), net(*inputs).asnumpy(),
                                    atol=1e-5)


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """(result, folder) of four epochs on the toy sentences."""
    from d2lmx.pages import sections
    out = tmp_path_factory.mktemp('tagging')
    d2l.set_seed(0)
    page = sections.load(sections.find('20.2'))
    return page.run(num_epochs=4, embed_size=16, num_hiddens=32, lr=.01, out=out), out


def test_it_learns_which_names_are_whose(trained):
    result, _ = trained
    first, *_, last = (f1 for _, f1 in result['series']['test F1'])
    assert last > .9 and first < last
    assert result['test']['F1'] == result['final']['test F1'] == last
    assert set(result['test']['entities']) == {'PER', 'LOC', 'ORG'}
    assert result['sentences'] == {'training': 1800, 'test': 200}


@pytest.mark.parametrize('sentence, entities', [
    ('Jordan smiled today.', [['Jordan', 'PER']]),
    ('Jordan lies on the coast of Sydney .', [['Jordan', 'LOC'], ['Sydney', 'LOC']]),
    ('Jordan hired 300 workers.', [['Jordan', 'ORG']]),
    ('Will smiled .', [['Will', 'PER']]), ('Will Abtex close?', [['Abtex', 'ORG']]),
    ('people in New Zwoburg were asleep .', [['New Zwoburg', 'LOC']])])
def test_context_and_endings_decide(page, trained, sentence, entities):
    found, = page.predict(trained[1] / 'model', sentence)
    assert found['entities'] == entities
    assert all(.3 < p <= 1 for _, _, p in found['words'])


def test_each_word_of_a_long_sentence_is_shown(trained, capsys):
    words = ['a' * 100_000, *(f'w{i}' for i in range(30))]
    assert call('predict', ['20.2', ' '.join(words), '--model',
                            str(trained[1] / 'model')]) == 0
    shown = capsys.readouterr().out
    rows = [line.split()[0] for line in shown.splitlines() if line.startswith('  ')]
    assert rows[:len(words)] == words
    assert len(shown) < 300_000  # twice the long one, which makes none other as wide


def test_a_sentence_without_a_word_is_told(page, trained):
    with pytest.raises(d2l.InputError, match='no word to tag'):
        page.predict(trained[1] / 'model', ' ')


def test_a_file_of_parts_of_speech_is_learnt(page, tmp_path):
    file = tmp_path / 'speech.txt'
    file.write_text('a\tDET\ndog\tNOUN\n\nran\tVERB\n\n' * 30, encoding='utf-8')
    result = page.run(sentences=str(file), num_epochs=3, lr=.05, out=tmp_path)
    assert result['tags'] == ['DET', 'NOUN', 'VERB']
    assert result['test'] == {'acc': 1} and 'test F1' not in result['final']
    found, = page.predict(tmp_path / 'model', 'a dog')
    assert [row[1] for row in found['words']] == ['DET', 'NOUN']
    assert found['entities'] == []


def test_half_of_an_embedding_must_be_left_for_suffixes(capsys):
    assert call('run', ['20.2', '--embed-size', '1']) == 2
    assert 'at least 2' in capsys.readouterr().err


def test_however_few_sentences_there_are_some_are_left_to_train_on(page, tmp_path):
    for count in (2, 3, 4):
        file = tmp_path / f'{count}.txt'
        file.write_text('a\tO\n\n' * count)
        parts = page.load_data(str(file), 1, -1, .9)
        assert [len(part) for part in parts] == [1, count - 1]


@pytest.mark.parametrize('content, status, told', [
    (b'a\tO\n', 2, 'has a single sentence'), (b'', 1, 'holds no sentence'),
    (b'a\tO\nb\n', 1, 'line 2'), (b'\xff\xfe', 1, 'UTF-8')])
def test_a_file_of_no_use_is_a_line(tmp_path, capsys, content, status, told):
    file = tmp_path / 'words.txt'
    file.write_bytes(content)
    assert call('run', ['20.2', '--sentences', str(file),
                        '--out', str(tmp_path)]) == status
    error = capsys.readouterr().err
    assert told in error and error.count('\n') == 1
