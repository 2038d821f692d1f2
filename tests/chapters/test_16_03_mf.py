"""Matrix factorization: its equation, its error, the tastes it finds, its use."""
import json

import numpy as onp
import pytest
from mxnet import gluon, init, np

import d2lmx as d2l
from d2lmx.commands import call


@pytest.fixture
def net(section):
    """A small network."""
    net = section('16.3').MF(3, 4, 5)
    net.initialize(init.Normal(1))
    return net


def factors(net):
    return [net.collect_params()[f'{block.name}_weight'].data().asnumpy() for block in
            (net.P, net.Q, net.user_bias, net.item_bias)]


def test_a_rating_is_a_product_of_factors_and_two_biases(net):
    P, Q, b_u, b_i = factors(net)
    users, items = onp.array([0, 3, 3]), onp.array([4, 0, 4])
    found = net(np.array(users, dtype='int32'), np.array(items, dtype='int32'))
    onp.testing.assert_allclose(
        found.asnumpy(), [P[u] @ Q[i] + b_u[u, 0] + b_i[i, 0]
                          for u, i in zip(users, items)], rtol=1e-5)


def test_the_error_is_the_root_of_the_mean_of_all(section, net):
    rows = [onp.array(a, 'int32') for a in ([0, 1, 2, 3, 0], [0, 1, 2, 3, 4])]
    ratings = onp.array([1, 5, 2, 4, 3], 'float32')
    errors = net(*map(np.array, rows)).asnumpy() - ratings
    batches = d2l.load_array((*rows, ratings), 2, is_train=False)  # of 2, 2 and 1
    devices = d2l.try_all_gpus()
    assert section('16.3').evaluator(net, batches, devices) == pytest.approx(
        (errors ** 2).mean() ** .5, rel=1e-5)
    # the page: means of the roots so far, and of these the mean
    a, b, c = ((part ** 2).mean() ** .5 for part in onp.split(errors, [2, 4]))
    assert section('16.3').as_the_page(net, batches, devices) == pytest.approx(
        (a + (a + b) / 2 + (a + b + c) / 3) / 3, rel=1e-5)


def test_factorization_finds_what_no_mean_tells(section):
    """On toy ratings, which planted tastes decide."""
    d2l.set_seed(0)
    data, num_users, num_items = d2l.read_data_ml100k()
    *_, train_iter, test_iter = d2l.split_and_load_ml100k('random', batch_size=256)
    errors = {}
    for name, num_factors in (('biases', 1), ('factors', 4)):
        net = section('16.3').build_net(num_factors, num_users, num_items)
        net.initialize(init.Normal(.1))
        if name == 'biases':
            net.P.weight.set_data(np.zeros(net.P.weight.shape))
            net.P.collect_params().setattr('grad_req', 'null')
        net.user_bias.weight.set_data(np.full((num_users, 1), data.rating.mean()))
        trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .02})
        history = d2l.train_recsys_rating(
            net, train_iter, test_iter, gluon.loss.L2Loss(), trainer, 8,
            d2l.try_all_gpus(), section('16.3').evaluator)
        errors[name] = history['test RMSE']
    # noise of up to .3 stars, and ratings rounded to whole stars: .2 and .29
    assert .3 < errors['factors'] < .7 * errors['biases']


def test_films_are_those_not_rated_the_best_first(section, smoke_run):
    folder = smoke_run('16.3').folder / 'model'
    model = d2l.load_model(folder, 'titles', 'seen')
    films, = section('16.3').predict(folder, '7', top=400)
    data, _, num_items = d2l.read_data_ml100k()
    rated = set(data.item_id[data.user_id == 7])
    wanted = {title for item, title in enumerate(d2l.read_titles_ml100k(), 1)
              if item not in rated}
    assert films['user'] == 7 and len(films['films']) == num_items - len(rated)
    assert {film['title'] for film in films['films']} == wanted
    scores = [film['score'] for film in films['films']]
    assert scores == sorted(scores, reverse=True)
    first = model.about['titles'].index(films['films'][0]['title'])
    pair = [onp.array([number], 'int32') for number in (6, first)]
    assert scores[0] == pytest.approx(float(model(*pair)), rel=1e-6)
    assert [len(found['films']) for found in
            section('16.3').predict(folder, '1', ' 160 ', top=3)] == [3, 3]


@pytest.mark.parametrize('user', ['0', '161', 'Anna', '', '1.5', '-3'])
def test_an_unknown_user_is_told_in_a_line(section, smoke_run, user):
    with pytest.raises(d2l.InputError, match='users of this model are 1 to 160'):
        section('16.3').predict(smoke_run('16.3').folder / 'model', user)


def test_the_command_names_films(smoke_run, capsys):
    folder = str(smoke_run('16.3').folder / 'model')
    assert not call('predict', ['mf', '5', '--top', '2', '--model', folder, '--json'])
    films, = json.loads(capsys.readouterr().out)['results']
    assert films['user'] == 5 and len(films['films']) == 2
