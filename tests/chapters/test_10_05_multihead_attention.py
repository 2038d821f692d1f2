def test_shapes_are_those_that_the_book_prints(section):
    for hybridize in (False, True):
        assert section('10.5').run(hybridize=hybridize) == {
            'output': [2, 4, 100], 'weights': [10, 4, 6],
            'queries of all heads': [10, 4, 20]}
