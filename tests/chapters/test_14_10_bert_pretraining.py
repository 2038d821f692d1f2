import json

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData

loss = gluon.loss.SoftmaxCrossEntropyLoss()
SIZES = dict(num_hiddens=6, ffn_num_hiddens=8, num_heads=2, num_layers=1, max_len=9)
VOCAB = 11


@pytest.fixture
def page(section):
    return section('14.10')


def small_bert(dropout=0.0, devices=None):
    *options, max_len = SIZES.values()
    net = d2l.BERTModel(VOCAB, *options, dropout, max_len)
    net.initialize(mx.init.Normal(0.3), ctx=devices)
    return net


def batch(size=4, steps=7, preds=3):
    """Seven arrays whose rows have 0, 1, 2, 3, 0, ... words to be predicted."""
    rng = onp.random.RandomState(0)
    weights = onp.arange(preds) < (onp.arange(size) % 4)[:, None]
    arrays = (rng.randint(0, VOCAB, (size, steps)), rng.randint(0, 2, (size, steps)),
              rng.randint(3, steps + 1, size), rng.randint(0, steps, (size, preds)),
              weights, rng.randint(0, VOCAB, (size, preds)) * weights,
              rng.randint(0, 2, size))
    return [np.array(array, dtype=dtype) for array, dtype in zip(arrays, (
        'int32', 'int32', 'float32', 'int32', 'float32', 'int32', 'int32'))]


def by_hand(net, arrays):
    """Both losses by NumPy, from the scores alone."""
    _, words, following = (Y.asnumpy().astype('float64') for Y in net(*arrays[:4]))
    weights, labels, is_next = (array.asnumpy() for array in arrays[4:])

    def log_p(scores):
        return scores - onp.log(onp.exp(scores).sum(axis=-1, keepdims=True))

    mlm = [-log_p(words)[i, j, labels[i, j]] for i, j in zip(*weights.nonzero())]
    nsp = [-row[y] for row, y in zip(log_p(following), is_next)]
    return onp.mean(mlm), onp.mean(nsp)


def test_losses_are_means_over_the_words_that_count_and_over_pairs():
    net, arrays = small_bert(), batch()
    mlm_ls, nsp_ls, ls = d2l._get_batch_loss_bert(net, loss, VOCAB,
                                                  *([array] for array in arrays))
    expected = by_hand(net, arrays)
    assert [float(mlm_ls[0]), float(nsp_ls[0])] == pytest.approx(expected, rel=1e-5)
    assert float(ls[0]) == pytest.approx(sum(expected), rel=1e-5)


def test_the_port_has_the_same_losses_and_the_pages_way_has_others(torch):
    # position by position, against one mean that the weights can no longer change
    net, arrays = small_bert(), batch()
    from d2lmx.parity.twins.ch14 import s10_bert_pretraining as twin
    scores = [torch.tensor(Y.asnumpy()) for Y in net(*arrays[:4])]
    tensors = [torch.tensor(array.asnumpy()) for array in arrays]
    tensors[5], tensors[6] = tensors[5].long(), tensors[6].long()
    found = [float(l) for l in twin.losses(lambda *_: scores, *tensors)]
    assert found == pytest.approx(by_hand(net, arrays), rel=1e-5)
    mean = torch.nn.CrossEntropyLoss()(scores[1].flatten(0, 1), tensors[5].flatten())
    weights = tensors[4].flatten()
    pages = float((mean * weights).sum() / weights.sum())
    assert pages == pytest.approx(float(mean), rel=1e-6)
    assert abs(pages - found[0]) > 0.01


def gradients(net, devices):
    return [param.grad(devices[0]).asnumpy() for param in net.collect_params().values()]


@pytest.mark.parametrize('num_devices', [1, 3])
def test_a_step_goes_down_both_losses_of_the_whole_batch(num_devices):
    # devices get 2, 1, 1 rows, with 1, 2, 3 words: means of means would be others
    arrays = batch()
    mx.random.seed(1)
    net = small_bert()
    with autograd.record():
        *_, ls = d2l._get_batch_loss_bert(net, loss, VOCAB, *([a] for a in arrays))
    ls[0].backward()
    before = [p.data().asnumpy() for p in net.collect_params().values()]
    wanted = gradients(net, [mx.cpu()])
    devices = [mx.cpu(i) for i in range(num_devices)]
    d2l.replicate(net, devices)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 1})
    stats = d2l.bert_step(net, loss, VOCAB, trainer, devices)(*arrays)
    after = [p.data(devices[-1]).asnumpy() for p in net.collect_params().values()]
    for a, b, g in zip(before, after, wanted):
        onp.testing.assert_allclose(a - b, g, rtol=1e-4, atol=1e-5)
    mlm, nsp = (float(stats[name][0]) / stats[name][1]
                for name in ('mlm loss', 'nsp loss'))
    assert mlm + nsp == pytest.approx(float(ls[0]), rel=1e-5)


