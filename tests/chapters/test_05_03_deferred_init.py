import pytest
from mxnet import np
from mxnet.gluon.parameter import DeferredInitializationError


@pytest.fixture
def page(section):
    return section('5.3')


def test_shapes_are_known_after_the_first_batch_only(page):
    result = page.run()
    unknown = {'dense0_weight': (256, -1), 'dense0_bias': (256,),
               'dense1_weight': (10, -1), 'dense1_bias': (10,)}
    assert result['made'] == result['initialized'] == unknown
    assert result['after the first batch'] == {
        **unknown, 'dense0_weight': (256, 20), 'dense1_weight': (10, 256)}


def test_weights_cannot_be_read_before_they_are_initialized(page):
    net = page.get_net()
    with pytest.raises(RuntimeError, match='has not been initialized'):
        net[0].weight.data()
    net.initialize()
    with pytest.raises(DeferredInitializationError):
        net[0].weight.data()


def test_first_batch_fixes_the_inputs_size(page):
    net = page.get_net()
    net.initialize()
    assert net(np.ones((2, 20))).shape == (2, 10)
    with pytest.raises(Exception, match='[Ss]hape'):
        net(np.ones((2, 21))).wait_to_read()
