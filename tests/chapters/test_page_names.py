"""What a page defines without saving it stands in its section, arguments and all.

Nested functions and lambdas with a name count too; and what the section takes from the
library as ``d2l.NAME``, because another section uses it as well. Where an argument is
another, a line of the section that starts with ``# book:`` names it and says why.
"""
import ast
import inspect
import re
import textwrap
from pathlib import Path

import pytest

import d2lmx as d2l

CHAPTERS = Path(__file__).parent.parent.parent / 'chapters'
AT_LEAST = 0.95  # of all names below

# section, and what its page defines; a name that stands twice is defined twice there
PAGES = '''
2.4   f(x)  numerical_lim(f, x, h)
2.5   f(a)
3.1   normal(x, mu, sigma)
3.2   data_iter(batch_size, features, labels)
3.6   softmax(X)  net(X)  cross_entropy(y_hat, y)  updater(batch_size)
4.2   relu(X)  net(X)
4.4   train(train_features, test_features, train_labels, test_labels, num_epochs=400)
4.5   init_params()  l2_penalty(w)  train(lambd)  train_concise(wd)
4.6   dropout_layer(X, dropout)  net(X)
4.10  get_net()  log_rmse(net, features, labels)
      train(net, train_features, train_labels, test_features, test_labels, num_epochs,
            learning_rate, weight_decay, batch_size)
      get_k_fold_data(k, i, X, y)
      k_fold(k, X_train, y_train, num_epochs, learning_rate, weight_decay, batch_size)
      train_and_pred(train_features, test_features, train_labels, test_data, num_epochs,
                     lr, weight_decay, batch_size)
5.1   class MLP(**kwargs)  class MySequential()  class FixedHiddenMLP(**kwargs)
      class NestMLP(**kwargs)
5.2   block1()  block2()  class MyInit()
5.3   get_net()
5.4   class CenteredLayer(**kwargs)  class MyDense(units, in_units, **kwargs)
5.5   class MLP(**kwargs)
6.2   class Conv2D(kernel_size, **kwargs)
6.3   comp_conv2d(conv2d, X)
6.4   corr2d_multi_in(X, K)  corr2d_multi_in_out(X, K)  corr2d_multi_in_out_1x1(X, K)
6.5   pool2d(X, pool_size, mode='max')
7.2   vgg_block(num_convs, num_channels)  vgg(conv_arch)
7.3   nin_block(num_channels, kernel_size, strides, padding)
7.4   class Inception(c1, c2, c3, c4, **kwargs)
7.5   batch_norm(X, gamma, beta, moving_mean, moving_var, eps, momentum)
      class BatchNorm(num_features, num_dims, **kwargs)
7.6   resnet_block(num_channels, num_residuals, first_block=False)
7.7   conv_block(num_channels)  class DenseBlock(num_convs, num_channels, **kwargs)
      transition_block(num_channels)
8.1   get_net()  train(net, train_iter, loss, epochs, lr)
8.5   get_params(vocab_size, num_hiddens, device)
      init_rnn_state(batch_size, num_hiddens, device)  rnn(inputs, state, params)
9.1   get_params(vocab_size, num_hiddens, device)
      init_gru_state(batch_size, num_hiddens, device)  gru(inputs, state, params)
9.2   get_lstm_params(vocab_size, num_hiddens, device)
      init_lstm_state(batch_size, num_hiddens, device)  lstm(inputs, state, params)
9.7   class Seq2SeqDecoder(vocab_size, embed_size, num_hiddens, num_layers, dropout=0,
                           **kwargs)
10.2  f(x)  plot_kernel_reg(y_hat)  class NWKernelRegression(**kwargs)
10.4  class Seq2SeqAttentionDecoder(vocab_size, embed_size, num_hiddens, num_layers,
                                    dropout=0, **kwargs)
10.7  class DecoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout, i, **kwargs)
      class TransformerDecoder(vocab_size, num_hiddens, ffn_num_hiddens, num_heads,
                               num_layers, dropout, **kwargs)
11.1  f(x)  g(x)
11.3  f(x)  f_grad(x)  gd(eta, f_grad)  show_trace(results, f)
      f(x)  f_grad(x)
      f_2d(x1, x2)  f_2d_grad(x1, x2)  gd_2d(x1, x2, s1, s2, f_grad)
      f(x)  f_grad(x)  f_hess(x)  newton(eta=1)
      f(x)  f_grad(x)  f_hess(x)
11.4  f(x1, x2)  f_grad(x1, x2)  sgd(x1, x2, s1, s2, f_grad)
      constant_lr()  exponential_lr()  polynomial_lr()
11.5  sgd(params, states, hyperparams)  train_sgd(lr, batch_size, num_epochs=2)
11.6  f_2d(x1, x2)  gd_2d(x1, x2, s1, s2)  momentum_2d(x1, x2, v1, v2)
      init_momentum_states(feature_dim)  sgd_momentum(params, states, hyperparams)
      train_momentum(lr, momentum, num_epochs=2)
11.7  adagrad_2d(x1, x2, s1, s2)  f_2d(x1, x2)
      init_adagrad_states(feature_dim)  adagrad(params, states, hyperparams)
11.8  rmsprop_2d(x1, x2, s1, s2)  f_2d(x1, x2)
      init_rmsprop_states(feature_dim)  rmsprop(params, states, hyperparams)
11.9  init_adadelta_states(feature_dim)  adadelta(params, states, hyperparams)
11.10 init_adam_states(feature_dim)  adam(params, states, hyperparams)
      yogi(params, states, hyperparams)
11.11 train(net, train_iter, test_iter, num_epochs, loss, trainer, device)
      class SquareRootScheduler(lr=0.1)
      class FactorScheduler(factor=1, stop_factor_lr=1e-07, base_lr=0.1)
12.1  add(a, b)  fancy_func(a, b, c, d)  add_()  fancy_func_()  evoke_()  get_net()
      class HybridNet(**kwargs)
12.3  run(x)  copy_to_cpu(x)
12.5  lenet(X, params)  get_params(params, device)  allreduce(data)
      train_batch(X, y, device_params, devices, lr)  train(num_gpus, batch_size, lr)
12.6  train(num_gpus, batch_size, lr)
13.1  apply(img, aug, num_rows=2, num_cols=4, scale=1.5)
      load_cifar10(is_train, augs, batch_size)
      train_with_data_aug(train_augs, test_augs, net, lr=0.001)
13.2  train_fine_tuning(net, learning_rate, batch_size=128, num_epochs=5)
13.5  display_anchors(fmap_w, fmap_h, s)
13.7  cls_predictor(num_anchors, num_classes)  bbox_predictor(num_anchors)
      forward(x, block)  flatten_pred(pred)  concat_preds(preds)
      down_sample_blk(num_channels)  base_net()  get_blk(i)
      blk_forward(X, blk, size, ratio, cls_predictor, bbox_predictor)
      class TinySSD(num_classes, **kwargs)
      calc_loss(cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks)
      cls_eval(cls_preds, cls_labels)  bbox_eval(bbox_preds, bbox_labels, bbox_masks)
      predict(X)  display(img, output, threshold)  focal_loss(gamma, x)
13.10 trans_conv(X, K)  kernel2matrix(K)
13.11 bilinear_kernel(in_channels, out_channels, kernel_size)  predict(img)
      label2image(pred)
13.12 preprocess(img, image_shape)  postprocess(img)
      extract_features(X, content_layers, style_layers)
      get_contents(image_shape, device)  get_styles(image_shape, device)
      content_loss(Y_hat, Y)  gram(X)  style_loss(Y_hat, gram_Y)  tv_loss(Y_hat)
      compute_loss(X, contents_Y_hat, styles_Y_hat, contents_Y, styles_Y_gram)
      class SynthesizedImage(img_shape, **kwargs)  get_inits(X, device, lr, styles_Y)
      train(X, contents_Y, styles_Y, device, lr, num_epochs, lr_decay_epoch)
13.13 reorg_cifar10_data(data_dir, valid_ratio)
      class Residual(num_channels, use_1x1conv=False, strides=1, **kwargs)
      resnet18(num_classes)  get_net(devices)
      train(net, train_iter, valid_iter, num_epochs, lr, wd, devices, lr_period,
            lr_decay)
13.14 reorg_dog_data(data_dir, valid_ratio)  get_net(devices)
      evaluate_loss(data_iter, net, devices)
      train(net, train_iter, valid_iter, num_epochs, lr, wd, devices, lr_period,
            lr_decay)
14.3  compare_counts(token)
14.4  skip_gram(center, contexts_and_negatives, embed_v, embed_u)  sigmd(x)
      train(net, data_iter, lr, num_epochs, device=None)
      get_similar_tokens(query_token, k, embed)
14.6  get_max_freq_pair(token_freqs)  merge_symbols(max_freq_pair, token_freqs, symbols)
      segment_BPE(tokens, symbols)
14.7  knn(W, x, k)  get_similar_tokens(query_token, k, embed)
      get_analogy(token_a, token_b, token_c, embed)
14.10 train_bert(train_iter, net, loss, vocab_size, devices, num_steps)
      get_bert_encoding(net, tokens_a, tokens_b=None)
15.2  class BiRNN(vocab_size, embed_size, num_hiddens, num_layers, **kwargs)
15.3  corr1d(X, K)  corr1d_multi_in(X, K)
      class TextCNN(vocab_size, embed_size, kernel_sizes, num_channels, **kwargs)
15.5  mlp(num_hiddens, flatten)  class Attend(num_hiddens, **kwargs)
      class Compare(num_hiddens, **kwargs)
      class Aggregate(num_hiddens, num_outputs, **kwargs)
      class DecomposableAttention(vocab, embed_size, num_hiddens, **kwargs)
15.7  load_pretrained_model(pretrained_model, num_hiddens, ffn_num_hiddens, num_heads,
                            num_layers, dropout, max_len, devices)
      class SNLIBERTDataset(dataset, max_len, vocab=None)  class BERTClassifier(bert)
16.3  class MF(num_factors, num_users, num_items, **kwargs)
      evaluator(net, test_iter, devices)
16.4  class AutoRec(num_hidden, num_users, dropout=0.05)
      evaluator(network, inter_matrix, test_data, devices)
16.6  class NeuMF(num_factors, num_users, num_items, nums_hiddens, **kwargs)
      class PRDataset(users, items, candidates, num_items)
16.7  class Caser(num_factors, num_users, num_items, L=5, d=16, d_prime=4,
                  drop_ratio=0.05, **kwargs)
      class SeqDataset(user_ids, item_ids, L, num_users, num_items, candidates)
16.9  class FM(field_dims, num_factors)
16.10 class DeepFM(field_dims, num_factors, mlp_dims, drop_rate=0.1)
17.1  train(net_D, net_G, data_iter, num_epochs, lr_D, lr_G, latent_dim, data)
17.2  class G_block(channels, kernel_size=4, strides=2, padding=1, **kwargs)
      class D_block(channels, kernel_size=4, strides=2, padding=1, alpha=0.2, **kwargs)
      train(net_D, net_G, data_iter, num_epochs, lr, latent_dim, device=None)
18.1  angle(v, w)
18.3  L(x)
18.4  f(x, y)  grad_f(x, y)
18.6  plot_chebyshev(a, p)
18.8  F(x)  F(x)  F(x)  binom(n, k)  F(x)  F(x)  phi(x)
18.9  transform(data, label)  bayes_pred(x)  bayes_pred_stable(x)  predict(X)
18.10 stat_bias(true_theta, est_theta)  mse(data, true_theta)
18.11 self_information(p)  entropy(p)  joint_entropy(p_xy)
      conditional_entropy(p_xy, p_x)  mutual_information(p_xy, p_x, p_y)
      kl_divergence(p, q)  cross_entropy(y_hat, y)
'''


