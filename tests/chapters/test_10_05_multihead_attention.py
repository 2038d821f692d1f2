def test_shapes_are_those_that_the_book_prints(section):
    assert section('10.5').run() == {
        'output': [2, 4, 100], 'weights': [10, 4, 6],
        'queries of all heads': [10, 4, 20]}
