"""Each curve is what its label says: a series of its training, or a formula."""
import numpy as onp
import pytest

from d2lmx.pages import sections

# what a figure calls otherwise than the history; without a legend it is the loss
NAMES = {'': 'train loss', 'train': 'perplexity'}
NAMES_OF_20_1 = {'train': 'train loss', 'valid': 'valid loss'}
TRAININGS = ('3.6 3.7 4.2 4.3 4.4 4.5 4.6 6.6 7.1 7.2 7.3 7.4 7.5 7.6 7.7 8.5 8.6 9.1 '
             '9.2 9.3 9.4 9.7 9.8 10.2 10.4 10.7 11.11 12.5 12.6 '
             '13.1 13.2 13.7 13.8 13.11 13.13 13.14 14.1 14.2 14.4 14.5 14.6 15.2 15.3 '
             '15.5 15.7 16.3 16.4 16.6 16.7 16.9 16.10 17.1 17.2 20.1 20.2 21.1 '
             '21.17').split()
APART = '13.8 21.17'.split()  # their mAP has a figure of its own
EACH_TENTH = '8.5 8.6 9.1 9.2 9.3 9.4 9.7 9.8 10.4 10.7'.split()  # epochs, and the last
LOSSES = '11.5 11.6 11.7 11.8 11.9 11.10'.split()  # a curve a training, in their order
# sections with a logarithmic axis, and the scales of x and y
SCALES = {('4.4', 'loss'): ('linear', 'log'), ('4.5', 'loss'): ('linear', 'log'),
          ('4.8', 'variance of the output'): ('linear', 'log'),
          ('4.10', 'log rmse'): ('linear', 'log'),
          ('8.3', 'frequency: n(x)'): ('log', 'log'),
          ('8.7', 'relative error'): ('log', 'linear'),
          ('8.7', 'norm of dL/dh_t'): ('linear', 'log'),
          ('11.5', 'loss over seconds'): ('log', 'linear'),
          ('12.4', 'GB/s'): ('log', 'linear'),
          ('21.6', 'share left to gain'): ('log', 'linear'),
          ('21.6', 'deviation of outputs'): ('linear', 'log'),
          ('21.6', 'length of gradient'): ('linear', 'log'),
          ('21.8', 'valid loss'): ('log', 'linear'), ('21.9', 'F1'): ('log', 'linear'),
          ('21.12', 'test accuracy'): ('log', 'linear'),
          ('21.18', 'accuracy of the nearest'): ('log', 'linear'),
          ('22.1', 'test accuracy'): ('log', 'linear'),
          ('22.1', 'milliseconds'): ('linear', 'log'),
          ('23.2', 'distance from A^+'): ('log', 'log'),
          ('23.4', 'relative error'): ('linear', 'log'),
          ('22.5', 'test accuracy'): ('log', 'linear'),
          ('22.6', 'train loss'): ('linear', 'log'),
          ('23.7', 'share of w*'): ('log', 'linear'),
          ('23.8', 'loss'): ('linear', 'log'), ('23.8', 'distance'): ('linear', 'log'),
          ('23.8', 'f'): ('log', 'log'),
          ('23.13', 'duality gap / |x|^2'): ('linear', 'log'),
          ('23.16', 'dependence'): ('linear', 'log'),
          ('23.16', 'log Z missed'): ('linear', 'log'),
          ('23.9', 'loss above the noise'): ('log', 'log'),
          ('23.9', 'distance from the convolution'): ('log', 'log'),
          ('23.10', 'dh(T) / dh(0)'): ('linear', 'log'),
          ('23.11', 'loss after 20 steps'): ('linear', 'log'),
          ('23.18', 'log Z'): ('log', 'linear')}


def sigmoid(x):
    return 1 / (1 + onp.exp(-x))


def density(mean, std):
    return lambda x: onp.exp(-((x - mean) / std) ** 2 / 2) / std / (2 * onp.pi) ** .5


