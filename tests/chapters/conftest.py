import contextlib
import inspect
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.files import hub
from d2lmx.pages import sections


@pytest.fixture(autouse=True)
def compiled(isolated):
    """Sections train as in ``d2lmx run``, where their networks are compiled."""
    with running(compiles=True):
        yield


@pytest.fixture
def section():
    """``section('6.6')`` is the module of a section of the book."""
    return lambda token: sections.load(sections.find(token))


def make_smoke_run(module, folder: Path, *, resume: bool = False):
    """A section's smoke run from seed 0, with checkpoints below a folder.

    What it returned, its `figures`, what it printed as `output`, the names of its data
    as `data`, how many trainings it saved as `num_fits`, and its `folder`.
    """
    keywords = dict(module.SMOKE)
    if 'out' in inspect.signature(module.run).parameters:
        keywords['out'] = folder
    d2l.set_seed(0)
    plt.close('all')
    with running(files={}, out=folder), \
            d2l.Checkpoints(folder / 'checkpoint', resume=resume) as saved, \
            contextlib.redirect_stdout(io.StringIO()) as output:
        result = module.run(**keywords)
        data = {file['name'] for file in hub.used()}
    return SimpleNamespace(
        result=result, figures=[plt.figure(number) for number in plt.get_fignums()],
        output=output.getvalue(), data=data, num_fits=saved.num_fits, folder=folder)


@contextlib.contextmanager
def first_garments(count):
    """Within the block there are so many toy garments of either part; None: all."""
    module = sys.modules[d2l.read_fashion_mnist.__module__]
    read = module.read_fashion_mnist
    with pytest.MonkeyPatch.context() as patch:
        for where in (module, d2l):  # loaders take it there, sections here
            patch.setattr(where, 'read_fashion_mnist', lambda is_train=True: tuple(
                part[:count] for part in read(is_train)))
        yield


@pytest.fixture
def fewer_garments():
    """`first_garments`."""
    return first_garments


def garments_of(entry):
    """As many as a perceptron learns from; two batches of what takes longer."""
    chapter = int(entry.number.split('.')[0])
    return 4000 if chapter < 6 else 128 if chapter < 18 else 320


@pytest.fixture(scope='session')
def smoke_run(tmp_path_factory):
    """``smoke_run('6.6')`` is what `make_smoke_run` gives, run once a session.

    With resume=True it is run once more, resumed where it ended.
    """
    runs = {}

    def run(token, resume=False):
        entry = sections.find(token)
        if entry.slug in runs and not resume:
            return runs[entry.slug]
        folder = (runs[entry.slug].folder if resume else
                  tmp_path_factory.mktemp(entry.slug))
        with first_garments(garments_of(entry)):
            made = make_smoke_run(sections.load(entry), folder, resume=resume)
        return made if resume else runs.setdefault(entry.slug, made)

    return run


class Descent:
    """Ten steps of an optimiser on one least-squares problem, its weights after each.

    Float32 on all sides: ``scratch(function, states, hyperparams)`` as chapter 11
    writes optimisers, ``gluon(name, options)``, ``torch(class, options)``.
    """

    rng = onp.random.RandomState(3)
    X = rng.normal(size=(6, 3)).astype('float32')
    y = rng.normal(size=(6, 1)).astype('float32')
    start = onp.array([[.5], [-2.], [1.]], 'float32')

    def scratch(self, trainer_fn, states, hyperparams, **options):
        w, points = np.array(self.start), []
        w.attach_grad()
        for _ in range(10):
            with autograd.record():
                y_hat = np.dot(np.array(self.X), w)
                l = d2l.squared_loss(y_hat, np.array(self.y)).mean()
            l.backward()
            trainer_fn([w], states, hyperparams, **options)
            points.append(w.asnumpy())
        return onp.array(points)

    def gluon(self, name, options):
        net, points = nn.Dense(1, use_bias=False, in_units=3), []
        net.initialize()
        net.weight.set_data(np.array(self.start.T))
        trainer = gluon.Trainer(net.collect_params(), name, options)
        step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
        for _ in range(10):
            step(np.array(self.X), np.array(self.y))
            points.append(net.weight.data().asnumpy().T)
        return onp.array(points)

    def torch(self, name, **options):
        import torch
        w = torch.tensor(self.start, requires_grad=True)
        optimizer, points = getattr(torch.optim, name)([w], **options), []
        for _ in range(10):
            optimizer.zero_grad()
            l = ((torch.tensor(self.X) @ w - torch.tensor(self.y)) ** 2).mean() / 2
            l.backward()
            optimizer.step()
            points.append(w.detach().numpy().copy())
        return onp.array(points)


@pytest.fixture
def descent():
    """A `Descent`."""
    return Descent()


@pytest.fixture
def same_as_torch(torch):
    """``same_as_torch(forward, layer, get_params, num_states)`` or AssertionError.

    forward: a section's function of inputs, state and params; layer: the same of
    PyTorch's tensors. Outputs, last states and gradients of all are compared.
    """
    def outcome(forward, arrays, num_states):
        states, params = arrays[1:1 + num_states], arrays[1 + num_states:]
        Y, ends = forward(arrays[0], tuple(states), params)
        return [Y, *ends]

    def compare(forward, layer, get_params, num_states):
        rng = onp.random.RandomState(0)
        shapes = [(3, 2, 5)] + [(2, 4)] * num_states + [
            param.shape for param in get_params(5, 4, npx.cpu())]
        values = [rng.normal(size=shape) for shape in shapes]  # float64
        arrays = [np.array(value, dtype='float64') for value in values]
        for array in arrays:
            array.attach_grad()
        with autograd.record():
            ours = outcome(forward, arrays, num_states)
            l = sum((Y * Y).sum() for Y in ours)
        l.backward()
        tensors = [torch.tensor(value, requires_grad=True) for value in values]
        theirs = outcome(layer, tensors, num_states)
        sum((Y * Y).sum() for Y in theirs).backward()
        for a, b in zip(ours + [array.grad for array in arrays],
                        theirs + [tensor.grad for tensor in tensors]):
            onp.testing.assert_allclose(a.asnumpy(), b.detach().numpy(), rtol=1e-10,
                                        atol=1e-12)

    return compare
