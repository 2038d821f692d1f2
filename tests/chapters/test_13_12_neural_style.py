"""Style transfer: losses by hand, and the gradient that changes a picture."""
import numpy as onp
import pytest
from mxnet import autograd, gluon, np

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.parity.compare import same_weights
from d2lmx.parity.torch_side import find_twin

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def page(section):
    return section('13.12')


def toy_net(page, backbone='squeezenet1_1'):
    """Features with random weights."""
    return page.pretrained_features(backbone)


def targets(page, net, image_shape=(40, 32)):
    """X, contents and styles of the two toy pictures."""
    X, contents_Y = page.get_contents(image_shape, d2l.try_gpu(), net=net)
    _, styles_Y = page.get_styles(image_shape, d2l.try_gpu(), net=net)
    return X, contents_Y, styles_Y


def gradient(page, net, X, contents_Y, styles_Y, weights=(1, 1e3, 10)):
    """The total loss of a picture, and its gradient."""
    X = X.copy()
    X.attach_grad()
    with autograd.record():
        *_, l = page.compute_loss(X, *net(X), contents_Y,
                                  [d2l.gram(Y) for Y in styles_Y], weights)
    l.backward()
    return float(l), X.grad.asnumpy()


# ---- pictures


def test_a_picture_is_scaled_to_width_and_height_and_normalized(page):
    img = onp.full((5, 7, 3), 255, 'uint8')
    img[..., 2] = 0
    X = page.preprocess(img, (6, 4))
    assert X.shape == (1, 3, 4, 6)
    for channel, value in enumerate([(1 - .485) / .229, (1 - .456) / .224,
                                     -.406 / .225]):
        onp.testing.assert_allclose(X[0, channel].asnumpy(), value, rtol=1e-5)


def test_a_picture_comes_back(page):
    img = onp.random.RandomState(0).randint(0, 256, (4, 6, 3)).astype('uint8')
    back = page.postprocess(page.preprocess(img, (6, 4)))
    onp.testing.assert_allclose(back.asnumpy(), img / 255, atol=1e-6)


def test_what_is_darker_than_black_is_black(page):
    X = np.array([-9, 9, 0]).reshape(1, 3, 1, 1)
    onp.testing.assert_allclose(page.postprocess(X).asnumpy(), [[[0, 1, .406]]],
                                rtol=1e-6)


def test_a_small_picture_is_made_smaller_by_means_and_larger_without_blocks(page):
    stripes = onp.zeros((30, 30, 3), 'uint8')
    stripes[:, ::2] = 200
    assert (page.averaged(stripes, (3, 3)) == 100).all()
    ramp = onp.arange(0, 200, 50, 'uint8')[None, :, None].repeat(4, 0).repeat(3, 2)
    large = page.averaged(ramp, (40, 40)).asnumpy()[20, :, 0].astype(int)
    # a step of 50 over ten pixels; blocks would climb it at once
    assert onp.diff(large).max() <= 10


# ---- losses


def test_content_loss_is_the_mean_square(page):
    assert float(d2l.content_loss(np.array([1., 2, 3]), np.array([1., 0, 0]))) == (
        pytest.approx((0 + 4 + 9) / 3))


def test_gram_has_the_products_of_channels_divided_by_the_numbers(page):
    X = np.array([[1., 2], [3, 4]]).reshape(1, 2, 1, 2)  # two channels, two places
    onp.testing.assert_allclose(d2l.gram(X).asnumpy(),
                                onp.array([[5, 11], [11, 25]]) / 4)


def test_gram_does_not_ask_where_a_pattern_lies(page):
    X = onp.random.RandomState(0).normal(size=(1, 3, 4, 5))
    moved = X.reshape(1, 3, 20)[:, :, ::-1].reshape(X.shape)
    onp.testing.assert_allclose(d2l.gram(np.array(moved)).asnumpy(),
                                d2l.gram(np.array(X)).asnumpy(), rtol=1e-5)


