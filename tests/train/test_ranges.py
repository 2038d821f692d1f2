"""Labels and tokens that a network has no place for are refused, and no others."""
import asyncio
import threading

import numpy as onp
import pytest
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.errors import InputError

CROSS_ENTROPY = gluon.loss.SoftmaxCrossEntropyLoss()
X = onp.random.RandomState(0).rand(12, 4).astype('float32')


def batches(labels, X=X, dtype='int32'):
    return d2l.load_array((X, onp.array(labels, dtype)), 4, is_train=False)


def classifier(num_outputs):
    net = nn.Dense(num_outputs)
    net.initialize()
    return net, gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})


@pytest.mark.parametrize('num_outputs, labels, wrong', [
    (3, [1, 2, 3], 3), (3, [0, 1, -1], -1), (1, [0, 0, 1], 1)])
def test_a_class_without_an_output_is_refused_in_training(num_outputs, labels, wrong):
    net, trainer = classifier(num_outputs)
    with pytest.raises(InputError, match=f'label {wrong} has no output: this network '
                                         f'has {num_outputs} outputs, .* 0 to'):
        d2l.train_ch3(net, batches(labels * 4), batches([0] * 12), CROSS_ENTROPY, 1,
                      trainer)


def test_every_door_of_chapters_3_6_and_12_refuses_it():
    net, trainer = classifier(3)
    good, bad = batches([0, 1, 2] * 4), batches([1, 2, 3] * 4)
    for train in (
            lambda: d2l.train_epoch_ch3(net, bad, CROSS_ENTROPY, trainer),
            lambda: d2l.train_ch6(net, bad, good, 1, .1, npx.cpu()),
            lambda: d2l.train_ch6(net, good, bad, 1, .1, [npx.cpu(0), npx.cpu(1)]),
            lambda: d2l.evaluate_accuracy(net, bad),
            lambda: d2l.evaluate_accuracy_gpu(net, bad),
            lambda: d2l.evaluate_accuracy_gpus(net, bad),
            lambda: d2l.evaluate_loss(net, bad, CROSS_ENTROPY)):
        with pytest.raises(InputError, match='label 3 has no output'):
            train()


def test_other_losses_and_targets_have_labels_of_their_own():
    net, trainer = classifier(3)

    class Ignoring(gluon.loss.SoftmaxCrossEntropyLoss):
        """Labels of 255 and -1 count nothing."""

        def hybrid_forward(self, F, pred, label):
            known = ((label < 3).astype('float32')
                     * (label >= 0).astype('float32')).reshape(-1, 1)
            return super().hybrid_forward(F, pred, label, known)

    d2l.fit(d2l.classification_step(net, Ignoring(), trainer),
            batches([0, 255, -1] * 4), 1)
    d2l.evaluate_accuracy(net, batches([0, 1, -1] * 4))
    # class probabilities in place of numbers
    soft = gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False)
    y = onp.full((12, 3), 7, 'float32')
    d2l.fit(d2l.regression_step(net, soft, trainer), d2l.load_array((X, y), 4), 1)
    # numbers in place of classes
    net, trainer = classifier(1)
    d2l.fit(d2l.regression_step(net, gluon.loss.L2Loss(), trainer),
            batches([7, -3, 0] * 4, dtype='float32'), 1)
    sign = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    d2l.fit(d2l.classification_step(net, sign, trainer),
            batches([0, 1, 1] * 4, dtype='float32'), 1)


def test_labels_of_true_and_false_are_refused_with_what_to_do():
    net, trainer = classifier(2)
    data = d2l.load_array((X, onp.arange(12) % 2 == 0), 4)
    with pytest.raises(InputError, match=r"got bool: take y.astype\('int32'\)"):
        d2l.train_epoch_ch3(net, data, CROSS_ENTROPY, trainer)


