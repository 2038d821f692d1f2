"""check_hybrid_block passes what keeps the contract and fails each way to break it."""
import random

import mxnet as mx
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx import testing

X = np.array([[1., -2., 3., .5], [.1, 5., -1., 2.], [-3., 1., 1., 4.]])


def layers(*blocks):
    """A function that builds a net of one dense layer and the given blocks."""
    def build():
        net = nn.HybridSequential()
        net.add(nn.Dense(5), *(block() for block in blocks))
        return net

    return build


class OverridesForward(nn.HybridBlock):
    def forward(self, X):
        return X * 2


class BranchesOnMode(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return X * (3 if autograd.is_training() else 2)


class DropsInTrainingByBranch(nn.HybridBlock):
    """The branch is taken while tracing, in prediction: dropout is gone for good."""

    def hybrid_forward(self, F, X):
        return F.npx.dropout(X, p=.5) if autograd.is_training() else X * 1


class BakesRandomNumber(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return X * random.random()


class DependsOnBatchSize(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return X / F.np.sum(F.np.ones_like(X))


class MixesExamples(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return X - F.np.mean(X, axis=0)


class LosesGradient(nn.HybridBlock):
    """Outputs agree in both modes, but a symbol lets half of the gradient through."""

    def hybrid_forward(self, F, X):
        if F is mx.ndarray:
            return X * 2
        return X + F.BlockGrad(X.as_nd_ndarray()).as_np_ndarray()


class NamesParameterUnlikeItsAttribute(nn.HybridBlock):
    """A parameter that MXNet's own loader cannot find; ours goes by the attribute."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = self.params.get('other', shape=(1,), init='ones')

    def hybrid_forward(self, F, X, scale):
        return X * scale


class ForgetsToSave(nn.HybridBlock):
    """Its weight is no Parameter, so a saved and loaded copy differs."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight = random.random()

    def hybrid_forward(self, F, X):
        return X * self.weight


@pytest.mark.parametrize('build', [
    lambda: nn.Dense(3), lambda: nn.Activation('relu'), layers(),
    layers(lambda: nn.Dropout(.5)), layers(nn.BatchNorm),
    lambda: nn.HybridLambda(lambda F, X: F.np.tanh(X)),
    layers(NamesParameterUnlikeItsAttribute)])
def test_blocks_that_keep_the_contract_pass(build):
    d2l.check_hybrid_block(build, (X,))


def test_other_inputs_may_have_another_shape():
    def build():
        net = nn.HybridSequential()
        net.add(nn.Conv2D(2, kernel_size=3), nn.GlobalAvgPool2D())
        return net

    d2l.check_hybrid_block(build, (np.random.uniform(size=(2, 3, 5, 6)),),
                           other_inputs=(np.random.uniform(size=(4, 3, 7, 3)),))


@pytest.mark.parametrize('block,reason', [
    (OverridesForward, 'OverridesForward overrides forward'),
    (BranchesOnMode, 'gradients, hybridized'),
    (DropsInTrainingByBranch, 'random in one run only'),
    (BakesRandomNumber, ''),
    (DependsOnBatchSize, 'an example alone'),
    (MixesExamples, 'an example alone'),
    (LosesGradient, 'gradients, hybridized'),
    (ForgetsToSave, 'loaded parameters')])
@pytest.mark.parametrize('build', [lambda block: block, layers],
                         ids=['alone', 'in a network'])
def test_each_way_to_break_the_contract_fails(block, reason, build):
    with pytest.raises(AssertionError, match=reason):
        d2l.check_hybrid_block(build(block), (X,))


def test_a_network_that_is_not_hybrid_fails():
    with pytest.raises(AssertionError, match='Sequential is not hybrid'):
        d2l.check_hybrid_block(nn.Sequential, (X,))


def test_a_gradient_that_differs_on_the_second_device_fails(monkeypatch):
    def gradients(net, inputs, **options):
        return [gradient + inputs[0].ctx.device_id
                for gradient in original(net, inputs, **options)]

    original = testing._gradients
    monkeypatch.setattr(testing, '_gradients', gradients)
    with pytest.raises(AssertionError, match=r'gradients on cpu\(1\)'):
        d2l.check_hybrid_block(layers(), (X,))
