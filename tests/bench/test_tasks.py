"""What is timed: the page's loops train what the sections' own do, as they do it."""
import pytest
from mxnet import autograd, np

from d2lmx.bench.epochs import task_of
from d2lmx.bench.tasks import language, translation
from d2lmx.bench.tasks.waiting import clip_and_wait
from d2lmx.context import running
from d2lmx.data.text.sequences import seq_data_iter_sequential
from d2lmx.optim import grad_clipping
from d2lmx.pages.networks import find_network
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
