"""Neural style transfer (风格迁移)

Source: chapter_computer-vision/neural-style

Other backbones than VGG-19 see a first convolution of stride 1, else specks appear, and
pictures made small by averages; average pooling in place of theirs would give blocks.
SqueezeNet's style is of layers 1, 4, 7, 9 and 11, its content of layer 6. With
MobileNetV2 ``--lr 0.3`` keeps the content clearer.
"""
from pathlib import Path
from typing import Literal, NamedTuple

import mxnet as mx
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('rainier', 'autumn-oak', 'vgg19')
SMOKE = dict(backbone='squeezenet1_1', width=60, height=40, num_epochs=20, lr=.1,
             content_weight=1e3, style_weight=1e9)  # random weights give little
# the features' networks halve a picture four times
RANGES = dict(width=(32, 4096), height=(32, 4096))
# printed, then the range of the builds
PRINTED = [({}, {'content': (8.99, 8.8, 9.1), 'style': (.428, .42, .44),
                 'TV': (5.41, 5.36, 5.47)})]

RGB_MEAN, RGB_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LOSSES, WEIGHTS = ('content', 'style', 'TV'), (1, 1e3, 10)


class Backbone(NamedTuple):
    """What the losses read of a network for ImageNet: layers of its features."""

    style_layers: list
    content_layers: list
    scale: float = 1  # of these features, for losses about as large as VGG-19's


BACKBONES = {'vgg19': Backbone([0, 5, 10, 19, 28], [25]),
             'squeezenet1_1': Backbone([1, 4, 7, 9, 11], [6], .02),
             'mobilenet_v2_1_0': Backbone([2, 5, 8, 12], [12], 3)}


def preprocess(img, image_shape):
    """RGB (h, w, 3) in 0 to 255 -> X (1, 3, height, width), normalized as ImageNet.

    image_shape: (width, height)
    """
    img = mx.image.imresize(np.array(img, dtype='uint8'), *image_shape)
    img = (img.astype('float32') / 255 - np.array(RGB_MEAN)) / np.array(RGB_STD)
    return np.expand_dims(img.transpose(2, 0, 1), axis=0)


def postprocess(img):
    """X (1, 3, height, width) -> RGB (height, width, 3) in [0, 1]."""
    img = img[0].as_in_ctx(mx.cpu()).transpose(1, 2, 0)
    return (img * np.array(RGB_STD) + np.array(RGB_MEAN)).clip(0, 1)


def extract_features(X, content_layers, style_layers, net=None):
    """What these layers make of X (1, 3, h, w): lists of contents and of styles.

    net: the layers, one after another; None: the page's.
    """
    contents, styles = [], []
    for i, layer in enumerate(net or pretrained_features().layers):
        X = layer(X)
        if i in style_layers:
            styles.append(X)
        if i in content_layers:
            contents.append(X)
    return contents, styles


class Features(nn.HybridBlock):
    """`extract_features` of a network's first layers, as far as they are needed.

    X (batch, 3, h, w), h and w of at least 32 -> contents and styles, lists
    """

    def __init__(self, layers, backbone, **kwargs):
        super().__init__(**kwargs)
        self.style_layers, self.content_layers, _ = BACKBONES[backbone]
        self.layers = nn.HybridSequential()
        self.layers.add(*layers[:max(self.style_layers + self.content_layers) + 1])
        # VGG-19's as it is; others skip every second pixel, which would leave specks
        self.layers[0]._kwargs['stride'] = (1, 1)

    def hybrid_forward(self, F, X):
        return extract_features(X, self.content_layers, self.style_layers, self.layers)


def build_net(backbone='vgg19', pretrained_net=None):
    """X (batch, 3, h, w) -> features of the contents and of the styles: two lists.

    pretrained_net: where they come from; None: a network that is not trained.
    """
    return Features((pretrained_net or d2l.imagenet_net(backbone)).features, backbone)


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 3, 32, 40)),)


def pretrained_features(backbone='vgg19', device=None):
    """The same with ImageNet's weights, of which nothing changes in training."""
    net = build_net(backbone, d2l.pretrained_net(backbone, device or d2l.try_gpu()))
    net.collect_params().setattr('grad_req', 'null')
    d2l.keep_statistics(net)
    return net


