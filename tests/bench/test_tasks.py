"""What is timed: the page's loops train what the sections' own do, as they do it."""
from dataclasses import replace
from functools import partial

import numpy as onp
import pytest
from mxnet import autograd, gluon, np

import d2lmx as d2l
from d2lmx.bench.epochs import kind_of, task_of
from d2lmx.bench.tasks import (detection, language, pictures, reviews, translation,
                               words)
from d2lmx.bench.tasks.waiting import clip_and_wait
from d2lmx.context import running
from d2lmx.data.text.sequences import seq_data_iter_sequential
from d2lmx.optim import grad_clipping
from d2lmx.pages import sections
from d2lmx.pages.networks import find_network
from d2lmx.pages.options import hyperparameters
from d2lmx.parity.compare import same_weights
from d2lmx.parity.torch_side import find_twin


def task(token):
    with running(data='toy'):
        return task_of(find_network(token))


@pytest.mark.parametrize('token', ['8.5', '9.1:tuned', '9.2:tuned', '7.5:tuned'])
def test_the_page_of_a_tuned_network_is_its_sections_own_function(token):
    network = find_network(token)
    assert network.variant == 'tuned' and network.as_printed().variant == 'scratch'
    assert find_network('9.1:concise').as_printed().variant == 'concise'


@pytest.mark.parametrize('theta', [0.5, 100])
def test_clipping_that_waits_gives_what_ours_gives(theta):
    net = find_network('9.2:scratch').build_net()
    X = np.arange(70).reshape(2, 35) % 28
    grads = []
    for clip in (clip_and_wait, grad_clipping):
        with autograd.record():
            Y, _ = net(X, net.begin_state(batch_size=2))
            l = (Y * 100).sum()
        l.backward()
        clip(net, theta)
        grads.append([param.grad.copy() for param in net.params])
    for one, other in zip(*grads):
        assert abs(one - other).max() <= 1e-6 * theta


def test_the_page_reads_as_many_tokens_as_we_do():
    model = task('gru')
    batches = seq_data_iter_sequential(model.train_iter.corpus.tolist(),
                                       model.batch_size, model.num_steps)
    assert sum(Y.size for _, Y in batches) == model.count()


@pytest.mark.parametrize('token', ['8.5', '8.6', '9.3', '9.7', '10.7'])
def test_the_pages_epoch_trains_every_parameter(token, monkeypatch):
    nets, timed = [], task(token)
    module = language if isinstance(timed, language.LanguageModel) else translation
    monkeypatch.setattr(module, 'clip_and_wait', lambda net, theta: (
        nets.append(net), grad_clipping(net, theta)))
    timed.page()()
    assert not getattr(nets[0], '_active', False)  # imperative
    for param in nets[0].collect_params().values():
        assert param.grad_req == 'null' or abs(param.grad()).max() > 0, param.name


@pytest.mark.torch
@pytest.mark.parametrize('token', ['lstm', '10.7'])
def test_the_ports_epochs_lower_the_loss(torch, token):
    epoch = task(token).torch(find_twin(find_network(token).twin), 1)
    first = epoch()
    assert epoch() < first


SMALL = {'size': 64, 'height': 32, 'width': 64}  # of the pictures of chapter 13


def small_task(token, monkeypatch):
    """A task of one batch of four small pictures, and the port: equal weights."""
    network = find_network(token)
    port = find_twin(network.twin)()
    side = 64 if token == '13.7' else 32
    net, _ = same_weights(network.build_net, lambda batch_size=2: (
        np.random.uniform(size=(batch_size, 3, side, side)),), port, 0)
    network = replace(network, batch_size=4, build_net=lambda: net)
    options = hyperparameters(sections.load(network.section).run).items()
    options = {name: SMALL.get(name, default) for name, (_, default) in options}
    monkeypatch.setattr(kind_of(network), 'num_batches', 1, raising=False)
    monkeypatch.setattr(pictures, 'get_dataloader_workers', lambda: 0)
    with running(data='toy'):
        return kind_of(network)(network, options), lambda: port


