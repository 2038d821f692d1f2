"""Guesses without a network, which those of the chapter must beat."""
import numpy as onp

R = onp.array([[5, 1, 0, 4], [5, 2, 4, 0], [1, 5, 0, 2], [0, 0, 0, 0]], float)


def test_deviations_are_from_the_mean_of_what_a_user_rated(section):
    D, means = section('16.1').deviations(R)
    onp.testing.assert_allclose(means[:, 0], [10 / 3, 11 / 3, 8 / 3, 29 / 9])
    onp.testing.assert_allclose(D[0], [5 / 3, -7 / 3, 0, 2 / 3])
    assert (D[3] == 0).all()


def test_neighbours_count_by_the_cosine_of_their_deviations(section):
    D, means = section('16.1').deviations(R)
    found = section('16.1').by_neighbours(R)
    cosine = D[0] @ D[1] / onp.linalg.norm(D[0]) / onp.linalg.norm(D[1])
    assert cosine > 0 > D[0] @ D[2]  # user 2's taste is another, and counts nothing
    # the only neighbour of user 0 who rated item 2 moves it by all of its deviation
    onp.testing.assert_allclose(found[0, 2], means[0, 0] + D[1, 2])
    onp.testing.assert_allclose(found[3], means[3, 0])  # who has no neighbour


def test_the_error_is_of_what_is_rated(section):
    found = section('16.1').rmse(onp.full((1, 3), 2.), onp.array([[4., 0, 1]]))
    assert found == 2.5 ** .5


def test_each_guess_beats_the_one_before(smoke_run):
    result = smoke_run('16.1').result
    errors = list(result['RMSE'].values())
    assert errors == sorted(errors, reverse=True) and errors[2] < .8 * errors[1]
    # of 240 films the toy users have seen 66 in the mean: 50 by chance would hit .29
    assert result['most watched first']['hit rate'] > .29
