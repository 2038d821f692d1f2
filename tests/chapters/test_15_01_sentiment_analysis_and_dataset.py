import d2lmx as d2l


def test_the_figure_counts_the_reviews_by_their_lengths(smoke_run):
    smoke = smoke_run('15.1')
    axes = smoke.figures[0].axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights) == smoke.result['trainings'] == 800
    assert [bar.get_x() for bar in axes.patches[:3]] == [0, 50, 100]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('# tokens per review', 'count')


def test_shapes_are_those_of_the_page(smoke_run):
    result = smoke_run('15.1').result
    assert result['shape of the features'] == [800, 50]
    assert result['shapes of a batch'] == [[64, 50], [64]]
    assert result['batches'] == 13  # of 800 reviews, the last of 32
    assert [review['label'] for review in result['reviews']] == [1, 1, 1]


def test_the_page_prints_391_batches_of_25000_reviews(section):
    printed = section('15.1').PRINTED[0][1]
    labels = [0] * printed['trainings'][0]
    assert len(d2l.load_array((labels, labels), 64)) == printed['batches'][0]
