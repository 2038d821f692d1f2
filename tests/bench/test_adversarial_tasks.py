"""The timed epochs of chapter 17, in the page's way, ours and PyTorch's."""
import math
from dataclasses import replace

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.bench.epochs import kind_of
from d2lmx.bench.tasks.adversarial import Adversaries
from d2lmx.context import running
from d2lmx.pages import sections
from d2lmx.pages.networks import find_network
from d2lmx.pages.options import hyperparameters
from d2lmx.parity.torch_side import find_twin


def task(token, batch_size):
    network = replace(find_network(token), batch_size=batch_size)
    options = {name: default for name, (_, default) in hyperparameters(
        sections.load(network.section).run).items()}
    with running(data='toy'):
        d2l.set_seed(0)
        return kind_of(network)(network, options)


@pytest.fixture
def trained(monkeypatch):
    """All networks that tasks start, with their values before."""
    found, start = [], Adversaries.start

    def watched(self, optimizer):
        parts = start(self, optimizer)
        found.extend(parts[:2])
        return parts

    monkeypatch.setattr(Adversaries, 'start', watched)
    return found


def assert_begins(loss_D, loss_G):
    """Both begin at ln 2; then the discriminator learns faster, by its rate of 0.05.
    """
    assert math.log(2) / 2 < loss_D < math.log(2) < loss_G < 3 * math.log(2)


def test_points_are_learnt_alike_in_all_ways(trained):
    timed = task('gan', 50)
    assert timed.count() == 1000 and len(timed.train_iter()) == 20
    losses = timed.page()()
    history = timed.ours({})()
    for found in (losses, (history['discriminator'], history['generator'])):
        assert_begins(*found)
    for net in trained:
        for param in net.collect_params().values():
            assert abs(param.grad()).max() > 0, param.name


@pytest.mark.torch
def test_the_port_learns_points_as_ours_does(torch):
    timed = task('gan', 50)
    assert_begins(*timed.torch(find_twin(timed.network.twin), 1)())


def test_sprites_that_stand_for_an_epoch_are_the_same_in_all_ways():
    timed = task('dcgan', 4)
    assert timed.count() == 4
    ours, = [X.asnumpy() for X, _ in timed.train_iter()]
    timed.pictures.files = timed.pictures.files[:4]
    pages, = [X.asnumpy() for X, _ in timed.page_iter()]
    assert ours.shape == pages.shape == (4, 3, 64, 64)
    for picture in ours:  # float32, of pixels that no scaling changes
        assert min(onp.abs(picture - other).max() for other in pages) < 1e-6
