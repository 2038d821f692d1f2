"""Distillation: what a small network learns from a large one (知识蒸馏)

Source: Hinton et al. (2015); smoothed labels, Müller et al. (2019)

ResNet-18 is the teacher, LeNet, with less than a hundredth of its parameters, the
student, and garments are what both look at. The teacher has learnt from many pictures,
the student has few, and other ones. It learns from labels alone, from labels that are
smoothed, and from what the teacher says of all classes, at several temperatures, with
labels beside it and without. Does the factor T^2 keep the balance of the two? How many
pictures does the student need with the teacher's help, and how many alone? Does a
teacher whose own labels were smoothed know more, and tell less? All students take as
many steps: where pictures are few, each stands in an epoch more often. They are as many
as serve best the student that is alone; after a quarter of them soft targets have not
helped yet. Each seed has its own pictures and its own teachers. `--teacher LeNet` is a
teacher of the student's size.
"""
import random
from functools import partial
from typing import Literal

import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(teacher='LeNet', num_seeds=1, num_epochs=1, teacher_epochs=1, num_train=64,
             teacher_train=64, num_test=64)
RANGES = dict(pool=(1, 4), soft_share=(0, 1))

TEMPERATURES, TEMPERATURE = (1, 2, 4, 8), 4  # tried, and used where others vary
TEACHER_BATCH = 64
SHARES = (1 / 16, 1 / 4, 1)  # of the pictures that a student learns from
HALF_A_POINT = 0.005        # of accuracy, by which who is worse is as good
SMOOTHING = 0.1
WAYS = 'alone', 'distilled'
SMOOTHED = 'smoothed teacher'


def build_net():
    """The student, LeNet. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    return d2l.lenet5(10)


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def teacher_net(teacher, pool):
    """ResNet-18, which sees means of pool x pool pixels, or another LeNet.

    (batch, 1, 28, 28) -> (batch, 10)
    """
    if teacher == 'LeNet':
        return build_net()
    net = nn.HybridSequential()
    net.add(nn.AvgPool2D(pool), d2l.resnet18(10))
    return net


def scores_of(net, X):
    """A network's scores of many pictures, NumPy's both: (n, 10)."""
    return onp.concatenate([net(np.array(part, ctx=d2l.try_gpu())).asnumpy()
                            for part in onp.array_split(X, -(-len(X) // 500))])


def train_student(arrays, loss, num_epochs, lr, batch_size):
    """A student that has learnt from pictures, labels and the teacher's scores.

    loss: of the student's scores, labels and the teacher's scores.
    """
    net = build_net()
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X, y, scores):
        l = loss(net(X), y, scores)
        return l, {'train loss': (l.sum(), l.size)}

    step = d2l.measured_step(net, measure, trainer)
    d2l.fit(step, d2l.load_array(arrays, batch_size), num_epochs)
    return net


def without_teacher(loss):
    """A loss of scores and labels, that is given a teacher's scores as well."""
    return lambda pred, label, teacher: loss(pred, label)


def sizes_of_gradients(arrays):
    """{name: mean norm of the soft targets' gradient} for a student before training.

    By its scores, for each temperature; with the factor T^2, and without it.
    """
    X, y, teacher = (np.array(array[:500]) for array in arrays)
    net, found = build_net(), {}
    net.initialize(init.Xavier())
    scores = net(X)
    for T in TEMPERATURES:
        scores.attach_grad()
        with autograd.record():
            l = d2l.DistillationLoss(T, soft=1)(scores, y, teacher)
        l.backward()
        norm = float(np.linalg.norm(scores.grad, axis=1).mean())
        found[f'gradient, T = {T}'] = norm
        found[f'gradient without T^2, T = {T}'] = norm / T ** 2
    return found


def train_teacher(build, arrays, loss, num_epochs, lr):
    """A network that has learnt from pictures and labels; the rate falls in a line."""
    net, batches = build(), d2l.load_array(arrays, TEACHER_BATCH)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    scheduler = d2l.ByEpoch(lambda epoch: lr * (1 - epoch / num_epochs), len(batches))
    trainer = gluon.Trainer(net.collect_params(), 'adam', {
        'learning_rate': lr, 'lr_scheduler': scheduler})
    d2l.fit(d2l.classification_step(net, loss, trainer), batches, num_epochs)
    return net