def without_chance(timed, monkeypatch, folder):
    """Pictures that no flip and no crop changes; those of boxes are not augmented."""
    colors = onp.random.RandomState(0).randint(0, 256, (4, 1, 1, 3)).astype('uint8')
    if isinstance(timed, pictures.Cifar10):
        timed.pictures = onp.tile(colors, (1, 32, 32, 1))
    elif isinstance(timed, pictures.HotDogs):
        files = [folder / f'{i}.png' for i in range(4)]
        for file, color in zip(files, colors):
            d2l.plt.imsave(file, onp.tile(color, (70, 80, 1)))
        timed.pictures = d2l.PictureFiles(files)
    elif isinstance(timed, pictures.Segmentation):
        def corners(arrays):
            return [array[100:132, 100:164] for array in arrays]
        timed.dataset.features, timed.dataset.labels = map(
            corners, (timed.dataset.features, timed.dataset.labels))
        monkeypatch.setattr(pictures, 'read_voc_images', lambda folder: map(
            corners, d2l.read_voc_images(folder)))


def measures(told):
    """Of what an epoch tells: its loss, or for boxes class error and error of offsets.
    """
    if isinstance(told, d2l.History):
        names = ['class error', 'bbox mae'] if 'bbox mae' in told.series else [
            'train loss']
        return [told[name] for name in names]
    return told if isinstance(told, tuple) else [told]


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.filterwarnings('ignore:.*already initialized')
@pytest.mark.parametrize('token', ['13.1', '13.2', '13.7', '13.11'])
def test_all_ways_train_alike(token, torch, monkeypatch, tmp_path):
    # pictures of one colour leave normalization little but rounding to learn from
    found, num_epochs = {}, 1 if token == '13.2' else 2
    for way, arguments in [('ours', [{}]), ('page', []), ('torch', [1])]:
        timed, build_port = small_task(token, monkeypatch)
        without_chance(timed, monkeypatch, tmp_path)
        if way == 'torch':
            arguments = [build_port, *arguments]
        epoch = getattr(timed, way)(*arguments)
        found[way] = [measures(epoch()) for _ in range(num_epochs)]
        assert timed.count() == 4
    for way in ('page', 'torch'):
        for i, (ours, theirs) in enumerate(zip(found['ours'], found[way])):
            # float32 sums in another order, which normalizing four examples enlarges,
            # and an update of all weights more so, by Adam as far as the rate
            assert theirs[:len(ours)] == pytest.approx(
                ours, rel=(1e-3, 2e-2)[i], abs=(0, 1e-3)[i]), way


@pytest.mark.torch
@pytest.mark.filterwarnings('ignore:.*already initialized')
@pytest.mark.parametrize('token', ['15.2', '15.3'])
def test_all_ways_learn_the_same_of_reviews(token, torch, monkeypatch):
    network = find_network(token)
    module = sections.load(network.section)
    build_port = partial(find_twin(network.twin), vocab_size=150, embed_size=8)
    found = {}
    for way, arguments in [('ours', [{}]), ('page', []), ('torch', [1])]:
        port = build_port()
        for part in port.modules():  # which takes chances that differ
            if isinstance(part, torch.nn.Dropout):
                part.p = 0
        net, _ = same_weights(partial(module.build_net, 150, 8),
                              partial(module.example_inputs, num_steps=5), port, 0)
        if hasattr(net, 'dropout'):
            net.dropout._rate = 0
        timed = task(token)
        timed.network = replace(network, batch_size=6, build_net=lambda: net)
        timed.tokens, timed.labels = timed.tokens[29:35, :30], timed.labels[29:35]
        epoch = getattr(timed, way)(*[(lambda: port)] * (way == 'torch'), *arguments)
        before = kept_weights(net, port, way)
        found[way] = [measures(epoch())[0] for _ in range(2)]
        assert (kept_weights(net, port, way) == before).all()
        assert timed.count() == 6
    assert found['ours'][1] < found['ours'][0]
    for way in ('page', 'torch'):
        # float32 sums in another order, and an update of all weights by Adam, as far as
        # the rate, also where a gradient is hardly more than rounding
        for i, (ours, theirs) in enumerate(zip(found['ours'], found[way])):
            assert theirs == pytest.approx(ours, rel=(1e-5, 2e-2)[i]), way