def read_table(text):
    """{section: [signature, ...]}, each signature on one line."""
    rows = re.findall(r'^(\d+\.\d+)(.*?)(?=^\d|\Z)', text, re.DOTALL | re.MULTILINE)
    return {number: [' '.join(signature.split()) for signature in
                     re.findall(r'(?:class )?\w+\(.*?\)', signatures, re.DOTALL)]
            for number, signatures in rows}


def definitions(tree):
    """(name, arguments) of all functions, classes ('class NAME') and named lambdas."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.args
        elif isinstance(node, ast.ClassDef):
            yield f'class {node.name}', class_arguments(node)
        elif isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            pairs = (zip(target.elts, value.elts) if isinstance(value, ast.Tuple)
                     and isinstance(target, ast.Tuple) else [(target, value)])
            for name, function in pairs:
                if isinstance(function, ast.Lambda):
                    yield ast.unparse(name), function.args


def class_arguments(node):
    """Those of __init__ but for self; none where the class has no __init__."""
    for child in node.body:
        if isinstance(child, ast.FunctionDef) and child.name == '__init__':
            init = child.args
            return ast.arguments(init.posonlyargs, init.args[1:], init.vararg,
                                 init.kwonlyargs, init.kw_defaults, init.kwarg,
                                 init.defaults)
    return parse('f()')[1]


def parse(signature):
    """(name, arguments) of a signature such as 'class MLP(**kwargs)'."""
    name = signature.split('(')[0]
    return name, ast.parse(f'def {signature.removeprefix("class ")}: ...').body[0].args


def library_definitions(tree):
    """The same of what a section takes from the library."""
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
             and ast.unparse(node.value) == 'd2l'}
    for name in sorted(names):
        thing = getattr(d2l, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            source = textwrap.dedent(inspect.getsource(thing))
            yield next(definitions(ast.parse(source)))


def positional(arguments):
    """[(name, default or None), ...] of what may be given by position."""
    names = [a.arg for a in arguments.posonlyargs + arguments.args]
    defaults = [ast.unparse(default) for default in arguments.defaults]
    return list(zip(names, [None] * (len(names) - len(defaults)) + defaults))


def agree(page, ours):
    """Whether every call that the page's arguments allow means the same with ours.

    Ours are the page's in its order, with its defaults; more of them have defaults.
    """
    asked, given = positional(page), positional(ours)
    common, more = given[:len(asked)], given[len(asked):]
    return ([name for name, _ in common] == [name for name, _ in asked]
            and all(page_default in (None, default)
                    for (_, page_default), (_, default) in zip(asked, common))
            and all(default is not None for _, default in more)
            and None not in ours.kw_defaults and ours.vararg is None
            and (ours.kwarg is None) == (page.kwarg is None))


def lacking(signatures, source):
    """What a section lacks: pairs of the page's signature and ours of that name."""
    tree = ast.parse(source)
    ours, missing = [*definitions(tree), *library_definitions(tree)], []
    for signature in signatures:
        name, page = parse(signature)
        same_name = [pair for pair in ours if pair[0] == name]
        kept = [pair for pair in same_name if agree(page, pair[1])]
        if kept:
            ours.remove(kept[0])
        else:
            found = [f'{name}({ast.unparse(arguments)})' for _, arguments in same_name]
            missing.append((signature, ' and '.join(found) or 'nothing'))
    return missing