def test_a_batch_without_a_word_to_be_predicted_trains_on_pairs_alone():
    arrays = batch()
    arrays[4] = arrays[4] * 0
    net = small_bert()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 1})
    stats = d2l.bert_step(net, loss, VOCAB, trainer)(*arrays)
    assert float(stats['mlm loss'][0]) == 0 and float(stats['nsp loss'][0]) > 0
    assert all(onp.isfinite(p.data().asnumpy()).all()
               for p in net.collect_params().values())


@pytest.mark.parametrize('num_steps,passes', [(1, 1), (3, 1), (7, 3)])
def test_training_takes_so_many_steps_pass_after_pass(num_steps, passes):
    seen = []

    def step(i):
        seen.append(int(i))
        return {'loss': (float(i) * 2, 2)}

    batches = [[np.array([i])] for i in range(3)]
    history = d2l.fit_steps(d2l.Step(step), batches, num_steps)
    assert seen == [i % 3 for i in range(num_steps)]
    assert history.series['loss'][-1][0] == passes
    means = d2l.means_over_steps(history, 3, num_steps)
    assert means == pytest.approx({'loss': onp.mean(seen)})


@pytest.mark.parametrize('num_steps,size,expected', [
    (4, 39, [1, 2, 3, 4, 39]),      # the end of the pass counts as its last step
    (110, 39, [*range(3, 39, 3), 39, *range(42, 78, 3), 78, *range(81, 110, 3), 117]),
    (100, 1, [*range(1, 101)])])
def test_curves_have_a_point_for_each_of_few_steps(num_steps, size, expected):
    batches = [[np.array([i])] for i in range(size)]
    history = d2l.fit_steps(d2l.Step(lambda i: {'loss': (float(i), 1)}), batches,
                            num_steps)
    assert [round(x * size) for x, _ in history.series['loss']] == expected
    assert [l for _, l in history.series['loss']][:2] == (
        [0, 0.5] if num_steps == 4 else [1, 2.5] if size == 39 else [0, 0])


def test_no_step_is_refused():
    with pytest.raises(InputError, match='num_steps must be a whole number'):
        d2l.fit_steps(d2l.Step(lambda i: {}), [[np.array([0])]], 0)


def test_a_resumed_training_ends_at_the_same_step(tmp_path):
    def trained(folder, num_steps, **keywords):
        seen = []
        with d2l.Checkpoints(folder, overhead=1, **keywords):
            d2l.fit_steps(d2l.Step(lambda i: (seen.append(int(i)), {'l': (i.sum(), 1)}
                                              )[1], trains=[]),
                          [[np.array([i])] for i in range(3)], num_steps)
        return seen

    assert trained(tmp_path / 'a', 5) == [0, 1, 2, 0, 1]
    assert trained(tmp_path / 'a', 5, resume=True) == []


def test_loss_falls_and_the_figure_has_both_curves_over_steps(page, tmp_path, capsys):
    result = page.run(num_steps=12, batch_size=64, max_len=32, num_hiddens=32,
                      ffn_num_hiddens=48, out=tmp_path)
    axes = d2l.plt.gcf().axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('step', 'loss')
    for line, name in zip(axes.lines, page.LEGEND):
        assert line.get_xdata()[-1] == 12
        assert list(line.get_ydata()) == [v for _, v in result['series'][name]]
        assert result['mean over all steps'][name] == result['final'][name]  # one pass
    mlm = [value for _, value in result['series']['mlm loss']]
    assert mlm[-1] < mlm[0]
    assert 'MLM loss' in capsys.readouterr().out
    assert result['encodings']['text'] == [1, 6, 32]
    assert result['encodings']['pair'] == [1, 10, 32]
    assert (result['encodings']["'crane' in the text"]
            != result['encodings']["'crane' in the pair"])