def kept_weights(net, port, way):
    """Those of the embedding that is not trained, of the network that a way trains."""
    weight = reviews.kept(port if way == 'torch' else net).weight
    return weight.detach().numpy().copy() if way == 'torch' else (
        weight.data().asnumpy())


@pytest.mark.torch
def test_words_are_trained_alike_in_all_ways(torch, monkeypatch):
    network, found = find_network('14.4'), {}
    monkeypatch.setattr(words, 'get_dataloader_workers', lambda: 0)
    with running(data='toy'):
        timed = task('14.4')
        timed.network = replace(network, build_net=lambda *sizes: net)
        examples = timed.train_iter
        assert timed.count() == len(examples.centers)
        # two whole batches: the page divides by a whole one also where one is not
        examples.arrays = [onp.arange(1024)]
        entries = onp.split(examples.entries, examples.starts[1:1025])[:1024]
        timed.lists = lambda: gluon.data.ArrayDataset(
            examples.centers[:1024].tolist(), *zip(*map(lists_of, entries)))
        for way, arguments in [('ours', [{}]), ('page', []), ('torch', [1])]:
            port = find_twin(network.twin)(len(timed.vocab), 100)
            net, _ = same_weights(lambda: network.build_net(len(timed.vocab), 100),
                                  network.example_inputs, port, 0)
            net.initialize = lambda: None
            if way == 'torch':
                arguments = [lambda *sizes: port, *arguments]
            epoch = getattr(timed, way)(*arguments)
            onp.random.seed(6)  # of the order of the examples
            found[way] = [*measures(epoch()), *measures(epoch())]
    assert found['ours'][1] < found['ours'][0]
    for way in ('page', 'torch'):  # float32 sums in another order
        assert found[way] == pytest.approx(found['ours'], rel=1e-4)


def lists_of(entries):
    """The context words and the five times as many noise words of an example."""
    num_contexts = len(entries) // 6
    return entries[:num_contexts].tolist(), entries[num_contexts:].tolist()


@pytest.mark.torch
def test_the_ports_anchors_are_taught_what_ours_are(torch):
    # more objects than one, some of which share their best anchor, and fillers
    rng = onp.random.RandomState(1)
    anchors = d2l.multibox_prior(np.zeros((6, 6)), [.3, .5], [1, 2, .5])
    corners = rng.uniform(0, .6, (5, 4, 2))
    labels = onp.concatenate([rng.randint(0, 3, (5, 4, 1)), corners,
                              corners + rng.uniform(.1, .4, (5, 4, 2))], axis=2)
    labels[:2, 2:] = -1
    labels[4, 1, 1:] = labels[4, 0, 1:]
    labels = np.array(labels, dtype='float32')
    offsets, mask, classes = d2l.multibox_target(anchors, labels)
    port = detection.port_targets(*(torch.from_numpy(array.asnumpy())
                                    for array in (anchors[0], labels)))
    assert (port[2].numpy() == classes.asnumpy()).all() and (port[2] > 0).any()
    assert (port[1].numpy()[..., 0] == mask.asnumpy().reshape(5, -1, 4)[..., 0]).all()
    onp.testing.assert_allclose(port[0].numpy().reshape(5, -1), offsets.asnumpy(),
                                rtol=1e-4, atol=1e-4)  # of logarithms near 0
