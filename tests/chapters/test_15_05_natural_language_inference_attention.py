import json
import math

import numpy as onp
import pytest
from mxnet import autograd, init, np

import d2lmx as d2l
from d2lmx.files.archives import BadData

PAD = 1


@pytest.fixture
def page(section):
    return section('15.5')


@pytest.fixture
def net(page):
    net = page.build_net(num_hiddens=16, embed_size=12)
    net.initialize(init.Xavier())
    net(*page.example_inputs())
    return net


@pytest.fixture
def trained(smoke_run):
    """Folder of the model that the smoke run saved."""
    return smoke_run('15.5').folder / 'model'


def padded(tokens, count):
    """Tokens (batch, steps) and so much padding."""
    more = onp.full((len(tokens), count), PAD)
    return np.array(onp.concatenate([tokens.asnumpy(), more], axis=1), dtype='int32')


def by_numpy(net, premise, hypothesis):
    """The scores of one pair, lists of tokens, by the equations, without padding."""
    params = {name: param.data().asnumpy().astype('float64')
              for name, param in net._collect_params_with_prefix().items()}

    def mlp(X, name):
        for layer in (1, 3):
            X = onp.maximum(X @ params[f'{name}.{layer}.weight'].T
                            + params[f'{name}.{layer}.bias'], 0)
        return X

    def softmax(e):
        e = onp.exp(e - e.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    A, B = (params['embedding.weight'][tokens] for tokens in (premise, hypothesis))
    e = mlp(A, 'attend.f') @ mlp(B, 'attend.f').T
    beta, alpha = softmax(e) @ B, softmax(e.T) @ A
    V_A, V_B = (mlp(onp.concatenate(pair, axis=1), 'compare.g').sum(axis=0)
                for pair in ((A, beta), (B, alpha)))
    Y = mlp(onp.concatenate([V_A, V_B]), 'aggregate.h')
    return Y @ params['aggregate.h.4.weight'].T + params['aggregate.h.4.bias']


@pytest.mark.parametrize('hybridize', [False, True])
def test_scores_are_those_of_the_equations_however_much_padding_there_is(
        page, net, hybridize):
    P, H = page.example_inputs(3, num_steps=6)
    if hybridize:
        net.hybridize(static_alloc=True)
    expected = [by_numpy(net, p, h) for p, h in zip(P.tolist(), H.tolist())]
    for more in ((0, 0), (1, 0), (0, 5), (40, 30)):
        X = [padded(tokens, count) for tokens, count in zip((P, H), more)]
        # float32 against float64
        onp.testing.assert_allclose(net(X).asnumpy(), expected, rtol=1e-4, atol=1e-6)
        onp.testing.assert_allclose(net(*X).asnumpy(), expected, rtol=1e-4, atol=1e-6)


def test_without_masks_padding_would_count(page):
    A, B = np.random.normal(size=(2, 3, 4)), np.random.normal(size=(2, 5, 4))
    attend = page.Attend(8)
    attend.initialize(init.Xavier())
    beta, alpha = attend(A, B)  # as the page calls it
    assert beta.shape == A.shape and alpha.shape == B.shape
    longer = np.concatenate([B, np.ones((2, 2, 4))], axis=1)
    assert abs(attend(A, longer)[0] - beta).max() > .01
    masks = np.ones((2, 3, 1)), np.array([[[1]] * 5 + [[0]] * 2] * 2).reshape(2, 7, 1)
    assert abs(attend(A, longer, *masks)[0] - beta).max() < 1e-6


def test_padding_gets_no_gradient(page, net):
    P, H = (padded(tokens, 3) for tokens in page.example_inputs(2))
    with autograd.record():
        l = net([P, H]).sum()
    l.backward()
    grad = net.embedding.weight.grad().asnumpy()
    assert not grad[PAD].any() and grad[P[0, 0].item()].any()


def test_a_sentence_without_a_token_has_scores_too(page, net):
    P, _ = page.example_inputs(2)
    empty = np.full((2, 3), PAD, dtype='int32')
    for X in ([P, empty], [empty, P], [empty, empty]):
        scores = net(X).asnumpy()
        assert onp.isfinite(scores).all()
        onp.testing.assert_allclose(net([padded(x, 2) for x in X]).asnumpy(), scores,
                                    rtol=1e-4, atol=1e-6)


def test_the_smoke_run_learns(smoke_run):
    final = smoke_run('15.5').result['final']
    assert final['train loss'] < math.log(3) and final['test acc'] > .4
    assert smoke_run('15.5').output.splitlines()[-1] in d2l.SNLI_RELATIONS


@pytest.fixture
def few_pairs(monkeypatch):
    """SNLI's 40 first pairs, to train and to test on."""
    load = d2l.load_data_snli

    def loaded(*sizes, **options):
        *iters, vocab = load(*sizes, **options)
        for data_iter in iters:
            data_iter.arrays = [array[:40] for array in data_iter.arrays]
        return (*iters, vocab)

    monkeypatch.setattr(d2l, 'load_data_snli', loaded)


@pytest.mark.parametrize('embed_size', [50, 100])
def test_embeddings_begin_with_gloves_vectors(page, few_pairs, monkeypatch, tmp_path,
                                              embed_size):
    begun = {}

    def train_ch13(net, train_iter, test_iter, loss, trainer, *others):
        vocab = train_iter.dataset.vocab
        weight = net.embedding.weight.data()
        begun.update({token: weight[vocab[token]].tolist() for token in vocab})
        assert trainer.learning_rate == .25
        (premises, _), _ = next(iter(train_iter))
        assert len(premises) == 8
        assert train_iter.dataset.num_steps == 9
        assert net.compare.g[1].weight.shape[0] == 24
        raise InterruptedError

    monkeypatch.setattr(d2l, 'train_ch13', train_ch13)
    with pytest.raises(InterruptedError):
        page.run(embed_size=embed_size, lr=.25, batch_size=8, num_steps=9,
                 num_hiddens=24, out=tmp_path)
    glove = d2l.TokenEmbedding(f'glove.6b.{embed_size}d')
    for token in ('men', 'park'):
        assert begun[token] == glove[[token]][0].tolist() and any(begun[token])
    assert begun['<pad>'] == begun['Two'] == [0] * embed_size


def test_two_devices_share_each_batch(page, few_pairs, tmp_path, capsys):
    devices = d2l.parse_devices('cpu:2')
    with d2l.use_devices(devices) as used:
        result = page.run(num_epochs=1, batch_size=16, num_hiddens=8, num_steps=12,
                          out=tmp_path)
    assert used == set(devices)
    assert result['final']['train loss'] > 0
    page.predict(tmp_path / 'model', ('Two men', 'Some people'))


def test_a_saved_model_says_how_pairs_are_related(page, trained, caplog):
    pairs = [('Two men are sitting.', 'Some people are resting in a park.'),
             ('Some dogs are running .', 'Some animals')]
    both = page.predict(trained, *pairs)
    json.dumps(both)
    for pair, found in zip(pairs, both):
        assert (found['premise'], found['hypothesis']) == pair
        assert list(found['probabilities']) == d2l.SNLI_RELATIONS
        assert sum(found['probabilities'].values()) == pytest.approx(1, abs=1e-5)
        assert found['relation'] == max(found['probabilities'],
                                        key=found['probabilities'].get)
        assert page.predict(trained, pair) == [found]
    assert 'read as <unk>' not in caplog.text


def test_what_is_not_read_is_told(page, trained, caplog):
    page.predict(trained, ('Two 🎉 men ' + 'x' * 100000, ' .' * 40))
    assert 'read as <unk>: 🎉 xxx' in caplog.text
    assert '40 tokens: only the first 12 are read' in caplog.text
    with pytest.raises(d2l.InputError, match='without a word'):
        page.predict(trained, ('Two men', ' '))


def test_a_model_of_another_kind_is_one_line(page, net, tmp_path):
    X = page.example_inputs()
    d2l.save_model(tmp_path / 'model', net, X, {'classes': []})
    with pytest.raises(BadData, match="has no 'vocabulary'"):
        page.predict(tmp_path / 'model', ('a', 'b'))


def test_onnx_says_the_same_of_single_pairs_and_of_padded_batches(page, net, tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    pairs = [[np.random.randint(2, 1000, size=(1, steps), dtype='int32')
              for steps in (3 + i % 5, 2 + i % 3)] for i in range(12)]
    d2l.save_model(tmp_path / 'model', net, (pairs[0],), {}, kind='onnx',
                   other_inputs=[(list(page.example_inputs(3)),)])
    model = d2l.load_model(tmp_path / 'model')
    batch = [np.concatenate([padded(pair[side], 9 - pair[side].shape[1])
                             for pair in pairs]) for side in (0, 1)]
    together = model(*batch).asnumpy()
    for pair, scores in zip(pairs, together):
        alone, = model(*pair).asnumpy()
        onp.testing.assert_allclose(alone, scores, rtol=1e-5, atol=1e-5)
        onp.testing.assert_allclose(alone, net(pair)[0].asnumpy(), rtol=1e-5,
                                    atol=1e-5)
        assert alone.argmax() == scores.argmax()
