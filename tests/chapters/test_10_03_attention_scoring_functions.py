import pytest


@pytest.fixture
def page(section):
    return section('10.3')


def test_equal_keys_give_the_mean_of_the_valid_values(page):
    # values 0..39 in rows of four: the means of rows 0, 1 and of rows 0 to 5
    result = page.run()
    for name in ('additive', 'dot product'):
        (first,), (second,) = result[name]
        assert first == pytest.approx([2, 3, 4, 5], rel=1e-5)
        assert second == pytest.approx([10, 11, 12, 13], rel=1e-5)


def test_masked_softmax_leaves_as_many_weights_as_are_valid(page):
    found = page.masked()
    counts = {name: [[sum(w > 0 for w in row) for row in example]
                     for example in weights]
              for name, weights in found.items()}
    assert counts == {'one length an example': [[2, 2], [3, 3]],
                      'one length a query': [[1, 3], [2, 4]]}
    assert all(sum(row) == pytest.approx(1, abs=1e-6)
               for weights in found.values() for example in weights for row in example)
