import numpy as onp
import pytest
from mxnet import autograd, init, np


def test_seed_0_drops_the_elements_that_the_book_prints(section):
    examples = section('4.6').dropout_examples()
    rows = [list(range(8)), list(range(8, 16))]
    assert examples == {'dropout 0': rows,
                        'dropout 0.5': [[0, 2, 4, 6, 8, 10, 12, 14],
                                        [0, 18, 20, 0, 0, 0, 28, 0]],
                        'dropout 1': [[0] * 8] * 2}


def test_dropout_keeps_the_mean_and_drops_the_given_share(section):
    X = np.ones((400, 500))
    Y = section('4.6').dropout_layer(X, 0.2).asnumpy()
    # 200,000 draws: the standard error of the share is 0.0009
    assert abs((Y == 0).mean() - 0.2) < 0.005 and abs(Y.mean() - 1) < 0.006
    onp.testing.assert_allclose(onp.unique(Y), [0, 1.25])


def test_dropped_units_have_no_gradient(section):
    X = np.ones((20, 30))
    X.attach_grad()
    with autograd.record():
        Y = section('4.6').dropout_layer(X, 0.5)
    Y.backward()
    onp.testing.assert_array_equal(X.grad.asnumpy(), Y.asnumpy())


@pytest.mark.parametrize('dropout', [-0.1, 1.5, float('nan')])
def test_what_is_no_chance_is_refused(section, dropout):
    with pytest.raises(ValueError, match=r'chance in \[0, 1\]'):
        section('4.6').dropout_layer(np.ones((2, 3)), dropout)


def test_the_scratch_net_drops_in_training_only(section):
    module = section('4.6')
    params = module.init_params(6, 5)
    X, = module.example_inputs(batch_size=3)
    W1, b1, W2, b2, W3, b3 = (param.asnumpy() for param in params)
    H1 = onp.maximum(X.asnumpy().reshape(3, 784) @ W1 + b1, 0)
    expected = onp.maximum(H1 @ W2 + b2, 0) @ W3 + b3
    net = module.make_net(params, dropout1=0.2, dropout2=0.5)
    onp.testing.assert_allclose(net(X).asnumpy(), expected, rtol=1e-4, atol=1e-7)
    with autograd.record():
        assert float(np.abs(module.make_net(params, 0.2, 1)(X)).sum()) == 0


def test_the_concise_net_drops_in_training_only_also_when_hybridized(section):
    module = section('4.6')
    net = module.build_net()
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    X, = module.example_inputs()
    prediction = net(X).asnumpy()
    with autograd.record():
        first, second = net(X).asnumpy(), net(X).asnumpy()
    assert not (first == second).all()
    onp.testing.assert_array_equal(net(X).asnumpy(), prediction)
    sizes = [param.data().size for param in net.collect_params().values()]
    assert sum(sizes) == 784 * 256 + 256 + 256 * 256 + 256 + 256 * 10 + 10


def test_it_learns_the_toy_garments(smoke_run):
    assert smoke_run('4.6').result['final']['test acc'] > 0.9


def test_the_concise_one_learns_them_too(section, fewer_garments):
    module = section('4.6')
    with fewer_garments(4000):
        result = module.run(**module.SMOKE, variant='concise')
    assert result['final']['test acc'] > 0.9


def test_the_concise_net_computes_what_the_scratch_version_does(section):
    module = section('4.6')
    net = module.build_net(num_hiddens1=6, num_hiddens2=5)
    net.initialize(init.Normal(0.1))
    X, = module.example_inputs(batch_size=3)
    y_hat = net(X).asnumpy()
    params = [param.data() for param in net.collect_params().values()]
    params[::2] = [W.T for W in params[::2]]  # Gluon keeps weights as (outputs, inputs)
    # the two add up 784 products in another order
    onp.testing.assert_allclose(y_hat, module.make_net(params, 0.2, 0.5)(X).asnumpy(),
                                rtol=1e-4, atol=1e-5)
