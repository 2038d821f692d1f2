import numpy as onp
from mxnet import init

import d2lmx as d2l
from d2lmx.context import running


def test_the_net_has_203530_parameters(section):
    module = section('4.3')
    net = module.build_net()
    net.initialize()
    net(*module.example_inputs())
    sizes = [param.data().size for param in net.collect_params().values()]
    assert sizes == [784 * 256, 256, 256 * 10, 10] and sum(sizes) == 203530


def test_the_net_computes_what_the_scratch_version_does(section):
    concise, scratch = section('4.3'), section('4.2')
    net = concise.build_net(num_hiddens=5)
    net.initialize(init.Normal(0.1))
    X, = concise.example_inputs(batch_size=3)
    y_hat = net(X)
    params = [param.data() for param in net.collect_params().values()]
    W1, b1, W2, b2 = params  # Gluon keeps weights as (outputs, inputs)
    # the two add up 784 products in another order
    onp.testing.assert_allclose(y_hat.asnumpy(),
                                scratch.make_net(W1.T, b1, W2.T, b2)(X).asnumpy(),
                                rtol=1e-4, atol=1e-5)


def test_it_learns_the_toy_garments(smoke_run):
    result = smoke_run('4.3').result
    assert result['final']['train loss'] < 0.5 and result['final']['test acc'] > 0.9


def test_hybridized_and_imperative_training_agree(section, fewer_garments):
    losses = []
    for hybridize in (True, False):
        d2l.set_seed(0)
        with running(compiles=hybridize), fewer_garments(2560):
            result = section('4.3').run(num_epochs=1, batch_size=64)
        losses.append(result['final']['train loss'])
    # rounding differs between the compiled and the imperative kernels
    onp.testing.assert_allclose(*losses, rtol=1e-3)