def picture(name):
    """RGB (h, w, 3): one of the book's pictures by its name, or a file."""
    return d2l.read_picture(d2l.download(name) if name in d2l.DATA_HUB else name)


def averaged(img, image_shape):
    """A picture made small by means of its pixels; `preprocess` picks some: noise.

    One made larger is interpolated, as by `preprocess`: means would give blocks.
    """
    shrinks = max(img.shape[1] / image_shape[0], img.shape[0] / image_shape[1]) > 1
    return mx.image.imresize(np.array(img, dtype='uint8'), *image_shape,
                             interp=3 if shrinks else 1)


def get_contents(image_shape, device, content_img=None, net=None):
    """The content picture as X (1, 3, h, w), and its contents.

    None: the page's picture and network; so in all functions here.
    """
    img = picture('rainier') if content_img is None else content_img
    content_X = preprocess(img, image_shape).as_in_ctx(device)
    contents_Y, _ = (net or pretrained_features(device=device))(content_X)
    return content_X, contents_Y


def get_styles(image_shape, device, style_img=None, net=None):
    """The style picture as X (1, 3, h, w), and its styles."""
    img = picture('autumn-oak') if style_img is None else style_img
    style_X = preprocess(img, image_shape).as_in_ctx(device)
    _, styles_Y = (net or pretrained_features(device=device))(style_X)
    return style_X, styles_Y


def tv_loss(Y_hat):
    """Half the sum of mean steps between neighbours, down and across."""
    return 0.5 * (np.abs(Y_hat[:, :, 1:, :] - Y_hat[:, :, :-1, :]).mean()
                  + np.abs(Y_hat[:, :, :, 1:] - Y_hat[:, :, :, :-1]).mean())


def compute_loss(X, contents_Y_hat, styles_Y_hat, contents_Y, styles_Y_gram,
                 weights=WEIGHTS):
    """Weighted losses: lists of contents and styles, TV, and the sum to be minimized.
    """
    content_weight, style_weight, tv_weight = weights
    contents_l = [d2l.content_loss(Y_hat, Y) * content_weight
                  for Y_hat, Y in zip(contents_Y_hat, contents_Y)]
    styles_l = [d2l.style_loss(Y_hat, Y) * style_weight
                for Y_hat, Y in zip(styles_Y_hat, styles_Y_gram)]
    tv_l = tv_loss(X) * tv_weight
    # book: sum(10 * styles_l + ...), where 10 * repeats a list: the same sum
    l = 10 * sum(styles_l) + sum(contents_l) + tv_l
    return contents_l, styles_l, tv_l, l


class SynthesizedImage(nn.Block):
    """A picture as the one parameter of a network that has no input."""

    def __init__(self, img_shape, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=img_shape)

    def forward(self):
        return self.weight.data()


def get_inits(X, device, lr, styles_Y):
    """A picture that begins as X, the Gram matrices of styles, and its trainer."""
    gen_img = SynthesizedImage(X.shape)
    gen_img.initialize(init.Constant(X), ctx=device, force_reinit=True)
    trainer = gluon.Trainer(gen_img.collect_params(), 'adam', {'learning_rate': lr})
    return gen_img(), [d2l.gram(Y) for Y in styles_Y], trainer