@pytest.mark.parametrize('token', [7, -1, onp.nan])
def test_a_token_beyond_the_embedding_is_refused(token):
    net = nn.HybridSequential()
    net.add(nn.Embedding(7, 3), nn.Dense(2))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    tokens = onp.full((12, 2), 6, 'float32')
    d2l.train_epoch_ch3(net, batches([0, 1] * 6, tokens), CROSS_ENTROPY, trainer)
    tokens[5, 1] = token
    for use in (
            lambda data: d2l.train_epoch_ch3(net, data, CROSS_ENTROPY, trainer),
            lambda data: d2l.fit(d2l.regression_step(net, CROSS_ENTROPY, trainer), data,
                                 1),
            lambda data: d2l.evaluate_accuracy(net, data)):
        with pytest.raises(InputError, match=f'token {float(token)} is .* 0 to 6'):
            use(batches([0, 1] * 6, tokens))


def test_a_network_that_embeds_positions_takes_any_numbers():
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.places, self.dense = nn.Embedding(5, 4), nn.Dense(2)

        def hybrid_forward(self, F, X):
            return self.dense(X + self.places(F.np.zeros((1,)))[0])

    net = Net()
    net.initialize()
    pixels = onp.full((12, 4), 255, 'float32')
    assert 0 <= d2l.evaluate_accuracy(net, batches([0, 1] * 6, pixels)) <= 1


@pytest.mark.parametrize('label', [.5, onp.nan, onp.inf])
def test_a_label_that_is_no_whole_number_is_refused(label):
    net, trainer = classifier(3)
    with pytest.raises(InputError, match=f'label {label} has no output'):
        d2l.train_epoch_ch3(net, batches([label] * 12, dtype='float32'), CROSS_ENTROPY,
                            trainer)


@pytest.mark.parametrize('x, y, words', [(5, 0, 'token 5 is unknown'),
                                         (-1, 0, 'token -1 is unknown'),
                                         (0, 5, 'label 5 has no output')])
def test_a_language_model_refuses_tokens_beyond_its_vocabulary(x, y, words):
    net = d2l.RNNModel(d2l.RNN(3), 5)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    batch = np.full((2, 3), x, dtype='int32'), np.full((2, 3), y, dtype='int32')
    with pytest.raises(InputError, match=words):
        d2l.train_epoch_ch8(net, [batch], CROSS_ENTROPY, trainer, npx.cpu(), False)


def translator():
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(7, 3, 4, 1),
                             d2l.Seq2SeqDecoder(5, 3, 4, 1))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    return d2l.seq2seq_step(net, d2l.MaskedSoftmaxCELoss(), trainer, bos=1)


@pytest.mark.parametrize('source, target, words', [
    ([6, 7], [4, 3], 'token 7 is unknown .* 0 to 6'),
    ([6, 3], [5, 3], 'token 5 is unknown .* 0 to 4')])
def test_a_translator_refuses_tokens_beyond_either_vocabulary(source, target, words):
    lens = np.array([2], dtype='int32')
    with pytest.raises(InputError, match=words):
        translator()(np.array([source], dtype='int32'), lens,
                     np.array([target], dtype='int32'), lens)


def test_padding_may_hold_any_number_and_lengths_are_cut_to_the_steps():
    stats = translator()(
        np.array([[6, 99], [1, 2]], dtype='int32'), np.array([1, 2], dtype='int32'),
        np.array([[4, -1], [1, 2]], dtype='int32'), np.array([1, 3], dtype='int32'))
    total, count = stats['train loss']
    assert count == 3 and onp.isfinite(float(total))


# ---- other threads -------------------------------------------------------------------


def test_asyncios_executor_trains_as_the_main_thread_does():
    """MXNet's NumPy semantics are per thread, and off in a new one."""
    def train():
        d2l.set_seed(1)
        net = nn.HybridSequential()
        net.add(nn.Dense(5, activation='relu'), nn.Dense(3))
        net.hybridize()
        data = batches([0, 1, 2] * 4)
        history = d2l.train_ch6(net, data, data, 2, .1, npx.cpu())
        return history['train loss'], history['test acc'], np.zeros(()).shape

    async def elsewhere():
        return await asyncio.get_running_loop().run_in_executor(None, train)

    assert asyncio.run(elsewhere()) == train()


def test_a_thread_may_begin_with_a_number_or_an_empty_array():
    shapes = []
    ones = np.ones(3)
    thread = threading.Thread(target=lambda: shapes.extend(
        [ones.sum().shape, np.zeros((0, 3)).shape, autograd.is_recording()]))
    thread.start()
    thread.join()
    assert shapes == [(), (0, 3), False]