def repeated(arrays, few, count):
    """The first few rows of arrays, again and again until there are count of them."""
    return [onp.resize(array[:few], (count, *array.shape[1:])) for array in arrays]


def lessons(own, by_smoothed, soft_share):
    """{name: (arrays, loss)} of all students; arrays are as many rows everywhere.

    own: pictures, labels, and the teacher's scores; by_smoothed: the same with the
    scores of the teacher whose labels were smoothed.
    """
    alone = without_teacher(gluon.loss.SoftmaxCrossEntropyLoss())
    taught = {T: d2l.DistillationLoss(T, soft_share) for T in TEMPERATURES}
    num_train = len(own[0])
    return {
        'smoothed labels': (own, without_teacher(d2l.SmoothedCELoss(SMOOTHING))),
        'soft targets alone': (own, d2l.DistillationLoss(TEMPERATURE, soft=1)),
        **{f'T = {T}': (own, loss) for T, loss in taught.items()},
        f'distilled, {SMOOTHED}': (by_smoothed, taught[TEMPERATURE]),
        'alone, 100%': (own, alone),
        **{f'{way}, {share:.0%}': (
            repeated(own, max(1, round(share * num_train)), num_train), loss)
           for way, loss in zip(WAYS, (alone, taught[TEMPERATURE]))
           for share in SHARES[:-1]}}


def measure(sizes, test_iter, teach, learn, soft_share):
    """Accuracies of teachers and students of one seed, and the sizes of gradients.

    sizes: how many pictures the teacher has, and the student. teach, learn: functions
    (arrays, loss) -> network that train a teacher, and a student.
    """
    seed, found = random.randrange(2 ** 31), {}
    many, few = d2l.sample_garments(*sizes)

    def trained(name, train, arrays, loss):
        d2l.set_seed(seed)  # all begin from the same weights
        net = train(arrays, loss)
        found[name] = d2l.evaluate_accuracy(net, test_iter)
        return net

    teacher = trained('teacher', teach, many, gluon.loss.SoftmaxCrossEntropyLoss())
    smoothed = trained(SMOOTHED, teach, many, d2l.SmoothedCELoss(SMOOTHING))
    own, by_smoothed = ((*few, scores_of(net, few[0])) for net in (teacher, smoothed))
    for name, lesson in lessons(own, by_smoothed, soft_share).items():
        trained(name, learn, *lesson)
    return {**found, 'distilled, 100%': found[f'T = {TEMPERATURE}'],
            **sizes_of_gradients(own)}


def pictures_needed(found, num_train):
    """How many pictures a student needs with its teacher to be as good as alone.

    As good as with all of them, alone; on straight lines between the numbers of
    pictures tried, as logarithms. None where it never is, or always.
    """
    alone, distilled = ([onp.mean(found[f'{way}, {share:.0%}']) for share in SHARES]
                        for way in WAYS)
    for i in range(1, len(SHARES)):
        low, high = distilled[i - 1:i + 1]
        if low < alone[-1] <= high:
            logs = onp.log(SHARES[i - 1:i + 1])
            part = (alone[-1] - low) / (high - low)
            return round(num_train * float(onp.exp(logs[0] + part * onp.diff(logs)[0])))
    return None


def row(found, text, names, rule=lambda less, more: d2l.exceeds(more, less)):
    """A claim by a rule of the accuracies of names, in their order, of all seeds."""
    rows = {name: found[name] for name in names}
    return d2l.claim(text, rows, rule(*map(onp.array, rows.values())))


