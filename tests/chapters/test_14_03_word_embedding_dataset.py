def test_counts_before_and_after_subsampling(smoke_run):
    result = smoke_run('14.3').result
    the = result['counts']['the']
    # a share f stays by the chance (1e-4 / f)^.5, f a little more than of all tokens
    chance = (1e-4 * 185000 / the['before']) ** .5
    assert abs(the['after'] - the['before'] * chance) < .2 * the['before'] * chance


def test_windows_of_the_page(smoke_run):
    lines = smoke_run('14.3').result['windows of at most 2']
    assert [line.split()[1] for line in lines] == [str(i) for i in range(10)]
    assert lines[8].endswith('[7, 9]') and lines[7][-6:] in ('ts [8]', '[8, 9]')


def test_the_minibatch_of_the_page(smoke_run):
    assert smoke_run('14.3').result['a minibatch'] == {
        'centers': [[1], [1]],
        'contexts_negatives': [[2, 2, 3, 3, 3, 3], [2, 2, 2, 3, 3, 0]],
        'masks': [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]],
        'labels': [[1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0]]}


def test_shapes_of_a_batch(smoke_run):
    shapes = smoke_run('14.3').result['shapes of a batch']
    assert shapes['centers'] == [64, 1]
    assert len({tuple(shapes[name]) for name in shapes if name != 'centers'}) == 1