def test_style_loss_is_the_mean_square_of_gram_matrices(page):
    X, gram_Y = np.array([[1., 2], [3, 4]]).reshape(1, 2, 1, 2), np.zeros((2, 2))
    assert float(d2l.style_loss(X, gram_Y)) == pytest.approx(
        (25 + 121 + 121 + 625) / 16 / 4)


def test_total_variation_is_half_the_sum_of_mean_steps(page):
    X = np.array([[1., 2, 4], [1, 5, 4]]).reshape(1, 1, 2, 3)
    down, across = (0 + 3 + 0) / 3, (1 + 2 + 4 + 1) / 4
    assert float(page.tv_loss(X)) == pytest.approx((down + across) / 2)


def test_each_layer_has_a_loss_of_its_own(page):
    X = np.array([[1., 2], [3, 4]]).reshape(1, 2, 1, 2)
    grams = [d2l.gram(X) + d for d in (0, 1, -2)]
    contents_l, styles_l, *_ = page.compute_loss(X, [X, X], [X, X, X], [X + 1, X + 2],
                                                 grams, (2, 3, 5))
    assert [float(part) for part in contents_l] == pytest.approx([2, 8])
    assert [float(part) for part in styles_l] == pytest.approx([0, 3, 12])


def test_the_sum_is_weighted_as_the_page_does(page):
    X, zero = np.array([[1., 3], [2, 4]]).reshape(1, 1, 2, 2), np.zeros((1, 1, 2, 2))
    contents_l, styles_l, tv_l, l = page.compute_loss(X, [X], [X], [zero],
                                                      [np.zeros((1, 1))])
    mean_square = (1 + 9 + 4 + 16) / 4
    assert float(contents_l[0]) == pytest.approx(mean_square)
    assert float(styles_l[0]) == pytest.approx(1e3 * mean_square ** 2)
    assert float(tv_l) == pytest.approx(10 * (1 + 2) / 2)
    assert float(l) == pytest.approx(mean_square + 10 * 1e3 * mean_square ** 2 + 15)


# ---- features


def test_vgg_gives_its_blocks_first_convolutions_and_the_fourths_last(page):
    net, (X,) = page.build_net(), page.example_inputs(1)
    net.initialize()
    contents, styles = net(X)
    assert [Y.shape for Y in styles] == [
        (1, 64, 32, 40), (1, 128, 16, 20), (1, 256, 8, 10), (1, 512, 4, 5),
        (1, 512, 2, 2)]
    assert [Y.shape for Y in contents] == [(1, 512, 4, 5)]
    assert float(contents[0].min()) < 0  # before its ReLU
    assert len(net.layers) == 29


@pytest.mark.parametrize('backbone', ['squeezenet1_1', 'mobilenet_v2_1_0'])
def test_no_layer_is_computed_that_no_loss_reads(page, backbone):
    net = page.build_net(backbone)
    needed = page.BACKBONES[backbone]
    assert len(net.layers) == max(needed.style_layers + needed.content_layers) + 1


def test_features_see_every_pixel(page):
    # with a first convolution of stride 2, every second would be seen less
    net = toy_net(page)
    X = np.zeros((1, 3, 33, 33))
    X.attach_grad()
    with autograd.record():
        l = net.layers[0](X).sum()
    l.backward()
    inner = X.grad[0, 0, 2:-2, 2:-2].asnumpy()
    assert inner.std() < 1e-4 * abs(inner).max()


@pytest.mark.slow
def test_loss_and_gradient_of_the_picture_are_pytorchs(page, torch):
    twin = find_twin('ch13.s12_neural_style')
    port = twin()
    net, _ = same_weights(page.build_net, page.example_inputs, port, 0)
    X, contents_Y, styles_Y = targets(page, net)
    X = X + np.random.normal(scale=.3, size=X.shape)  # away from its own contents
    l, dX = gradient(page, net, X, contents_Y, styles_Y)
    as_tensor = lambda Y: torch.tensor(Y.asnumpy())
    tensor = as_tensor(X).requires_grad_()
    expected = twin.__globals__['total_loss'](
        port, tensor, list(map(as_tensor, contents_Y)),
        [as_tensor(d2l.gram(Y)) for Y in styles_Y])
    expected.backward()
    assert l == pytest.approx(expected.item(), rel=1e-5)
    # thirteen convolutions in float32, relative to the largest
    onp.testing.assert_allclose(dX, tensor.grad.numpy(), rtol=0,
                                atol=1e-4 * abs(dX).max())