# section: curves by their label, or where there is none by the label of their axis
FORMULAS = {
    '2.4': {'f(x)': lambda x: 3 * x ** 2 - 4 * x,
            'Tangent line (x=1)': lambda x: 2 * x - 3},
    '3.1': {'mean 0, std 1': density(0, 1), 'mean 0, std 2': density(0, 2),
            'mean 3, std 1': density(3, 1)},
    '4.1': {'relu(x)': lambda x: onp.maximum(x, 0), 'sigmoid(x)': sigmoid,
            'tanh(x)': onp.tanh, 'grad of relu': lambda x: 1. * (x > 1e-3),
            'grad of sigmoid': lambda x: sigmoid(x) * sigmoid(-x),
            'grad of tanh': lambda x: 1 - onp.tanh(x) ** 2},
    '4.8': {'sigmoid': sigmoid, 'gradient': lambda x: sigmoid(x) * sigmoid(-x)},
    '10.2': {'Truth': lambda x: 2 * onp.sin(x) + x ** .8},
    '10.6': {f'Col {j}': lambda i, j=j: (onp.cos if j % 2 else onp.sin)(
        i / 10000 ** (j // 2 * 2 / 32)) for j in range(6, 10)},
    '11.6': {**{f'beta = {beta:.2f}': lambda t, beta=beta: beta ** t
                for beta in (.95, .9, .6, 0)},
             **{f'lambda = {a:.2f}': lambda t, a=a: (1 - .1 * a) ** t
                for a in (.1, 1, 10, 19)}},
    '11.8': {f'gamma = {gamma:.2f}': lambda t, gamma=gamma: (1 - gamma) * gamma ** t
             for gamma in (.95, .9, .8, .7)},
    '13.7': {**{f'sigma={sigma:.1f}': lambda x, s2=sigma ** 2: onp.where(
                    abs(x) < 1 / s2, x ** 2 * s2 / 2, abs(x) - .5 / s2)
                for sigma in (10, 1, .5)},
             **{f'gamma={gamma:.1f}': lambda x, gamma=gamma:
                -(1 - x) ** gamma * onp.log(x) for gamma in (0, 1, 5)}},
    '18.3': {'Exponential': onp.exp, 'Degree 1 Taylor Series': lambda x: 1 + x,
             'Degree 2 Taylor Series': lambda x: 1 + x + x ** 2 / 2,
             'Degree 5 Taylor Series': lambda x: (1 + x + x ** 2 / 2 + x ** 3 / 6
                                                  + x ** 4 / 24 + x ** 5 / 120)},
    '18.6': {'p.d.f.': lambda x: 1 / onp.pi / (1 + x ** 2),
             'integrand': lambda x: x ** 2 / onp.pi / (1 + x ** 2),
             'Density': lambda x: .2 * density(3, 1)(x) + .8 * density(-1, 1)(x)},
    '18.7': {'likelihood': lambda x: x ** 9 * (1 - x) ** 4}}


def of(*numbers):
    """A test of these sections: beside their other tests, which share a smoke run."""
    return pytest.mark.parametrize('entry', [sections.find(n) for n in numbers],
                                   ids=lambda entry: entry.slug)


def axes_of(smoke):
    """All axes with curves, in the order of the figures."""
    return [axes for figure in smoke.figures for axes in figure.axes if axes.lines]


def curves_of(axes):
    """{label: (x, y)}; '' is the label of a single curve without one."""
    legend = axes.get_legend()
    labels = [text.get_text() for text in legend.get_texts()] if legend else ['']
    return {label: tuple(onp.asarray(data, 'float64') for data in line.get_data())
            for label, line in zip(labels, axes.lines)}


def assert_curve(curve, pairs):
    onp.testing.assert_allclose(onp.transpose(curve), pairs, rtol=1e-6)


@of(*TRAININGS)
def test_curves_of_a_training_are_its_series(entry, smoke_run):
    smoke = smoke_run(entry.number)
    series = smoke.result['series']
    is_one = {'train loss', 'generator'} & set(series)
    trainings = [series] if is_one else list(series.values())
    drawn = [curves_of(axes) for axes in axes_of(smoke) if axes.get_xlabel() == 'epoch'
             and axes.get_ylabel() != 'learning rate']
    if entry.number in APART:
        losses, measured = drawn
        assert list(measured) == ['mAP'] and 'mAP' not in losses
        drawn = [{**losses, **measured}]
        assert drawn[0].keys() == series.keys()
    assert len(drawn) == len(trainings)
    ends = [{name: pairs[-1][1] for name, pairs in training.items()}
            for training in trainings]
    assert smoke.result.get('final', ends[0]) == ends[0]
    for curves, training in zip(drawn, trainings):
        for label, curve in curves.items():
            names = NAMES_OF_20_1 if entry.number == '20.1' else NAMES
            pairs = training[label if label in training else names[label]]
            if entry.number in EACH_TENTH:
                pairs = [pair for pair in pairs[:-1] if pair[0] % 10 == 0] + pairs[-1:]
            assert_curve(curve, pairs)


@of(*LOSSES)
def test_curves_of_optimisers_end_at_the_losses_of_the_result(entry, smoke_run):
    smoke = smoke_run(entry.number)
    ends = [axes.lines[0].get_ydata()[-1] for axes in axes_of(smoke)
            if (axes.get_xlabel(), axes.get_ylabel()) == ('epoch', 'loss')]
    losses = list(smoke.result['loss'].values())
    assert ends == losses and len(set(losses)) == len(losses)


@of(*FORMULAS)
def test_curves_with_a_formula_follow_it(entry, smoke_run):
    found = set()
    for axes in axes_of(smoke_run(entry.number)):
        for label, (x, y) in curves_of(axes).items():
            label = label or axes.get_ylabel()
            formula = FORMULAS[entry.number].get(label)
            if formula:
                found.add(label)
                # float32, also of the x that near 0 are left of steps of 0.1
                onp.testing.assert_allclose(y, formula(x), rtol=1e-4, atol=1e-5)
    assert found == set(FORMULAS[entry.number])


@of(*(entry.number for entry in sections.sections()))
def test_axes_are_logarithmic_where_the_pages_are(entry, smoke_run):
    for axes in axes_of(smoke_run(entry.number)):
        label = axes.get_ylabel()
        if axes.get_xlabel() == 'time (sec)':
            label += ' over seconds'
        assert (axes.get_xscale(), axes.get_yscale()) == SCALES.get(
            (entry.number, label), ('linear', 'linear'))


@of('11.5')
def test_losses_over_seconds_are_those_of_their_names(entry, smoke_run):
    smoke = smoke_run(entry.number)
    axes, = [axes for axes in axes_of(smoke) if axes.get_xlabel() == 'time (sec)']
    for label, (x, y) in curves_of(axes).items():
        assert y.tolist() == smoke.result['series'][label]
        assert x.tolist() == smoke.result['timing']['seconds'][label]


@of('2.6')
def test_shares_of_a_die_end_at_those_of_the_result(entry, smoke_run):
    smoke = smoke_run(entry.number)
    curves = curves_of(axes_of(smoke)[0])
    assert [curves[f'P(die={i})'][1][-1] for i in range(1, 7)] == pytest.approx(
        smoke.result['shares after 50 groups'])


@of('4.8')
def test_variances_end_at_those_of_the_result(entry, smoke_run):
    smoke = smoke_run(entry.number)
    axes, = [axes for axes in axes_of(smoke) if axes.get_xlabel() == 'layer']
    assert {label: y[-1] for label, (_, y) in curves_of(axes).items()} == {
        name: pytest.approx(values['variance of the last output'])
        for name, values in smoke.result['initialization'].items()}


@of('4.10')
def test_house_prices_show_the_first_fold_and_then_all_rows(entry, smoke_run):
    smoke = smoke_run(entry.number)
    first, whole = map(curves_of, axes_of(smoke))
    fold = smoke.result['train and valid log rmse of each fold'][0]
    assert [first[name][1][-1] for name in ('train', 'valid')] == fold
    assert whole[''][1][-1] == smoke.result['final train log rmse']
    assert {len(x) for x, _ in [*first.values(), *whole.values()]} == {10}  # epochs


@of('8.1')
def test_predictions_stand_at_the_times_that_they_are_of(entry, smoke_run):
    smoke = smoke_run(entry.number)
    alone, one_step, several, k_steps = map(curves_of, axes_of(smoke))
    truth = dict(zip(*alone['']))

    def error(curve):
        return onp.mean([(y - truth[x]) ** 2 for x, y in zip(*curve)])

    for curves in (one_step, several):
        assert dict(zip(*curves['data'])) == truth
        assert dict(zip(*curves['1-step preds'])) == dict(
            zip(*one_step['1-step preds']))
    # float32 on the other side
    assert error(several['multistep preds']) == pytest.approx(
        smoke.result['squared error beyond the training data'], rel=1e-4)
    for label, curve in k_steps.items():
        k = label.split('-')[0]
        assert error(curve) == pytest.approx(
            smoke.result['squared error'][f'{k} steps ahead'], rel=1e-4)


@of('8.7')
def test_gradients_through_time_are_those_of_their_scale(entry, smoke_run):
    smoke = smoke_run(entry.number)
    curves = curves_of(axes_of(smoke)[1])
    assert {name: [y[0], y[-1]] for name, (_, y) in curves.items()} == {
        name: list(ends.values())
        for name, ends in smoke.result['norms of dL/dh'].items()}


@of('10.2')
def test_kernel_regressions_are_drawn_in_the_order_of_their_errors(entry, smoke_run):
    smoke = smoke_run(entry.number)
    drawn = [curves_of(axes) for axes in axes_of(smoke) if axes.get_xlabel() == 'x']
    errors = [((curves['Pred'][1] - curves['Truth'][1]) ** 2).mean()
              for curves in drawn]
    assert errors == pytest.approx(list(
        smoke.result['mean squared error'].values()), rel=1e-4)