def is_explained(signature, source):
    """Whether a line that starts with '# book:' has the name in it."""
    name = parse(signature)[0].removeprefix('class ')
    return any(line.strip().startswith('# book:') and re.search(rf'\b{name}\b', line)
               for line in source.splitlines())


def source_of(number):
    """The text of the section with a number."""
    chapter, page = map(int, number.split('.'))
    path, = CHAPTERS.glob(f'ch{chapter:02}_*/s{page:02}_*.py')
    return path.read_text(encoding='utf-8')


SIGNATURES = read_table(PAGES)


@pytest.mark.parametrize('number', SIGNATURES)
def test_a_name_that_is_not_kept_is_explained(number):
    source = source_of(number)
    unexplained = [f"{number}: the page's {page}, ours {ours}"
                   for page, ours in lacking(SIGNATURES[number], source)
                   if not is_explained(page, source)]
    assert not unexplained, ('\n'.join(unexplained) + '\nkeep name and arguments, or '
                             "say in a line '# book: ... NAME ...' why not")


def test_nearly_all_pages_names_are_kept_with_their_arguments():
    missing = [f"{number}: the page's {page}, ours {ours}"
               for number, signatures in SIGNATURES.items()
               for page, ours in lacking(signatures, source_of(number))]
    total = sum(map(len, SIGNATURES.values()))
    assert len(missing) <= (1 - AT_LEAST) * total, '\n'.join(missing)