def claims_of_students(found):
    """What is claimed of students, over seeds."""
    alone, distilled = (f'{way}, 100%' for way in WAYS)
    few, part = (f'{share:.0%}' for share in SHARES[:2])
    norms = {name: values for name, values in found.items() if 'gradient' in name}
    with_factor, without = ([onp.mean(norms[f'{name}, T = {T}']) for T in TEMPERATURES]
                            for name in ('gradient', 'gradient without T^2'))
    return [
        row(found, 'a student learns more with its teacher than alone',
            (alone, distilled)),
        row(found, 'smoothed labels help a student that is alone',
            (alone, 'smoothed labels')),
        row(found, 'a teacher helps more than smoothed labels',
            ('smoothed labels', distilled)),
        row(found, 'at a temperature above 1 the teacher tells more',
            ('T = 1', f'T = {TEMPERATURE}')),
        row(found, 'labels beside soft targets are better than soft targets alone',
            ('soft targets alone', distilled)),
        d2l.claim('T^2 keeps gradients within a factor of 4; without it they shrink to '
                  'less than a tenth', norms,
                  max(with_factor) <= 4 * min(with_factor)
                  and without[-1] < without[0] / 10),
        row(found, f'a teacher helps more where pictures are few, {few} of them',
            [f'{way}, {share}' for share in (few, '100%') for way in WAYS],
            lambda few_alone, few_taught, student, taught:
            d2l.exceeds(few_taught - few_alone, taught - student)),
        row(found, f'with a teacher, {part} of the pictures are as good as all without',
            (alone, f'distilled, {part}'),
            lambda student, taught: d2l.exceeds(taught + HALF_A_POINT, student))]


def claims_of_teachers(found):
    """What is claimed of teachers, over seeds."""
    alone, distilled = (f'{way}, 100%' for way in WAYS)
    return [
        row(found, 'the teacher knows more than the student alone', (alone, 'teacher')),
        row(found, 'a teacher whose labels were smoothed knows more',
            ('teacher', SMOOTHED)),
        row(found, 'a student learns less from a teacher whose labels were smoothed',
            (f'distilled, {SMOOTHED}', distilled))]


def show_ticks(values):
    """Tell these values alone on the horizontal axis."""
    d2l.plt.minorticks_off()
    d2l.plt.xticks(values, values)


def draw(found, num_train):
    """Accuracy by temperature, and by the number of pictures."""
    def mean(name):
        return onp.mean(found[name])

    levels = {'teacher': 'teacher', 'alone': 'alone, 100%',
              'smoothed labels': 'smoothed labels'}
    ends = TEMPERATURES[0], TEMPERATURES[-1]
    d2l.plot([TEMPERATURES, [TEMPERATURE], *[ends] * 3],
             [[mean(f'T = {T}') for T in TEMPERATURES], [mean('soft targets alone')],
              *([mean(name)] * 2 for name in levels.values())],
             'temperature', 'test accuracy', ['soft and hard', 'soft alone', *levels],
             xscale='log', fmts=('-', 'ko', 'm--', 'g-.', 'r:'))
    show_ticks(TEMPERATURES)
    counts = [round(num_train * share) for share in SHARES]
    d2l.plot(counts, [[mean(f'{way}, {share:.0%}') for share in SHARES]
                      for way in WAYS],
             'pictures', 'test accuracy', WAYS, xscale='log')
    show_ticks(counts)


def parameters_of(net):
    """How many numbers a network learns."""
    return d2l.summary(net, *example_inputs())[-1][2]


def run(*, teacher: Literal['ResNet-18', 'LeNet'] = 'ResNet-18', num_seeds: int = 3,
        num_epochs: int = 64, lr: float = 0.002, batch_size: int = 32,
        soft_share: float = 0.7, num_train: int = 400, teacher_train: int = 5000,
        teacher_epochs: int = 4, pool: int = 4, num_test: int = 4000) -> dict:
    _, test_iter = d2l.load_few_garments(batch_size, 1, num_test)
    teach = partial(train_teacher, partial(teacher_net, teacher, pool),
                    num_epochs=teacher_epochs, lr=lr)
    learn = partial(train_student, num_epochs=num_epochs, lr=lr, batch_size=batch_size)
    found = d2l.over_seeds(partial(measure, (teacher_train, num_train), test_iter,
                                   teach, learn, soft_share), num_seeds)
    draw(found, num_train)
    return {'claims': claims_of_teachers(found) + claims_of_students(found),
            'measured': found,
            'parameters': {'teacher': parameters_of(teacher_net(teacher, pool)),
                           'student': parameters_of(build_net())},
            'pictures needed with a teacher': pictures_needed(found, num_train)}


if __name__ == '__main__':
    d2l.main(run)