@pytest.mark.slow
@pytest.mark.parametrize('backbone', ['squeezenet1_1', 'mobilenet_v2_1_0'])
def test_gradient_is_that_of_finite_differences(page, backbone):
    net = toy_net(page, backbone)
    net.cast('float64')
    content, style = (page.preprocess(page.picture(name), (40, 32)).astype('float64')
                      for name in ('rainier', 'autumn-oak'))
    noise, way = (np.array(onp.random.RandomState(i).normal(size=content.shape),
                           dtype='float64') for i in (1, 2))
    X, h, constant = content + .3 * noise, 1e-7, (net(content)[0], net(style)[1])
    _, dX = gradient(page, net, X, *constant)
    above, below = (gradient(page, net, X + sign * h * way, *constant)[0]
                    for sign in (1, -1))
    # ReLUs and maxima that change sides within h leave an error of the order of h
    assert (above - below) / (2 * h) == pytest.approx((dX * way.asnumpy()).sum(),
                                                      rel=1e-4)


# ---- training


def test_nothing_but_the_picture_changes(page):
    net = toy_net(page, 'mobilenet_v2_1_0')  # with running averages
    before = {name: param.data().copy() for name, param in net.collect_params().items()}
    X, contents_Y, styles_Y = targets(page, net)
    output, _ = page.train(X, contents_Y, styles_Y, d2l.try_gpu(), .1, 2, 50, net)
    for name, param in net.collect_params().items():
        assert param.grad_req == 'null'
        assert (param.data() == before[name]).all()
    assert float(abs(output - X).max()) == pytest.approx(.2, rel=.2)  # Adam's two steps
    assert (X == targets(page, net)[0]).all()  # the content's own X stays


def test_training_begins_with_the_content(page):
    net = toy_net(page)
    X, contents_Y, styles_Y = targets(page, net)
    gen_img, styles_Y_gram, trainer = page.get_inits(X, d2l.try_gpu(), .25, styles_Y)
    assert (gen_img == X).all() and trainer.learning_rate == .25
    assert [Y.shape for Y in styles_Y_gram] == [(Y.shape[1],) * 2 for Y in styles_Y]


def test_the_rate_falls_to_four_fifths_as_often_as_asked(page, monkeypatch):
    made, get_inits, net = [], page.get_inits, toy_net(page)

    def watched(*args):
        made.extend(get_inits(*args))
        return made

    monkeypatch.setattr(page, 'get_inits', watched)
    page.train(*targets(page, net), d2l.try_gpu(), .5, 5, 2, net)
    assert made[2].learning_rate == pytest.approx(.5 * .8 ** 2)


def test_zero_epochs_are_told(page):
    net = toy_net(page)
    with pytest.raises(InputError, match='num_epochs must be at least 1'):
        page.train(*targets(page, net), d2l.try_gpu(), .5, 0, 2, net)


def test_the_smoke_run_takes_over_the_style(page, smoke_run):
    smoke = smoke_run('13.12')
    net = toy_net(page)
    X, contents_Y, styles_Y = targets(page, net, (60, 40))
    weights = page.scaled((1, page.SMOKE['style_weight'], 10), 'squeezenet1_1')
    _, styles_l, *_ = page.compute_loss(X, *net(X), contents_Y,
                                        [d2l.gram(Y) for Y in styles_Y], weights)
    assert smoke.result['final']['style'] < .5 * float(sum(styles_l))
    assert len(smoke.result['series']['content']) == 2  # of epochs 10 and 20
    picture = d2l.read_picture(smoke.folder / 'result.png')
    assert picture.shape == (40, 60, 3)