def test_the_table_is_read_whole():
    assert sum(map(len, SIGNATURES.values())) == PAGES.count('(')
    assert SIGNATURES['4.6'] == ['dropout_layer(X, dropout)', 'net(X)']
    assert SIGNATURES['9.7'] == ['class Seq2SeqDecoder(vocab_size, embed_size, '
                                 'num_hiddens, num_layers, dropout=0, **kwargs)']


@pytest.mark.parametrize('page, ours', [
    ('f(x, h)', 'def f(x, h): ...'),
    ('f(x)', 'def f(x, h=2): ...'),
    ('f(x)', 'def f(x, *, h=2): ...'),
    ('f(x, h=2)', 'def f(x, h=2): ...'),
    ('f(x)', 'def g():\n    def f(x): ...'),
    ('f(x)', 'f = lambda x: x'),
    ('f(x)', 'f, g = lambda x: x, lambda: 1'),
    ('class A(n, **kwargs)', 'class A:\n    def __init__(self, n, **kwargs): ...'),
    ('class A()', 'class A: ...'),
    ('corr2d(X, K)', 'd2l.corr2d(X, K)'),
    ('class Accumulator(n)', 'd2l.Accumulator(2)')])
def test_a_section_with_the_pages_arguments_lacks_nothing(page, ours):
    assert lacking([page], ours) == []


