from matplotlib import pyplot as plt


def test_each_query_attends_to_the_key_that_equals_it(section):
    assert section('10.1').run() == {'weights of each query': [1] * 10}
    image, = plt.gcf().axes[0].images
    weights = image.get_array()
    assert weights.shape == (10, 10) and (weights.argmax(axis=1) == range(10)).all()
