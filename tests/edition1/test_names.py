"""The first edition's names: all there, once, with its arguments, and explained."""
import ast
import importlib
import inspect
import pkgutil

import pytest

from d2lmx import edition1

# by the section, or sections, that print each; `...`: a default that may be another
NAMES = '''
3.2   data_iter(batch_size, features, labels)
3.2   linreg(X, w, b)
3.2   set_figsize(figsize=(3.5, 2.5))
3.2   sgd(params, lr, batch_size)
3.2   squared_loss(y_hat, y)
3.2   use_svg_display()
3.5   get_fashion_mnist_labels(labels)
3.5   show_fashion_mnist(images, labels)
3.6/5.5/9.1  evaluate_accuracy(data_iter, net, ctx=...)
3.6   train_ch3(net, train_iter, test_iter, loss, num_epochs, batch_size, params=None, \
lr=None, trainer=None)
3.11  semilogy(x_vals, y_vals, x_label, y_label, x2_vals=None, y2_vals=None, \
legend=None, figsize=(3.5, 2.5))
5.1   corr2d(X, K)
5.5   train_ch5(net, train_iter, test_iter, batch_size, trainer, ctx, num_epochs)
5.5   try_gpu()
5.6   load_data_fashion_mnist(batch_size, resize=None, root=...)
5.11  Residual(num_channels, use_1x1conv=False, strides=1, **kwargs)
6.3   data_iter_consecutive(corpus_indices, batch_size, num_steps, ctx=None)
6.3   data_iter_random(corpus_indices, batch_size, num_steps, ctx=None)
6.3   load_data_jay_lyrics()
6.3   load_data_time_machine()
6.4   grad_clipping(params, theta, ctx)
6.4   predict_rnn(prefix, num_chars, rnn, params, init_rnn_state, num_hiddens, \
vocab_size, ctx, idx_to_char, char_to_idx)
6.4   to_onehot(X, size)
6.4   train_and_predict_rnn(rnn, get_params, init_rnn_state, num_hiddens, vocab_size, \
ctx, corpus_indices, idx_to_char, char_to_idx, is_random_iter, num_epochs, num_steps, \
lr, clipping_theta, batch_size, pred_period, pred_len, prefixes)
6.5   predict_rnn_gluon(prefix, num_chars, model, vocab_size, ctx, idx_to_char, \
char_to_idx)
6.5   RNNModel(rnn_layer, vocab_size, **kwargs)
6.5   train_and_predict_rnn_gluon(model, num_hiddens, vocab_size, ctx, corpus_indices, \
idx_to_char, char_to_idx, num_epochs, num_steps, lr, clipping_theta, batch_size, \
pred_period, pred_len, prefixes)
7.2   show_trace_2d(f, res)
7.2   train_2d(trainer)
7.3   get_data_ch7()
7.3   train_ch7(trainer_fn, states, hyperparams, features, labels, batch_size=10, \
num_epochs=2)
7.3   train_gluon_ch7(trainer_name, trainer_hyperparams, features, labels, \
batch_size=10, num_epochs=2)
8.2   Benchmark(prefix=None)
8.5   resnet18(num_classes)
9.1   show_images(imgs, num_rows, num_cols, scale=2)
9.1   train(train_iter, test_iter, net, loss, trainer, ctx, num_epochs)
9.1   try_all_gpus()
9.3   bbox_to_rect(bbox, color)
9.4   show_bboxes(axes, bboxes, labels=None, colors=None)
9.6   load_data_pikachu(batch_size, edge_size=256)
9.9   download_voc_pascal(data_dir='../data')
9.9   read_voc_images(root='../data/VOCdevkit/VOC2012', is_train=True)
9.9   VOC_CLASSES
9.9   VOC_COLORMAP
9.9   voc_label_indices(colormap, colormap2label)
9.9   voc_rand_crop(feature, label, height, width)
9.9   VOCSegDataset(is_train, crop_size, voc_dir, colormap2label)
9.12  mkdir_if_not_exist(path)
10.7  count_tokens(samples)
10.7  download_imdb(data_dir='../data')
10.7  get_tokenized_imdb(data)
10.7  get_vocab_imdb(data)
10.7  predict_sentiment(net, vocab, sentence)
10.7  preprocess_imdb(data, vocab)
10.7  read_imdb(folder='train')
'''
SECTIONS = {call.partition('(')[0]: (number, call) for number, call in (
    line.split(maxsplit=1) for line in NAMES.strip().splitlines())}
# what its package imports, which a star import gives, too
IMPORTS = set('autograd collections gdata gloss gluon gutils image init math mx nd nn '
              'np os plt random sys tarfile text time zipfile'.split())
MODULES = [importlib.import_module(f'd2lmx.edition1.{module.name}')
           for module in pkgutil.iter_modules(edition1.__path__)]
STANDING = [name for name in SECTIONS if hasattr(edition1, name)]
CALLED = [name for name in STANDING if not name.isupper()]


def arguments(call):
    """{name: default, None without} of a call as above, each as code."""
    return {words[0].strip(): words[-1].strip() if words[1:] else None
            for words in (part.rsplit('=', 1) for part in split(call))}


def split(call):
    """The arguments of a call, parted at commas outside brackets."""
    call, _, others = call.removesuffix(')').partition(', **')
    call = ast.parse(f'{call})', mode='eval').body
    return [ast.unparse(part) for part in call.args] + [
        f'{part.arg}={ast.unparse(part.value)}' for part in call.keywords
        ] + [others] * bool(others)


def test_the_list_is_the_editions():
    assert len(SECTIONS) == 55


def test_all_names_are_there():
    assert [name for name in SECTIONS if not hasattr(edition1, name)] == []


def test_a_star_import_gives_these_names_and_what_the_package_imports():
    names = {}
    exec('from d2lmx.edition1 import *', names)
    assert names.keys() - {'__builtins__'} == {*STANDING, *IMPORTS}
    assert dir(edition1) == sorted([*STANDING, *IMPORTS])


def test_each_name_has_one_home():
    homes = [name for module in MODULES for name in module.__all__]
    assert sorted(name for name in homes if name not in IMPORTS) == sorted(STANDING)


@pytest.mark.parametrize('name', CALLED)
def test_a_name_has_the_editions_arguments(name):
    wanted = arguments(SECTIONS[name][1])
    given = inspect.signature(getattr(edition1, name)).parameters
    assert list(given) == list(wanted)
    for argument, default in wanted.items():
        parameter = given[argument]
        if default == '...':
            assert parameter.default is not parameter.empty
        elif default is not None:
            assert parameter.default == ast.literal_eval(default)
        else:
            assert parameter.default is parameter.empty


@pytest.mark.parametrize('name', CALLED)
def test_its_docstring_names_the_section_that_prints_it(name):
    first, *_, last = inspect.getdoc(getattr(edition1, name)).splitlines()
    word, _, number = last.rpartition(' ')
    assert len(first) > 10 and word == 'Edition 1:', last
    assert number in SECTIONS[name][0].split('/')