@pytest.mark.parametrize('page, ours, found', [
    ('f(x, h)', 'def f(x): ...', 'f(x)'),
    ('f(x, h)', 'def f(h, x): ...', 'f(h, x)'),
    ('f(x)', 'def f(x, h): ...', 'f(x, h)'),
    ('f(x)', 'def f(x, *, h): ...', 'f(x, *, h)'),
    ('f(x, h=2)', 'def f(x, h): ...', 'f(x, h)'),
    ('f(x, h=2)', 'def f(x, h=3): ...', 'f(x, h=3)'),
    ('f(x)', 'def g(x): ...', 'nothing'),
    ('class A(n, **kwargs)', 'class A:\n    def __init__(self, n): ...', 'class A(n)'),
    ('class A(n)', 'class A: ...', 'class A()'),
    ('class A()', 'def A(): ...', 'nothing'),
    ('corr2d(X, K)', 'import d2lmx as d2l', 'nothing'),
    ('corr2d(X)', 'd2l.corr2d(X, K)', 'corr2d(X, K)')])
def test_another_argument_is_found_and_shown(page, ours, found):
    assert lacking([page], ours) == [(page, found)]


def test_what_the_page_defines_twice_is_wanted_twice():
    once, twice = 'def f(x): ...', 'def f(x): ...\ndef g():\n    f = lambda x: 2 * x'
    assert lacking(['f(x)', 'f(x)'], once) == [('f(x)', 'nothing')]
    assert lacking(['f(x)', 'f(x)'], twice) == []


@pytest.mark.parametrize('line, explained', [
    ('    # book: gd is a block here', True), ('# book: gd_2d is a block here', False),
    ('# gd is a block here', False), ("gd = '# book: gd'", False)])
def test_the_reason_stands_in_a_line_of_its_own_with_the_name(line, explained):
    assert is_explained('gd(eta, f_grad)', line) is explained