def train(X, contents_Y, styles_Y, device, lr, num_epochs, lr_decay_epoch, net=None,
          weights=WEIGHTS):
    """A picture that begins as X, with these contents and styles; and the history."""
    net = net or pretrained_features(device=device)
    X, styles_Y_gram, trainer = get_inits(X, device, lr, styles_Y)
    history, timer = d2l.History(), d2l.Timer()
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', ncols=2, figsize=(7, 2.5),
                            legend=LOSSES)

    def update():
        with autograd.record():
            contents_Y_hat, styles_Y_hat = net(X)
            contents_l, styles_l, tv_l, l = compute_loss(
                X, contents_Y_hat, styles_Y_hat, contents_Y, styles_Y_gram, weights)
        l.backward()
        trainer.step(1)
        return dict(zip(LOSSES, (sum(contents_l), sum(styles_l), tv_l)))

    def watch(history):
        animator.axes[1].clear()
        animator.axes[1].set_axis_off()
        animator.axes[1].imshow(postprocess(X).asnumpy())
        animator.add(history.series['TV'][-1][0], [history[name] for name in LOSSES])

    step = d2l.Step(update, trains=[net])  # which compiles it
    for epoch in d2l.epochs(num_epochs, trainer, history, watch):
        losses = step()
        if (epoch + 1) % lr_decay_epoch == 0:
            trainer.set_learning_rate(trainer.learning_rate * 0.8)
        history.examples += 1
        if (epoch + 1) % 10 == 0 or epoch + 1 == num_epochs:
            history.add(epoch + 1, losses)
            watch(history)
    history.seconds += timer.stop()
    return X, history


def scaled(weights, backbone):
    """The losses' weights where a network's features are smaller or larger."""
    content_weight, style_weight, tv_weight = weights
    scale = BACKBONES[backbone].scale
    return content_weight * scale ** 2, style_weight * scale ** 4, tv_weight


def run(*, backbone: Literal['vgg19', 'squeezenet1_1', 'mobilenet_v2_1_0'] = 'vgg19',
        content: str = 'rainier', style: str = 'autumn-oak', width: int = 450,
        height: int = 300, content_weight: float = 1, style_weight: float = 1e3,
        tv_weight: float = 10, lr: float = 0.9, num_epochs: int = 500,
        lr_decay_epoch: int = 50, out: Path = Path('.')) -> dict:
    device, image_shape = d2l.try_gpu(), (width, height)
    imgs = [picture(content), picture(style)]
    if backbone != 'vgg19':  # for whose printed losses it is as the page does it
        imgs = [averaged(img, image_shape) for img in imgs]
    net = pretrained_features(backbone, device)
    content_X, contents_Y = get_contents(image_shape, device, imgs[0], net)
    style_X, styles_Y = get_styles(image_shape, device, imgs[1], net)
    weights = scaled((content_weight, style_weight, tv_weight), backbone)
    output, history = train(content_X, contents_Y, styles_Y, device, lr, num_epochs,
                            lr_decay_epoch, net, weights)
    d2l.show_images([postprocess(X) for X in (content_X, style_X, output)], 1, 3,
                    titles=['content', 'style', 'result'], scale=3)
    d2l.plt.imsave(out / 'result.png', postprocess(output).asnumpy())
    d2l.save_model(out / 'model', net, content_X,
                   {'contents': len(contents_Y), 'weights': weights})
    return history.record()


def predict(model, content, style, *, size: int = 450, lr: float = 0.9,
            num_epochs: int = 500, lr_decay_epoch: int = 50) -> list:
    """The content's picture in the style of the other: its losses; it is a figure.

    model: a folder of Features. size: of the longer side, in pixels.
    """
    features = d2l.load_model(model, contents=int, weights=(float,) * 3)
    num_contents, device = features.about['contents'], d2l.try_gpu()

    def net(X):
        outputs = features(X)
        return outputs[:num_contents], outputs[num_contents:]

    imgs = [d2l.read_picture(file) for file in (content, style)]
    shapes = [shape_for(img, size) for img in imgs]
    imgs = [averaged(img, shape) for img, shape in zip(imgs, shapes)]
    content_X, contents_Y = get_contents(shapes[0], device, imgs[0], net)
    _, styles_Y = get_styles(shapes[1], device, imgs[1], net)
    output, history = train(content_X, contents_Y, styles_Y, device, lr, num_epochs,
                            lr_decay_epoch, net, features.about['weights'])
    d2l.show_images([postprocess(output)], 1, 1, scale=6)
    return [history.record()['final']]


def shape_for(img, size):
    """(width, height) of a picture whose longer side becomes size; 32 at least."""
    h, w = img.shape[:2]
    return tuple(max(32, round(side * size / max(h, w))) for side in (w, h))


if __name__ == '__main__':
    d2l.main(run)