def test_masks_are_filled_and_what_is_pretrained_can_be_loaded(page, smoke_run):
    folder = smoke_run('14.10').folder
    first, second = page.predict(folder / 'model', 'The captain <mask> the ship .',
                                 'a <mask> <mask>', top=3)
    assert [len(words) for words in first['words']] == [3]
    assert len(second['words']) == 2
    p = list(first['words'][0].values())
    assert p == sorted(p, reverse=True) and 0 < sum(p) <= 1
    bert, vocab = d2l.load_bert(
        folder / 'pretrained', dropout=0.1, devices=[mx.cpu()],
        **d2l.bert_sizes(folder / 'pretrained'))
    tokens, segments = d2l.get_tokens_and_segments(
        ['the', 'captain', '<mask>', 'the', 'ship', '.'])
    with mx.cpu():
        _, scores, _ = bert(np.array([vocab[tokens]]), np.array([segments]), None,
                            np.array([[3]]))
    best = vocab.to_tokens(scores[0, 0].argsort()[::-1][:3].astype('int32'))
    assert best == list(first['words'][0])


def test_a_sentence_is_read_as_wikitext_is_written(page):
    vocab = d2l.Vocab(['u.s.'], reserved_tokens=d2l.SPECIAL_TOKENS)
    for sentence, words in [
            ("It wasn't the ship's <mask>.", "it wasn 't the ship 's <mask> ."),
            ('A well-known <mask>, 1,250.5 km (east)',
             'a well @-@ known <mask> , 1 @,@ 250 @.@ 5 km ( east )'),
            ('the U.S. <mask> @-@ 😀', 'the u.s. <mask> @-@ 😀')]:
        assert page.words_of(sentence, vocab) == words.split()


@pytest.mark.parametrize('sentence', ['no mask', '<mask> ' + 'word ' * 40, ''])
def test_what_cannot_be_filled_is_told_in_a_line(page, smoke_run, sentence):
    with pytest.raises(InputError, match='must have a <mask>') as error:
        page.predict(smoke_run('14.10').folder / 'model', sentence)
    assert '\n' not in str(error.value)


@pytest.fixture
def pretrained(tmp_path):
    vocab = d2l.Vocab(list('abcdef'), reserved_tokens=d2l.SPECIAL_TOKENS)
    assert len(vocab) == VOCAB
    net = small_bert()
    net(*batch()[:4])  # its shapes are known from now on
    return d2l.save_bert(tmp_path / 'bert', net, vocab, **SIZES)


def load(folder, **changed):
    return d2l.load_bert(folder, dropout=0, devices=[mx.cpu()], **{**SIZES, **changed})


def test_a_saved_bert_comes_back(pretrained):
    assert d2l.bert_sizes(pretrained) == SIZES
    bert, vocab = load(pretrained)
    assert vocab['a'] == 5 and vocab['zebra'] == 0 and len(vocab) == VOCAB
    assert bert(*batch()[:4])[0].shape == (4, 7, 6)


@pytest.mark.parametrize('changed,told', [
    (dict(num_hiddens=8), r"shape \(1, 9, 8\), but \(1, 9, 6\)"),
    (dict(num_layers=2), "has no parameter 'encoder.blks.1"),
    (dict(max_len=5), r"shape \(1, 5, 6\), but \(1, 9, 6\)")])
def test_other_sizes_are_told_in_a_line(pretrained, changed, told):
    with pytest.raises(InputError, match=told) as error:
        load(pretrained, **changed)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('name,content,told', [
    ('vocab.json', '{"a": 1}', 'JSON list of tokens'),
    ('vocab.json', '["a"', 'is damaged'),
    ('vocab.json', '["a", "b"]', 'it has no <unk>, <pad>, <mask>, <cls>, <sep>'),
    ('vocab.json', json.dumps(['<unk>', '<pad>', '<mask>', '<cls>', '<sep>', 'a', 'a']),
     'stands twice'),
    # whose numbers a model's own list of tokens would shift
    ('vocab.json', json.dumps(['<pad>', '<mask>', '<cls>', '<sep>', '<unk>', 'a']),
     "'<unk>' must be the first"),
    ('vocab.json', json.dumps(['<unk>', '<pad>', '<mask>', '<cls>', '<sep>']),
     r'has shape \(5, 6\), but \(11, 6\)'),
    ('pretrained.params', 'cos\nsystem\n(S"true"\ntR.', 'no file of MXNet arrays'),
    ('sizes.json', '{"num_hiddens": 8}', 'whole numbers')])
def test_damaged_files_are_told_in_a_line(pretrained, name, content, told):
    (pretrained / name).write_text(content)
    with pytest.raises(InputError if 'shape' in told else BadData, match=told) as error:
        load(pretrained, **d2l.bert_sizes(pretrained))
    assert '\n' not in str(error.value)


def test_a_missing_folder_says_what_writes_one(tmp_path):
    with pytest.raises(FileNotFoundError, match='d2lmx run 14.10'):
        load(tmp_path)