# ---- the exported features


@pytest.mark.slow
def test_gradient_by_the_reloaded_graph_is_the_live_networks(page, tmp_path):
    for backbone in ('squeezenet1_1', 'mobilenet_v2_1_0'):
        net = toy_net(page, backbone)
        X, contents_Y, styles_Y = targets(page, net)
        d2l.save_model(tmp_path / backbone, net, X, {})
        model = d2l.load_model(tmp_path / backbone)
        l, dX = gradient(page, net, X + .1, contents_Y, styles_Y)
        reloaded = gradient(page, lambda X: (lambda Ys: (Ys[:1], Ys[1:]))(model(X)),
                            X + .1, contents_Y, styles_Y)
        assert reloaded[0] == pytest.approx(l, rel=1e-5)
        onp.testing.assert_allclose(reloaded[1], dX, rtol=0,
                                    atol=1e-4 * abs(dX).max())


@pytest.fixture
def pictures(tmp_path):
    """Files of a grey, a transparent, a tall and a one-pixel picture."""
    cv2 = pytest.importorskip('cv2')
    rng = onp.random.RandomState(0)
    shapes = {'grey': (30, 44), 'alpha': (35, 51, 4), 'tall': (90, 7, 3),
              'pixel': (1, 1, 3)}
    for name, shape in shapes.items():
        cv2.imwrite(str(tmp_path / f'{name}.png'),
                    rng.randint(0, 256, shape).astype('uint8'))
    return {name: tmp_path / f'{name}.png' for name in shapes}


@pytest.mark.parametrize('content, style, size', [
    ('grey', 'alpha', (48, 33)), ('tall', 'pixel', (32, 48)),
    ('pixel', 'grey', (48, 48))])
def test_pictures_of_a_readers_own(page, smoke_run, pictures, content, style, size):
    model = smoke_run('13.12').folder / 'model'
    result, = page.predict(model, pictures[content], pictures[style], size=48,
                           num_epochs=2)
    assert set(result) == {'content', 'style', 'TV'}
    assert all(onp.isfinite(value) for value in result.values())
    image = d2l.plt.gcf().axes[0].images[0].get_array()
    assert image.shape == (size[1], size[0], 3)
    assert 0 <= image.min() and image.max() <= 1


def test_a_model_that_is_missing_says_what_makes_it(page, pictures, tmp_path):
    with pytest.raises(FileNotFoundError, match='d2lmx run'):
        page.predict(tmp_path / 'none', pictures['grey'], pictures['alpha'])


def test_a_file_that_is_no_picture_is_named(page, smoke_run, pictures, tmp_path):
    (tmp_path / 'a.jpg').write_text('no picture')
    with pytest.raises(InputError, match='a.jpg'):
        page.predict(smoke_run('13.12').folder / 'model', pictures['grey'],
                     tmp_path / 'a.jpg')


def test_toy_pictures_are_smooth_and_full_of_edges(page):
    landscape, leaves = (page.preprocess(page.picture(name), (300, 200))
                         for name in ('rainier', 'autumn-oak'))
    assert 2 * float(page.tv_loss(landscape)) < float(page.tv_loss(leaves))


@pytest.mark.slow
@pytest.mark.data
def test_real_weights_turn_the_photograph_to_autumn(page, real_data):
    net = page.pretrained_features('squeezenet1_1')
    X, contents_Y, styles_Y = targets(page, net, (96, 64))
    weights = page.scaled((1, 1e3, 10), 'squeezenet1_1')
    _, styles_l, *_ = page.compute_loss(X, *net(X), contents_Y,
                                        [d2l.gram(Y) for Y in styles_Y], weights)
    output, history = page.train(X, contents_Y, styles_Y, d2l.try_gpu(), .9, 30, 50,
                                 net, weights)
    assert history['style'] < .2 * float(sum(styles_l))
    before, after = (page.postprocess(Y).asnumpy().mean((0, 1)) for Y in (X, output))
    assert before[2] > before[0] and after[0] > after[2]  # blue, then red
